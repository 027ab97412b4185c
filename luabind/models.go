package luabind

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/pierun/pierun/luabind/luavalue"
	lua "github.com/yuin/gopher-lua"
)

// client:models() gives the names of the models that the server has, sorted.
func clientModels(L *lua.LState) int {
	c := connected(L, "client:models")
	text := ask(L, "client:models", func(ctx context.Context) (string, error) { return c.inner.Query(ctx, "model_status", "") })
	list := L.CreateTable(4, 0)
	for _, name := range modelNames(text) {
		list.Append(lua.LString(name))
	}
	L.Push(luavalue.Array(L, list))
	return 1
}

// modelMetrics are metrics that every generation reports of a model: what stands before them is its name, which may
// have dots itself.
var modelMetrics = [...]string{".kv_pages_total", ".kv_pages_used", ".total_batches", ".total_tokens_processed"}

// modelNames finds the models in a server's status, an object with keys "<model>.<metric>". Where no known metric
// is among them, a name ends at the last dot.
func modelNames(status string) []string {
	var object map[string]json.RawMessage
	if json.Unmarshal([]byte(status), &object) != nil {
		return nil
	}
	names, guesses := map[string]bool{}, map[string]bool{}
	for key := range object {
		for _, metric := range modelMetrics {
			if name, ok := strings.CutSuffix(key, metric); ok {
				names[name] = true
			}
		}
		if at := strings.LastIndexByte(key, '.'); at > 0 {
			guesses[key[:at]] = true
		}
	}
	if len(names) == 0 {
		names = guesses
	}
	return slices.Sorted(maps.Keys(names))
}
