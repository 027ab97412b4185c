package backendai

import (
	"bytes"
	"context"
	"encoding/json"
)

// Invitation is an offer to use somebody's folder.
type Invitation struct {
	ID      string `json:"id"`
	Inviter string `json:"inviter"`
	Invitee string `json:"invitee"`
	Perm    string `json:"perm"`
	State   string `json:"state"`
	Folder  string `json:"vfolder_name"`
	Created string `json:"created_at"`

	Raw json.RawMessage `json:"-"` // all that the manager tells
}

// UnmarshalJSON keeps the answer as it came, too.
func (i *Invitation) UnmarshalJSON(b []byte) error {
	type known Invitation
	i.Raw = bytes.Clone(b)
	return json.Unmarshal(b, (*known)(i))
}

// peopleBody names people and what they may: ro, rw or wd.
type peopleBody struct {
	Perm       string   `json:"perm,omitempty"`
	Permission string   `json:"permission,omitempty"`
	Emails     []string `json:"emails"`
}

// InviteToFolder offers a user's folder to others and returns whom the offer reached.
func (c *Client) InviteToFolder(ctx context.Context, name, perm string, emails []string) ([]string, error) {
	k, err := c.folderCall("invite to folder", "POST", name, "invite")
	if err != nil {
		return nil, err
	}
	k.body = encodeJSON(peopleBody{Perm: perm, Emails: emails})
	var b struct {
		Invited []string `json:"invited_ids"`
	}
	err = c.get(ctx, k, &b)
	return b.Invited, err
}

// ShareFolder gives a project's folder to users of it, without asking them.
func (c *Client) ShareFolder(ctx context.Context, name, permission string, emails []string) error {
	return c.onFolder(ctx, peopleBody{Permission: permission, Emails: emails}, "share folder", "POST", name, "share")
}

// UnshareFolder takes a project's folder away from users.
func (c *Client) UnshareFolder(ctx context.Context, name string, emails []string) error {
	return c.onFolder(ctx, peopleBody{Emails: emails}, "unshare folder", "DELETE", name, "unshare")
}

// LeaveFolder gives up a folder that others have shared.
func (c *Client) LeaveFolder(ctx context.Context, name string) error {
	return c.onFolder(ctx, nil, "leave folder", "POST", name, "leave")
}

// Invitations are the offers to the caller that are open.
func (c *Client) Invitations(ctx context.Context) ([]Invitation, error) {
	var b struct{ Invitations []Invitation }
	err := c.get(ctx, call{op: "list invitations", method: "GET", path: "/folders/invitations/list"}, &b)
	return b.Invitations, err
}

// AcceptInvitation takes an offer.
func (c *Client) AcceptInvitation(ctx context.Context, id string) error {
	return c.run(ctx, call{op: "accept invitation " + id, method: "POST", path: "/folders/invitations/accept",
		body: encodeJSON(map[string]string{"inv_id": id})})
}

// DeclineInvitation refuses an offer, or takes back one's own.
func (c *Client) DeclineInvitation(ctx context.Context, id string) error {
	return c.run(ctx, call{op: "decline invitation " + id, method: "DELETE", path: "/folders/invitations/delete",
		body: encodeJSON(map[string]string{"inv_id": id})})
}

// SharedFolders lists who can use which folder of whom, as the manager writes it; folderID "" is all folders.
func (c *Client) SharedFolders(ctx context.Context, folderID string) (json.RawMessage, error) {
	var b struct{ Shared json.RawMessage }
	err := c.get(ctx, call{op: "list shared folders", method: "GET", path: "/folders/_/shared", query: query{"vfolder_id", folderID}}, &b)
	return b.Shared, err
}

// ChangeInvitee changes what somebody may in a folder that is shared; change is {"perm", "user", "vfolder"}, the last two ids.
func (c *Client) ChangeInvitee(ctx context.Context, change json.RawMessage) (json.RawMessage, error) {
	var out json.RawMessage
	err := c.get(ctx, call{op: "change what an invitee may", method: "POST", path: "/folders/_/shared", body: change}, &out)
	return out, err
}
