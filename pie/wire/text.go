package wire

import (
	"errors"
	"unicode/utf8"
)

// ErrText is wrapped by EncodeCommand when a text of the command is not UTF-8. No server reads such a frame: some cut the
// connection, some answer nothing.
var ErrText = errors.New("the text is not UTF-8")

// readable refuses a command with a text that no server can read.
func (c *Command) readable() error {
	for _, text := range [...]string{
		c.Text, c.ID, c.Input, c.Program, c.Hash, c.User, c.Signature, c.Token, c.ManifestHash, c.Subject, c.Record,
		c.Manifest, c.File, c.Version, c.Props, c.Session, c.Name, c.Transport, c.Path, c.URL,
	} {
		if !utf8.ValidString(text) {
			return ErrText
		}
	}
	return allReadable(c.Args, c.Inputs)
}

func allReadable(lists ...[]string) error {
	for _, list := range lists {
		for _, text := range list {
			if !utf8.ValidString(text) {
				return ErrText
			}
		}
	}
	return nil
}
