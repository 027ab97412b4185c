package luabind_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/pierun/pierun/internal/backendai"
	"github.com/pierun/pierun/luabind"
)

// requestOf is the first request that a piece of Lua makes of a client.
func requestOf(t *testing.T, version, code string) *asked {
	t.Helper()
	a := &asked{version: max(version, "v4.20190615")}
	server := httptest.NewServer(a)
	defer server.Close()
	rt, err := luabind.New(luabind.Config{Stdout: io.Discard, Stderr: io.Discard, BackendAI: backendai.Sources{LookupEnv: managerEnv}})
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	whole := fmt.Sprintf("local client = require('backendai').client{ endpoint = %q, api_version = %q }\nlocal _, err = try(function() %s end)\n"+
		"if err and err.kind == 'usage' then error(err) end", server.URL, version, code)
	if err := rt.RunString(ctx, "call.lua", whole); err != nil {
		t.Fatal(rt.Describe(err))
	}
	return a
}

// TestBackendAIArgumentsByPlace: arguments of the JavaScript client are sent to the manager, none is left out.
func TestBackendAIArgumentsByPlace(t *testing.T) {
	const keys, user, policy = "access_key is_active is_admin resource_policy rate_limit concurrency_used user_id created_at last_used",
		"email full_name role status domain_name groups{id,name}", "name max_concurrent_sessions total_resource_slots idle_timeout max_session_lifetime"
	const session = "id name status status_info image type created_at terminated_at occupied_slots service_ports result access_key"
	for _, c := range []struct{ version, code, query, variables string }{
		{"v7.20230615", `client.keypair.info("OTHER", { "rate_limit" })`, "query($access_key:String!) {  keypair(access_key:$access_key) { rate_limit }}", `{"access_key":"OTHER"}`},
		{"v7.20230615", `client.keypair.info()`, "query {  keypair { " + keys + " }}", `{}`},
		{"v7.20230615", `client.keypair.list("bob@x", nil, true)`, "query($email:String!, $is_active:Boolean) {  keypairs(email:$email, is_active:$is_active) { " + keys + " }}", `{"is_active":true,"email":"bob@x"}`},
		{"v4.20190315", `client.keypair.list("bob@x")`, "query($user_id:String!) {  keypairs(user_id:$user_id) { " + keys + " }}", `{"user_id":"bob@x"}`},
		{"v7.20230615", `client.user.get("bob@x")`, "query($email:String) {  user(email:$email) { " + user + " }}", `{"email":"bob@x"}`},
		{"v7.20230615", `client.user.list(false, { "email" })`, "query($is_active:Boolean) {  users(is_active:$is_active) { email }}", `{"is_active":false}`},
		{"v7.20230615", `client.group.list(true, "other")`, "query($domain_name:String, $is_active:Boolean) {  groups(domain_name:$domain_name, is_active:$is_active) { id name domain_name }}", `{"domain_name":"other","is_active":true}`},
		{"v7.20230615", `client.resource_policy.get("gold")`, "query($n:String!) {  keypair_resource_policy(name:$n) { " + policy + " }}", `{"n":"gold"}`},
		{"v7.20230615", `client.agent.list("TERMINATED", { "id" })`, "query($status:String, $limit:Int!, $offset:Int!) {  agent_list(status:$status, limit:$limit, offset:$offset) { items { id } total_count }}", `{"limit":100,"offset":0,"status":"TERMINATED"}`},
		{"v4.20190615", `client.agent.list()`, "query($status:String) {  agents(status:$status) { id status available_slots occupied_slots version }}", `{"status":"ALIVE"}`},
		{"v7.20230615", `client.image.list{ "name", "labels { key value }" }`, "query {  images { name labels { key value } }}", `{}`},
		{"v7.20230615", `client.compute_session.list({ "tag", "sess_id" }, "PENDING", "KEY", 5, 10, "g-1")`, "query($limit:Int!,$offset:Int!,$ak:String,$group_id:String,$status:String){" +
			"compute_session_list(limit:$limit,offset:$offset,access_key:$ak,group_id:$group_id,status:$status){items{" + session + " tag} total_count}}",
			`{"ak":"KEY","group_id":"g-1","limit":5,"offset":10,"status":"PENDING"}`},
		{"v7.20230615", `client.compute_session.get({ "tag" }, "0f0d1c3e-0000-4000-8000-000000000002")`, "query($i:UUID!) {  compute_session(id:$i) { " + session + " tag }}", `{"i":"0f0d1c3e-0000-4000-8000-000000000002"}`},
		{"v4.20190615", `client.compute_session.get({ "status" }, "mine", "d", "KEY")`, "query($sid:String!, $dn:String, $ak:String) {  compute_session(sess_id:$sid, domain_name:$dn, access_key:$ak) { status }}", `{"ak":"KEY","dn":"d","sid":"mine"}`},
		{"v4.20190615", `client.compute_session.list({ "status" }, "RUNNING", "KEY")`, "query($ak:String, $status:String) {  compute_sessions(access_key:$ak, status:$status) { status }}", `{"ak":"KEY","status":"RUNNING"}`},
		{"v7.20230615", `client.keypair.add("bob@x", true, false, "gold", 5)`, "mutation($key:String!,$props:KeyPairInput!){create_keypair(user_id:$key,props:$props){ok msg keypair{access_key secret_key}}}",
			`{"key":"bob@x","props":{"is_active":true,"is_admin":false,"rate_limit":5,"resource_policy":"gold"}}`},
		{"v7.20230615", `client.user.add("bob@x", { full_name = "Bob" })`, "mutation($key:String!,$props:UserInput!){create_user(email:$key,props:$props){ok msg user{email}}}", `{"key":"bob@x","props":{"full_name":"Bob"}}`},
	} {
		want, _ := json.Marshal(map[string]any{"query": c.query, "variables": json.RawMessage(c.variables)})
		if got := requestOf(t, c.version, c.code).body; sortedKeys(got) != sortedKeys(string(want)) {
			t.Errorf("%s on %s sends\n%s, want\n%s", c.code, c.version, got, want)
		}
	}
}

