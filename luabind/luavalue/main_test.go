package luavalue

import (
	"testing"

	lua "github.com/yuin/gopher-lua"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// newState gives a Lua state that is closed with the test.
func newState(t testing.TB) *lua.LState {
	L := lua.NewState()
	t.Cleanup(L.Close)
	return L
}

// eval gives the value of a Lua expression.
func eval(t testing.TB, L *lua.LState, expr string) lua.LValue {
	t.Helper()
	if err := L.DoString("return " + expr); err != nil {
		t.Fatal(err)
	}
	defer L.Pop(1)
	return L.Get(-1)
}

// fails runs code and gives what it raised.
func fails(t testing.TB, L *lua.LState, code string) *Error {
	t.Helper()
	fn, err := L.Load(stringReader(code), "flow.lua")
	if err != nil {
		t.Fatal(err)
	}
	L.Push(fn)
	err = L.PCall(0, 0, nil)
	if err == nil {
		t.Fatalf("no error from %s", code)
	}
	return FromGo(L, err)
}
