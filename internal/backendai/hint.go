package backendai

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// hint says what to do about a refusal.
func hint(e *Error, header http.Header, now time.Time) string {
	if e.Status >= 300 && e.Status < 400 {
		return "the endpoint sends elsewhere, to " + quote(header.Get("Location")) + "; set BACKEND_ENDPOINT to the manager's own address (a signature holds for one address only)"
	}
	if e.Problem == "invalid-auth-params" && strings.Contains(e.Msg, "Date/time") {
		return skewHint(header, now)
	}
	if e.Problem == "auth-failed" {
		return authHint(e.Msg)
	}
	if e.Agent != nil && strings.HasSuffix(e.Agent.Type, "agent-timeout") {
		return "the program that runs code in the session does not answer; a run that was never finished blocks it for good: destroy the session and make a new one"
	}
	if text := absentHint(e.Title); text != "" {
		return text
	}
	return problemHint(e.Problem, e.Msg)
}

// absentHint is about what does not exist.
func absentHint(title string) string {
	switch title {
	case "No such session.":
		return "it has ended or never was, or is another account's (pierun backendai ps lists yours)"
	case "No such environment image.":
		return "give the whole reference or an alias that the site knows (client.image.list() in a script lists them)"
	case "No such app service.":
		return "open its port in advance, when the session is created (session:apps() in a script lists what there is)"
	}
	return ""
}

func problemHint(problem, msg string) string {
	switch problem {
	case "too-many-sessions-matched":
		return "ended sessions of that name count, too: use the session's id"
	case "rate-limit-exceeded":
		return "the key has used up its requests of the last 15 minutes; ask less often or wait"
	case "session-already-exists":
		return "a live session has that name with another image, or reuse was turned off: choose another name or destroy it"
	case "url-not-found", "not-implemented":
		return "this manager does not have this call"
	case "insufficient-privilege":
		return "the account may not do this"
	case "generic-forbidden":
		return stateHint(msg)
	case "generic-bad-request":
		if strings.Contains(msg, "API version") {
			return "the manager does not speak the API version announced: unset BACKEND_API_VERSION to let it choose"
		}
	}
	return ""
}

// stateHint is about a session that is not destroyed because of the state it is in.
func stateHint(msg string) string {
	switch {
	case strings.Contains(msg, "pulling status"):
		return "its image is being fetched, and until it is there managers end the session by no means: wait until it is PREPARING or RUNNING " +
			"(pierun backendai ps), then try again"
	case strings.Contains(msg, "Cannot destroy sessions in"):
		return "by force it can be: pierun backendai rm does that, and so does client:destroy(id, nil, true) in a script"
	}
	return ""
}

func authHint(msg string) string {
	switch {
	case strings.Contains(msg, "key not found"):
		return "BACKEND_ACCESS_KEY is unknown there or inactive"
	case strings.Contains(msg, "Signature"):
		return "BACKEND_SECRET_KEY does not belong to the access key, or something on the way changes the host or the path that is signed"
	case strings.Contains(msg, "Unauthorized"):
		return "managers accept only the main key of a user: is BACKEND_ACCESS_KEY it, and is the user active? Some calls are for admins alone"
	}
	return "check BACKEND_ACCESS_KEY and BACKEND_SECRET_KEY"
}

// skewHint shows both clocks: a signature is good for less than 15 minutes either way.
func skewHint(header http.Header, now time.Time) string {
	here := now.UTC().Format(time.RFC3339)
	server, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		return "the clock here says " + here + "; it must be within 15 minutes of the manager's"
	}
	apart := now.Sub(server).Round(time.Second)
	return fmt.Sprintf("the clock here says %s, the manager's says %s: %s apart, and less than 15 minutes are allowed; set this machine's clock",
		here, server.UTC().Format(time.RFC3339), apart.Abs())
}

// unsentHint is about a request that got no answer.
func unsentHint(cause error) string {
	to := (*url.Error)(nil)
	switch {
	case untrusted(cause):
		return "nobody that this machine trusts vouches for that server's certificate: name the site's authority in BACKEND_CA_FILE (ca_file of " +
			"backendai.client{…} and in pierun.toml), or for a test site set BACKEND_SKIP_SSLCERT_VALIDATION=yes"
	case neverSent(cause):
		return "is BACKEND_ENDPOINT right, and does the manager run?"
	case errors.As(cause, new(tls.RecordHeaderError)) || errors.Is(cause, http.ErrSchemeMismatch):
		return "nothing speaks TLS at that address: write http:// in BACKEND_ENDPOINT if the manager is meant to be reached without"
	case errors.Is(cause, io.EOF) && errors.As(cause, &to) && strings.HasPrefix(to.URL, "https:"):
		return "does the server speak TLS there? If not, write http:// in BACKEND_ENDPOINT"
	}
	return ""
}

// untrusted says that the server's certificate is not one that is accepted here.
func untrusted(err error) bool { return errors.As(err, new(*tls.CertificateVerificationError)) }
