package pie

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
)

// Certificates are what a connection to wss:// needs where the system's own roots do not do. Each is the path of a PEM
// file, or its text; a path that begins with ~/ is in the home folder. The zero value is the system's roots alone.
type Certificates struct {
	CA   string // authorities to trust beside the system's
	Cert string // the client's own certificate, with the chain below it if there is one
	Key  string // the private key of Cert, without a passphrase; it may also stand in Cert
}

// With gives these certificates, those of other in their place where it has any: a client's certificate and its key go
// together.
func (c Certificates) With(other Certificates) Certificates {
	if other.CA != "" {
		c.CA = other.CA
	}
	if other.Cert != "" || other.Key != "" {
		c.Cert, c.Key = other.Cert, other.Key
	}
	return c
}

// TLS reads the certificates for Config.TLS; nil if there are none. Errors are of kind usage.
func (c Certificates) TLS() (*tls.Config, error) {
	if c == (Certificates{}) {
		return nil, nil
	}
	cfg := &tls.Config{MinVersion: tls.VersionTLS12}
	if c.CA != "" {
		roots, err := rootsWith(c.CA)
		if err != nil {
			return nil, err
		}
		cfg.RootCAs = roots
	}
	switch {
	case c.Cert != "":
		pair, err := c.pair("client certificate")
		if err != nil {
			return nil, err
		}
		cfg.Certificates = []tls.Certificate{pair}
	case c.Key != "":
		return nil, certificateError("there is a key for a client certificate, but no certificate", "name it, too", nil)
	}
	return cfg, nil
}

// rootsWith are the system's roots and those of a file.
func rootsWith(ca string) (*x509.CertPool, error) {
	text, err := pemText("certificate authority", ca)
	if err != nil {
		return nil, err
	}
	roots, err := x509.SystemCertPool()
	if err != nil { // a system without any
		roots = x509.NewCertPool()
	}
	if !roots.AppendCertsFromPEM(text) {
		return nil, certificateError("there is no certificate in "+placeName(ca), "it should begin with -----BEGIN CERTIFICATE-----", nil)
	}
	return roots, nil
}

// ServerTLS reads Cert and Key as a server's own. Errors are of kind usage.
func (c Certificates) ServerTLS() (*tls.Config, error) {
	pair, err := c.pair("server's certificate")
	if err != nil {
		return nil, err
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{pair}}, nil
}

func (c Certificates) pair(what string) (tls.Certificate, error) {
	cert, err := pemText(what, c.Cert)
	if err != nil {
		return tls.Certificate{}, err
	}
	key := cert
	if c.Key != "" {
		if key, err = pemText("key of the "+what, c.Key); err != nil {
			return tls.Certificate{}, err
		}
	}
	switch {
	case bytes.Contains(key, []byte(" ENCRYPTED")):
		return tls.Certificate{}, certificateError("the key of the "+what+" has a passphrase", "openssl pkey -in FILE writes it without", nil)
	case c.Key == "" && !bytes.Contains(key, []byte(" PRIVATE KEY")):
		return tls.Certificate{}, certificateError("the "+what+" "+placeName(c.Cert)+" comes without its key", "name the key, too", nil)
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return pair, certificateError("the "+what+" cannot be used", "are the certificate and its key the right files?", err)
	}
	return pair, nil
}

// pemText is the text that was given, or that of the file that was named.
func pemText(what, given string) ([]byte, error) {
	if IsPEM(given) {
		return []byte(given), nil
	}
	text, err := os.ReadFile(expandHome(given))
	if err != nil {
		return nil, certificateError(fmt.Sprintf("the %s %s cannot be read", what, given), "", reason(err))
	}
	return text, nil
}

// IsPEM tells the text of a key or a certificate from the path of one.
func IsPEM(given string) bool { return strings.Contains(given, "-----BEGIN ") }

func placeName(given string) string {
	if IsPEM(given) {
		return "the text that was given"
	}
	return given
}

func certificateError(message, hint string, err error) error {
	return &Error{Kind: KindUsage, Op: "connect", Message: message, Hint: hint, Err: err}
}

// tlsError says what went wrong between two sides that both are there; nil if it is nothing of TLS.
func tlsError(host string, err error) *Error {
	e := &Error{Kind: KindConnect, Message: "no trusted connection to " + host, Err: err}
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var plain tls.RecordHeaderError
	var alert *net.OpError
	switch {
	case errors.As(err, &unknown):
		e.Hint = "if the server has a certificate of your own authority, name that one's certificate (ca)"
	case errors.As(err, &name):
		e.Hint = "use the name that the server's certificate is for"
	case errors.As(err, &invalid):
		e.Hint = "the server needs a new certificate; is the clock of this machine right?"
	case errors.As(err, &plain):
		e.Err, e.Hint = nil, "the server does not speak TLS: write ws:// instead of wss://"
	case errors.As(err, &alert) && alert.Op == "remote error":
		return alertError(host, alert.Err)
	default:
		return nil
	}
	return e
}

// alertError is what the other side of TLS had against us. The standard library gives its words alone.
func alertError(host string, alert error) *Error {
	e := &Error{Kind: KindConnect, Message: host + " refused the TLS connection", Err: alert}
	switch words := alert.Error(); {
	case strings.Contains(words, "certificate required"), strings.Contains(words, "handshake failure"):
		e.Kind, e.Hint = KindAuth, "the server wants a client certificate (cert, cert_key)"
	case strings.Contains(words, "certificate"), strings.Contains(words, "access denied"):
		e.Kind, e.Hint = KindAuth, "the server does not take this client certificate (cert, cert_key)"
	}
	return e
}
