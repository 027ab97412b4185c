package faketest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// invitation is an open offer of a folder.
type invitation struct {
	id, inviter, invitee, perm string
	folder                     *folder
}

// peopleRequest is the body of an invitation and of a share.
type peopleRequest struct {
	Perm       string   `json:"perm"`
	Permission string   `json:"permission"`
	Emails     []string `json:"emails"`
	Invitation string   `json:"inv_id"`
}

func people(r *http.Request) (q peopleRequest) {
	_ = json.Unmarshal(readBody(r), &q)
	set(&q.Perm, q.Permission)
	set(&q.Perm, "rw")
	return q
}

// may says whether somebody sees the folder: its owner, whom it was given to, and everybody if it is a project's.
func (f *folder) may(who caller) bool {
	return f.owner == who.key || f.shared[who.user] != "" || f.group
}

func noObject(what string) *fault {
	return problem(404, "object-not-found", "No such "+what+".", "", nil)
}

// known says whether there is an account of that address.
func (m *Manager) known(email string) bool {
	for _, key := range m.o.Keys {
		if key.User == email && !key.Inactive {
			return true
		}
	}
	return false
}

// invite reaches those of the addresses that are accounts of others and have no open offer.
func (m *Manager) invite(w http.ResponseWriter, r *http.Request, f *folder) {
	q := people(r)
	inviter, known := m.o.Keys[f.owner].User, 0
	invited := []string{}
	for _, email := range q.Emails {
		if email == inviter || !m.known(email) {
			continue
		}
		known++
		if slices.ContainsFunc(m.invited, func(i *invitation) bool { return i.folder == f && i.invitee == email }) {
			continue
		}
		m.offered++
		m.invited = append(m.invited, &invitation{uuid(700 + m.offered), inviter, email, q.Perm, f})
		invited = append(invited, email)
	}
	if known == 0 {
		noObject("vfolder invitation").write(w)
		return
	}
	reply(w, 201, map[string]any{"invited_ids": invited})
}

// invitationRoute are the paths of offers.
func (m *Manager) invitationRoute(r *http.Request, rest []string) handler {
	return map[string]handler{
		"GET list": m.invitations, "POST accept": m.acceptInvitation, "DELETE delete": m.deleteInvitation,
	}[r.Method+" "+strings.Join(rest, "/")]
}

func (m *Manager) invitations(w http.ResponseWriter, _ *http.Request, who caller) {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := []any{}
	for _, i := range m.invited {
		if i.invitee == who.user {
			out = append(out, map[string]string{"id": i.id, "inviter": i.inviter, "invitee": i.invitee, "perm": i.perm, "state": "pending",
				"vfolder_name": i.folder.name, "created_at": "2026-11-21 20:07:00+00:00"})
		}
	}
	reply(w, 200, map[string]any{"invitations": out})
}

// take removes an open offer that is somebody's to answer; nil is an unknown one.
func (m *Manager) take(r *http.Request, mine func(*invitation) bool) *invitation {
	id := people(r).Invitation
	for n, i := range m.invited {
		if i.id == id && mine(i) {
			m.invited = slices.Delete(m.invited, n, n+1)
			return i
		}
	}
	return nil
}

func (m *Manager) acceptInvitation(w http.ResponseWriter, r *http.Request, who caller) {
	m.mu.Lock()
	defer m.mu.Unlock()
	i := m.take(r, func(i *invitation) bool { return i.invitee == who.user })
	if i == nil {
		noObject("vfolder invitation").write(w)
		return
	}
	i.folder.shared[who.user] = i.perm
	reply(w, 200, struct{}{})
}

// deleteInvitation is for both sides; what is not found is wrapped in an internal error, as the real one does.
func (m *Manager) deleteInvitation(w http.ResponseWriter, r *http.Request, who caller) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.take(r, func(i *invitation) bool { return i.invitee == who.user || i.inviter == who.user }) == nil {
		internal().write(w)
		return
	}
	reply(w, 200, struct{}{})
}

// share gives a project's folder to people, and unshare takes it away; a user's folder is for invitations.
func (m *Manager) share(w http.ResponseWriter, r *http.Request, f *folder) {
	q := people(r)
	switch {
	case !f.group:
		problem(404, "object-not-found", "No such virtual folder.", "Only project folders are directly sharable.", nil).write(w)
	case slices.ContainsFunc(q.Emails, func(email string) bool { return !m.known(email) }):
		noObject("user").write(w)
	default:
		for _, email := range q.Emails {
			f.shared[email] = q.Perm
		}
		reply(w, 201, map[string]any{"shared_emails": q.Emails})
	}
}

func (m *Manager) unshare(w http.ResponseWriter, r *http.Request, f *folder) {
	q := people(r)
	if !f.group {
		problem(404, "object-not-found", "No such virtual folder.", "Only project folders are directly unsharable.", nil).write(w)
		return
	}
	for _, email := range q.Emails {
		delete(f.shared, email)
	}
	reply(w, 200, map[string]any{"unshared_emails": q.Emails})
}

// byAdmins answers what is for admins alone.
func byAdmins(who caller, do func(http.ResponseWriter, *http.Request, *folder)) func(http.ResponseWriter, *http.Request, *folder) {
	if who.admin {
		return do
	}
	return func(w http.ResponseWriter, _ *http.Request, _ *folder) { refused("Unauthorized access").write(w) }
}

func (m *Manager) leave(w http.ResponseWriter, who caller, f *folder) {
	switch {
	case f.group:
		invalid("Cannot leave a group vfolder.", nil).write(w)
	case f.owner == who.key:
		invalid("Cannot leave a vfolder owned by the requesting user.", nil).write(w)
	default:
		delete(f.shared, who.user)
		reply(w, 200, map[string]string{"msg": "left the shared vfolder"})
	}
}

// shared lists who has been given which folder.
func (m *Manager) shared(w http.ResponseWriter, _ *http.Request, _ caller) {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := []any{}
	for _, f := range m.dirs {
		for email, perm := range f.shared {
			out = append(out, map[string]any{"vfolder_name": f.name, "perm": perm, "shared_to": map[string]string{"email": email}})
		}
	}
	reply(w, 200, map[string]any{"shared": out})
}
