package journal

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

func TestInstalled(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "pierun", "runs")
	if list, err := AllInstalled(dir); err != nil || list != nil {
		t.Errorf("%v, %v", list, err)
	}
	for _, p := range []Installed{
		{Server: "ws://x", Name: "a@1.0.0", Hash: "1"}, {Server: "ws://y", Name: "a@1.0.0", Hash: "1"},
		{Server: "ws://x", Name: "a@1.0.0", Hash: "2"},
	} {
		if err := AddInstalled(dir, p); err != nil {
			t.Fatal(err)
		}
	}
	damaged, err := os.OpenFile(installedPath(dir), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = damaged.WriteString("{\"serv")
	_ = damaged.Close()
	list, err := AllInstalled(dir)
	got := ""
	for _, p := range list {
		got += fmt.Sprint(p.Server, " ", p.Name, " ", p.Hash, "; ")
	}
	if want := "ws://x a@1.0.0 2; ws://y a@1.0.0 1; "; err != nil || got != want {
		t.Errorf("%s, %v", got, err)
	}
}
