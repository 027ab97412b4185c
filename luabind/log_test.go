package luabind

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
)

func TestLog(t *testing.T) {
	run := runCode(t, `
log.debug("not shown")
log.info("started")
local t = task.spawn(function() log.warn("two\nlines", { b = 1, a = "x y", c = { 1, 2 }, d = 0.5 }) end)
t.name = "worker"
t:join()
print(log.level())
print(log.level("error"))
log.warn("not shown")
log.error(setmetatable({}, { __tostring = function() return "words" end }))
`)
	if run.err != nil || run.stdout != "info\nerror\n" {
		t.Errorf("%q %v", run.stdout, run.err)
	}
	want := []string{
		`time=00:00:00.000 level=INFO msg=started task=main`,
		`time=00:00:00.000 level=WARN msg="two\nlines" task=worker a="x y" b=1 c=[1,2] d=0.5`,
		`time=00:00:00.000 level=ERROR msg=words task=main`,
	}
	got := regexp.MustCompile(`\d\d:\d\d:\d\d\.\d\d\d`).ReplaceAllString(run.stderr, "00:00:00.000")
	if got != strings.Join(want, "\n")+"\n" {
		t.Errorf("got\n%s", got)
	}
}

// TestSeedIsTold: with the level debug, as what --seed takes to have the same numbers again.
func TestSeedIsTold(t *testing.T) {
	debug := func(c *Config) { c.LogLevel = "debug" }
	first := runCode(t, `print(math.random(1e9))`, debug)
	told := regexp.MustCompile(`^time=\S+ level=DEBUG msg="math.random is seeded; --seed gives the same numbers again" seed=(\d+)\n$`).FindStringSubmatch(first.stderr)
	if told == nil {
		t.Fatalf("%q %v", first.stderr, first.err)
	}
	seed, err := strconv.ParseInt(told[1], 10, 64)
	if again := runCode(t, `print(math.random(1e9))`, func(c *Config) { c.Seed = &seed }); err != nil || again.stdout != first.stdout || again.stderr != "" {
		t.Errorf("%q, then %q %q, %v", first.stdout, again.stdout, again.stderr, err)
	}
}

func TestLogRefuses(t *testing.T) {
	for code, want := range map[string]string{
		`log.level("loud")`:  `must be "debug", "info", "warn" or "error", not "loud"`,
		`log.warn("x", "y")`: "argument 2 must be a table",
	} {
		if run := runCode(t, code); run.err == nil || !strings.Contains(run.err.Error(), want) {
			t.Errorf("%s: %v", code, run.err)
		}
	}
}
