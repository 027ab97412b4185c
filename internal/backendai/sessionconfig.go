package backendai

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// Managers answer a key of a session's config that they do not know, or a value of another kind, with a bare internal error. So
// it is looked at before it is sent. A manager that is newer than this client may know more keys; they are left to it.

// configKeys are what "config" may hold, by the API version announced.
func configKeys(v Version) []string {
	if v.Major < 4 || v.Major == 4 && v.Date < "20190315" {
		return []string{"mounts", "environ", "clusterSize", "instanceMemory", "instanceCores", "instanceGPUs", "instanceTPUs"}
	}
	keys := []string{"mounts", "environ", "scaling_group", "resources", "resource_opts"}
	if v.Major < 6 {
		keys = append(keys, "clusterSize")
	}
	for _, more := range []struct {
		since int
		keys  []string
	}{{5, []string{"mount_map", "preopen_ports"}}, {6, []string{"mount_options", "agent_list"}}, {8, []string{"attach_network"}}, {9, []string{"mount_ids", "mount_id_map"}}} {
		if v.Major >= more.since {
			keys = append(keys, more.keys...)
		}
	}
	return keys
}

// checkedConfig is a config with its lists as lists, where they were empty and without a kind, or what is wrong with it.
func checkedConfig(config json.RawMessage, m *Manager) (json.RawMessage, error) {
	if config == nil {
		return nil, nil
	}
	var given map[string]json.RawMessage
	if err := json.Unmarshal(config, &given); err != nil || given == nil {
		return nil, misuse("the session's config must be a table of names and values")
	}
	changed := false
	for _, key := range slices.Sorted(maps.Keys(given)) {
		if err := checkConfigKey(key, m); err != nil {
			return nil, err
		}
		if isList(key) && isEmptyObject(given[key]) {
			given[key], changed = json.RawMessage("[]"), true
		}
		if err := checkConfigValue(key, given[key]); err != nil {
			return nil, err
		}
	}
	if !changed {
		return config, nil
	}
	return encodeJSON(given), nil
}

func checkConfigKey(key string, m *Manager) error {
	keys := configKeys(m.Version)
	if slices.Contains(keys, key) || m.Server.Compare(knownVersions()[0]) > 0 {
		return nil
	}
	hint := ""
	switch {
	case slices.Contains([]string{"cpu", "mem", "gpu", "fgpu"}, key) || strings.Contains(key, "."):
		hint = "; amounts go into its resources"
	case key == "shmem":
		hint = "; it goes into its resource_opts"
	case key == "env":
		hint = "; it is environ there"
	}
	return misuse("config has %s, which API %s does not know there%s; there are %s", quote(key), m.Version, hint, strings.Join(keys, ", "))
}

// isList says that a key of config holds a list.
func isList(key string) bool {
	return slices.Contains([]string{"mounts", "preopen_ports", "agent_list", "mount_ids"}, key)
}

func isEmptyObject(value json.RawMessage) bool {
	var o map[string]json.RawMessage
	return json.Unmarshal(value, &o) == nil && o != nil && len(o) == 0
}

func checkConfigValue(key string, value json.RawMessage) error {
	var (
		texts   []string
		object  map[string]json.RawMessage
		amounts SlotMap
		number  float64
	)
	switch key {
	case "mounts", "agent_list", "mount_ids":
		return fits(value, &texts, "config.%s must be a list of texts", key)
	case "preopen_ports":
		var ports []int
		err := fits(value, &ports, "config.%s must be a list of whole numbers", key)
		return firstError(err, SessionSpec{PreopenPorts: ports}.checkPorts())
	case "resources":
		err := fits(value, &amounts, "config.%s must be a table of names and amounts", key)
		return firstError(err, SessionSpec{Resources: amounts}.CheckAmounts())
	case "environ", "mount_map":
		var words map[string]string
		return fits(value, &words, "config.%s must be a table of names and texts", key)
	case "mount_options", "resource_opts", "mount_id_map":
		return fits(value, &object, "config.%s must be a table of names and values", key)
	case "clusterSize":
		if err := fits(value, &number, "config.%s must be a whole number of 1 or more", key); err != nil || number >= 1 && number == float64(int(number)) {
			return err
		}
		return misuse("config.clusterSize must be a whole number of 1 or more, not %v", number)
	}
	return nil
}

// fits reads a value; what does not fit is told in words.
func fits(value json.RawMessage, into any, words, key string) error {
	if json.Unmarshal(value, into) != nil {
		return misuse(words+", not %s", key, value)
	}
	return nil
}
