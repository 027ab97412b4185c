package backendai

import (
	"context"
	"io"
	"mime"
	"path/filepath"
)

// transfers says that files of folders travel in pieces, with a token; v4.20190315 takes them as a form.
func (m *Manager) transfers() bool { return m.Version.Compare(Version{4, "20190615"}) >= 0 }

// mostPlain bounds a file that has to travel in one piece.
const mostPlain = 32 << 20

func (c *Client) uploadPlain(ctx context.Context, folder, path string, r io.Reader, size int64) error {
	if err := CheckPath(path); err != nil {
		return err
	}
	if size > mostPlain {
		return &UnsupportedError{"API v4.20190315 takes files of folders in one piece: at most 32 MiB"}
	}
	data := make([]byte, size)
	if _, err := io.ReadFull(r, data); err != nil {
		return err
	}
	k, err := c.folderCall("upload to folder", "POST", folder, "upload")
	if err != nil {
		return err
	}
	return c.sendForm(ctx, k, File{Name: path, Type: mediaType(mime.TypeByExtension(filepath.Ext(path))), Data: data}, "")
}

func (c *Client) sendForm(ctx context.Context, k call, f File, boundary string) (err error) {
	if k.body, k.ctype, err = multipartBody([]File{f}, boundary); err != nil {
		return misuse("%v", err)
	}
	k.timeout = c.cfg.LongTimeout
	return c.run(ctx, k)
}

func (c *Client) downloadPlain(ctx context.Context, folder, path string, w io.Writer) (int64, error) {
	k, err := c.folderCall("download from folder", "GET", folder, "download_single")
	if err != nil {
		return 0, err
	}
	k.query, k.timeout = query{"file", path}, c.cfg.LongTimeout
	r, _, err := c.stream(ctx, k)
	if err != nil {
		return 0, err
	}
	defer r.Close()
	return copyOut(k, w, r)
}
