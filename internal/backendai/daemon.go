package backendai

import (
	"context"
	"os"
	"slices"
	"strings"
	"time"
)

// Where the server's output and its exit code go in the session.
const (
	serverLog  = "server.log"
	serverExit = "server.exit"
)

// upload sends a file in pieces, however small: it belongs to the user that joins them, who may make it executable then.
func (s *Server) upload(ctx context.Context, name, file string) error {
	return opened(file, func(f *os.File, _ int64) error {
		if err := s.client.UploadLarge(ctx, s.ID, name, f, nil); err != nil {
			return err
		}
		info, err := f.Stat()
		if err != nil || info.Mode()&0o111 == 0 {
			return err
		}
		return s.client.shell(ctx, s.ID, "chmod +x "+shellQuote(name))
	})
}

// background runs a command line so that the run that starts it ends at once, and leaves its exit code behind. It must
// hold none of the descriptors it inherits, or the run never ends; only bash closes those of two digits.
func background(command string) string {
	start := "exec setsid sh -c " + shellQuote("(\n"+command+"\n)\necho $? >"+serverExit)
	closing := `for f in /proc/$$/fd/*; do n=${f##*/}; [ "$n" -gt 2 ] && eval "exec $n>&-"; done; `
	return "$(command -v bash || echo sh) -c " + shellQuote(closing+start) + " </dev/null >" + serverLog + " 2>&1 &"
}

// DiedError is a server that ended before it listened.
type DiedError struct {
	Command string
	Code    string // its exit code
}

func (e *DiedError) Error() string { return "its command (" + e.Command + ") has ended with " + e.Code }

// lastWords are the end of the server's log, for an error.
func (s *Server) lastWords(ctx context.Context) string {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	var b strings.Builder
	if _, err := s.client.DownloadOne(ctx, s.ID, serverLog, &b); err != nil || b.Len() == 0 {
		return ""
	}
	return "; the server's last words: " + lastLine(b.String())
}

// died says that the command that should serve has failed, so that nobody needs to wait for its port. A command that
// ended well may have left a server behind. Whatever cannot be found out is left to the wait.
func (s *Server) died(ctx context.Context, spec ServerSpec) error {
	if spec.Command == "" || !s.Created {
		return nil
	}
	list, err := s.client.ListFiles(ctx, s.ID, ".")
	if err != nil || !slices.ContainsFunc(list, func(e Entry) bool { return e.Name == serverExit }) {
		return nil
	}
	var b strings.Builder
	if _, err := s.client.DownloadOne(ctx, s.ID, serverExit, &b); err != nil {
		return nil
	}
	if code := strings.TrimSpace(b.String()); code != "" && code != "0" {
		return &DiedError{Command: spec.Command, Code: code}
	}
	return nil
}
