package luabind_test

import "testing"

// TestBackendAIEmptySettings: a setting that is empty is told by name, with the variable that would have been taken instead.
func TestBackendAIEmptySettings(t *testing.T) {
	prints(t, `
local backendai = require "backendai"
local function said(f, ...) local _, err = try(f, ...); print(err and err.kind, err and err.message) end
said(backendai.client, { access_key = "" })
said(backendai.client, { secret_key = "" })
said(backendai.client, { endpoint = "" })
said(backendai.client, { endpoint = " , " })
said(backendai.client, { token = "" })
said(backendai.client_config, "", "x", "http://h")
said(backendai.client_config, "a", "", "http://h")
said(backendai.client_config, "a", "b", "")
print(backendai.client_config("a", nil, "http://h").access_key, backendai.client_config{ agent_signature = "" }.endpoint)
`, "usage\tbackendai.client: option \"access_key\" is empty; give it a value, or leave it out (nil) and it is that of BACKEND_ACCESS_KEY\n"+
		"usage\tbackendai.client: option \"secret_key\" is empty; give it a value, or leave it out (nil) and it is that of BACKEND_SECRET_KEY\n"+
		"usage\tbackendai.client: option \"endpoint\" is empty; give it a value, or leave it out (nil) and it is that of BACKEND_ENDPOINT\n"+
		"usage\tbackendai.client: option \"endpoint\" is empty; give it a value, or leave it out (nil) and it is that of BACKEND_ENDPOINT\n"+
		"usage\tbackendai.client: option \"token\" is empty; give it a value, or leave it out\n"+
		"usage\tbackendai.client_config: argument 1 is empty; give it a value, or leave it out (nil) and it is that of BACKEND_ACCESS_KEY\n"+
		"usage\tbackendai.client_config: argument 2 is empty; give it a value, or leave it out (nil) and it is that of BACKEND_SECRET_KEY\n"+
		"usage\tbackendai.client_config: argument 3 is empty; give it a value, or leave it out (nil) and it is that of BACKEND_ENDPOINT\n"+
		"a\thttp://manager.test:8081\n")
}

// TestBackendAIModes: a mode is known in any case of its letters, and what is wrong is not blamed on the environment alone.
func TestBackendAIModes(t *testing.T) {
	prints(t, `
local backendai = require "backendai"
print(backendai.client_config{ mode = "api" }.connection_mode, backendai.client_config("me", "secret", "http://h", "session").connection_mode)
print(backendai.client_config("me", "secret", "http://h", "Session").user_id)
local function said(o) local _, err = try(backendai.client, o); print(err.kind, err.message) end
said{ mode = "FOO" }
said{ ca_file = "no-such.pem" }
said{ api_version = "7" }
`, "API\tSESSION\nme\n"+
		"usage\tthe connection mode (mode, or BACKEND_ENDPOINT_TYPE): \"FOO\" is no connection mode; it is \"API\" (signed requests to the manager) or "+
		"\"SESSION\" (login at a web server), in any case of letters\n"+
		"usage\tthe file of authorities to trust (ca_file, or BACKEND_CA_FILE): open no-such.pem: no such file or directory\n"+
		"usage\tthe API version to speak (api_version, or BACKEND_API_VERSION): \"7\" is no API version; one looks like v6.20220615\n")
}
