package engine

import (
	"cmp"
	"crypto"
	crand "crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/pierun/pierun/pie/wire"
)

// Login is who may come in, on generations whose connections are asked: the instance and process families. Gateways
// take the name out of the upgrade request and workers ask nobody.
type Login struct {
	// Users are the public keys of each user: RSA of 2048 bits or more, Ed25519, ECDSA on P-256 or P-384. One
	// matching key is enough. A user without keys is challenged and never let in. See ParseUsers.
	Users map[string][]crypto.PublicKey
	// Token is the internal token; who has it is the user "internal". On instance-0.1 it is the only way in, as the
	// user "default". "": there is none.
	Token string
}

// internalUser sees everybody's processes on the instance family.
const internalUser = "internal"

type loginState struct {
	done      bool
	pending   string // the user whose proof is awaited
	challenge []byte
}

// beginLogin settles who is there before the first command, where that is known.
func (s *session) beginLogin() {
	switch {
	case s.e.rules.login == loginNone:
		s.letIn(internalUser)
	case s.e.rules.login == loginToken && s.e.config.Login == nil:
		s.letIn("default")
	}
}

func (s *session) letIn(user string) {
	s.user = user
	s.login = loginState{done: true}
}

// admitted says whether c may run. Servers differ in what an unidentified client's command leads to.
func (s *session) admitted(c *wire.Command) bool {
	if s.login.done {
		return true
	}
	switch s.e.rules.login {
	case loginIgnore:
		return isLogin(c.Kind)
	case loginEnd:
		return s.expected(c.Kind) || s.turnAway()
	case loginToken:
		if !isLogin(c.Kind) && c.Kind != wire.Signal && c.Kind != wire.Terminate {
			s.answer(c, false, "Not authenticated") // and then the command runs all the same
		}
	}
	return true
}

func isLogin(k wire.CommandKind) bool {
	return k == wire.Identify || k == wire.Prove || k == wire.Token
}

// expected says whether k is the step that comes now.
func (s *session) expected(k wire.CommandKind) bool {
	if s.login.pending != "" {
		return k == wire.Prove
	}
	return k == wire.Identify || k == wire.Token
}

// turnAway ends the connection.
func (s *session) turnAway() bool {
	s.sendClose(noCode)
	s.ended = true
	return false
}

func (s *session) authenticate(c *wire.Command) {
	if s.login.done {
		// A proof that comes too late is a failure, except on the instance family.
		s.answer(c, c.Kind != wire.Prove || s.e.rules.login == loginEnd, "Already authenticated")
		return
	}
	switch c.Kind {
	case wire.Identify:
		s.identify(c)
	case wire.Prove:
		s.prove(c)
	case wire.Token:
		s.checkToken(c)
	}
}

func (s *session) identify(c *wire.Command) {
	login := s.e.config.Login
	if login == nil {
		s.letIn(c.User)
		s.answer(c, true, "Authenticated (Engine disabled authentication)")
		return
	}
	if _, known := login.Users[c.User]; !known {
		s.notLetIn(c, "User '"+c.User+"' is not authorized")
		return
	}
	s.login.pending = c.User
	s.login.challenge = make([]byte, 48)
	_, _ = crand.Read(s.login.challenge) // never fails
	s.answer(c, true, base64.StdEncoding.EncodeToString(s.login.challenge))
}

func (s *session) prove(c *wire.Command) {
	user, challenge := s.login.pending, s.login.challenge
	s.login = loginState{}
	if user == "" {
		s.notLetIn(c, "No pending authentication")
		return
	}
	signature, err := base64.StdEncoding.Strict().DecodeString(c.Signature)
	if fault := encodingFault(c.Signature); err != nil || fault != "" {
		s.notLetIn(c, "Invalid signature encoding: "+cmp.Or(fault, "Invalid padding"))
		return
	}
	for _, key := range s.e.config.Login.Users[user] {
		if verify(key, challenge, signature) {
			s.letIn(user)
			s.answer(c, true, "Authenticated")
			return
		}
	}
	s.notLetIn(c, "Signature verification failed")
}

// encodingFault names the first character that base64 does not have, as released servers do; "" if all are fine.
func encodingFault(text string) string {
	digits := strings.TrimRight(text, "=")
	for i, c := range []byte(digits) {
		if c != '+' && c != '/' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') {
			return fmt.Sprintf("Invalid symbol %d, offset %d.", c, i)
		}
	}
	return ""
}

// Servers let a wrong token wait for a random time between these.
const (
	tokenDelayLeast = time.Second
	tokenDelayMost  = 3 * time.Second
)

func (s *session) checkToken(c *wire.Command) {
	login := s.e.config.Login
	if login == nil || login.Token == "" || subtle.ConstantTimeCompare([]byte(login.Token), []byte(c.Token)) == 0 {
		s.pause(tokenDelayLeast + rand.N(tokenDelayMost-tokenDelayLeast))
		s.notLetIn(c, "Invalid token")
		return
	}
	if s.e.rules.login == loginToken {
		s.letIn("default")
		s.answer(c, true, "default")
		return
	}
	s.letIn(internalUser)
	s.answer(c, true, "Authenticated")
}

// notLetIn refuses a login step, which on the instance family is the end of the connection.
func (s *session) notLetIn(c *wire.Command, why string) {
	s.answer(c, false, why)
	if s.e.rules.login == loginEnd {
		s.turnAway()
	}
}
