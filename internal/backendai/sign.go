package backendai

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"mime"
	"strings"
	"time"
)

// dateLayout is the form of X-BackendAI-Date: UTC with milliseconds.
const dateLayout = "2006-01-02T15:04:05.000Z"

// noContentType is what the manager takes a request to carry that has no Content-Type header.
const noContentType = "application/octet-stream"

// bodyFree is the first API version whose signature leaves the body out. Managers compare the two texts as texts, and
// so does this client: only the same rule gives the same signature.
const bodyFree = "v4.20181215"

// message is what a signature covers.
type message struct {
	method      string
	target      string // path with query, as in the request line
	date        string // the date header's value, as sent
	day         string // yyyymmdd of it, in its own zone
	host        string // the Host header's value
	contentType string // media type without parameters, lower case
	versionName string // header name of the version, lower case
	version     string
	body        []byte
}

// text is the string to sign: seven lines without a newline at the end.
func (m message) text() string {
	sum := sha256.Sum256(m.hashedBody())
	return strings.Join([]string{
		m.method, m.target, m.date, "host:" + m.host, "content-type:" + m.contentType,
		m.versionName + ":" + m.version, hex.EncodeToString(sum[:]),
	}, "\n")
}

func (m message) hashedBody() []byte {
	if m.version >= bodyFree || m.contentType == "multipart/form-data" {
		return nil
	}
	return m.body
}

// signature is lower-case hex of the HMAC of the text, keyed by day and host so that it serves nowhere else.
func (m message) signature(secret string) string {
	key := keyed(keyed([]byte(secret), m.day), m.host)
	return hex.EncodeToString(keyed(key, m.text()))
}

func (m message) authorization(access, secret string) string {
	return "BackendAI signMethod=HMAC-SHA256, credential=" + access + ":" + m.signature(secret)
}

func keyed(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

// stamp is the date header and the key's day at t.
func stamp(t time.Time) (date, day string) {
	t = t.UTC()
	return t.Format(dateLayout), t.Format("20060102")
}

// mediaType is a Content-Type without its parameters, lower case, as the manager signs it.
func mediaType(header string) string {
	if header == "" {
		return noContentType
	}
	if kind, _, err := mime.ParseMediaType(header); err == nil {
		return kind
	}
	kind, _, _ := strings.Cut(header, ";")
	return strings.ToLower(strings.TrimSpace(kind))
}
