package toolserver

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
)

// web sends requests: with the headers, to the one host alone, and until life ends.
type web struct {
	*http.Transport
	life    context.Context
	host    string
	headers map[string]string
}

// newWeb makes a client whose connections are its own. Requests have no deadline here: each call has one.
func newWeb(life context.Context, cfg Config) (*http.Client, error) {
	u, err := url.Parse(cfg.URL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, errors.New("it is no address like https://host/mcp")
	}
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 8}
	return &http.Client{Transport: &web{transport, life, u.Host, cfg.Headers}}, nil
}

// RoundTrip adds the headers, and ends the request with life.
func (w *web) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancel(req.Context())
	stop := context.AfterFunc(w.life, cancel)
	end := func() { stop(); cancel() }
	req = req.Clone(ctx)
	if req.URL.Host == w.host {
		for name, value := range w.headers {
			req.Header.Set(name, value)
		}
	}
	resp, err := w.Transport.RoundTrip(req)
	if err != nil {
		end()
		return nil, err
	}
	resp.Body = &webBody{resp.Body, end}
	return resp, nil
}

// webBody is an answer's body; its request ends with it.
type webBody struct {
	io.ReadCloser
	end func()
}

// Close ends the request.
func (b *webBody) Close() error {
	defer b.end()
	return b.ReadCloser.Close()
}
