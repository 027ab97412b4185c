package backendai

import (
	"encoding/json"
	"net/url"
	"strings"
	"time"
)

// requestRow is a request that a JavaScript client made.
type requestRow struct {
	Client   string            `json:"client_version"`
	Version  string            `json:"api_version"`
	Mode     Mode              `json:"connection_mode"`
	Endpoint string            `json:"endpoint"`
	Method   string            `json:"method_called"`
	Args     []json.RawMessage `json:"args"`
	Captured string            `json:"captured"`
	Request  *struct {
		Method string            `json:"method"`
		Path   string            `json:"path"`
		URI    string            `json:"uri"`
		Header map[string]string `json:"headers"`
		Body   any               `json:"body"`
	} `json:"request"`
	StringToSign string `json:"string_to_sign"`
	HostSigned   string `json:"endpoint_host_signed"`
}

func (r requestRow) fork() bool { return strings.HasPrefix(r.Client, "0.4.0-fork") }

func (r requestRow) body() string {
	text, _ := r.Request.Body.(string)
	return text
}

func (r requestRow) message() message {
	h := r.Request.Header
	m := message{method: r.Request.Method, target: r.Request.Path, date: h["x-backendai-date"], day: "20200102", host: h["host"],
		contentType: mediaType(h["content-type"]), versionName: "x-backendai-version", version: h["x-backendai-version"], body: []byte(r.body())}
	if r.Captured != "" {
		m.host = r.HostSigned
		m.target = strings.Split(r.StringToSign, "\n")[1]
	}
	return m
}

// exchange is a request to a real manager with its answer.
type exchange struct {
	Case     string `json:"case"`
	SignedBy string `json:"signed_by"`
	Request  struct {
		Method  string            `json:"method"`
		Path    string            `json:"path"`
		Headers map[string]string `json:"headers"`
		Body    string            `json:"body"`
		Upgrade string            `json:"upgrade"`
	} `json:"request"`
	Answer struct {
		Status  int               `json:"status"`
		Type    string            `json:"content_type"`
		Headers map[string]string `json:"headers"`
		Body    string            `json:"body"`
		CutFrom int               `json:"body_cut_from"`
	} `json:"server_answer"`
	Frames [][]any         `json:"frames"`
	Raw    json.RawMessage `json:"raw_answer"`
	Note   string          `json:"note"`
}

// secret is the secret of the key that signed; "" if that key is not known.
func (x exchange) secret() string {
	return map[string]string{
		"AKIAREALTESTALICE001": "realtest-secret-alice-000000000000000001",
		"AKIAREALTESTROOT0001": "realtest-secret-root-0000000000000000001",
		"AKIAREALTESTSMALL001": "realtest-secret-small-000000000000000001",
		"AKIAREALTESTRATE0001": "realtest-secret-rate-0000000000000000001",
	}[x.access()]
}

func (x exchange) access() string {
	_, credential, _ := strings.Cut(x.Request.Headers["Authorization"], "credential=")
	key, _, _ := strings.Cut(credential, ":")
	return key
}

func (x exchange) accepted() bool { return x.Answer.Status >= 101 && x.Answer.Status < 400 }

// plainlySigned leaves out the exchanges that tried other dates, hashes and headers.
func (x exchange) plainlySigned() bool {
	h := x.Request.Headers
	_, err := time.Parse(dateLayout, h["X-BackendAI-Date"])
	return err == nil && h["Date"] == "" && strings.HasPrefix(h["Authorization"], "BackendAI signMethod=HMAC-SHA256,")
}

func (x exchange) message() message {
	h := x.Request.Headers
	day := strings.ReplaceAll(h["X-BackendAI-Date"][:10], "-", "")
	return message{method: x.Request.Method, target: x.Request.Path, date: h["X-BackendAI-Date"], day: day, host: h["Host"],
		contentType: mediaType(h["Content-Type"]), versionName: "x-backendai-version", version: h["X-BackendAI-Version"]}
}

func (x exchange) path() string {
	u, err := url.Parse(x.Request.Path)
	if err != nil {
		return x.Request.Path
	}
	return u.Path
}
