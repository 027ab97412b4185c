package backendai

import (
	"errors"
	"io/fs"
	"os"
)

// serverSection is [backendai.pie] of pierun.toml: the session that "--on backendai" brings up.
type serverSection struct {
	Image     string            `toml:"image"`
	Name      string            `toml:"name"`
	Command   string            `toml:"command"`
	Port      int               `toml:"port"`
	Resources map[string]amount `toml:"resources"`
	Shmem     amount            `toml:"shmem"`
	Environ   map[string]amount `toml:"env"`
	Mounts    []string          `toml:"mounts"`
	Upload    map[string]string `toml:"upload"`
	Scaling   string            `toml:"scaling_group"`
	Bootstrap string            `toml:"bootstrap"`
}

// LoadServer reads what session to bring up from a pierun.toml; a file that does not exist says nothing.
func LoadServer(path string) (ServerSpec, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return ServerSpec{}, nil
	}
	if err != nil {
		return ServerSpec{}, err
	}
	section, err := parseSection(path, string(text))
	if err != nil {
		return ServerSpec{}, err
	}
	spec := section.Pie.spec()
	if err := spec.Session.CheckAmounts(); err != nil {
		return ServerSpec{}, &ConfigError{Message: path + ": " + err.Error()}
	}
	return spec, nil
}

func (s serverSection) spec() ServerSpec {
	return ServerSpec{Port: s.Port, Upload: s.Upload, Command: s.Command, Session: SessionSpec{
		Name: s.Name, Image: s.Image, Resources: texts(s.Resources), Shmem: string(s.Shmem), Environ: texts(s.Environ), Mounts: s.Mounts,
		ScalingGroup: s.Scaling, BootstrapScript: s.Bootstrap}}
}
