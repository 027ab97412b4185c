package luavalue

import (
	"encoding/json"
	"math"
	"reflect"
	"testing"
	"unicode/utf8"
)

// FuzzDecode holds Decode to encoding/json: the same texts are taken, with the same meaning, and what was
// decoded encodes to text with that meaning again.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{`{"a":[1,2,{"b":null}],"c":"\u00e9\n"}`, `[]`, `{}`, `"x"`, `-1.5e3`, `[[1,2],[]]`, `{"a":1,"a":[]}`, "[\"\xff\"]", `[1e400]`, `nul`} {
		f.Add([]byte(s))
	}
	L := newState(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		var want any
		wantErr := json.Unmarshal(b, &want)
		if _, words := faultOf(b); json.Valid(b) != (words == "") && words != tooDeep {
			t.Fatalf("%q: the fault is %q, against %v", b, words, wantErr)
		}
		v, err := Decode(L, b, DecodeOptions{})
		if err != nil {
			if wantErr == nil && utf8.Valid(b) && depth(want) <= maxDepth {
				t.Fatalf("%q is refused: %v", b, err)
			}
			return
		}
		if wantErr != nil {
			t.Fatalf("%q is taken, against %v", b, wantErr)
		}
		got, err := ToGo(v)
		if err != nil || !reflect.DeepEqual(plain(got), plain(want)) {
			t.Fatalf("%q: %#v %v, want %#v", b, got, err, want)
		}
		encoded, err := Encode(v, EncodeOptions{Sort: true, Indent: len(b) % 3})
		var again any
		if err != nil || json.Unmarshal(encoded, &again) != nil || !reflect.DeepEqual(plain(again), plain(want)) {
			t.Fatalf("%q encodes as %q: %v", b, encoded, err)
		}
	})
}

// plain makes numbers comparable: one type, one zero.
func plain(v any) any {
	switch t := v.(type) {
	case int64:
		return float64(t)
	case float64:
		return t + math.Copysign(0, 1)
	case []any:
		for i := range t {
			t[i] = plain(t[i])
		}
	case map[string]any:
		for k := range t {
			t[k] = plain(t[k])
		}
	}
	return v
}

func depth(v any) int {
	most := 0
	switch t := v.(type) {
	case []any:
		for _, x := range t {
			most = max(most, depth(x))
		}
		return most + 1
	case map[string]any:
		for _, x := range t {
			most = max(most, depth(x))
		}
		return most + 1
	}
	return 0
}
