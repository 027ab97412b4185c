package backendai

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Kind is what a body turned out to be, by the server's content type.
type Kind string

const (
	KindNone  Kind = "none" // no body: 204, or an empty one that does not claim to be JSON
	KindJSON  Kind = "json"
	KindText  Kind = "text"
	KindBytes Kind = "bytes"
)

// answer is a response whose body has been read.
type answer struct {
	status   int
	header   http.Header
	kind     Kind
	body     []byte
	endpoint endpoint
}

// Value is the body of an answer as the server declared it. Exactly one field is filled, by Kind; none for KindNone.
type Value struct {
	Kind  Kind
	JSON  json.RawMessage
	Text  string
	Bytes []byte
}

// kindOf decides by the content type alone. Media types are compared without regard to case; every "+json" is JSON;
// an answer without the header is bytes.
func kindOf(contentType string) Kind {
	kind := ""
	if contentType != "" {
		kind = mediaType(contentType)
	}
	switch {
	case kind == "application/json" || strings.HasPrefix(kind, "application/") && strings.HasSuffix(kind, "+json"):
		return KindJSON
	case strings.HasPrefix(kind, "text/"):
		return KindText
	}
	return KindBytes
}

// tooLargeError is an answer that goes beyond the bound on it.
type tooLargeError struct{ most int64 }

func (e *tooLargeError) Error() string {
	return fmt.Sprintf("the answer is larger than the %d bytes that may be kept of one", e.most)
}

// read takes in the whole body, up to most bytes. What is beyond stays unread.
func read(r *http.Response, most int64) (*answer, error) {
	a := &answer{status: r.StatusCode, header: r.Header}
	body, err := readUpTo(r.Body, r.ContentLength, most)
	a.body = body
	a.kind = kindOf(r.Header.Get("Content-Type"))
	if len(body) == 0 && (r.StatusCode == http.StatusNoContent || a.kind != KindJSON) {
		a.kind = KindNone
	}
	return a, err
}

// readUpTo keeps at most so many bytes, in no more memory than that and what it grew from; announced is how many are said to
// come, less than 0 if nothing is.
func readUpTo(r io.Reader, announced, most int64) ([]byte, error) {
	b := make([]byte, 0, min(max(announced, 4095), most)+1)
	for {
		if len(b) == cap(b) {
			b = append(make([]byte, 0, min(2*int64(cap(b)), most+1)), b...)
		}
		n, err := r.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		switch {
		case int64(len(b)) > most:
			return b[:most], &tooLargeError{most}
		case err == io.EOF:
			return b, nil
		case err != nil:
			return b, err
		}
	}
}

// value checks the body against what it claims to be.
func (a *answer) value(c call) (Value, error) {
	switch a.kind {
	case KindJSON:
		if !json.Valid(a.body) {
			return Value{}, a.unreadable(c, "", jsonFault(a.body))
		}
		return Value{Kind: KindJSON, JSON: a.body}, nil
	case KindText:
		return Value{Kind: KindText, Text: string(a.body)}, nil
	case KindBytes:
		return Value{Kind: KindBytes, Bytes: a.body}, nil
	}
	return Value{Kind: KindNone}, nil
}

func jsonFault(body []byte) error {
	var v any
	return json.Unmarshal(body, &v)
}

// decode reads a JSON body into out. Numbers keep all their digits where out is an interface.
func (a *answer) decode(c call, out any) error {
	if a.kind != KindJSON {
		return a.unreadable(c, "", fmt.Errorf("expected JSON, got %s", orElse(a.header.Get("Content-Type"), "no content type")))
	}
	if len(bytes.TrimSpace(a.body)) == 0 {
		return a.unreadable(c, "", errNoAnswer)
	}
	d := json.NewDecoder(bytes.NewReader(a.body))
	d.UseNumber()
	if err := d.Decode(out); err != nil {
		return a.unreadable(c, "", jsonCause(err))
	}
	if _, err := d.Token(); err != io.EOF {
		return a.unreadable(c, "", errors.New("more follows the JSON value"))
	}
	return nil
}

// jsonCause tells an answer that ends too early from a line that does.
func jsonCause(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return errCutJSON
	}
	return err
}

// rateLimit reads the allowance; absent on errors.
func rateLimit(h http.Header) *RateLimit {
	limit, err := strconv.Atoi(h.Get("X-RateLimit-Limit"))
	if err != nil {
		return nil
	}
	remaining, _ := strconv.Atoi(h.Get("X-RateLimit-Remaining"))
	window, _ := strconv.Atoi(h.Get("X-RateLimit-Window"))
	return &RateLimit{Limit: limit, Remaining: remaining, Window: time.Duration(window) * time.Second}
}

// boundaryOf is the boundary of a multipart answer; "" if it is none.
func boundaryOf(h http.Header) string {
	kind, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil || !strings.HasPrefix(kind, "multipart/") {
		return ""
	}
	return params["boundary"]
}
