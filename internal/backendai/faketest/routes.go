package faketest

import (
	"net/http"
	"net/url"
	"strings"
)

// handler answers a request of somebody.
type handler func(w http.ResponseWriter, r *http.Request, who caller)

// route finds the handler of a path; needs says that it wants a signature.
func (m *Manager) route(r *http.Request) (h handler, needs bool) {
	if r.Method == "OPTIONS" && r.URL.Path != "/upload" {
		return func(w http.ResponseWriter, _ *http.Request, _ caller) { w.WriteHeader(200) }, false
	}
	parts := split(r.URL.EscapedPath())
	if strings.Contains(r.URL.Path, "//") || r.URL.Path != "/" && strings.HasSuffix(r.URL.Path, "/") {
		return nil, false
	}
	switch parts[0] {
	case m.sessions():
		return m.sessionRoute(r, parts[1:]), true
	case "stream":
		return m.streamRoute(parts[1:]), true
	case "events":
		if r.URL.Path == "/events/background-task" {
			return m.task, true
		}
		return m.events, true
	case "folders":
		return m.folderRoute(r, parts[1:]), true
	}
	if h, ok := m.single()[r.Method+" "+r.URL.Path]; ok {
		return h, !(r.URL.Path == "/" || open(r.URL.Path))
	}
	return m.otherVerb(r), true
}

// split takes a path apart; each part is unescaped for itself.
func split(path string) []string {
	parts := strings.Split(strings.TrimPrefix(path, "/"), "/")
	for i, p := range parts {
		if text, err := url.PathUnescape(p); err == nil {
			parts[i] = text
		}
	}
	return parts
}

// otherVerb is a path that exists for another method.
func (m *Manager) otherVerb(r *http.Request) handler {
	for _, verb := range []string{"GET", "POST"} {
		if _, ok := m.single()[verb+" "+r.URL.Path]; ok {
			return refuse(problem(405, "method-not-allowed", "HTTP Method Not Allowed.", "", nil))
		}
	}
	return nil
}

func refuse(f *fault) handler {
	return func(w http.ResponseWriter, _ *http.Request, _ caller) { f.write(w) }
}

// single are the paths without names in them.
func (m *Manager) single() map[string]handler {
	fixed := func(v any) handler {
		return func(w http.ResponseWriter, _ *http.Request, _ caller) { reply(w, 200, v) }
	}
	return map[string]handler{
		"GET /":                             fixed(map[string]string{"version": m.o.Version, "manager": m.o.Release}),
		"GET /auth":                         echo,
		"POST /auth":                        echo,
		"POST /auth/authorize":              m.authorize,
		"GET /auth/role":                    role,
		"GET /auth/ssh-keypair":             m.sshKey,
		"PATCH /auth/ssh-keypair":           m.newSSHKey,
		"GET /config/resource-slots":        fixed(m.o.Slots),
		"GET /config/vfolder-types":         fixed([]string{"group", "user"}),
		"GET /resource/presets":             fixed(map[string]any{"presets": presets(nil)}),
		"POST /resource/check-presets":      m.checkPresets,
		"GET /scaling-groups":               scalingGroups,
		"GET /manager/status":               fixed(map[string]any{"status": "running"}),
		"GET /manager/announcement":         fixed(map[string]any{"enabled": false, "message": ""}),
		"POST /admin/graphql":               m.graphql,
		"POST /admin/gql":                   m.graphqlToo,
		"HEAD /upload":                      m.uploadState,
		"OPTIONS /upload":                   m.uploadState,
		"PATCH /upload":                     m.uploadPiece,
		"GET /download":                     m.download,
		"GET /user-config/dotfiles":         fixed([]string{}),
		"GET /user-config/bootstrap-script": fixed(""),
	}
}

func (m *Manager) sessionRoute(r *http.Request, rest []string) handler {
	if len(rest) == 0 {
		return m.createSession
	}
	if rest[0] == "_" {
		return m.special(rest)
	}
	tail := strings.Join(rest[1:], "/")
	handlers := map[string]func(w http.ResponseWriter, r *http.Request, s *session){
		"GET ": m.info, "POST ": m.execute, "DELETE ": m.destroy, "PATCH ": m.restart,
		"GET logs": m.logs, "POST rename": m.rename, "POST interrupt": m.interrupt, "POST complete": complete,
		"POST upload": m.upload, "GET files": m.files, "GET download": m.downloadSome, "GET download_single": m.downloadOne,
		"POST start-service": startService, "POST shutdown-service": stopService,
		"GET direct-access-info": empty, "GET abusing-report": empty, "GET commit": commit, "GET dependency-graph": m.graph,
	}
	do, ok := handlers[r.Method+" "+tail]
	if !ok {
		if handlers["GET "+tail] != nil || handlers["POST "+tail] != nil {
			return refuse(problem(405, "method-not-allowed", "HTTP Method Not Allowed.", "", nil))
		}
		return nil
	}
	return m.withSession(rest[0], tail == "logs" || tail == "rename", do)
}

func (m *Manager) special(rest []string) handler {
	switch strings.Join(rest[1:], "/") {
	case "match":
		return m.match
	case "create":
		return m.createSession
	case "create-from-template":
		return m.createFromTemplate
	case "logs":
		return refuse(problem(404, "object-not-found", "No such vfolder.", "", map[string]string{"vfolder_name": ".logs"}))
	}
	return nil
}
