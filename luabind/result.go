package luabind

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/pie"
	lua "github.com/yuin/gopher-lua"
)

// openResultType makes the metatable of results, which are plain tables with a method.
func (rt *Runtime) openResultType() {
	mt := rt.L.NewTypeMetatable(resultMeta)
	mt.RawSetString("__index", rt.L.SetFuncs(rt.L.CreateTable(0, 1), map[string]lua.LGFunction{"json": resultJSON}))
	mt.RawSetString("__tostring", rt.L.NewFunction(resultToString))
	mt.RawSetString("__concat", rt.L.NewFunction(resultConcat))
}

// resultToString is a result in a print: how it ended, and the beginning of its text.
func resultToString(L *lua.LState) int {
	t := luavalue.ArgTable(L, 1, "tostring")
	text, how := t.RawGetString("text").String(), t.RawGetString("event").String()
	if t.RawGetString("event") == lua.LNil {
		how = "not at its end"
	}
	whose := cmp.Or(t.RawGetString("program").String(), "an instance")
	L.Push(lua.LString(fmt.Sprintf("result of %s (%s): %q", whose, how, shorten(text, 60))))
	return 1
}

// resultConcat says what is meant, where the machine would speak of a table.
func resultConcat(L *lua.LState) int {
	luavalue.Raise(L, luavalue.Errorf(luavalue.KindUsage, "a result has several texts: .. does not know which is meant").
		WithHint("r.text is what was returned, or printed; also r.stdout, r.value, r.messages"))
	return 0
}

// result makes the table of what the instance has told so far: what was read, and what is still to be read.
func (i *instance) result(L *lua.LState) *lua.LTable {
	unread := i.pending[i.next:]
	if i.failure == nil && !i.settled {
		i.pending = i.inner.Take(i.compact())
		unread = i.pending
	}
	c := i.record().collect(L, unread)
	t := L.CreateTable(0, 16)
	t.Metatable = i.rt.L.GetTypeMetatable(resultMeta)
	if i.end != 0 {
		t.RawSetString("event", i.rt.eventNames[i.end])
	}
	i.setTexts(t, c)
	t.RawSetString("messages", c.messages)
	files := L.CreateTable(len(c.files), 0)
	for _, b := range c.files {
		files.Append(i.rt.blobValue(b))
	}
	t.RawSetString("files", luavalue.Array(L, files))
	t.RawSetString("truncated", lua.LBool(c.truncated))
	t.RawSetString("instance_id", lua.LString(i.inner.ID()))
	t.RawSetString("program", lua.LString(i.program()))
	i.setTimes(t)
	return t
}

// setTexts sets the returned text and the streams. The words of any other end are no returned text.
func (i *instance) setTexts(t *lua.LTable, c collected) {
	value := ""
	if i.end == pie.Completed {
		value = i.endText
	}
	stdout := lua.LString(c.stdout)
	t.RawSetString("value", lua.LString(value))
	t.RawSetString("stdout", stdout)
	t.RawSetString("stderr", lua.LString(c.stderr))
	t.RawSetString("text", lua.LString(value))
	if value == "" {
		t.RawSetString("text", stdout)
	}
}

// setTimes sets what is known of the times since the launch call.
func (i *instance) setTimes(t *lua.LTable) {
	launched, first, ended := i.inner.Timing()
	if !i.attached {
		t.RawSetString("launched", seconds(launched))
	}
	if first > 0 {
		t.RawSetString("first_output", seconds(first))
	}
	if ended > 0 {
		t.RawSetString("elapsed", seconds(ended))
	}
}

// result:json([opts]) decodes the returned text, else what was printed, with the options of json.decode.
func resultJSON(L *lua.LState) int {
	const op = "result:json"
	t := luavalue.ArgTable(L, 1, op)
	text, _ := t.RawGetString("text").(lua.LString)
	v, err := decode(L, []byte(text), decodeOptions(luavalue.Opts(L, 2, op, "null", "big")))
	if err != nil {
		e := luaError(op, err)
		e.Op = op
		if !errors.Is(err, luavalue.ErrBig) {
			e.Hint = "the program returned: " + shorten(string(text), 80)
		}
		luavalue.Raise(L, e)
	}
	L.Push(v)
	return 1
}

// shorten cuts a text for a message.
func shorten(text string, limit int) string {
	if r := []rune(text); len(r) > limit {
		return string(r[:limit]) + "…"
	}
	return text
}
