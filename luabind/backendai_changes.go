package luabind

import (
	"context"
	"encoding/json"

	"github.com/pierun/pierun/internal/backendai"
	"github.com/pierun/pierun/luabind/luavalue"
	lua "github.com/yuin/gopher-lua"
)

// baiMutations are the methods that change accounts and the site, by their names in the JavaScript client. Most are for
// admins.
func baiMutations() map[string]backendai.Mutation {
	return map[string]backendai.Mutation{
		"keypair.add":               {Field: "create_keypair", Key: "user_id", Input: "KeyPairInput", Gives: "keypair{access_key secret_key}"},
		"keypair.modify":            {Field: "modify_keypair", Key: "access_key", Input: "ModifyKeyPairInput"},
		"keypair.delete":            {Field: "delete_keypair", Key: "access_key"},
		"user.create":               {Field: "create_user", Key: "email", Input: "UserInput", Gives: "user{email}"},
		"user.modify":               {Field: "modify_user", Key: "email", Input: "ModifyUserInput"},
		"user.delete":               {Field: "delete_user", Key: "email"},
		"resource_preset.add":       {Field: "create_resource_preset", Key: "name", Input: "CreateResourcePresetInput"},
		"resource_preset.mutate":    {Field: "modify_resource_preset", Key: "name", Input: "ModifyResourcePresetInput"},
		"resource_preset.delete":    {Field: "delete_resource_preset", Key: "name"},
		"resource_policy.add":       {Field: "create_keypair_resource_policy", Key: "name", Input: "CreateKeyPairResourcePolicyInput"},
		"resource_policy.modify":    {Field: "modify_keypair_resource_policy", Key: "name", Input: "ModifyKeyPairResourcePolicyInput"},
		"resource_policy.delete":    {Field: "delete_keypair_resource_policy", Key: "name"},
		"maintenance.rescan_images": {Field: "rescan_images", Key: "registry", Gives: "task_id"},
	}
}

// changing is the method of a mutation: (key[, props]) gives what the manager says. Only maintenance goes without a key.
func changing(m backendai.Mutation) baiMethod {
	most := 1
	if m.Input != "" {
		most = 2
	}
	return baiMethod{most, func(L *lua.LState, c *baiClient, op string) int {
		key := luavalue.ArgText(L, 1, op, "")
		if key == "" && m.Field != "rescan_images" {
			key = luavalue.ArgString(L, 1, op)
		}
		props := json.RawMessage("{}")
		if m.Input != "" {
			props = baiBody(L, 2, op)
		}
		return pushJSON(L, baiAsk(L, op, func(ctx context.Context) (json.RawMessage, error) { return c.inner.Change(ctx, m, key, props) }))
	}}
}

// client:get_task_logs(id) gives what a batch task wrote, by the UUID of its kernel.
func baiTaskLogs(L *lua.LState) int {
	const op = "client:get_task_logs"
	c, id := self[*baiClient](L, op), luavalue.ArgString(L, 2, op)
	L.Push(lua.LString(baiAsk(L, op, func(ctx context.Context) (string, error) { return c.inner.TaskLogs(ctx, id) })))
	return 1
}

// client:fetch_ssh_keypair() gives {ssh_public_key = text}, the key that sessions let in; no field for none.
func baiSSHKey(L *lua.LState) int {
	const op = "client:fetch_ssh_keypair"
	t := L.CreateTable(0, 1)
	setKnown(t, "ssh_public_key", baiAsk(L, op, self[*baiClient](L, op).inner.SSHKey))
	L.Push(t)
	return 1
}

// client:refresh_ssh_keypair() makes a new pair and gives {ssh_public_key, ssh_private_key}, as public and private, too.
func baiNewSSHKey(L *lua.LState) int {
	const op = "client:refresh_ssh_keypair"
	c := self[*baiClient](L, op)
	return pushGo(L, baiAsk(L, op, func(ctx context.Context) (map[string]string, error) {
		public, private, err := c.inner.RenewSSHKey(ctx)
		return map[string]string{"ssh_public_key": public, "ssh_private_key": private, "public": public, "private": private}, err
	}))
}
