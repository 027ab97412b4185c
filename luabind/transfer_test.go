package luabind

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pierun/pierun/pie"
	lua "github.com/yuin/gopher-lua"
)

// eraseLine is what takes a line off the screen.
const eraseLine = "\r\x1b[K"

// onScreen runs code where standard error is a terminal; transfer(seconds) sends 4 MiB in so long a time.
func onScreen(t *testing.T, inPlace bool, code string, arrive func(tell func(pie.Arrival))) string {
	t.Helper()
	var screen strings.Builder
	synctest.Test(t, func(t *testing.T) {
		rt, err := New(Config{Stderr: &screen, Progress: "plain"})
		if err != nil {
			t.Fatal(err)
		}
		rt.board.inPlace = inPlace
		rt.L.SetGlobal("transfer", rt.L.NewFunction(func(L *lua.LState) int {
			pause := time.Duration(float64(L.CheckNumber(1)) * float64(time.Second) / 4)
			rt.newTransfer("notes.bin", nil).run(L, "transfer", func(_ context.Context, told pie.Progress) error {
				for n := range int64(4) {
					<-time.After(pause)
					told((n+1)<<20, 4<<20)
				}
				return nil
			})
			return 0
		}))
		rt.L.SetGlobal("arrive", rt.L.NewFunction(func(*lua.LState) int {
			if tell := rt.baseConfig().Arriving; tell != nil {
				go arrive(tell)
			}
			return 0
		}))
		if err := rt.RunString(t.Context(), "t.lua", code); err != nil {
			t.Error(err)
		}
		rt.Close()
	})
	return screen.String()
}

// TestTransfersThatLastHaveALine on a terminal, which goes with them; a short one has none, and a pipe stays as it is.
func TestTransfersThatLastHaveALine(t *testing.T) {
	if got := onScreen(t, true, "transfer(0.4)", nil); got != "" {
		t.Errorf("a short one: %q", got)
	}
	if got := onScreen(t, false, "transfer(40)", nil); got != "" {
		t.Errorf("no terminal: %q", got)
	}
	got := onScreen(t, true, "transfer(8)", nil)
	want := "notes.bin 25% (1.0 MiB/4.0 MiB), 512 KiB/s, 6s left" + eraseLine +
		"notes.bin 50% (2.0 MiB/4.0 MiB), 512 KiB/s, 4s left" + eraseLine +
		"notes.bin 75% (3.0 MiB/4.0 MiB), 512 KiB/s, 2s left" + eraseLine +
		"notes.bin 100% (4.0 MiB/4.0 MiB), 512 KiB/s" + eraseLine
	if got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// TestArrivalsThatLastHaveALine in the same way, for files that programs send.
func TestArrivalsThatLastHaveALine(t *testing.T) {
	arrive := func(tell func(pie.Arrival)) {
		a := pie.Arrival{InstanceID: "i", Name: "picture.png", Hash: "aa", Total: 4096}
		for a.Done < 4096 {
			a.Done += 1024
			tell(a)
			<-time.After(2 * time.Second)
		}
		a.Ended = true
		tell(a)
		tell(pie.Arrival{InstanceID: "i", Hash: "bb", Done: 1, Total: 1, Ended: true})
	}
	got := onScreen(t, true, "arrive() task.sleep(60)", arrive)
	want := "picture.png 50% (2.0 KiB/4.0 KiB), 1.0 KiB/s, 2s left" + eraseLine +
		"picture.png 75% (3.0 KiB/4.0 KiB), 768 B/s, 1.3s left" + eraseLine +
		"picture.png 100% (4.0 KiB/4.0 KiB), 683 B/s" + eraseLine
	if got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if got := onScreen(t, false, "arrive() task.sleep(60)", arrive); got != "" {
		t.Errorf("no terminal: %q", got)
	}
}
