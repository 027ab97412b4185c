package backendai

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// DownloadFromFolder writes a file of a virtual folder to w, from the given byte on, and returns how many bytes came.
// With archive a directory comes as an archive. A file whose transfer is cut is asked for from there on, a few times unless more
// of it comes; one that has changed meanwhile fails, and so does an archive, which is made anew each time.
func (c *Client) DownloadFromFolder(ctx context.Context, folder, path string, archive bool, from int64, w io.Writer) (int64, error) {
	m, err := c.Manager(ctx)
	if err != nil {
		return 0, err
	}
	if !m.transfers() {
		return c.downloadPlain(ctx, folder, path, w)
	}
	d := &folderDownload{client: c, folder: folder, path: path, archive: archive, at: from, to: w}
	for try := 0; ; try++ {
		n, err := d.rest(ctx)
		if d.at += n; n > 0 {
			try = 0
		}
		if err == nil || archive || try == tries-1 || !wasCut(err) || c.sleep(ctx, pause<<try) != nil {
			return d.at - from, err
		}
	}
}

// wasCut says that a transfer has failed in the network, and not for its time.
func wasCut(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Type != ErrServer && !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, context.Canceled) && !errors.Is(err, errNotTheRest)
}

var errNotTheRest = errors.New("the storage gives the whole file in place of its rest: it has changed meanwhile, or cannot be asked for in pieces")

// folderDownload is a file on its way out of a virtual folder.
type folderDownload struct {
	client       *Client
	folder, path string
	archive      bool
	at           int64
	to           io.Writer
	mark         string // what tells this file from one that has changed; "": nothing does
}

// rest asks for a token and for what has not come yet.
func (d *folderDownload) rest(ctx context.Context) (int64, error) {
	k, err := d.client.folderRequest(ctx, d.folder, d.path, d.archive)
	if err != nil {
		return 0, err
	}
	var t transfer
	if err := d.client.get(ctx, k, &t); err != nil {
		return 0, err
	}
	address, err := t.address(query{"archive", flag(d.archive)})
	if err != nil {
		return 0, &Error{Type: ErrResponse, Op: k.op, Err: err}
	}
	return d.pull(ctx, k, address)
}

// folderRequest is the call that asks for a download's token.
func (c *Client) folderRequest(ctx context.Context, folder, path string, archive bool) (call, error) {
	m, err := c.Manager(ctx)
	if err != nil {
		return call{}, err
	}
	k, err := c.folderCall("download from folder", "POST", folder, m.spelling("request-download", "request_download"))
	k.body = encodeJSON(struct {
		File    string `json:"file"`
		Archive bool   `json:"archive"`
	}{path, archive})
	return k, err
}

// pull reads from the storage proxy.
func (d *folderDownload) pull(ctx context.Context, k call, address string) (int64, error) {
	c := d.client
	k.timeout = c.cfg.LongTimeout
	ctx, cancel := c.bound(ctx, k)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, "GET", address, nil)
	if err != nil {
		return 0, unsent(k, err)
	}
	d.ask(req.Header)
	r, err := c.http.Do(req)
	if err != nil {
		return 0, unsent(k, ended(ctx, err))
	}
	defer r.Body.Close()
	if r.StatusCode >= 300 {
		a, _ := read(r, mostOfErrors)
		return 0, a.failure(k, c.cfg.Clock.Now())
	}
	if d.at > 0 && r.StatusCode != http.StatusPartialContent {
		return 0, &Error{Type: ErrResponse, Op: k.op, Err: errNotTheRest}
	}
	d.note(r.Header)
	return copyOut(k, d.to, &body{ReadCloser: r.Body, ctx: ctx, cancel: cancel})
}

// ask writes which bytes are wanted, of which file.
func (d *folderDownload) ask(h http.Header) {
	h.Set("User-Agent", d.client.userAgent())
	if d.at == 0 {
		return
	}
	h.Set("Range", "bytes="+strconv.FormatInt(d.at, 10)+"-")
	if d.mark != "" {
		h.Set("If-Range", d.mark)
	}
}

// note keeps what the first answer tells the file by. A weak tag says too little.
func (d *folderDownload) note(h http.Header) {
	if tag := h.Get("ETag"); tag != "" && !strings.HasPrefix(tag, "W/") {
		d.mark = orElse(d.mark, tag)
	}
	d.mark = orElse(d.mark, h.Get("Last-Modified"))
}
