package backendai

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/textproto"
	"path"
	"strings"
)

const (
	mostParts    = 20        // of one upload
	mostPart     = 1<<20 - 1 // bytes of one part; one more is refused
	mostDownload = 5         // files of one download
)

// File is a file to upload into a session.
type File struct {
	Name string // below the session's work folder; folders are made
	Type string // media type; "": application/octet-stream
	Data []byte // at most 1,048,575 bytes; UploadLarge has no such limit
}

// CheckPath refuses names that lead out of the folder they are meant for; managers do not look.
func CheckPath(name string) error {
	if name == "" || strings.ContainsAny(name, "\x00\r\n") || path.IsAbs(name) {
		return misuse("%s is no file name: give one that is relative", quote(name))
	}
	for _, part := range strings.Split(name, "/") {
		if part == ".." {
			return misuse("%s leads out of the folder: .. is not allowed", quote(name))
		}
	}
	return nil
}

// Upload puts files into a session's work folder, twenty with each request. What is there is overwritten. When it fails
// in the middle, the files of earlier requests are there.
func (c *Client) Upload(ctx context.Context, session string, files []File) error {
	for _, f := range files {
		if err := CheckPath(f.Name); err != nil {
			return err
		}
		if len(f.Data) > mostPart {
			return misuse("%s has %d bytes: an upload takes less than 1 MiB a file", quote(f.Name), len(f.Data))
		}
	}
	for len(files) > 0 {
		n := min(mostParts, len(files))
		if err := c.uploadParts(ctx, session, files[:n], ""); err != nil {
			return err
		}
		files = files[n:]
	}
	return nil
}

// uploadParts makes one request; boundary "" is a random one.
func (c *Client) uploadParts(ctx context.Context, session string, files []File, boundary string) error {
	body, ctype, err := multipartBody(files, boundary)
	if err != nil {
		return misuse("%v", err)
	}
	return c.run(ctx, call{op: "upload into session " + session, method: "POST", area: sessionArea, path: segments(session, "upload"),
		body: body, ctype: ctype, timeout: c.cfg.LongTimeout})
}

func multipartBody(files []File, boundary string) (body []byte, ctype string, err error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	if boundary != "" {
		if err := w.SetBoundary(boundary); err != nil {
			return nil, "", err
		}
	}
	for _, f := range files {
		name := strings.NewReplacer(`\`, `\\`, `"`, `%22`).Replace(f.Name)
		part, err := w.CreatePart(textproto.MIMEHeader{
			"Content-Disposition": {`form-data; name="src"; filename="` + name + `"`},
			"Content-Type":        {orElse(f.Type, "application/octet-stream")},
		})
		if err != nil {
			return nil, "", err
		}
		if _, err := part.Write(f.Data); err != nil {
			return nil, "", err
		}
	}
	err = w.Close()
	return b.Bytes(), w.FormDataContentType(), err
}

// Entry is a file or folder in a session.
type Entry struct {
	Name     string  `json:"filename"`
	Mode     string  `json:"mode"` // "-rw-r--r--"
	Size     int64   `json:"size"`
	Modified float64 `json:"mtime"` // seconds since 1970
	Created  float64 `json:"ctime"`
	Accessed float64 `json:"atime"`
}

// Dir says that the entry is a folder.
func (e Entry) Dir() bool { return strings.HasPrefix(e.Mode, "d") }

// ListFiles lists a folder of a session; "" and "." are its work folder.
func (c *Client) ListFiles(ctx context.Context, session, folder string) ([]Entry, error) {
	folder = orElse(folder, ".")
	k := call{op: "list files of session " + session, method: "GET", area: sessionArea, path: segments(session, "files"),
		query: query{"path", folder}, body: encodeJSON(map[string]string{"path": folder})} // releases read one or the other
	a, err := c.do(ctx, k)
	if err != nil {
		return nil, err
	}
	return parseFiles(k, a)
}

// parseFiles reads JSON inside JSON.
func parseFiles(k call, a *answer) ([]Entry, error) {
	var b struct {
		Files  json.RawMessage `json:"files"`
		Errors string          `json:"errors"`
	}
	if err := a.decode(k, &b); err != nil {
		return nil, err
	}
	var text string
	if json.Unmarshal(b.Files, &text) != nil {
		text = string(b.Files)
	}
	if strings.TrimSpace(text) == "" {
		return nil, &Error{Type: ErrServer, Op: k.op, Method: k.method, Path: k.path, Status: a.status, Reason: "OK",
			Title: "the folder cannot be listed", Msg: lastLine(b.Errors)}
	}
	var out []Entry
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		return nil, a.unreadable(k, "", fmt.Errorf("the list of files: %w", err))
	}
	return out, nil
}

func lastLine(text string) string {
	text = strings.TrimSpace(text)
	return text[strings.LastIndexByte(text, '\n')+1:]
}

// UploadLarge puts one file of any size into a session: in pieces, which a run in the session then joins. The session
// must be able to run a batch, and size is the number of bytes that r gives.
func (c *Client) UploadLarge(ctx context.Context, session, name string, r io.Reader, progress func(sent int64)) error {
	if err := CheckPath(name); err != nil {
		return err
	}
	folder := ".upload-" + NewRunID()[:12]
	if err := c.uploadPieces(ctx, session, folder, r, progress); err != nil {
		return err
	}
	// The pieces may belong to another user in there: removing them must neither fail the run nor ask.
	err := c.shell(ctx, session, fmt.Sprintf("mkdir -p %s && cat %s/* > %s; s=$?; rm -rf %s >/dev/null 2>&1 </dev/null; exit $s",
		shellQuote(path.Dir(name)), folder, shellQuote(name), folder))
	if err != nil && strings.Contains(err.Error(), "Permission denied") {
		return misuse("%s cannot be made in session %s: its folder belongs to another user, as those do that an upload of small files made; take another folder, or have code in the session make it first", quote(name), session)
	}
	return err
}

// shell runs a command line in the session as a batch.
func (c *Client) shell(ctx context.Context, session, command string) error {
	out, err := c.Exec(ctx, session, Code{Batch: &BatchOptions{Exec: command}}, Watch{})
	if err == nil && out.ExitCode != 0 {
		err = misuse("a command in session %s ended with %d: %s", session, out.ExitCode, orElse(lastLine(out.Stderr), command))
	}
	return err
}

func (c *Client) uploadPieces(ctx context.Context, session, folder string, r io.Reader, progress func(int64)) error {
	var sent int64
	for n := 0; ; {
		var files []File
		for len(files) < mostParts {
			piece := make([]byte, mostPart)
			got, err := io.ReadFull(r, piece)
			if got > 0 || n == 0 {
				files = append(files, File{Name: fmt.Sprintf("%s/%06d", folder, n), Data: piece[:got]})
				sent += int64(got)
				n++
			}
			if err == io.EOF || err == io.ErrUnexpectedEOF {
				return c.lastPieces(ctx, session, files, sent, progress)
			}
			if err != nil {
				return err
			}
		}
		if err := c.lastPieces(ctx, session, files, sent, progress); err != nil {
			return err
		}
	}
}

func (c *Client) lastPieces(ctx context.Context, session string, files []File, sent int64, progress func(int64)) error {
	if err := c.Upload(ctx, session, files); err != nil {
		return err
	}
	if progress != nil {
		progress(sent)
	}
	return nil
}

func shellQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
