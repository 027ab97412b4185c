package pie_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/pierun/pierun/pie"
)

// authority signs certificates.
type authority struct {
	t    testing.TB
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pem  string
}

func newAuthority(t testing.TB) *authority {
	t.Helper()
	a := &authority{t: t}
	a.pem, _, a.cert, a.key = a.issue(&x509.Certificate{IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign})
	return a
}

// issue makes a certificate for 127.0.0.1 and a client, signed by a, or by itself where a has none yet.
func (a *authority) issue(c *x509.Certificate) (cert, key string, parsed *x509.Certificate, private *ecdsa.PrivateKey) {
	a.t.Helper()
	c.SerialNumber, c.Subject = big.NewInt(time.Now().UnixNano()), pkix.Name{CommonName: "test"}
	c.NotBefore, c.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	parent, signer := c, private
	if a.cert != nil {
		parent, signer = a.cert, a.key
		c.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1)}
		c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
	}
	der, err1 := x509.CreateCertificate(rand.Reader, c, parent, private.Public(), signer)
	secret, err2 := x509.MarshalPKCS8PrivateKey(private)
	if err := errors.Join(err1, err2); err != nil {
		a.t.Fatal(err)
	}
	parsed, _ = x509.ParseCertificate(der)
	cert = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	return cert, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})), parsed, private
}

// serveTLS has an engine behind TLS on a socket.
func serveTLS(t testing.TB, cfg *tls.Config) (uri string) {
	t.Helper()
	e := serve(t, "gateway-0.5")
	l, err := tls.Listen("tcp", "127.0.0.1:0", cfg)
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan struct{})
	go func() { defer close(served); e.Serve(l) }()
	t.Cleanup(func() { e.Close(); <-served })
	return "wss://" + l.Addr().String()
}

func TestOwnAuthorityAndClientCertificates(t *testing.T) {
	ours, others := newAuthority(t), newAuthority(t)
	cert, key, _, _ := ours.issue(&x509.Certificate{})
	pair, err := tls.X509KeyPair([]byte(cert), []byte(key))
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(ours.cert)
	open := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{pair}})
	closed := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{pair}, ClientCAs: pool, ClientAuth: tls.RequireAndVerifyClientCert})
	mine, myKey, _, _ := ours.issue(&x509.Certificate{})
	foreign, foreignKey, _, _ := others.issue(&x509.Certificate{})
	file := func(text string) string { return write(t, "pem", []byte(text)) }
	for name, try := range map[string]struct {
		uri   string
		certs pie.Certificates
		want  error
		says  string
	}{
		"own authority":               {open, pie.Certificates{CA: file(ours.pem)}, nil, ""},
		"its text":                    {open, pie.Certificates{CA: ours.pem}, nil, ""},
		"system's roots alone":        {open, pie.Certificates{}, pie.ErrConnect, "(ca)"},
		"another authority":           {open, pie.Certificates{CA: others.pem}, pie.ErrConnect, "(ca)"},
		"client certificate":          {closed, pie.Certificates{CA: ours.pem, Cert: file(mine), Key: file(myKey)}, nil, ""},
		"client certificate and key":  {closed, pie.Certificates{CA: ours.pem, Cert: file(mine + myKey)}, nil, ""},
		"no client certificate":       {closed, pie.Certificates{CA: ours.pem}, pie.ErrAuth, "wants a client certificate"},
		"a foreign client":            {closed, pie.Certificates{CA: ours.pem, Cert: foreign, Key: foreignKey}, pie.ErrAuth, "certificate"},
		"another name":                {strings.Replace(open, "127.0.0.1", "localhost", 1), pie.Certificates{CA: ours.pem}, pie.ErrConnect, "use the name"},
		"a server that speaks no TLS": {"wss://" + listen(t), pie.Certificates{CA: ours.pem}, pie.ErrConnect, "ws:// instead"},
	} {
		t.Run(name, func(t *testing.T) {
			cfg, err := try.certs.TLS()
			if err != nil {
				t.Fatal(err)
			}
			c, err := pie.Dial(soon(t), pie.Config{URI: try.uri, TLS: cfg, Dialect: "gateway-0.5"})
			if !errors.Is(err, try.want) || err != nil && !strings.Contains(err.Error(), try.says) {
				t.Fatalf("got %v", err)
			}
			if err == nil {
				c.Close(context.Background())
			}
		})
	}
}

// listen is a socket that says something else to whoever comes.
func listen(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			conn.Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n"))
			conn.Close()
		}
	}()
	t.Cleanup(func() { l.Close(); <-ended })
	return l.Addr().String()
}

func TestCertificatesThatCannotBeUsed(t *testing.T) {
	a := newAuthority(t)
	cert, key, _, _ := a.issue(&x509.Certificate{})
	_, otherKey, _, _ := a.issue(&x509.Certificate{})
	for says, certs := range map[string]pie.Certificates{
		"cannot be read":         {CA: "/no/such/file"},
		"no certificate in":      {CA: key},
		"but no certificate":     {Key: key},
		"comes without its key":  {Cert: cert},
		"cannot be used":         {Cert: cert, Key: otherKey},
		"has a passphrase":       {Cert: cert, Key: pbkdf2Key},
		"key of the client cert": {Cert: cert, Key: "/no/such/file"},
	} {
		if _, err := certs.TLS(); !errors.Is(err, pie.ErrUsage) || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", says, err)
		}
	}
}
