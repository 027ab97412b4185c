package luabind

import (
	"regexp"
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
