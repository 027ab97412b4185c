package luavalue

import (
	"bytes"
	"encoding/json"
	"testing"
)

var row = []byte(`{"id":1234,"question":"What is the capital of France, and why?","answers":["Paris","because\nof history"],"meta":{"score":0.25,"ok":true,"source":null}}`)

func BenchmarkDecodeRow(b *testing.B) {
	L := newState(b)
	b.SetBytes(int64(len(row)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Decode(L, row, DecodeOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeRowToAny(b *testing.B) {
	b.SetBytes(int64(len(row)))
	b.ReportAllocs()
	for b.Loop() {
		var v any
		if err := json.Unmarshal(row, &v); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeList(b *testing.B) {
	L := newState(b)
	list := append(append([]byte("["), bytes.Repeat(append(row, ','), 999)...), append(row, ']')...)
	b.SetBytes(int64(len(list)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Decode(L, list, DecodeOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncodeRow(b *testing.B) {
	L := newState(b)
	v, _ := Decode(L, row, DecodeOptions{})
	b.SetBytes(int64(len(row)))
	b.ReportAllocs()
	var dst []byte
	for b.Loop() {
		dst, _ = AppendJSON(dst[:0], v, EncodeOptions{Sort: true})
	}
}
