package cli

import (
	"bytes"
	"context"
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/pierun/pierun/pie"
)

// Ctrl-D leaves the instance running where the server can do that; where it cannot, the person is told and stays.
func TestAttachLeavesAtCtrlD(t *testing.T) {
	for generation, want := range map[string]string{
		"worker-0.5":   "goes on; pierun attach ",
		"instance-0.2": "goes on; pierun attach ",
		"process-0.4":  "goes on; this server lets nobody attach to it again",
	} {
		t.Run(generation, func(t *testing.T) {
			e := engineOf(t, generation)
			server := &connection{cfg: pie.Config{URI: "ws://somewhere:1", DialContext: e.DialContext}}
			var out, errs bytes.Buffer
			a := &app{env: Env{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Getenv: environment()}}
			err := server.with(t.Context(), func(ctx context.Context, client *pie.Client) error {
				i, err := client.Launch(ctx, pie.Launch{Program: "echo@0.1.0", Values: map[string]any{}})
				if err != nil {
					return err
				}
				return (&watcher{a: a, instance: i, keyboard: true}).talk(ctx)
			})
			if err != nil || !strings.Contains(errs.String(), want) || len(e.Instances()) != 1 {
				t.Errorf("%v, %q, %d run", err, errs.String(), len(e.Instances()))
			}
		})
	}
}

// A hang-up and SIGTERM end the command and leave the instance, where the server can do that; Ctrl-C ends the instance.
func TestAttachLeavesAtAHangUp(t *testing.T) {
	for _, test := range []struct {
		generation string
		signal     os.Signal
		want       string
		left       int
	}{
		{"instance-0.2", syscall.SIGHUP, "goes on; pierun attach ", 1},
		{"process-0.4", syscall.SIGTERM, "goes on; this server lets nobody attach to it again", 1},
		{"worker-0.5", syscall.SIGHUP, "goes on; pierun attach ", 1},
		{"gateway-0.5", syscall.SIGHUP, "(?s)ends echo@0.1.0 .* together with the connection\n.*was terminated", 0},
		{"process-0.4", os.Interrupt, "was terminated", 0},
	} {
		t.Run(test.generation+" "+test.signal.String(), func(t *testing.T) {
			e, ran := engineOf(t, test.generation), 0
			server := &connection{cfg: pie.Config{URI: "ws://somewhere:1", DialContext: e.DialContext}}
			var errs bytes.Buffer
			a := &app{env: Env{Stderr: &errs}.withDefaults()}
			err := server.with(t.Context(), func(ctx context.Context, client *pie.Client) error {
				i, err := client.Launch(ctx, pie.Launch{Program: "echo@0.1.0", Values: map[string]any{}})
				if err != nil {
					return err
				}
				ctx, cancel := context.WithCancelCause(ctx)
				cancel(Signalled(test.signal))
				err = (&watcher{a: a, instance: i, keyboard: true}).talk(ctx)
				ran = len(e.Instances())
				return err
			})
			if ran != test.left || codeOf(err) != Signalled(test.signal).Code || !regexp.MustCompile(test.want).MatchString(errs.String()) {
				t.Errorf("%v, %q, %d run", err, errs.String(), ran)
			}
		})
	}
}

func TestInOrder(t *testing.T) {
	a := &app{}
	a.commands = append(a.commands, a.installCommand(), a.psCommand(), a.runCommand())
	for typed, want := range map[string]string{
		"install x --force":            "install --force x",
		"install x --server ws://h -f": "install --server ws://h -f x",
		"install --server=ws://h x":    "install --server=ws://h x",
		"install -- --x":               "install -- --x",
		"install - --server":           "install --server -- -",
		"run x --force":                "run x --force",
		"ps":                           "ps",
	} {
		if got := strings.Join(a.inOrder(strings.Fields(typed)), " "); got != want {
			t.Errorf("%q is %q, want %q", typed, got, want)
		}
	}
}

func TestServersThatAreTheSame(t *testing.T) {
	for _, test := range []struct {
		a, b string
		same bool
	}{
		{"ws://h:8080", "h:8080", true},
		{"ws://H:8080/v1/ws", "ws://h:8080/", true},
		{"wss://h", "wss://h:443/v1/ws", true},
		{"ws://h", "ws://h:8080", false},
		{"wss://h/a", "wss://h/b", false},
		{"ws://h:1", "ws://g:1", false},
	} {
		if sameServer(test.a, test.b) != test.same {
			t.Errorf("%s and %s: %v", test.a, test.b, !test.same)
		}
	}
}

func TestShortIDsTellApart(t *testing.T) {
	got := short([]string{"aaaaaaaa-1", "aaaaaaaa-2", "b"})
	if got["aaaaaaaa-1"] == got["aaaaaaaa-2"] || got["b"] != "b" {
		t.Errorf("%v", got)
	}
	if got := short([]string{"0123456789"}); got["0123456789"] != "01234567" {
		t.Errorf("%v", got)
	}
}
