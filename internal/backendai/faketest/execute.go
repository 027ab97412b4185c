package faketest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"
)

// run is code under way: the lines that are left.
type run struct {
	id      string
	batch   []step
	lines   []string
	waiting bool
	broken  bool          // interrupted
	wake    chan struct{} // closed then
}

// holds is how long a call waits for code that goes on.
const holds = 2 * time.Second

// step is one stage of a batch.
type step struct{ status, command string }

// executeRequest is the body of an execute.
type executeRequest struct {
	Mode    *string         `json:"mode"`
	Code    string          `json:"code"`
	RunID   json.RawMessage `json:"runId"`
	Options map[string]any  `json:"options"`
}

// result is the answer.
type result struct {
	Status   string         `json:"status"`
	RunID    string         `json:"runId,omitempty"`
	ExitCode *int           `json:"exitCode"`
	Options  map[string]any `json:"options"`
	Files    []any          `json:"files"`
	Console  [][2]string    `json:"console"`
}

func (m *Manager) execute(w http.ResponseWriter, r *http.Request, s *session) {
	var q executeRequest
	_ = json.Unmarshal(readBody(r), &q)
	switch {
	case q.RunID == nil:
		invalid("runId is missing!", nil).write(w)
		return
	case q.Mode == nil || *q.Mode == "":
		invalid("mode is missing or empty!", nil).write(w)
		return
	case !strings.Contains(" query batch continue input complete ", " "+*q.Mode+" "):
		invalid("mode has an invalid value.", nil).write(w)
		return
	}
	var id string
	_ = json.Unmarshal(q.RunID, &id)
	if id == "" {
		id = "e5a2e97fc8b06025f9df992c939f8e01"
	}
	if m.o.Mute && *q.Mode == "query" {
		none := 127
		reply(w, 200, map[string]any{"result": &result{Status: "finished", RunID: id, ExitCode: &none, Files: []any{}, Console: [][2]string{}}})
		return
	}
	got := s.patiently(r.Context(), *q.Mode, q.Code, id, q.Options)
	if got == nil {
		agentTimeout().write(w)
		return
	}
	reply(w, 200, map[string]any{"result": got})
}

// patiently waits, as the real one does, for code that sleeps for ever or is interrupted.
func (s *session) patiently(ctx context.Context, mode, code, id string, options map[string]any) *result {
	s.mu.Lock()
	defer s.mu.Unlock()
	got := s.call(mode, code, id, options)
	now := s.run
	if got == nil || got.Status != "continued" || now == nil || len(now.lines) == 0 || !strings.Contains(now.lines[0], "sleep(forever)") {
		return got
	}
	s.mu.Unlock()
	select {
	case <-now.wake:
	case <-time.After(holds):
	case <-ctx.Done():
	}
	s.mu.Lock()
	if s.run == now && now.broken {
		s.proceed(got)
	}
	return got
}

// call goes one step on; nil is a runner that does not answer. The caller has the lock.
func (s *session) call(mode, code, id string, options map[string]any) *result {
	if s.dead && s.run != nil && s.run.id != id || s.dead && s.run == nil {
		return nil
	}
	out := &result{RunID: id, Files: []any{}, Console: [][2]string{}}
	switch mode {
	case "query":
		s.run = &run{id: id, lines: strings.Split(code, "\n"), wake: make(chan struct{})}
	case "batch":
		s.run = &run{id: id, batch: stages(options)}
	case "input":
		s.answer(code)
	}
	if s.run == nil || s.run.id != id {
		s.dead, s.run = true, &run{id: id, waiting: true} // an empty run that nothing ends
		out.Status = "continued"
		return out
	}
	if s.run.batch != nil {
		s.stage(out)
	} else {
		s.proceed(out)
	}
	return out
}

func stages(options map[string]any) []step {
	text := func(name string) string { t, _ := options[name].(string); return t }
	return []step{{"clean-finished", text("clean")}, {"build-finished", text("build")}, {"finished", text("exec")}}
}

func (s *session) stage(out *result) {
	now := s.run.batch[0]
	s.run.batch = s.run.batch[1:]
	code := s.shell(now.command, out)
	out.Status, out.ExitCode = now.status, &code
	if now.status == "finished" {
		s.run = nil
		return
	}
	if now.status == "build-finished" && code != 0 {
		s.run.batch = []step{{"finished", "exit 127"}}
	}
}

// runBatch is a session that runs its command and ends.
func (s *session) runBatch() {
	out := &result{}
	s.result = "SUCCESS"
	if s.shell(s.command, out) != 0 {
		s.result = "FAILURE"
	}
	s.life = []string{"PENDING", "RUNNING", "TERMINATED"}
}

