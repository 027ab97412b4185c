package backendai

import "strings"

// rewritten is the request that stands for a recorded one: some of those clients' are refused by managers, or by the older
// managers alone, or say what needs no saying. Each case changes a word or two, and all the rest is compared.
func (r requestRow) rewritten() requestRow {
	v5 := r.Version > "v5"
	switch {
	case r.Method == "createIfNotExists" && !r.fork(): // older names for the same; the fork writes the newer ones
		r = r.withBody(`"lang":`, `"image":`).withPath("/kernel/create", "/kernel")
		if v5 {
			r = r.withBody(`"clientSessionToken":`, `"name":`)
		}
	case r.Method == "getTaskLogs": // managers refuse session_name
		r = r.withPath("session_name=", "taskId=")
	case r.Method == "get_resource_slots": // the fork asks /config from v4.20190601 on; managers answer 404 to /etcd
		r = r.withPath("/etcd/", "/config/")
	case r.Method == "download": // of a query's files, a manager of 23.09 gives the first one only: they are in a body, besides
		r = r.withBody("", `{"files":["a.txt","b c.txt"]}`)
	case r.Method == "resourcePreset.check" && v5 && len(r.Args) == 0: // managers from v5 on refuse it without a group
		r = r.withBody("", `{"group":"default"}`)
	case r.Method == "vfolder.create" && v5: // false is what it is anyway
		r = r.withBody(`,"cloneable":false`, "")
	case r.Method == "vfolder.delete_files" && v5: // the path is written as v6 writes it; managers take both
		r = r.withPath("/delete_files", "/delete-files")
	}
	return r
}

// withBody changes a word of the body; old "" is the body that there is none of.
func (r requestRow) withBody(old, word string) requestRow {
	changed := *r.Request
	changed.Body = strings.Replace(r.body(), old, word, 1)
	r.Request = &changed
	return r
}

// withPath changes a word of the path, and with it what is signed.
func (r requestRow) withPath(old, word string) requestRow {
	if !strings.Contains(r.Request.Path, old) {
		return r
	}
	changed := *r.Request
	changed.Path = strings.Replace(changed.Path, old, word, 1)
	changed.Header = map[string]string{}
	for name, value := range r.Request.Header {
		changed.Header[name] = value
	}
	r.Request = &changed
	if changed.Header["authorization"] != "" {
		changed.Header["authorization"] = r.message().authorization(vectorAccess, vectorSecret)
	}
	return r
}
