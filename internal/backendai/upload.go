package backendai

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// chunk is how many bytes of a folder upload go with one request.
const chunk = 8 << 20

// transfer is where bytes go to or come from: an address of the storage proxy with a token that is the permission.
// Nothing is signed there.
type transfer struct {
	Token string `json:"token"`
	URL   string `json:"url"`
}

func (t transfer) address(more query) (string, error) {
	u, err := url.Parse(t.URL)
	if err != nil || u.Host == "" {
		return "", fmt.Errorf("the manager gave %s as the address of its storage", quote(t.URL))
	}
	if t.Token == "" {
		return "", errors.New("the manager gave no token for its storage")
	}
	u.RawQuery = append(query{"token", t.Token}, more...).encode()[1:]
	return u.String(), nil
}

// FolderUpload is a file on its way into a virtual folder, piece by piece. When a piece fails, Resume finds out how far
// it came; the upload is forgotten by the server after some time.
type FolderUpload struct {
	client  *Client
	op      string
	address string
	size    int64
	offset  int64
}

// UploadToFolder sends size bytes of r to a file in a virtual folder. progress may be nil. A piece that fails in the
// network is sent again from where the server stands, which needs r to be an io.Seeker; else the upload fails.
func (c *Client) UploadToFolder(ctx context.Context, folder, path string, r io.Reader, size int64, progress func(sent int64)) error {
	if m, err := c.Manager(ctx); err == nil && !m.transfers() {
		return c.uploadPlain(ctx, folder, path, r, size)
	}
	u, err := c.StartUpload(ctx, folder, path, size)
	if err != nil {
		return err
	}
	for u.offset < size {
		if err := u.piece(ctx, r); err != nil {
			return err
		}
		if progress != nil {
			progress(u.offset)
		}
	}
	return nil
}

// StartUpload opens an upload of size bytes.
func (c *Client) StartUpload(ctx context.Context, folder, path string, size int64) (*FolderUpload, error) {
	if err := CheckPath(path); err != nil {
		return nil, err
	}
	m, err := c.Manager(ctx)
	if err != nil {
		return nil, err
	}
	k, err := c.folderCall("upload to folder", "POST", folder, m.spelling("request-upload", "create_upload_session"))
	if err != nil {
		return nil, err
	}
	k.body = encodeJSON(struct {
		Path string `json:"path"`
		Size int64  `json:"size"`
	}{path, size})
	var t transfer
	if err := c.get(ctx, k, &t); err != nil {
		return nil, err
	}
	u := &FolderUpload{client: c, op: k.op, size: size}
	u.address, err = c.uploadAddress(m, t)
	return u, err
}

// uploadAddress is where the pieces go: before v6 the manager takes them itself.
func (c *Client) uploadAddress(m *Manager, t transfer) (string, error) {
	if m.Version.Major < 6 {
		return m.Endpoint + segments("folders", "_", "tus", "upload", t.Token), nil
	}
	return t.address(nil)
}

// Offset is how many bytes the server has.
func (u *FolderUpload) Offset() int64 { return u.offset }

// piece sends the next chunk, and once more after a fault of the network.
func (u *FolderUpload) piece(ctx context.Context, r io.Reader) error {
	data := make([]byte, min(chunk, u.size-u.offset))
	if _, err := io.ReadFull(r, data); err != nil {
		return fmt.Errorf("%s: the data ended %d bytes early: %w", u.op, u.size-u.offset, err)
	}
	for try := range tries {
		at := u.offset
		err := u.Send(ctx, data)
		if err == nil || !errors.Is(err, &Error{Type: ErrRequest}) || ctx.Err() != nil || try == tries-1 {
			return err
		}
		if at, err = u.resumeAt(ctx, at); err != nil {
			return err
		}
		data = data[at:]
		if len(data) == 0 {
			return nil
		}
	}
	return nil
}

// resumeAt tells how much of the piece that began at from has arrived.
func (u *FolderUpload) resumeAt(ctx context.Context, from int64) (int64, error) {
	if err := u.client.sleep(ctx, pause); err != nil {
		return 0, err
	}
	if err := u.Resume(ctx); err != nil {
		return 0, err
	}
	return u.offset - from, nil
}

// Send appends bytes at Offset. The server does not check the offset, so never call it again after an error without
// Resume.
func (u *FolderUpload) Send(ctx context.Context, data []byte) error {
	h := http.Header{"Upload-Offset": {strconv.FormatInt(u.offset, 10)}, "Content-Type": {"application/offset+octet-stream"}}
	r, err := u.ask(ctx, http.MethodPatch, h, data)
	if err != nil {
		return err
	}
	next := u.offset + int64(len(data))
	if got, err := strconv.ParseInt(r.Header.Get("Upload-Offset"), 10, 64); err == nil && got != next {
		return &Error{Type: ErrResponse, Op: u.op, Err: fmt.Errorf("the storage has %d bytes where it should have %d: the file is spoilt, delete it and upload it again", got, next)}
	}
	u.offset = next
	return nil
}

// Resume asks the server how far the upload came. An upload that has all its bytes is gone there, which counts as done.
func (u *FolderUpload) Resume(ctx context.Context) error {
	r, err := u.ask(ctx, http.MethodHead, http.Header{}, nil)
	if e := (*Error)(nil); errors.As(err, &e) && e.Status == http.StatusNotFound && u.offset+chunk >= u.size {
		u.offset = u.size
		return nil
	}
	if err != nil {
		return err
	}
	u.offset, err = strconv.ParseInt(r.Header.Get("Upload-Offset"), 10, 64)
	if err != nil || u.offset > u.size || u.offset < 0 {
		return &Error{Type: ErrResponse, Op: u.op, Err: errors.New("the storage does not say how many bytes it has")}
	}
	return nil
}

// ask speaks to the storage proxy; the body of the answer has been read and closed.
func (u *FolderUpload) ask(ctx context.Context, method string, h http.Header, data []byte) (*http.Response, error) {
	k := call{op: u.op, method: method, timeout: u.client.cfg.LongTimeout}
	ctx, cancel := u.client.bound(ctx, k)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, u.address, bytes.NewReader(data))
	if err != nil {
		return nil, unsent(k, err)
	}
	req.Header = h
	h.Set("Tus-Resumable", "1.0.0")
	h.Set("User-Agent", u.client.userAgent())
	r, err := u.client.http.Do(req)
	if err != nil {
		return nil, unsent(k, ended(ctx, err))
	}
	defer r.Body.Close()
	a, err := read(r, mostOfErrors)
	if err == nil && r.StatusCode >= 300 {
		return nil, a.failure(k, time.Now())
	}
	return r, nil
}
