package luabind

import (
	"context"

	"github.com/pierun/pierun/internal/backendai"
	"github.com/pierun/pierun/luabind/luavalue"
	lua "github.com/yuin/gopher-lua"
)

// client:login() logs in at the web server; true.
func baiLogin(L *lua.LState) int {
	baiDo(L, "client:login", self[*baiClient](L, "client:login").inner.Login)
	L.Push(lua.LTrue)
	return 1
}

// client:token_login([token[, name]]) logs in with the token of a single sign-on, that of the options if none is given; true.
func baiTokenLogin(L *lua.LState) int {
	const op = "client:token_login"
	c, token, name := self[*baiClient](L, op), luavalue.ArgText(L, 2, op, ""), luavalue.ArgText(L, 3, op, "")
	baiDo(L, op, func(ctx context.Context) error { return c.inner.TokenLogin(ctx, token, name) })
	L.Push(lua.LTrue)
	return 1
}

func baiCheckLogin(L *lua.LState) int {
	c := self[*baiClient](L, "client:check_login")
	L.Push(lua.LBool(baiAsk(L, "client:check_login", c.inner.CheckLogin)))
	return 1
}

func baiLogout(L *lua.LState) int {
	baiDo(L, "client:logout", self[*baiClient](L, "client:logout").inner.Logout)
	return 0
}

func baiVerify(L *lua.LState) int {
	baiDo(L, "client:verify", self[*baiClient](L, "client:verify").inner.Verify)
	return 0
}

// client:authorize(user, password[, domain]) gives {access_key, secret_key, role, status}.
func baiAuthorize(L *lua.LState) int {
	const op = "client:authorize"
	c, user, password, domain := self[*baiClient](L, op), luavalue.ArgString(L, 2, op), luavalue.ArgString(L, 3, op), luavalue.ArgText(L, 4, op, "")
	return pushGo(L, baiAsk(L, op, func(ctx context.Context) (*backendai.Keys, error) {
		return c.inner.Authorize(ctx, domain, user, password)
	}))
}