// shell understands echo, exit, sleep, the two commands by which files are joined and cut, and a server that is started
// and fails.
func (s *session) shell(command string, out *result) (code int) {
	if m := regexp.MustCompile(`(?s)\(\n(.*)exit (\d+)\n\)\necho \$\? >(\S+?)'`).FindStringSubmatch(command); m != nil {
		s.files["server.log"], s.files[m[3]] = []byte("cannot serve\n"), []byte(m[2]+"\n")
		return 0
	}
	for _, part := range strings.FieldsFunc(command, func(r rune) bool { return r == ';' || r == '\n' }) {
		part = strings.TrimSpace(part)
		word, rest, _ := strings.Cut(part, " ")
		switch word {
		case "echo":
			s.say(out, "stdout", strings.Trim(rest, `"'`)+"\n")
		case "exit":
			_, _ = fmt.Sscan(rest, &code)
			return code
		case "mkdir":
			s.join(part)
		}
	}
	return 0
}

// join does what "mkdir -p … && cat FOLDER/* > 'NAME'" would.
func (s *session) join(command string) {
	m := regexp.MustCompile(`cat (\S+)/\* > '([^']+)'`).FindStringSubmatch(command)
	if m == nil {
		return
	}
	var all []byte
	for i := 0; ; i++ {
		piece, ok := s.files[fmt.Sprintf("%s/%06d", m[1], i)]
		if !ok {
			break
		}
		all = append(all, piece...)
	}
	s.files[m[2]] = all
}

func (s *session) say(out *result, stream, text string) {
	out.Console = append(out.Console, [2]string{stream, text})
	s.output.WriteString(text)
}

// answer gives a waiting run its input, which the next lines read as "x".
func (s *session) answer(text string) {
	if s.run == nil || !s.run.waiting {
		return
	}
	s.run.waiting = false
	for i := range s.run.lines {
		s.run.lines[i] = strings.ReplaceAll(s.run.lines[i], ",x)", `," `+text+`")`)
	}
}

// proceed runs lines until one waits, sleeps, or none is left.
func (s *session) proceed(out *result) {
	for len(s.run.lines) > 0 && !s.run.broken {
		line := s.run.lines[0]
		switch {
		case strings.Contains(line, "sleep(forever)"):
			out.Status = "continued"
			return
		case strings.Contains(line, "sleep("):
			s.run.lines = s.run.lines[1:]
			out.Status = "continued"
			return
		case strings.Contains(line, "input(") || strings.Contains(line, "getpass("):
			s.ask(line, out)
			return
		}
		s.run.lines = s.run.lines[1:]
		s.line(strings.TrimSpace(line), out)
	}
	if s.run.broken {
		s.say(out, "stderr", "KeyboardInterrupt")
	}
	zero := 0
	out.Status, out.ExitCode, s.run = "finished", &zero, nil
}

func (s *session) ask(line string, out *result) {
	prompt := regexp.MustCompile(`(?:input|getpass)\(["'](.*?)["']\)`).FindStringSubmatch(line)
	if prompt != nil {
		s.say(out, "stdout", prompt[1])
	}
	s.run.waiting = true
	rest := line[strings.LastIndex(line, "input(")+len("input("):]
	if _, after, ok := strings.Cut(rest, ";"); ok {
		s.run.lines[0] = after
	} else {
		s.run.lines = s.run.lines[1:]
	}
	out.Status, out.Options = "waiting-input", map[string]any{"is_password": strings.Contains(line, "getpass")}
}

// line understands print of literals, a division by zero, and products of two numbers.
func (s *session) line(line string, out *result) {
	if m := regexp.MustCompile(`^print\((.*)\)$`).FindStringSubmatch(line); m != nil {
		s.say(out, "stdout", printed(m[1])+"\n")
		return
	}
	if line == "1/0" {
		s.say(out, "stderr", "\x1b[0;31mZeroDivisionError\x1b[0m: division by zero")
	}
	var a, b int
	if n, _ := fmt.Sscanf(line, "%d*%d", &a, &b); n == 2 {
		s.say(out, "stdout", fmt.Sprint(a*b))
	}
}

func printed(args string) string {
	var a, b int
	if n, _ := fmt.Sscanf(args, "%d+%d", &a, &b); n == 2 {
		return fmt.Sprint(a + b)
	}
	return strings.NewReplacer(`"," `, " ", `"`, "", `'`, "").Replace(args)
}

// deaf says that the code says that it does not listen.
func (r *run) deaf() bool { return len(r.lines) > 0 && strings.HasSuffix(r.lines[0], "# deaf") }

func (m *Manager) interrupt(w http.ResponseWriter, _ *http.Request, s *session) {
	s.mu.Lock()
	if s.run != nil && !s.run.deaf() {
		if s.run.wake != nil && !s.run.broken {
			close(s.run.wake)
		}
		s.run.broken, s.run.waiting = true, false
	}
	s.mu.Unlock()
	w.WriteHeader(204)
}
