package faketest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// folder is a virtual folder.
type folder struct {
	name, owner string
	files       map[string][]byte
	dirs        map[string]bool
	shared      map[string]string // whom it was given to → what they may
	group       bool              // a project's
}

// transfer is a token of the storage proxy.
type transfer struct {
	folder *folder
	path   string
	size   int
	data   []byte
}

func (m *Manager) folderRoute(r *http.Request, rest []string) handler {
	switch {
	case len(rest) == 0 && r.Method == "GET":
		return m.listFolders
	case len(rest) == 0:
		return m.createFolder
	case rest[0] == "_" && rest[1] == "hosts":
		return func(w http.ResponseWriter, _ *http.Request, _ caller) {
			reply(w, 200, map[string]any{"default": "local:volume1", "allowed": []string{"local:volume1"}, "volume_info": map[string]any{}})
		}
	case rest[0] == "_" && rest[1] == "shared":
		return m.shared
	case rest[0] == "invitations":
		return m.invitationRoute(r, rest[1:])
	}
	return m.oneFolder(r, rest)
}

// oneFolder are the paths below a folder's name.
func (m *Manager) oneFolder(r *http.Request, rest []string) handler {
	tail := strings.ReplaceAll(strings.Join(rest[1:], "/"), "_", "-")
	do := map[string]func(http.ResponseWriter, *http.Request, *folder){
		"GET ": m.folderInfo, "DELETE ": m.deleteFolder, "POST rename": m.renameFolder, "POST mkdir": m.mkdir, "GET files": m.folderFiles,
		"POST rename-file": m.renameFile, "DELETE delete-files": m.deleteFiles, "POST request-upload": m.requestUpload,
		"POST request-download": m.requestDownload, "POST invite": m.invite, "POST share": m.share, "DELETE unshare": m.unshare,
	}[r.Method+" "+tail]
	if do == nil && tail != "leave" {
		return nil
	}
	return func(w http.ResponseWriter, r *http.Request, who caller) {
		m.mu.Lock()
		defer m.mu.Unlock()
		f := m.dirs[rest[0]]
		switch {
		case f == nil || !f.may(who) && !who.admin:
			problem(404, "object-not-found", "No such virtual folder.", "", rest[0]).write(w)
		case tail == "leave":
			m.leave(w, who, f)
		case tail == "share" || tail == "unshare":
			byAdmins(who, do)(w, r, f)
		default:
			do(w, r, f)
		}
	}
}

func (f *folder) body() map[string]any {
	return map[string]any{"name": f.name, "id": "ee6769c6447145159e849f00660c213c", "host": "local:volume1", "status": "ready",
		"usage_mode": "general", "permission": "rw", "max_size": nil, "creator": "alice@example.test", "ownership_type": "user",
		"type": "user", "user": uuid(901), "group": nil, "cloneable": false, "is_owner": true, "num_files": len(f.files), "used_bytes": 0}
}

func (m *Manager) listFolders(w http.ResponseWriter, _ *http.Request, who caller) {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := []map[string]any{}
	for _, f := range m.dirs {
		if f.may(who) {
			out = append(out, f.body())
		}
	}
	reply(w, 200, out)
}

func (m *Manager) createFolder(w http.ResponseWriter, r *http.Request, who caller) {
	var b struct{ Name, Host, Group string }
	_ = json.Unmarshal(readBody(r), &b)
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case b.Name == "" || strings.ContainsAny(b.Name, "/ "):
		invalid("Input validation error", map[string]string{"name": "value must be a valid slug"}).write(w)
	case b.Host != "" && b.Host != "local:volume1":
		invalid("`VFolderHostPermission.CREATE` Not allowed in vfolder host(`"+b.Host+"`)", nil).write(w)
	case m.dirs[b.Name] != nil:
		problem(400, "vfolder-already-exists", "The virtual folder already exists with the same name.", "", b.Name).write(w)
	default:
		f := &folder{b.Name, who.key, map[string][]byte{}, map[string]bool{}, map[string]string{}, b.Group != ""}
		m.dirs[b.Name] = f
		reply(w, 201, f.body())
	}
}

func (m *Manager) folderInfo(w http.ResponseWriter, _ *http.Request, f *folder) {
	reply(w, 200, f.body())
}

func (m *Manager) deleteFolder(w http.ResponseWriter, _ *http.Request, f *folder) {
	delete(m.dirs, f.name)
	w.WriteHeader(204)
}

// silent is a success without a word.
func silent(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/octet-stream")
	w.WriteHeader(201)
}

func (m *Manager) renameFolder(w http.ResponseWriter, r *http.Request, f *folder) {
	var b struct {
		Name string `json:"new_name"`
	}
	_ = json.Unmarshal(readBody(r), &b)
	delete(m.dirs, f.name)
	f.name = b.Name
	m.dirs[b.Name] = f
	silent(w)
}

