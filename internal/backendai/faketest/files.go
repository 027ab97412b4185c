package faketest

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"path"
	"slices"
	"strings"
)

const mostPart = 1 << 20

func (m *Manager) upload(w http.ResponseWriter, r *http.Request, s *session) {
	parts, err := r.MultipartReader()
	if err != nil {
		internal().write(w)
		return
	}
	got := map[string][]byte{}
	for n := 1; ; n++ {
		part, err := parts.NextPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			internal().write(w)
			return
		}
		data, _ := io.ReadAll(io.LimitReader(part, mostPart+1))
		if f := tooMuch(n, len(data)); f != nil {
			f.write(w)
			return
		}
		got[filename(part)] = data
	}
	s.mu.Lock()
	for name, data := range got {
		s.files[name] = data
	}
	s.mu.Unlock()
	w.WriteHeader(204)
}

// filename is the name with its folders, which the library would cut off.
func filename(part *multipart.Part) string {
	h := part.Header.Get("Content-Disposition")
	_, name, _ := strings.Cut(h, `filename="`)
	name, _, _ = strings.Cut(name, `"`)
	return path.Clean(strings.ReplaceAll(name, "%22", `"`))
}

func tooMuch(parts, size int) *fault {
	if parts > 20 {
		return invalid("Too many files", nil)
	}
	if size >= mostPart {
		return invalid("Too large file", nil)
	}
	return nil
}

// File is what a session has in its work folder under that name.
func (m *Manager) File(sessionName, file string) (data []byte, ok bool) {
	m.mu.Lock()
	i := slices.IndexFunc(m.all, func(s *session) bool { return s.name == sessionName && !s.ended() })
	m.mu.Unlock()
	if i < 0 {
		return nil, false
	}
	s := m.all[i]
	s.mu.Lock()
	defer s.mu.Unlock()
	data, ok = s.files[file]
	return data, ok
}

// files lists a folder; the path comes in a body, also of a GET.
func (m *Manager) files(w http.ResponseWriter, r *http.Request, s *session) {
	var b struct{ Path string }
	if err := json.Unmarshal(readBody(r), &b); err != nil {
		invalid("Expecting value: line 1 column 1 (char 0)", nil).write(w)
		return
	}
	if strings.HasPrefix(b.Path, "/") {
		agentFailure("ValueError('outside')").write(w)
		return
	}
	dir := path.Clean(b.Path)
	s.mu.Lock()
	entries := s.entries(dir)
	s.mu.Unlock()
	if entries == nil && dir != "." {
		reply(w, 200, map[string]any{"files": "", "abspath": b.Path, "errors": "Traceback (most recent call last):\n" +
			"FileNotFoundError: [Errno 2] No such file or directory: '" + b.Path + "'\n"})
		return
	}
	text, _ := json.Marshal(entries)
	reply(w, 200, map[string]any{"files": string(text) + "\n", "errors": "", "abspath": b.Path})
}

// entries are the files and folders right below dir; nil if there is no such folder.
func (s *session) entries(dir string) []map[string]any {
	var out []map[string]any
	seen := map[string]bool{}
	for name, data := range s.files {
		rest := name
		if dir != "." {
			var below bool
			if rest, below = strings.CutPrefix(name, dir+"/"); !below {
				continue
			}
		}
		first, _, deeper := strings.Cut(rest, "/")
		if seen[first] {
			continue
		}
		seen[first] = true
		mode, size := "-rw-r--r--", len(data)
		if deeper {
			mode, size = "drwxr-xr-x", 4096
		}
		out = append(out, map[string]any{"filename": first, "mode": mode, "size": size, "ctime": 1.5, "mtime": 1.5, "atime": 1.5})
	}
	return out
}

// wanted is what a download asks for: the body wins, and of a query counts the first.
func wanted(r *http.Request, key string) []string {
	var b map[string]any
	if json.Unmarshal(readBody(r), &b) == nil {
		switch v := b[key].(type) {
		case string:
			return []string{v}
		case []any:
			var out []string
			for _, one := range v {
				out = append(out, fmt.Sprint(one))
			}
			return out
		}
	}
	return r.URL.Query()[key][:min(1, len(r.URL.Query()[key]))]
}

func (m *Manager) downloadOne(w http.ResponseWriter, r *http.Request, s *session) {
	names := wanted(r, "file")
	s.mu.Lock()
	data, ok := s.files[strings.Join(names, "")]
	s.mu.Unlock()
	switch {
	case !ok:
		agentFailure("FileNotFoundError('Could not found the file')").write(w)
	case len(data) >= mostPart:
		agentFailure("ValueError('too large file')").write(w)
	default:
		w.Header().Set("Content-Type", "application/octet-stream")
		_, _ = w.Write(data)
	}
}

func (m *Manager) downloadSome(w http.ResponseWriter, r *http.Request, s *session) {
	var archives [][]byte
	s.mu.Lock()
	for _, name := range wanted(r, "files") {
		if data, ok := s.files[name]; ok {
			archives = append(archives, archive(path.Base(name), data))
		} else {
			archives = nil
			break
		}
	}
	s.mu.Unlock()
	if archives == nil {
		agentFailure("FileNotFoundError('Could not found the file')").write(w)
		return
	}
	parts := multipart.NewWriter(w)
	w.Header().Set("Content-Type", "multipart/mixed; boundary="+parts.Boundary())
	for _, a := range archives {
		part, _ := parts.CreatePart(textproto.MIMEHeader{"Content-Type": {"application/octet-stream"}, "Content-Encoding": {"identity"}})
		_, _ = part.Write(a)
	}
	_ = parts.Close()
}

func archive(name string, data []byte) []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	_ = w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(data))})
	_, _ = w.Write(data)
	_ = w.Close()
	return b.Bytes()
}
