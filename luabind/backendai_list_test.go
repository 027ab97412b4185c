package luabind_test

import "testing"

// TestBackendAILists: the lists take this module's options, and the arguments of the JavaScript client.
func TestBackendAILists(t *testing.T) {
	prints(t, `
local client = require("backendai").from_env()
local session = client:session{ image = "python", name = "listed" }
for _, list in ipairs{ client.compute_session.list{ status = "RUNNING" }, client.compute_session.list({ "sess_id", "status" }, { "RUNNING", "PENDING" }),
    client.compute_session.list({ "sess_id" }, "RUNNING"), client.compute_session.list(nil, "RUNNING"), client.compute_session.list() } do
  print(#list, list[1].name, list[1].sess_id, list[1].lang == list[1].image, list[1].status)
end
print(client.compute_session.get({ "sess_id", "status" }, session.id).sess_id, client.compute_session.get(session.id).status)
print(client.compute_session.total_count{ status = "RUNNING" }, client.compute_session.get("00000000-0000-4000-8000-00000000dead"))
print(#client.compute_session.list({ "sess_id", "cpu_used" }), #client.compute_session.list({}, "RUNNING", nil, 1, 1))
print(client.compute_session.get({ "image", "service_ports" }, "listed").id == session.id, client.compute_session.get("no-such"))
print(client.compute_session.total_count("RUNNING"), client.compute_session.total_count({ "TERMINATED" }))
local _, err = try(client.compute_session.list, { "sess_id", "x){y" })
print(err.kind, (tostring(err):match('argument 1 is a list of fields, and "x%){y" is no field')))
`, "1\tlisted\tlisted\ttrue\tRUNNING\n1\tlisted\tlisted\ttrue\tRUNNING\n1\tlisted\tlisted\ttrue\tRUNNING\n"+
		"1\tlisted\tlisted\ttrue\tRUNNING\n1\tlisted\tlisted\ttrue\tRUNNING\nlisted\tRUNNING\n1\tnil\n1\t0\ntrue\tnil\n1\t0\n"+
		"usage\targument 1 is a list of fields, and \"x){y\" is no field\n")
}
