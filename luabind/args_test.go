package luabind

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// argsSpec is a script that says all that a spec can say, and prints what it was given.
const argsSpec = `
local opts = args.parse {
  "Asks many questions.",
  { "questions", type = "file", help = "one JSON object a line" },
  { "more", many = true, default = {} },
  { "--limit", "-n", type = "integer", default = 10, min = 1, max = 100, help = "rows to take" },
  { "--temperature", default = 0.5, help = "of the model" },
  { "--model-name", choices = { "small", "large" }, help = "which one" },
  { "--timeout", type = "duration", default = "1m30s" },
  { "--buffer", type = "size", default = "1KiB" },
  { "--verbose", "-v", default = false, help = "say more" },
  { "--cache", default = true },
  { "--tag", many = true },
}
print(json.encode(opts))
`

// withArgs sets the words after FILE.
func withArgs(words ...string) func(*Config) {
	return func(c *Config) {
		c.Args, c.HostFlags = words, []string{"--server", "--quiet"}
	}
}

func questionsFile(t *testing.T) string {
	path := filepath.Join(t.TempDir(), "q.jsonl")
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestArgs(t *testing.T) {
	q := questionsFile(t)
	for words, want := range map[string]string{
		"Q": `{"buffer":1024,"cache":true,"limit":10,"more":[],"questions":"Q","tag":[],"temperature":0.5,"timeout":90,"verbose":false}`,
		"Q -n 5 --temperature=-1.5 --model-name large a b":          `{"buffer":1024,"cache":true,"limit":5,"model_name":"large","more":["a","b"],"questions":"Q","tag":[],"temperature":-1.5,"timeout":90,"verbose":false}`,
		"--timeout 2 -v --no-cache --tag x Q --tag=y --buffer 2MiB": `{"buffer":2097152,"cache":false,"limit":10,"more":[],"questions":"Q","tag":["x","y"],"temperature":0.5,"timeout":2,"verbose":true}`,
		"--verbose=false - -- --limit -5":                           `{"buffer":1024,"cache":true,"limit":10,"more":["--limit","-5"],"questions":"-","tag":[],"temperature":0.5,"timeout":90,"verbose":false}`,
		"Q --temperature -2 -7":                                     `{"buffer":1024,"cache":true,"limit":10,"more":["-7"],"questions":"Q","tag":[],"temperature":-2,"timeout":90,"verbose":false}`,
	} {
		run := runCode(t, argsSpec, withArgs(strings.Fields(strings.ReplaceAll(words, "Q", q))...))
		if got := strings.TrimSpace(strings.ReplaceAll(run.stdout, q, "Q")); got != want || run.err != nil {
			t.Errorf("%s: %s %v, want\n%s", words, got, run.err, want)
		}
	}
}

func TestArgsRefused(t *testing.T) {
	q := questionsFile(t)
	for words, want := range map[string]string{
		"":                       "questions is missing",
		"nowhere":                "questions must be a file that exists: there is no nowhere",
		"Q --limit":              "--limit needs a value",
		"Q --limit --verbose":    "--limit needs a value, and --verbose follows it",
		"Q --limit x":            `--limit must be a whole number, not "x"`,
		"Q --limit 1.5":          `--limit must be a whole number`,
		"Q --limit 0":            "--limit must be at least 1, not 0",
		"Q -n 101":               "--limit must be at most 100, not 101",
		"Q --model-name huge":    "--model-name must be one of small, large, not huge",
		"Q --limt 3":             "unknown option --limt; did you mean --limit?",
		"Q -x":                   "unknown option -x",
		"Q --timeout soon":       "--timeout must be seconds or text",
		"Q --verbose=maybe":      "--verbose must be true or false",
		"Q --no-limit":           "unknown option --no-limit",
		"Q --server ws://x":      "put --server before the file",
		"Q --temperature banana": `--temperature must be a number, not "banana"`,
	} {
		run := runCode(t, argsSpec, withArgs(strings.Fields(strings.ReplaceAll(words, "Q", q))...))
		exit, ok := errors.AsType[*ExitError](run.err)
		if !ok || exit.Code != 2 || !strings.Contains(exit.Message, want) || run.stdout != "" {
			t.Errorf("%s: %v, want %s", words, run.err, want)
		} else if !strings.Contains(exit.Message, "usage: pierun") || !strings.Contains(exit.Message, "[options] QUESTIONS [MORE...]") {
			t.Errorf("%s: no usage in %s", words, exit.Message)
		}
	}
}

// TestArgsKeepUnits: bounds and choices are told as the script wrote them, words as the user did.
func TestArgsKeepUnits(t *testing.T) {
	spec := `args.parse {
  { "--wait", type = "duration", min = "1s", max = "1m" },
  { "--memory", type = "size", max = "2GiB" },
  { "--every", type = "duration", choices = { "1m", "1h" } },
}`
	for words, want := range map[string]string{
		"--wait 90s":     "--wait must be at most 1m, not 90s",
		"--wait 250ms":   "--wait must be at least 1s, not 250ms",
		"--memory 4GB":   "--memory must be at most 2GiB, not 4GB",
		"--every 2h":     "--every must be one of 1m, 1h, not 2h",
		"--every 3600":   "",
		"--memory 1.5GB": "",
	} {
		run := runCode(t, spec, withArgs(strings.Fields(words)...))
		exit, ok := errors.AsType[*ExitError](run.err)
		if want == "" && run.err != nil || want != "" && (!ok || exit.Code != 2 || !strings.HasPrefix(exit.Message, want+"\n")) {
			t.Errorf("%s: %v, want %s", words, run.err, want)
		}
	}
	help := runCode(t, spec, withArgs("--help")).stdout
	if !strings.Contains(help, "(at least 1s; at most 1m)") || !strings.Contains(help, "(one of 1m, 1h)") {
		t.Error(help)
	}
}

func TestArgsHelp(t *testing.T) {
	run := runCode(t, argsSpec, withArgs("-n", "x", "--help"), func(c *Config) { c.Args = c.Args[2:] })
	want := `usage: pierun flow.lua [options] QUESTIONS [MORE...]

Asks many questions.

arguments:
  QUESTIONS  one JSON object a line
  MORE

options:
  -n, --limit N          rows to take (at least 1; at most 100; default 10)
      --temperature N    of the model (default 0.5)
      --model-name TEXT  which one (one of small, large)
      --timeout TIME     (default 1m30s)
      --buffer SIZE      (default 1KiB)
  -v, --[no-]verbose     say more
      --[no-]cache       (default true)
      --tag TEXT         (may be repeated)
  -h, --help             show this help
`
	got := run.stdout[strings.Index(run.stdout, "usage"):]
	got = strings.ReplaceAll(got, filepath.ToSlash(filepath.Dir(got[len("usage: pierun "):strings.Index(got, " [options]")]))+"/", "")
	if exit, ok := errors.AsType[*ExitError](run.err); got != want || !ok || exit.Code != 0 {
		t.Errorf("%v\n%s", run.err, got)
	}
}

func TestArgsSpecMistakes(t *testing.T) {
	for spec, want := range map[string]string{
		`{ "x", defalt = 1 }`:                                      `item 1: unknown field "defalt"; did you mean "default"?`,
		`{ "--x", type = "int" }`:                                  `unknown type "int"`,
		`{ "x", "-x" }`:                                            "second entry of a flag",
		`{ "--x", "--y" }`:                                         "second entry of a flag",
		`{ 3 }`:                                                    `the first entry must be "name" or "--name"`,
		`{ "x" }, { "x" }`:                                         "item 2: x is there twice",
		`{ "--x", default = 1, min = "a" }`:                        "min and max must be of type number",
		`{ "--x", type = "integer", default = 1.5 }`:               "the default must be a whole number",
		`{ "x", many = true }, { "y" }`:                            "no positional can follow x",
		`{ "x", default = 1 }, { "y" }`:                            "the positional y must have a default",
		`{ "x", type = "boolean" }`:                                "a positional cannot be a boolean",
		`{ "--help" }`:                                             "there already",
		`"text", "text"`:                                           "item 2 must be a table",
		`{ "--x", choices = 3 }`:                                   "choices must be a list",
		`{ "--x", many = true, default = 3 }`:                      "the default must be a list",
		`{ "--x", type = "duration", default = "later" }`:          "the default must be seconds or text",
		`{ "--x", choices = { "a" }, default = "b" }`:              "item 1: the default must be one of a, not b",
		`{ "--x", default = 5, max = 3 }`:                          "item 1: the default must be at most 3, not 5",
		`{ "--x", type = "size", default = "1KiB", min = "1MiB" }`: "the default must be at least 1MiB, not 1KiB",
		`{ "--x", many = true, default = { "a", "b" }, choices = { "a" } }`: "the default must be one of a, not b",
	} {
		run := runCode(t, "args.parse { "+spec+" }")
		if run.err == nil || !strings.Contains(run.err.Error(), "usage: args.parse: ") || !strings.Contains(run.err.Error(), want) {
			t.Errorf("%s: %v, want %s", spec, run.err, want)
		}
	}
}

// TestArgsHostFlags: a flag of the command that the script declares is the script's.
func TestArgsHostFlags(t *testing.T) {
	run := runCode(t, `print(args.parse { { "--server", default = "" } }.server)`, withArgs("--server", "mine"))
	if run.err != nil || run.stdout != "mine\n" {
		t.Errorf("%q %v", run.stdout, run.err)
	}
}
