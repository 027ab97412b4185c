package luabind

import (
	"strings"
	"testing"
)

// TestFailedRowsAreReported: of all maps, nested ones too, unless they may fail; not those of a map that was raised.
func TestFailedRowsAreReported(t *testing.T) {
	run := runCode(t, `
flow.map(3, function(i) if i > 1 then error("no " .. i) end end)
flow.map(2, function() flow.map(2, function(j) task.timeout(j - 1, task.sleep, 0.5) end) end)
flow.map(2, function() error("may fail") end, { allow_failed = true })
pcall(flow.map, 2, function() error("raised") end, { on_error = "stop" })
flow.map(2, function() end)`)
	if run.err != nil {
		t.Fatal(run.err)
	}
	got := strings.Join(run.report.Lines(false), "\n")
	for _, want := range []string{
		"flow.lua:2: flow.map: 2 of 3 rows failed (2 script); the first: ", "flow.lua:2: no 2",
		"flow.lua:3: flow.map: 1 of 2 rows failed (1 timeout)",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if run.report.Failed() != 4 || len(run.report.Maps) != 3 {
		t.Errorf("%d failed in %d maps", run.report.Failed(), len(run.report.Maps))
	}
}

// TestErrorBesideTheOneThatEndsAMap: it is told, and does not hide why the map has ended.
func TestErrorBesideTheOneThatEndsAMap(t *testing.T) {
	for body, want := range map[string]string{
		`error("no room for " .. v)`: "flow.lua:6: no room for 1",
		`task.channel():recv()`:      "deadlock: nothing can wake this task",
	} {
		t.Run(want, func(t *testing.T) {
			run := runCode(t, `
flow.map(3, function(i)
  task.sleep(i)
  if i == 2 then local x = nil; return x.y end
  return i
end, { concurrency = 3, on_result = function(v) task.sleep(5) `+body+` end })`)
			if run.err == nil || !strings.Contains(run.err.Error(), "flow.lua:4: attempt to index x") {
				t.Error(run.err)
			}
			if !strings.HasPrefix(run.stderr, "pierun: in on_result or on_failure, beside another error: ") || !strings.Contains(run.stderr, want) {
				t.Errorf("%q", run.stderr)
			}
		})
	}
}

// TestMapKeepsNothingOfTheRows: what a row needs is given back when it has ended, so that the number of rows that are
// alive is bounded whatever their total is.
func TestMapKeepsNothingOfTheRows(t *testing.T) {
	run := runCode(t, `
local alive, most = 0, 0
local pulled = 0
local function rows()
  pulled = pulled + 1
  return pulled <= 3000 and { pulled } or nil
end
local told = 0
flow.map(rows, function(row)
  alive = alive + 1
  most = math.max(most, alive)
  task.sleep(row[1] % 7)
  alive = alive - 1
  return row[1]
end, { concurrency = 20, on_result = function(n) told = told + 1 assert(n == told and pulled - told <= 81) end })
print(most, told)`)
	if run.err != nil || run.stdout != "20\t3000\n" {
		t.Errorf("%q %v", run.stdout, run.err)
	}
}

func TestProgressPlain(t *testing.T) {
	run := runCode(t, `
flow.map(40, function(i) task.sleep(1) if i % 10 == 0 then error("x") end end, { concurrency = 1, progress = "rows", allow_failed = true })
task.scope(function()
  local p = flow.progress("steps")
  p:add() p:add(2) p:fail() p:set(7)
  log.info("beside")
  print(tostring(p))
end)
local p = flow.progress("named", { total = 0 })
p:done("no work")
p:done()
print(pcall(p.add, p, -1))`, func(c *Config) { c.Progress = "plain" })
	if run.err != nil || !strings.HasPrefix(run.stdout, "steps 8, 1 failed\nfalse\t") {
		t.Errorf("%q %v", run.stdout, run.err)
	}
	want := `rows 25% (10/40), 1 failed, 1.0/s, 30s left
rows 50% (20/40), 2 failed, 1.0/s, 20s left
rows 75% (30/40), 3 failed, 1.0/s, 10s left
rows 100% (40/40), 4 failed, 1.0/s
rows 100% (40/40), 4 failed, 1.0/s, took 40s
LOG
steps 8, 1 failed, took 0s
named 100% (0/0), took 0s: no work
`
	if got := logLine(run.stderr); got != want {
		t.Errorf("got\n%s", got)
	}
}

func TestProgressNone(t *testing.T) {
	run := runCode(t, `flow.map(40, function() task.sleep(1) end, { progress = "rows" })`)
	if run.err != nil || run.stderr != "" {
		t.Errorf("%q %v", run.stderr, run.err)
	}
}

// logLine puts LOG in place of lines of the log, whose time is not the test's.
func logLine(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, "time=") {
			lines[i] = "LOG"
		}
	}
	return strings.Join(lines, "\n")
}

func TestJSONLFromStdin(t *testing.T) {
	in := func(c *Config) { c.Stdin = strings.NewReader("{\"a\":1}\n\n[2]\nrest of it\n4") }
	run := runCode(t, `
local next_row = jsonl.read("-", { skip_bad = true })
print(json.encode { next_row() })
print(json.encode { next_row() })
print(io.read("*l"))
print(next_row())
print(next_row())`, in)
	if run.err != nil || run.stdout != "[{\"a\":1},1]\n[[2],3]\nrest of it\n4\t4\nnil\n" {
		t.Errorf("%q %v", run.stdout, run.err)
	}
	run = runCode(t, `print(#jsonl.load("-", { skip_bad = true }))`, in)
	if run.err != nil || run.stdout != "3\n" {
		t.Errorf("%q %v", run.stdout, run.err)
	}
	run = runCode(t, `jsonl.load("-")`, in)
	if run.err == nil || !strings.Contains(run.err.Error(), "standard input:4:1: not JSON") {
		t.Error(run.err)
	}
}

// Rows that end together with what is around their map are not counted as failed ones.
func TestProgressOfAMapThatIsCutShort(t *testing.T) {
	run := runCode(t, `try(task.timeout, "1s", flow.map, 9, function(i) task.sleep(i == 1 and 0 or 60) end, { progress = "rows", concurrency = 4 })`,
		func(c *Config) { c.Progress = "plain" })
	if run.err != nil || !strings.HasPrefix(run.stderr, "rows 11% (1/9)") || strings.Contains(run.stderr, "failed") {
		t.Errorf("%q %v", run.stderr, run.err)
	}
}
