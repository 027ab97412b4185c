package pie

import (
	"context"
	"strings"
)

// launchAndFind launches detached where the answer tells no id: it is the one that the list has afterwards and did
// not have before. Such launches of a client go one after another. Two candidates are an error that names both,
// never a guess.
func (b *birth) launchAndFind(ctx context.Context) (*Instance, error) {
	c := b.c
	if err := c.listing.acquire(ctx); err != nil {
		return nil, with(err, "launch", "")
	}
	defer c.listing.release()
	before, err := c.list(ctx)
	if err != nil {
		return nil, with(err, "launch", "")
	}
	if _, err := b.ask(ctx); err != nil {
		return nil, err
	}
	after, err := c.list(ctx)
	if err != nil {
		return nil, b.unnamed(err)
	}
	id, err := b.newcomer(before, after)
	if err != nil {
		return nil, err
	}
	b.launched(id)
	return b.instance(id), nil
}

// unnamed is the error of a launch that was answered and whose id cannot be found, as there is no list. What it has started
// is looked for once more when the client is closed.
func (b *birth) unnamed(why error) error {
	u := b.unborn(false)
	u.nameless = true
	b.c.noteUnborn(u)
	return &Error{Kind: KindLaunch, Op: "launch", Running: True, Err: why,
		Message: "the instance was launched detached, but the list by which its id is found did not come",
		Hint:    "it runs unless it has ended since: look at the list before launching again"}
}

// newcomer is the id of the one instance that is new and is what was launched.
func (b *birth) newcomer(before, after []Info) (string, error) {
	old := make(map[string]bool, len(before))
	for _, in := range before {
		old[in.InstanceID] = true
	}
	var found []string
	for _, in := range after {
		if !old[in.InstanceID] && b.resembles(in) {
			found = append(found, in.InstanceID)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return "", &Error{Kind: KindLaunch, Op: "launch", Running: False,
			Message: "the instance was launched detached and had ended before its id could be found; this server keeps no result of it"}
	}
	return "", &Error{Kind: KindLaunch, Op: "launch", Running: True,
		Message: "the instance runs, but it cannot be told which of these it is: " + strings.Join(found, ", "),
		Hint:    "somebody else launched the same at the same moment; look at the list"}
}

func (b *birth) resembles(in Info) bool {
	name, _, _ := strings.Cut(in.Program, "@")
	return (in.Program == b.target.name || name == b.target.name) && in.Input == b.input
}
