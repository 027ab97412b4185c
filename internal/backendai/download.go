package backendai

import (
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
)

// Download fetches at most five files or folders and calls each for every regular file in them. A name that would lead out of
// a folder here fails the download, and so does a file that was asked for and did not come.
func (c *Client) Download(ctx context.Context, session string, files []string, each func(Fetched) error) error {
	if len(files) == 0 || len(files) > mostDownload {
		return misuse("a download takes 1 to %d files, not %d", mostDownload, len(files))
	}
	q := query{}
	for _, f := range files {
		q = append(q, "files", f)
	}
	k := call{op: "download from session " + session, area: sessionArea, path: segments(session, "download"), query: q, timeout: c.cfg.LongTimeout}
	r, header, err := c.fetch(ctx, k, encodeJSON(map[string][]string{"files": files}))
	if err != nil {
		return err
	}
	defer r.Close()
	boundary := boundaryOf(header)
	if boundary == "" {
		return &Error{Type: ErrResponse, Op: k.op, Err: errors.New("the answer is not in parts, but " + header.Get("Content-Type"))}
	}
	a := &archives{op: k.op, each: each, tops: map[string]bool{}}
	if err := a.read(multipart.NewReader(r, boundary)); err != nil {
		return err
	}
	return a.complete(files)
}

// DownloadOne writes one file of a session to w, and returns its size. Managers of 23.09 refuse files above 1 MiB.
func (c *Client) DownloadOne(ctx context.Context, session, file string, w io.Writer) (int64, error) {
	k := call{op: "download from session " + session, area: sessionArea, path: segments(session, "download_single"),
		query: query{"file", file}, timeout: c.cfg.LongTimeout}
	r, _, err := c.fetch(ctx, k, encodeJSON(map[string]string{"file": file}))
	if err != nil {
		return 0, err
	}
	defer r.Close()
	return copyOut(k, w, r)
}

// DownloadLarge writes a file of any size to w: a run in the session cuts it into pieces, since managers refuse to give
// more than 1 MiB at once. The session must be able to run a batch.
func (c *Client) DownloadLarge(ctx context.Context, session, file string, w io.Writer) (int64, error) {
	folder := ".download-" + NewRunID()[:12]
	cut := "mkdir " + folder + " && split -b 1000000 -a 6 -d -- " + shellQuote(file) + " " + folder + "/"
	if err := c.shell(ctx, session, cut); err != nil {
		return 0, err
	}
	sent, err := c.joinPieces(ctx, session, folder, w)
	_ = c.shell(context.WithoutCancel(ctx), session, "rm -rf "+folder+" </dev/null") // the first error is the one to tell
	return sent, err
}

func (c *Client) joinPieces(ctx context.Context, session, folder string, w io.Writer) (sent int64, err error) {
	list, err := c.ListFiles(ctx, session, folder)
	slices.SortFunc(list, func(a, b Entry) int { return strings.Compare(a.Name, b.Name) })
	for _, piece := range list {
		n, err := c.DownloadOne(ctx, session, folder+"/"+piece.Name, w)
		if sent += n; err != nil {
			return sent, err
		}
	}
	return sent, err
}

func copyOut(k call, w io.Writer, r io.Reader) (int64, error) {
	faulty := &blame{w: w}
	n, err := io.Copy(faulty, r)
	if err != nil && faulty.err == nil {
		err = &Error{Type: ErrResponse, Op: k.op, Method: k.method, Path: k.path, Err: err}
	}
	return n, err
}

// blame tells the writer's faults from the reader's.
type blame struct {
	w   io.Writer
	err error
}

func (b *blame) Write(p []byte) (int, error) {
	n, err := b.w.Write(p)
	b.err = err
	return n, err
}

// downloadsByPOST is the version from which downloads are asked for by POST.
func downloadsByPOST() Version { return Version{8, "20240915"} }

// fetch asks with the manager's verb, and with the other one if that is not allowed.
func (c *Client) fetch(ctx context.Context, k call, body []byte) (io.ReadCloser, http.Header, error) {
	m, err := c.Manager(ctx)
	if err != nil {
		return nil, nil, err
	}
	get, post := k, k
	get.method, post.method, post.body = "GET", "POST", body
	if len(k.query) > 2 {
		get.body = body // of several files in a query, 23.09 gives the first one only
	}
	first, second := get, post
	if m.Version.Compare(downloadsByPOST()) >= 0 {
		first, second = post, get
	}
	r, h, err := c.stream(ctx, first)
	if isProblem(err, "method-not-allowed") {
		return c.stream(ctx, second)
	}
	return r, h, err
}
