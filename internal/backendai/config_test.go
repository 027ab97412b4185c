package backendai

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func env(pairs ...string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1], true
			}
		}
		return "", false
	}
}

func keys(more ...string) func(string) (string, bool) {
	return env(append([]string{"BACKEND_ACCESS_KEY", "a", "BACKEND_SECRET_KEY", "s"}, more...)...)
}

func TestErrorsNameTheVariable(t *testing.T) {
	for variable, lookup := range map[string]func(string) (string, bool){
		"BACKEND_ACCESS_KEY":              env(),
		"BACKEND_SECRET_KEY":              env("BACKEND_ACCESS_KEY", "a"),
		"BACKEND_ENDPOINT":                keys("BACKEND_ENDPOINT", "https://good.example, manager:8081"),
		"BACKEND_DOMAIN":                  keys("BACKEND_DOMAIN", " "),
		"BACKEND_API_VERSION":             keys("BACKEND_API_VERSION", "6"),
		"BACKEND_ENDPOINT_TYPE":           keys("BACKEND_ENDPOINT_TYPE", "ftp"),
		"BACKEND_USER":                    keys("BACKEND_ENDPOINT_TYPE", "session"),
		"BACKEND_PASSWORD":                keys("BACKEND_ENDPOINT_TYPE", "session", "BACKEND_USER", "u"),
		"BACKEND_SKIP_SSLCERT_VALIDATION": keys("BACKEND_SKIP_SSLCERT_VALIDATION", "maybe"),
		"BACKEND_CONNECTION_TIMEOUT":      keys("BACKEND_CONNECTION_TIMEOUT", "-1"),
		"BACKEND_READ_TIMEOUT":            keys("BACKEND_READ_TIMEOUT", "NaN"),
	} {
		_, err := Load(Sources{LookupEnv: lookup})
		if bad := (*ConfigError)(nil); !errors.As(err, &bad) || bad.Variable != variable || !strings.Contains(err.Error(), variable) {
			t.Errorf("%s: %v", variable, err)
		}
	}
}

func TestSourcesHaveAnOrder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pierun.toml")
	text := "[backendai]\naccess_key='file'\nsecret_key='file'\nendpoint='https://a.example,https://b.example'\ndomain='file'\nconnect_timeout=1.5\nmounts=['data']\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := Load(Sources{Arguments: Config{AccessKey: "argument"}, LookupEnv: env("BACKEND_SECRET_KEY", "environment"), File: path})
	if err != nil {
		t.Fatal(err)
	}
	if cfg.AccessKey != "argument" || cfg.SecretKey != "environment" || cfg.Domain != "file" || len(cfg.Endpoints) != 2 ||
		cfg.ConnectTimeout != 1500*time.Millisecond || len(cfg.Mounts) != 1 {
		t.Errorf("%+v", cfg)
	}
	if _, err := Load(Sources{File: filepath.Join(t.TempDir(), "none"), LookupEnv: keys()}); err != nil {
		t.Error(err)
	}
	if _, err := parseFile("pierun.toml", "[backendai]\nacces_key='x'"); err == nil || !strings.Contains(err.Error(), `"acces_key"`) {
		t.Error(err)
	}
}

// A file is read strictly, and what does not fit is told in words of the file, not in Go's.
func TestProjectFilesThatDoNotFit(t *testing.T) {
	for text, want := range map[string]string{
		"[backendai]\nacces_key='x'":                      `f: [backendai] has no key "acces_key"`,
		"[backendai.pie]\nresuorces={cpu='4'}":            `f: [backendai.pie] has no key "resuorces"`,
		"[backendia.pie]\nimage='x'":                      `f: "backendia" is unknown; its sections are [backendai] and [backendai.pie]`,
		"endpoint='x'":                                    `f: "endpoint" is unknown; its sections are [backendai] and [backendai.pie]`,
		"[backendai]\nendpoint=4":                         "f: backendai.endpoint must be a text",
		"[backendai]\nconnect_timeout='1'":                "f: backendai.connect_timeout must be a number",
		"[backendai]\nmounts='data'":                      "f: backendai.mounts must be a list of texts",
		"[backendai]\nskip_tls_verify=1":                  "f: backendai.skip_tls_verify must be true or false",
		"[backendai.pie]\nport='80'":                      "f: backendai.pie.port must be a whole number",
		"[backendai]\npie='x'":                            "f: backendai.pie must be a table",
		"[[backendai]]\npie='x'":                          "f: backendai must be a table",
		"[backendai.pie]\nresources={cpu=true}":           "f: backendai.pie.resources.cpu must be a text or a number",
		"[backendai]\nendpoint=":                          "f: line 2 ",
		"[backendai.pie]\nresources={mem='16 gigs'}":      `f: resource "mem" is "16 gigs": give a number, or a size like "4g"`,
		"[backendai.pie]\nshmem='much'\nimage='python:3'": `f: shared memory is "much"`,
	} {
		path := filepath.Join(t.TempDir(), "f")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := LoadServer(path)
		if err == nil || !strings.HasPrefix(err.Error(), strings.Replace(want, "f:", path+":", 1)) || strings.Contains(err.Error(), "incompatible") {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// Resources are texts or numbers, as in a script.
func TestAmountsOfAProjectFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pierun.toml")
	text := "[backendai]\nconnect_timeout=2\n[backendai.pie]\nresources={cpu=4, mem='16g', 'cuda.shares'=0.5}\nshmem=67108864\nenv={N=1}\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	spec, err := LoadServer(path)
	s := spec.Session
	if err != nil || s.Resources["cpu"] != "4" || s.Resources["mem"] != "16g" || s.Resources["cuda.shares"] != "0.5" || s.Shmem != "67108864" || s.Environ["N"] != "1" {
		t.Errorf("%+v, %v", s, err)
	}
}

// What was written is quoted as it was written.
func TestModesInAnyCase(t *testing.T) {
	for word, want := range map[string]Mode{"api": ModeAPI, "Session": ModeSession, "foo": "foo"} {
		if got := modeOf(word); got != want {
			t.Errorf("%s is %s", word, got)
		}
	}
	if _, err := Load(Sources{LookupEnv: keys("BACKEND_ENDPOINT_TYPE", "foo")}); err == nil || !strings.Contains(err.Error(), `"foo" is no connection mode`) {
		t.Error(err)
	}
}

func TestEndpoints(t *testing.T) {
	for text, want := range map[string]endpoint{
		"http://127.0.0.1:8081":       {"http", "127.0.0.1:8081", ""},
		"http://127.0.0.1:8081/":      {"http", "127.0.0.1:8081", ""},
		"https://h:443":               {"https", "h", ""},
		"http://h:80/":                {"http", "h", ""},
		"https://h:8443":              {"https", "h:8443", ""},
		"https://h/prefix/":           {"https", "h", "/prefix"},
		"HTTP://MGR.Example.COM:8081": {"http", "mgr.example.com:8081", ""},
		"http://[::1]:8081":           {"http", "[::1]:8081", ""},
		"https://[2001:db8::1]":       {"https", "[2001:db8::1]", ""},
	} {
		if got, err := parseEndpoint(text); err != nil || got != want {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
	for _, bad := range []string{"", "h:8081", "manager", "ftp://h", "http://u:p@h", "http://h/?a=b", "http://h/#x", "https://mäh.example", "http://h:99999", "http://"} {
		if got, err := parseEndpoint(bad); err == nil || !strings.Contains(err.Error(), "BACKEND_ENDPOINT") {
			t.Errorf("%q: %+v, %v", bad, got, err)
		}
	}
}
