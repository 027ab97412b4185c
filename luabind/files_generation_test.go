package luabind_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pierun/pierun/pie/wire"
)

// Files, both ways, on every generation that can; DIR is a folder, SENDS and RECEIVES what the generation can do.
const filesEverywhere = `
local c = pie.default()
assert(c:supports("send_file") == SENDS and c:supports("recv_file") == RECEIVES)
if not RECEIVES then return print("fine") end

local function bytes(n) return ("0123456789abcdef"):rep(n / 16) end

-- many at once, identical ones included, into a folder and read from the result
local sizes = { 16, 2^18, 3 * 2^18 + 16 }
local steps = {}
for _, n in ipairs(sizes) do
  steps[#steps + 1] = { "big", "a.bin", n }
  steps[#steps + 1] = { "big", "../../a.bin", n }
end
fs.mkdir(DIR .. "/in")
local outs = task.all { function() return pie.run("puppet", { script = json.encode(steps) }, { save_dir = DIR .. "/in" }) end,
  function() return pie.run("puppet", { script = json.encode(steps) }) end }
for k, out in ipairs(outs) do
  assert(#out.files == 6)
  for n, f in ipairs(out.files) do
    assert(f.size == sizes[math.ceil(n / 2)] and f:bytes() == bytes(f.size), n)
    assert(k == 2 or f.path:sub(1, #DIR) == DIR, f.path)
  end
end
assert(#fs.list(DIR .. "/in") == 6)
for _, f in ipairs(fs.list(DIR .. "/in")) do assert(not f:find("part", 1, true), f) end

-- a large one is on disk until nobody has it
local large = pie.run("puppet", { script = json.encode({ { "big", "large.bin", 9 * 2^20 } }) }).files[1]
assert(large.path and large:bytes() == bytes(9 * 2^20))
local saved = large:save(DIR .. "/large.bin")
assert(fs.read(saved) == large:bytes())

-- cut in the middle: nothing half is left, and the error names the file
fs.mkdir(DIR .. "/cut")
local inst = pie.launch("puppet", { script = json.encode({ { "big", "cut.bin", 2^24 } }) }, { save_dir = DIR .. "/cut" })
inst:terminate()
inst:wait { check = false }
for _, f in ipairs(fs.list(DIR .. "/cut")) do assert(not f:find("part", 1, true), f) end

-- a folder that is gone, or no folder any more
fs.mkdir(DIR .. "/gone")
local inst = pie.launch("puppet", { script = json.encode({ { "sleep", 1 }, { "big", "late.bin", 2^20 } }) }, { save_dir = DIR .. "/gone" })
fs.remove(DIR .. "/gone")
local _, err = try(inst.wait, inst)
assert(err.kind == "io" and (tostring(err):find("late.bin", 1, true) or tostring(err):find("the file %x+")), tostring(err))

local inst = pie.launch("puppet", { script = json.encode({ { "bounce" }, { "bounce" }, { "bounce" } }) })
if not SENDS then
  local _, err = try(inst.send_bytes, inst, "x")
  assert(err.kind == "unsupported" and tostring(err):find(DIALECT, 1, true), tostring(err))
  return print("fine")
end
local path = DIR .. "/out.bin"
fs.write(path, bytes(2^20))
local told = {}
local function note(done, total) told[#told + 1] = done; assert(total == 2^20 and done <= total) end
inst:send_file(path, { progress = note })
assert(told[#told] == 2^20 and select(2, inst:recv()):bytes() == bytes(2^20))
inst:send_file(path, "other.bin", { progress = note })
inst:recv()
inst:send_bytes(bytes(2^20), nil, { progress = note })
inst:recv()
for n = 2, #told do assert(told[n] > told[n - 1] or told[n - 1] == 2^20, n) end
local _, err = try(inst.send_file, inst, DIR .. "/none.bin")
assert(err.kind == "io" and tostring(err):find("none.bin", 1, true) or err.kind == "refused", tostring(err))
print("fine")`

func TestFilesOnEveryGeneration(t *testing.T) {
	for _, d := range wire.Generations() {
		if d.Features.HashNames && !d.Features.Registry {
			continue // it knows no names; the client's own tests have it
		}
		t.Run(d.Generation, func(t *testing.T) {
			dir := t.TempDir()
			t.Setenv("TMPDIR", t.TempDir())
			f := d.Features
			words := map[bool]string{true: "true", false: "false"}
			code := "DIR = [[" + filepath.ToSlash(dir) + "]] DIALECT = '" + d.Generation + "' SENDS, RECEIVES = " +
				words[f.SendFiles] + ", " + words[f.RecvFiles] + filesEverywhere
			bubble(t, func(t *testing.T) {
				h := newHost(t, speaking(d.Generation))
				if err := h.run(code); err != nil || h.stdout.String() != "fine\n" {
					t.Errorf("%s%s", h.stdout.String(), h.rt.Describe(err))
				}
			})
			if left, err := os.ReadDir(os.TempDir()); err != nil || len(left) != 0 {
				t.Errorf("left behind: %v %v", left, err)
			}
			leftParts(t, dir)
		})
	}
}

// leftParts fails if a half file is anywhere in the folder.
func leftParts(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if strings.HasSuffix(path, ".part") {
			t.Errorf("left behind: %s", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
