package wire

import (
	"slices"
	"strings"
	"testing"
)

// TestLists reads the recorded lists and says them again.
func TestLists(t *testing.T) {
	lists := 0
	for _, v := range readVectors(t, "testdata/golden/*.jsonl") {
		d := v.dialect(t)
		var e Event
		if v.Direction != "s2c" || d.DecodeEvent(v.frame, v.Text != nil, &e) != nil {
			continue
		}
		if e.Kind != Listing && !strings.HasPrefix(string(e.Text), `[{"id"`) {
			continue
		}
		lists++
		infos, err := d.List(&e)
		if err != nil || len(infos) > 0 && (infos[0].ID == "" || infos[0].User == "" || infos[0].HasState != (d.Family == "instance")) {
			t.Errorf("%s:%d: %+v, %v", v.file, v.line, infos, err)
		}
		again, _, err := d.EncodeEvent(nil, &Event{Kind: Listing, OK: true, Corr: e.Corr, Instances: infos})
		if err != nil || string(again) != string(v.frame) {
			t.Errorf("%s:%d: %v\n got %q\nwant %q", v.file, v.line, err, again, v.frame)
		}
	}
	if lists < 9 {
		t.Errorf("only %d lists in testdata", lists)
	}
}

func TestListIsTheCallersOwn(t *testing.T) {
	d, _ := Find("instance-0.2")
	frame, _, err := d.EncodeEvent(nil, &Event{Kind: Listing, Instances: []InstanceInfo{{ID: "one"}, {ID: "two"}}})
	if err != nil {
		t.Fatal(err)
	}
	var e Event
	if err := d.DecodeEvent(frame, false, &e); err != nil {
		t.Fatal(err)
	}
	infos, _ := d.List(&e)
	e.Instances[0].ID = "other"
	if infos[0].ID != "one" {
		t.Error("the list changes with the event that is reused")
	}
}

func TestIDs(t *testing.T) {
	d, _ := Find("process-0.4")
	for _, test := range []struct {
		kind CommandKind
		e    Event
		want []string
		fail bool
	}{
		{Launch, Event{Kind: Answer, OK: true, Text: []byte("x")}, []string{"x"}, false},
		{Launch, Event{Kind: Answer, OK: true}, nil, false},
		{LaunchMany, Event{Kind: Answer, OK: true, Text: []byte(`["x","y"]`)}, []string{"x", "y"}, false},
		{LaunchMany, Event{Kind: Answer, OK: true, Text: []byte(`no`)}, nil, true},
		{LaunchMany, Event{Kind: Answer, Text: []byte(`["x"]`)}, nil, true},
		{Launch, Event{Kind: Stdout, Text: []byte("x")}, nil, true},
	} {
		if got, err := d.IDs(test.kind, &test.e); !slices.Equal(got, test.want) || (err != nil) != test.fail {
			t.Errorf("%v %s: %v, %v", test.kind, test.e.Text, got, err)
		}
	}
}
