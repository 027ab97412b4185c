package backendai

import (
	"errors"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
)

// projectFile is all of a pierun.toml.
type projectFile struct {
	Section fileSection `toml:"backendai"`
}

// fileSection is [backendai] of pierun.toml. Times are seconds.
type fileSection struct {
	AccessKey      string   `toml:"access_key"`
	SecretKey      string   `toml:"secret_key"`
	Endpoint       string   `toml:"endpoint"`
	Mode           string   `toml:"mode"`
	User           string   `toml:"user"`
	Password       string   `toml:"password"`
	Domain         string   `toml:"domain"`
	Group          string   `toml:"group"`
	APIVersion     string   `toml:"api_version"`
	Mounts         []string `toml:"mounts"`
	CAFile         string   `toml:"ca_file"`
	SkipTLSVerify  bool     `toml:"skip_tls_verify"`
	ConnectTimeout float64  `toml:"connect_timeout"`
	RequestTimeout float64  `toml:"request_timeout"`
	ReadTimeout    float64  `toml:"read_timeout"`

	Pie serverSection `toml:"pie"`
}

// amount is a text or a number, which is written as managers take it.
type amount string

// UnmarshalTOML reads either.
func (a *amount) UnmarshalTOML(value any) error {
	switch v := value.(type) {
	case string:
		*a = amount(v)
	case int64:
		*a = amount(strconv.FormatInt(v, 10))
	case float64:
		*a = amount(strconv.FormatFloat(v, 'f', -1, 64))
	default:
		return errors.New("give a text or a number")
	}
	return nil
}

// texts are amounts as they go over the wire; none stay none.
func texts(amounts map[string]amount) map[string]string {
	if amounts == nil {
		return nil
	}
	out := make(map[string]string, len(amounts))
	for name, a := range amounts {
		out[name] = string(a)
	}
	return out
}

func readFile(path string) (Config, error) {
	if path == "" {
		return Config{}, nil
	}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Config{}, nil
	}
	if err != nil {
		return Config{}, err
	}
	return parseFile(path, string(text))
}

// told says whether a file has the section, or is there and cannot be read.
func told(path string) bool {
	var all map[string]any
	meta, err := toml.DecodeFile(path, &all)
	return meta.IsDefined("backendai") || err != nil && !errors.Is(err, fs.ErrNotExist) && path != ""
}

func parseFile(path, text string) (Config, error) {
	section, err := parseSection(path, text)
	return section.config(), err
}

func parseSection(path, text string) (fileSection, error) {
	var file projectFile
	meta, err := toml.Decode(text, &file)
	if bad := misfit(path, meta); bad != nil {
		return fileSection{}, bad
	}
	if err != nil {
		return fileSection{}, &ConfigError{Message: path + ": " + strings.TrimPrefix(err.Error(), "toml: ")}
	}
	return file.Section, nil
}

func (f fileSection) config() Config {
	seconds := func(n float64) time.Duration { return time.Duration(n * float64(time.Second)) }
	return Config{
		AccessKey: f.AccessKey, SecretKey: f.SecretKey, Endpoints: splitList(f.Endpoint),
		Mode: modeOf(f.Mode), User: f.User, Password: f.Password,
		Domain: f.Domain, Group: f.Group, APIVersion: f.APIVersion, Mounts: f.Mounts,
		CAFile: f.CAFile, SkipTLSVerify: f.SkipTLSVerify, ConnectTimeout: seconds(f.ConnectTimeout),
		RequestTimeout: seconds(f.RequestTimeout), ReadTimeout: seconds(f.ReadTimeout),
	}
}