func (m *Manager) mkdir(w http.ResponseWriter, r *http.Request, f *folder) {
	var b struct {
		Path    string
		ExistOK bool `json:"exist_ok"`
	}
	_ = json.Unmarshal(readBody(r), &b)
	if f.dirs[b.Path] && !b.ExistOK {
		invalid("File exists", map[string]any{"errno": 17, "paths": []string{b.Path}}).write(w)
		return
	}
	for p := path.Clean(b.Path); p != "."; p = path.Dir(p) {
		f.dirs[p] = true
	}
	silent(w)
}

func (m *Manager) folderFiles(w http.ResponseWriter, r *http.Request, f *folder) {
	dir := r.URL.Query().Get("path")
	var b struct{ Path string }
	if json.Unmarshal(readBody(r), &b) == nil {
		dir = b.Path
	}
	items := []map[string]any{}
	for name, data := range f.files {
		if path.Dir(name) == path.Clean(dir) {
			items = append(items, map[string]any{"name": path.Base(name), "type": "FILE", "size": len(data), "mode": "644"})
		}
	}
	for name := range f.dirs {
		if path.Dir(name) == path.Clean(dir) {
			items = append(items, map[string]any{"name": path.Base(name), "type": "DIRECTORY", "size": 4096, "mode": "755"})
		}
	}
	reply(w, 200, map[string]any{"items": items, "files": "[]"})
}

func (m *Manager) renameFile(w http.ResponseWriter, r *http.Request, f *folder) {
	var b struct {
		Path string `json:"target_path"`
		Name string `json:"new_name"`
	}
	_ = json.Unmarshal(readBody(r), &b)
	f.files[path.Join(path.Dir(b.Path), b.Name)] = f.files[b.Path]
	delete(f.files, b.Path)
	reply(w, 200, struct{}{})
}

func (m *Manager) deleteFiles(w http.ResponseWriter, r *http.Request, f *folder) {
	var b struct{ Files []string }
	_ = json.Unmarshal(readBody(r), &b)
	for _, gone := range b.Files {
		delete(f.dirs, gone)
		for name := range f.files {
			if name == gone || strings.HasPrefix(name, gone+"/") {
				delete(f.files, name)
			}
		}
	}
	reply(w, 200, struct{}{})
}

// offer makes a token; the storage proxy is the manager itself here.
func (m *Manager) offer(w http.ResponseWriter, r *http.Request, t *transfer, where string) {
	token := "token-" + strconv.Itoa(len(m.offers)+1)
	m.offers[token] = t
	reply(w, 200, map[string]string{"token": token, "url": "http://" + r.Host + where})
}

func (m *Manager) requestUpload(w http.ResponseWriter, r *http.Request, f *folder) {
	var b struct {
		Path string
		Size json.Number
	}
	_ = json.Unmarshal(readBody(r), &b)
	size, _ := strconv.Atoi(strings.Trim(b.Size.String(), `"`))
	m.offer(w, r, &transfer{folder: f, path: b.Path, size: size}, "/upload")
}

func (m *Manager) requestDownload(w http.ResponseWriter, r *http.Request, f *folder) {
	var b struct{ File string }
	_ = json.Unmarshal(readBody(r), &b)
	m.offer(w, r, &transfer{folder: f, path: b.File}, "/download")
}

func (m *Manager) uploadState(w http.ResponseWriter, r *http.Request, _ caller) {
	m.mu.Lock()
	defer m.mu.Unlock()
	t := m.offers[r.URL.Query().Get("token")]
	if t == nil {
		noUpload().write(w)
		return
	}
	t.head(w)
	w.WriteHeader(200)
}

func noUpload() *fault {
	return &fault{404, map[string]any{"title": "No such upload session", "type": "https://api.backend.ai/probs/storage/no-such-upload-session"}}
}

func (t *transfer) head(w http.ResponseWriter) {
	w.Header().Set("Tus-Resumable", "1.0.0")
	w.Header().Set("Upload-Offset", fmt.Sprint(len(t.data)))
	w.Header().Set("Upload-Length", fmt.Sprint(t.size))
}

// uploadPiece appends, whatever offset is claimed.
func (m *Manager) uploadPiece(w http.ResponseWriter, r *http.Request, _ caller) {
	piece := readBody(r)
	m.mu.Lock()
	defer m.mu.Unlock()
	token := r.URL.Query().Get("token")
	t := m.offers[token]
	if t == nil {
		noUpload().write(w)
		return
	}
	t.data = append(t.data, piece...)
	t.head(w)
	if len(t.data) >= t.size {
		t.folder.files[path.Clean(t.path)] = t.data
		delete(m.offers, token)
	}
	w.WriteHeader(204)
}

func (m *Manager) download(w http.ResponseWriter, r *http.Request, _ caller) {
	m.mu.Lock()
	t := m.offers[r.URL.Query().Get("token")]
	var data []byte
	ok := false
	if t != nil {
		data, ok = t.folder.files[path.Clean(t.path)]
	}
	m.mu.Unlock()
	if !ok {
		problem(404, "storage/file-not-found", "No such file", "", nil).write(w)
		return
	}
	from := 0
	if n, _ := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &from); n == 1 {
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(data)-1, len(data)))
		w.WriteHeader(206)
	}
	_, _ = w.Write(data[min(from, len(data)):])
}
