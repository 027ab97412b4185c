package luabind

import (
	"fmt"

	"github.com/pierun/pierun/luabind/luavalue"
	"github.com/pierun/pierun/luabind/sched"
	lua "github.com/yuin/gopher-lua"
)

// openChannelType makes the metatable of channels; called, one is the iterator of a for loop.
func (rt *Runtime) openChannelType() {
	methods := map[string]lua.LGFunction{"send": channelSend, "recv": channelRecv, "close": channelClose}
	mt := rt.openType(channelMeta, methods, func(L *lua.LState) int {
		L.Push(lua.LString(fmt.Sprintf("channel (%d waiting to be received)", self[*sched.Channel](L, "channel:tostring").Len())))
		return 1
	})
	rt.L.SetFuncs(mt, map[string]lua.LGFunction{"__len": channelLen, "__call": channelNext})
}

// task.channel([capacity = 0]) makes a channel.
func (rt *Runtime) taskChannel(L *lua.LState) int {
	capacity := luavalue.ArgInt(L, 1, "task.channel", 0)
	if capacity < 0 {
		luavalue.WrongArg(L, 1, "task.channel", "must not be negative (it is %d)", capacity)
	}
	L.Push(rt.newUserData(channelMeta, sched.NewChannel(rt.sched, capacity)))
	return 1
}

// channel:send(v[, timeout]) waits until there is room, or a receiver.
func channelSend(L *lua.LState) int {
	ch := self[*sched.Channel](L, "channel:send")
	v := L.Get(2)
	if v == lua.LNil {
		raise(L, "channel:send", luavalue.KindUsage, "nil is absence; send json.null or false instead", "channel:send: nil cannot be sent")
	}
	ch.Send(L, v, luavalue.ArgDuration(L, 3, "channel:send", -1))
	return 0
}

// channel:recv([timeout]) gives the next value, nil when the channel is closed and empty.
func channelRecv(L *lua.LState) int {
	ch := self[*sched.Channel](L, "channel:recv")
	v, ok := ch.Take(L, luavalue.ArgDuration(L, 2, "channel:recv", -1))
	if !ok {
		v = lua.LNil
	}
	L.Push(v)
	return 1
}

// channel:close() says that nothing more will be sent. Twice is harmless.
func channelClose(L *lua.LState) int {
	self[*sched.Channel](L, "channel:close").Close()
	return 0
}

// #channel is the number of values that are waiting to be received.
func channelLen(L *lua.LState) int {
	L.Push(lua.LNumber(self[*sched.Channel](L, "#channel").Len()))
	return 1
}

// for v in channel do
func channelNext(L *lua.LState) int {
	v, ok := self[*sched.Channel](L, "channel").Take(L, -1)
	if !ok {
		v = lua.LNil
	}
	L.Push(v)
	return 1
}
