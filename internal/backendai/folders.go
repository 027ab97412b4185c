package backendai

import (
	"bytes"
	"context"
	"encoding/json"
)

// Folder is a virtual folder. Fields that a manager does not send are zero.
type Folder struct {
	Name       string          `json:"name"`
	ID         string          `json:"id"`
	Host       string          `json:"host"`
	Status     string          `json:"status"`
	UsageMode  string          `json:"usage_mode"`
	Permission string          `json:"permission"` // ro, rw, wd
	Type       string          `json:"type"`       // user, group
	Owner      bool            `json:"is_owner"`
	Creator    string          `json:"creator"`
	User       string          `json:"user"`
	Group      string          `json:"group"`
	Cloneable  bool            `json:"cloneable"`
	Created    string          `json:"created_at"`
	Files      int64           `json:"num_files"`
	UsedBytes  json.Number     `json:"used_bytes"`
	MaxSize    json.RawMessage `json:"max_size"`

	Raw json.RawMessage `json:"-"` // all that the manager tells
}

// UnmarshalJSON keeps the answer as it came, too.
func (f *Folder) UnmarshalJSON(b []byte) error {
	type known Folder
	f.Raw = bytes.Clone(b)
	return json.Unmarshal(b, (*known)(f))
}

// FolderSpec says what folder to create. Name is required; without a host the site's default one is taken.
type FolderSpec struct {
	Name       string `json:"name"`
	Host       string `json:"host,omitempty"`
	Group      string `json:"group,omitempty"` // a project's folder instead of the user's
	UsageMode  string `json:"usage_mode,omitempty"`
	Permission string `json:"permission,omitempty"`
	Cloneable  bool   `json:"cloneable,omitempty"`
}

// Folders lists the folders the caller can use; group "" does not narrow.
func (c *Client) Folders(ctx context.Context, groupID string) ([]Folder, error) {
	var out []Folder
	err := c.get(ctx, call{op: "list folders", method: "GET", path: "/folders", query: query{"group_id", groupID}}, &out)
	return out, err
}

// FolderHosts are where folders can be made.
type FolderHosts struct {
	Default string          `json:"default"`
	Allowed []string        `json:"allowed"`
	Volumes json.RawMessage `json:"volume_info"`

	Raw json.RawMessage `json:"-"` // all that the manager tells
}

// UnmarshalJSON keeps the answer as it came, too.
func (f *FolderHosts) UnmarshalJSON(b []byte) error {
	type known FolderHosts
	f.Raw = bytes.Clone(b)
	return json.Unmarshal(b, (*known)(f))
}

// FolderHosts asks where folders can be made.
func (c *Client) FolderHosts(ctx context.Context) (*FolderHosts, error) {
	out := &FolderHosts{}
	err := c.get(ctx, call{op: "list folder hosts", method: "GET", path: "/folders/_/hosts"}, out)
	return out, err
}

// CreateFolder makes a folder; one of that name is an error of problem "vfolder-already-exists".
func (c *Client) CreateFolder(ctx context.Context, spec FolderSpec) (*Folder, error) {
	if spec.Name == "" {
		return nil, misuse("a folder needs a name")
	}
	out := &Folder{}
	err := c.get(ctx, call{op: "create folder " + spec.Name, method: "POST", path: "/folders", body: encodeJSON(spec)}, out)
	return out, err
}

// folderCall is a call on one folder. An empty name, which would address the list, is refused.
func (c *Client) folderCall(op, method, name string, tail ...string) (call, error) {
	if name == "" || name == "_" {
		return call{}, misuse("%s: the folder's name is missing", op)
	}
	return call{op: op + " " + name, method: method, path: segments(append([]string{"folders", name}, tail...)...)}, nil
}

// Folder asks about one folder.
func (c *Client) Folder(ctx context.Context, name string) (*Folder, error) {
	k, err := c.folderCall("get folder", "GET", name)
	if err != nil {
		return nil, err
	}
	out := &Folder{}
	return out, c.get(ctx, k, out)
}

// DeleteFolder deletes a folder with everything in it.
func (c *Client) DeleteFolder(ctx context.Context, name string) error {
	return c.onFolder(ctx, nil, "delete folder", "DELETE", name)
}

// onFolder makes a call on one folder whose answer says nothing.
func (c *Client) onFolder(ctx context.Context, body any, op, method, name string, tail ...string) error {
	k, err := c.folderCall(op, method, name, tail...)
	if err != nil {
		return err
	}
	if body != nil {
		k.body = encodeJSON(body)
	}
	return c.run(ctx, k)
}

