package luabind_test

import "testing"

// TestBackendAIBounds: what a script would keep in memory has a bound; what is beyond is refused in words, never cut, and the
// session and the client go on.
func TestBackendAIBounds(t *testing.T) {
	prints(t, `
local backendai = require "backendai"
local client, tight = backendai.client(), backendai.client{ max_body = "4KiB" }
local session = client:session{ image = "python", name = "bounded" }
session:write("fits", ("x"):rep(4096))
session:write("more", ("x"):rep(4097))
local same = tight:attach("bounded")
local function failure(fn, ...) local _, err = try(fn, ...); return err.kind, tostring(err):match("more than may be kept in memory") or tostring(err):match("larger than the 4096 bytes that may be kept of one") or err.message end

print(#same:read("fits"), #tight:download_single("bounded", "fits"), #tight:download("bounded", { "fits" })["fits"])
print(failure(same.read, same, "more"))
print(failure(tight.download_single, tight, "bounded", "more"))
print(failure(tight.download, tight, "bounded", { "more" }))
print(failure(tight.download, tight, "bounded", { "fits", "fits" }))

session:execute("print('" .. ("y"):rep(5000) .. "')")
print(failure(tight.get_logs, tight, "bounded"))
print(failure(same.execute, same, "print('" .. ("y"):rep(5000) .. "')"))
print(failure(same.execute, same, "print('" .. ("a"):rep(2500) .. "')\ntime.sleep(1)\nprint('" .. ("b"):rep(2500) .. "')"))
print(failure(same.execute, same, "print('" .. ("y"):rep(5000) .. "')\nsleep(forever)"))
print(same:execute("6*7").stdout, #client:get_logs("bounded").result.logs > 10000, tight:get_info("bounded").status)
`, "4096\t4096\t4096\noverflow\tmore than may be kept in memory\noverflow\tmore than may be kept in memory\noverflow\tmore than may be kept in memory\n"+
		"overflow\tmore than may be kept in memory\nprotocol\tlarger than the 4096 bytes that may be kept of one\n"+
		"overflow\tsession:execute: the code has written more than 4096 bytes\noverflow\tsession:execute: the code has written more than 4096 bytes\n"+
		"overflow\tsession:execute: the code has written more than 4096 bytes\n42\ttrue\tRUNNING\n")
}
