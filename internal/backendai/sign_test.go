package backendai

import (
	"encoding/hex"
	"strings"
	"testing"
	"time"
)

type signatureRow struct {
	Note        string `json:"note"`
	AccessKey   string `json:"access_key"`
	SecretKey   string `json:"secret_key"`
	Method      string `json:"method"`
	Target      string `json:"relative_url"`
	Date        string `json:"date_header_value"`
	Day         string `json:"key_date"`
	Host        string `json:"host"`
	ContentType string `json:"content_type_signed"`
	Version     string `json:"api_version"`
	Body        string `json:"hashed_body"`
	K1          string `json:"k1_hex"`
	K2          string `json:"k2_hex"`
	Text        string `json:"string_to_sign"`
	Signature   string `json:"signature"`
	Auth        string `json:"authorization"`
}

func (r signatureRow) message() message {
	name := "x-backendai-version"
	if strings.Contains(r.Text, "\nx-sorna-version:") {
		name = "x-sorna-version"
	}
	return message{r.Method, r.Target, r.Date, r.Day, r.Host, r.ContentType, name, r.Version, []byte(r.Body)}
}

func TestSignatureVectors(t *testing.T) {
	for _, r := range rows[signatureRow](t, "signatures.jsonl") {
		m := r.message()
		if got := m.text(); got != r.Text {
			t.Errorf("%s: string to sign\n%q, want\n%q", r.Note, got, r.Text)
		}
		k1 := keyed([]byte(r.SecretKey), r.Day)
		if hex.EncodeToString(k1) != r.K1 || hex.EncodeToString(keyed(k1, r.Host)) != r.K2 {
			t.Errorf("%s: the keys differ", r.Note)
		}
		if m.signature(r.SecretKey) != r.Signature || m.authorization(r.AccessKey, r.SecretKey) != r.Auth {
			t.Errorf("%s: the signature differs", r.Note)
		}
	}
}

// TestRecordedSignatures signs what was seen on the wire, from the wire alone.
func TestRecordedSignatures(t *testing.T) {
	checked := 0
	for i, r := range rows[requestRow](t, "requests.jsonl") {
		if r.Request == nil || r.Request.Header["authorization"] == "" || r.StringToSign == "" {
			continue
		}
		m := r.message()
		if strings.Contains(r.Request.Path, "a/b%20c") {
			m.target = strings.ReplaceAll(m.target, "%20", " ") // that client signed what it did not send
		}
		if got := m.text(); got != r.StringToSign {
			t.Errorf("row %d: %q, want %q", i, got, r.StringToSign)
		}
		if got := m.authorization(vectorAccess, vectorSecret); got != r.Request.Header["authorization"] {
			t.Errorf("row %d: %s, want %s", i, got, r.Request.Header["authorization"])
		}
		checked++
	}
	if checked < 140 {
		t.Errorf("only %d signatures were there to check", checked)
	}
}

// TestAcceptedSignatures recomputes what a real manager accepted.
func TestAcceptedSignatures(t *testing.T) {
	checked := 0
	for i, x := range rows[exchange](t, "exchanges.jsonl") {
		secret := x.secret()
		if secret == "" || !x.accepted() || !x.plainlySigned() {
			continue
		}
		if got := x.message().authorization(x.access(), secret); got != x.Request.Headers["Authorization"] {
			t.Errorf("row %d, %s: %s", i, x.Case, got)
		}
		checked++
	}
	if checked < 100 {
		t.Errorf("only %d exchanges were there to check", checked)
	}
}

func TestStampIsUTC(t *testing.T) {
	at := time.Date(2020, 1, 1, 8, 59, 59, 999e6, time.FixedZone("", 9*3600))
	if date, day := stamp(at); date != "2019-12-31T23:59:59.999Z" || day != "20191231" {
		t.Errorf("%s, %s", date, day)
	}
}

func TestMediaType(t *testing.T) {
	for header, want := range map[string]string{
		"": "application/octet-stream", "Application/JSON; charset=utf-8": "application/json",
		"multipart/form-data; boundary=x": "multipart/form-data", "text/x-c;": "text/x-c", "broken;;": "broken",
	} {
		if got := mediaType(header); got != want {
			t.Errorf("%q: %q, want %q", header, got, want)
		}
	}
}
