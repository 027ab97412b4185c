-- Files both ways: `echo` sends every file back. Large ones are kept on disk, each is checked by its hash.

local dir = os.getenv("TMPDIR") or "/tmp"
local name = "pierun-example-" .. math.random(1e9)
local echo = pie.launch("echo", {}, { save_dir = dir })

echo:send_bytes("a few bytes", name)
local event, blob = echo:recv("10s")
print(event, blob.size, blob:bytes())

local big = ("0123456789abcdef"):rep(64 * 1024) -- one MiB
echo:send_bytes(big, name)
local _, copy = echo:recv("10s")
print(copy.size, copy:bytes() == big, #copy.hash)

echo:send("bye")
local result = echo:wait()
print(result.event, #result.files)
for _, file in ipairs(result.files) do fs.remove(file.path) end