// TestBackendAIInvitees: who shares a folder is asked of one folder, and what they may is changed.
func TestBackendAIInvitees(t *testing.T) {
	for code, want := range map[string][3]string{
		`client.vfolder.list_invitees("ff")`: {"GET", "/folders/_/shared?vfolder_id=ff", ""},
		`client.vfolder.shared()`:            {"GET", "/folders/_/shared", ""},
		`client.vfolder.modify_invitee_permission{ perm = "ro", user = "u", vfolder = "v" }`: {"POST", "/folders/_/shared", `{"perm":"ro","user":"u","vfolder":"v"}`},
		`client.vfolder.create("data", "local", "g", "general", "rw", true)`: {"POST", "/folders",
			`{"name":"data","host":"local","group":"g","usage_mode":"general","permission":"rw","cloneable":true}`},
		`client:execute("mine", json.null, "query", "x", json.null)`: {"POST", "/session/mine", `{"mode":"query","code":"x","runId":null,"options":null}`},
	} {
		if a := requestOf(t, "v7.20230615", code); a.method != want[0] || a.path != want[1] || sortedKeys(a.body) != sortedKeys(want[2]) {
			t.Errorf("%s sends %s %s %s", code, a.method, a.path, a.body)
		}
	}
}

// TestBackendAIConfigFields: a configuration tells what the JavaScript client's does, but the secret.
func TestBackendAIConfigFields(t *testing.T) {
	prints(t, `
local config = require("backendai").client_config{ access_key = "A", secret_key = "S", endpoint = "http://Manager.test:8081/", api_version = "v6.20220615" }
print(config.endpoint_host, config.api_version, config.api_version_major, config.hash_type, config.secret_key, config.user_id)
print(require("backendai").client_config("A", "S", "http://h:80", "API").endpoint_host, require("backendai").client_config("A", "S").api_version_major)
`, "manager.test:8081\tv6.20220615\tv6\tsha256\tnil\tnil\nh\tnil\n")
}