// RenameFolder gives a folder another name.
func (c *Client) RenameFolder(ctx context.Context, name, to string) error {
	return c.onFolder(ctx, map[string]string{"new_name": to}, "rename folder", "POST", name, "rename")
}

// MakeDir makes a folder inside a virtual folder.
func (c *Client) MakeDir(ctx context.Context, name, path string, parents, existOK bool) error {
	body := struct {
		Path    string `json:"path"`
		Parents bool   `json:"parents,omitempty"`
		ExistOK bool   `json:"exist_ok,omitempty"`
	}{path, parents, existOK}
	return c.onFolder(ctx, body, "make a directory in folder", "POST", name, "mkdir")
}

// FolderEntry is a file or directory in a virtual folder.
type FolderEntry struct {
	Name     string `json:"name"`
	Type     string `json:"type"` // FILE, DIRECTORY, SYMBOLIC_LINK; "" from managers that do not say
	Size     int64  `json:"size"`
	Mode     string `json:"mode"`
	Created  string `json:"created"`
	Modified string `json:"modified"`
}

// FolderFiles lists a directory of a virtual folder; "" is its root.
func (c *Client) FolderFiles(ctx context.Context, name, path string) ([]FolderEntry, error) {
	k, err := c.folderCall("list files of folder", "GET", name, "files")
	if err != nil {
		return nil, err
	}
	k.query = query{"path", orElse(path, ".")}
	a, err := c.do(ctx, k)
	if err != nil {
		return nil, err
	}
	return parseFolderFiles(k, a)
}

// parseFolderFiles takes the list of newer managers, else the JSON text of older ones.
func parseFolderFiles(k call, a *answer) ([]FolderEntry, error) {
	var b struct{ Items []FolderEntry }
	if err := a.decode(k, &b); err != nil || b.Items != nil {
		return b.Items, err
	}
	list, err := parseFiles(k, a)
	var out []FolderEntry
	for _, e := range list {
		out = append(out, FolderEntry{Name: e.Name, Size: e.Size, Mode: e.Mode})
	}
	return out, err
}

// DeleteFiles deletes files, and with recursive directories, of a virtual folder.
func (c *Client) DeleteFiles(ctx context.Context, name string, files []string, recursive bool) error {
	m, err := c.Manager(ctx)
	if err != nil {
		return err
	}
	body := struct {
		Files     []string `json:"files"`
		Recursive bool     `json:"recursive"`
	}{files, recursive}
	return c.onFolder(ctx, body, "delete files of folder", "DELETE", name, m.spelling("delete-files", "delete_files"))
}

// spelling is a path's word: with a dash from v6 on.
func (m *Manager) spelling(dashed, old string) string {
	if m.Version.Major >= 6 {
		return dashed
	}
	return old
}

// RenameFile renames a file inside its directory of a virtual folder.
func (c *Client) RenameFile(ctx context.Context, name, path, to string) error {
	m, err := c.Manager(ctx)
	if err != nil {
		return err
	}
	body := map[string]string{"target_path": path, "new_name": to}
	return c.onFolder(ctx, body, "rename a file of folder", "POST", name, m.spelling("rename-file", "rename_file"))
}

// CloneSpec says what becomes of a cloned folder.
type CloneSpec struct {
	Target     string `json:"target_name"`
	Host       string `json:"target_host,omitempty"`
	UsageMode  string `json:"usage_mode,omitempty"`
	Permission string `json:"permission,omitempty"`
	Cloneable  bool   `json:"cloneable,omitempty"`
}

// CloneFolder copies a folder that may be cloned; without a host to the site's default one, since managers of 23.09 fail
// without. The answer names a background task (bgtask_id), which BackgroundTask watches.
func (c *Client) CloneFolder(ctx context.Context, name string, spec CloneSpec) (json.RawMessage, error) {
	if spec.Host == "" {
		hosts, err := c.FolderHosts(ctx)
		if err != nil {
			return nil, err
		}
		spec.Host = hosts.Default
	}
	k, err := c.folderCall("clone folder", "POST", name, "clone")
	if err != nil {
		return nil, err
	}
	k.body, k.timeout = encodeJSON(spec), c.cfg.LongTimeout
	var out json.RawMessage
	err = c.get(ctx, k, &out)
	return out, err
}
