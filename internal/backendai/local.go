package backendai

import (
	"context"
	"io"
	"os"
)

// Told hears how much of a file is there; it is called on the goroutine of the upload.
type Told func(sent, size int64)

// UploadFile sends a file from here into a session, of any size. told may be nil.
func (c *Client) UploadFile(ctx context.Context, session, name, file string, told Told) error {
	return opened(file, func(f *os.File, size int64) error { return c.put(ctx, session, name, f, size, told) })
}

// UploadFileToFolder is UploadToFolder of a file from here.
func (c *Client) UploadFileToFolder(ctx context.Context, folder, name, file string, told Told) error {
	return opened(file, func(f *os.File, size int64) error { return c.UploadToFolder(ctx, folder, name, f, size, told.of(size)) })
}

// Put makes a file in a session of what r gives, size bytes.
func (c *Client) Put(ctx context.Context, session, name string, r io.Reader, size int64) error {
	return c.put(ctx, session, name, r, size, nil)
}

// put sends what is small at once, and what is not in pieces that a run in the session joins.
func (c *Client) put(ctx context.Context, session, name string, r io.Reader, size int64, told Told) error {
	if size > mostPart {
		return c.UploadLarge(ctx, session, name, r, told.of(size))
	}
	data, err := io.ReadAll(io.LimitReader(r, mostPart))
	if err != nil {
		return err
	}
	if err := c.Upload(ctx, session, []File{{Name: name, Data: data}}); err != nil || told == nil {
		return err
	}
	told(size, size)
	return nil
}

// of is what hears of a file of that size; nil for nobody.
func (t Told) of(size int64) func(sent int64) {
	if t == nil {
		return nil
	}
	return func(sent int64) { t(sent, size) }
}

func opened(file string, use func(f *os.File, size int64) error) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	return use(f, info.Size())
}
