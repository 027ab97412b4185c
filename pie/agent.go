package pie

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/asn1"
	"errors"
	"io"
	"math/big"
	"net"
	"slices"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
)

// Agent gives the keys that ssh-agent holds and that Pie servers take; others are left out. socket is where it
// listens, $SSH_AUTH_SOCK. Keys listed by it sign in the agent, which may have its own questions for people.
func Agent(socket string) KeySource { return sshAgent{socket} }

type sshAgent struct{ socket string }

const (
	agentListTime = 5 * time.Second
	agentSignTime = 2 * time.Minute // the agent may ask somebody first
)

func (a sshAgent) Keys(ctx context.Context) ([]Key, error) {
	var held []*agent.Key
	err := a.talk(ctx, agentListTime, func(c agent.ExtendedAgent) (err error) {
		held, err = c.List()
		return err
	})
	if err != nil {
		return nil, err
	}
	var keys []Key
	for _, h := range held {
		public := sshPublic(h.Blob)
		if public == nil || suitable("", public) != nil {
			continue
		}
		keys = append(keys, signerKey(agentName(h), &agentSigner{agent: a, held: h, public: public}))
	}
	return keys, nil
}

func agentName(key *agent.Key) string {
	if key.Comment == "" {
		return "of ssh-agent"
	}
	return key.Comment + " of ssh-agent"
}

// talk has one conversation with the agent, over a connection of its own.
func (a sshAgent) talk(ctx context.Context, limit time.Duration, f func(agent.ExtendedAgent) error) error {
	conn, err := (&net.Dialer{Timeout: agentListTime}).DialContext(ctx, "unix", a.socket)
	if err == nil {
		defer func() { _ = conn.Close() }()
		defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
		if err = conn.SetDeadline(time.Now().Add(limit)); err == nil {
			err = f(agent.NewClient(conn))
		}
	}
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return contextError(ctx, "login")
	}
	return &Error{Kind: KindAuth, Op: "login", Message: "ssh-agent did not help", Err: err,
		Hint: "does it run, and is $SSH_AUTH_SOCK its socket? ssh-add -l tells"}
}

// agentSigner is a key whose secret stays in the agent: it signs messages, not hashes.
type agentSigner struct {
	agent  sshAgent
	held   *agent.Key
	public crypto.PublicKey
}

// Public is the public half.
func (s *agentSigner) Public() crypto.PublicKey { return s.public }

// Sign cannot be: an agent hashes by itself.
func (s *agentSigner) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
	return nil, errors.New("ssh-agent signs messages, not hashes")
}

// SignMessage makes it a crypto.MessageSigner, for whoever opens keys outside of logins.
func (s *agentSigner) SignMessage(_ io.Reader, message []byte, _ crypto.SignerOpts) ([]byte, error) {
	return s.sign(context.Background(), message)
}

// sign lets the agent sign, in the encoding that crypto.Signer has for the kind of key.
func (s *agentSigner) sign(ctx context.Context, message []byte) ([]byte, error) {
	var signature *ssh.Signature
	var flags agent.SignatureFlags
	if _, isRSA := s.public.(*rsa.PublicKey); isRSA {
		flags = agent.SignatureFlagRsaSha256
	}
	err := s.agent.talk(ctx, agentSignTime, func(c agent.ExtendedAgent) (err error) {
		signature, err = c.SignWithFlags(s.held, message, flags)
		return err
	})
	if err != nil {
		return nil, err
	}
	return plainSignature(s.public, signature)
}

// plainSignature takes a signature out of the wrapping of SSH.
func plainSignature(public crypto.PublicKey, s *ssh.Signature) ([]byte, error) {
	switch key := public.(type) {
	case ed25519.PublicKey:
		if s.Format == ssh.KeyAlgoED25519 {
			return s.Blob, nil
		}
	case *rsa.PublicKey:
		if s.Format == ssh.KeyAlgoRSASHA256 && len(s.Blob) <= key.Size() {
			return slices.Concat(make([]byte, key.Size()-len(s.Blob)), s.Blob), nil
		}
	case *ecdsa.PublicKey:
		var pair struct{ R, S *big.Int }
		if ssh.Unmarshal(s.Blob, &pair) == nil {
			return asn1.Marshal(pair)
		}
	}
	return nil, authError("ssh-agent made a signature of another kind ("+s.Format+") than Pie servers take", "", "name the key's file instead")
}

// ThroughAgent gives the keys of a source, those that the agent holds signing there: nobody has to be asked for their
// passphrases. An agent that cannot be reached, or nil, changes nothing.
func ThroughAgent(agent, keys KeySource) KeySource { return throughAgent{agent, keys} }

type throughAgent struct{ agent, keys KeySource }

func (t throughAgent) Keys(ctx context.Context) ([]Key, error) {
	keys, err := t.keys.Keys(ctx)
	if err != nil || t.agent == nil {
		return keys, err
	}
	held, _ := t.agent.Keys(ctx) // without the agent the keys are still there
	keys = slices.Clone(keys)
	for i, key := range keys {
		for _, h := range held {
			if h.same(key.Public) {
				keys[i].open = h.open
			}
		}
	}
	return keys, nil
}
