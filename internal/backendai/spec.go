package backendai

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"time"
)

// SessionType is what a compute session is for.
type SessionType string

const (
	Interactive SessionType = "interactive"
	Batch       SessionType = "batch"
	Inference   SessionType = "inference"
	System      SessionType = "system"
)

// SessionSpec says what to create. Name and Image are required; the rest has the server's defaults.
type SessionSpec struct {
	Name         string      // 4 to 64 of A-Z a-z 0-9 _ . -, not beginning or ending in . or -
	Image        string      // reference or alias; must be allowed in the domain
	Architecture string      // "": x86_64; v6 and later
	Type         SessionType // "": interactive
	Group        string      // "": Config.Group
	Domain       string      // "": Config.Domain
	Tag          string

	Resources     map[string]string // slots: "cpu" "4", "mem" "16g", "cuda.device" "1", "cuda.shares" "0.5"
	Shmem         string            // shared memory: "64m"
	Environ       map[string]string
	Mounts        []string          // virtual folders; nil: Config.Mounts
	MountMap      map[string]string // folder → path; v5 and later
	PreopenPorts  []int             // 1024…65535, reached through the tunnel under their number; v5 and later
	ScalingGroup  string
	Agents        []string // super admin only; v6 and later
	AttachNetwork string   // v8 and later
	ClusterSize   int      // 0: 1
	ClusterMode   string   // "single-node", "multi-node"; v6 and later

	StartupCommand  string        // batch: what runs
	BatchTimeout    time.Duration // batch, v8 and later; 0: none
	StartsAt        string        // batch: ISO time or delta
	BootstrapScript string        // plain text; runs in the container before anything else
	Dependencies    []string      // session ids that must succeed before; v6 and later
	CallbackURL     string        // v6 and later
	Priority        *int          // v8 and later
	OwnerAccessKey  string        // admins

	Wait    bool          // answer only once it runs (or MaxWait passed); else at once with PENDING
	MaxWait time.Duration // 0 with Wait: Config.LongTimeout
	Fresh   bool          // refuse to reuse a live session of that name and image

	// Config, if set, goes in the place of everything that belongs there (resources to cluster size), as it is.
	Config json.RawMessage
}

func nameForm() *regexp.Regexp {
	return regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]{2,62}[A-Za-z0-9_]$`)
}

// CheckName says what is wrong with a session name; what managers take is held to here.
func CheckName(name string) error {
	if nameForm().MatchString(name) {
		return nil
	}
	return misuse("%s is no session name: 4 to 64 letters, digits, _ . and -, and none of . and - at either end", quote(name))
}

// check finds what the manager would answer with a bare internal error.
func (s SessionSpec) check(m *Manager) error {
	if err := CheckName(s.Name); err != nil {
		return err
	}
	if s.Image == "" {
		return misuse("a session needs an image")
	}
	if s.Type == Batch && s.StartupCommand == "" {
		return misuse("a batch session needs a startup command")
	}
	if s.Config != nil && !json.Valid(s.Config) {
		return misuse("the session's config is no JSON")
	}
	return firstError(s.checkWords(), s.checkPorts(), s.CheckAmounts(), s.checkVersion(m.Version.Major))
}

func (s SessionSpec) checkPorts() error {
	for _, p := range s.PreopenPorts {
		if p < 1024 || p > 65535 {
			return misuse("port %d cannot be opened in advance: it must be from 1024 to 65535", p)
		}
		if p >= 2000 && p <= 2003 || p == 2200 || p == 7681 {
			return misuse("port %d cannot be opened in advance: 2000 to 2003, 2200 and 7681 are the platform's", p)
		}
	}
	return nil
}

func slotValue() *regexp.Regexp {
	return regexp.MustCompile(`^[0-9]+(\.[0-9]+)?([kmgtpKMGTP]([iI]?[bB])?)?$`)
}

func wholeNumber() *regexp.Regexp { return regexp.MustCompile(`^[0-9]+(\.0+)?$`) }

// CheckAmounts says which resource, or whether the shared memory, is no amount. It needs no manager.
func (s SessionSpec) CheckAmounts() error {
	for _, name := range slices.Sorted(maps.Keys(s.Resources)) {
		if v := s.Resources[name]; !slotValue().MatchString(v) {
			return misuse(`resource %s is %s: give a number, or a size like "4g"`, quote(name), quote(v))
		}
		if name == "cuda.device" && !wholeNumber().MatchString(s.Resources[name]) {
			return misuse("resource %s is %s: it counts whole GPUs; fractions are cuda.shares (fgpu), where the site has them", quote(name), quote(s.Resources[name]))
		}
	}
	if s.Shmem != "" && !slotValue().MatchString(s.Shmem) {
		return misuse(`shared memory is %s: give a size like "64m"`, quote(s.Shmem))
	}
	return nil
}

// checkVersion refuses what the API version in use has no place for.
func (s SessionSpec) checkVersion(major int) error {
	for _, need := range []struct {
		since int
		used  bool
		what  string
	}{
		{5, len(s.MountMap) > 0, "a mount map"}, {5, len(s.PreopenPorts) > 0, "ports opened in advance"},
		{6, s.Architecture != "", "an architecture"}, {6, s.ClusterMode != "", "a cluster mode"},
		{6, len(s.Agents) > 0, "a list of agents"}, {6, len(s.Dependencies) > 0, "dependencies"},
		{6, s.CallbackURL != "", "a callback URL"}, {8, s.BatchTimeout > 0, "a batch timeout"},
		{8, s.Priority != nil, "a priority"}, {8, s.AttachNetwork != "", "a network"},
	} {
		if need.used && major < need.since {
			return &UnsupportedError{need.what + " for a session needs API v" + string(rune('0'+need.since)) + " or later, and this manager speaks v" + string(rune('0'+major))}
		}
	}
	return nil
}

// createBody is what goes over the wire; the order is that of the JavaScript client where it has the field.
type createBody struct {
	Image           string          `json:"image"`
	Name            string          `json:"name,omitempty"`
	Token           string          `json:"clientSessionToken,omitempty"`
	Config          json.RawMessage `json:"config,omitempty"`
	Tag             string          `json:"tag,omitempty"`
	Architecture    string          `json:"architecture,omitempty"`
	Type            SessionType     `json:"type,omitempty"`
	Group           string          `json:"group,omitempty"`
	Domain          string          `json:"domain,omitempty"`
	ClusterSize     int             `json:"cluster_size,omitempty"`
	ClusterMode     string          `json:"cluster_mode,omitempty"`
	EnqueueOnly     *bool           `json:"enqueueOnly,omitempty"`
	MaxWaitSeconds  *int            `json:"maxWaitSeconds,omitempty"`
	ReuseIfExists   *bool           `json:"reuseIfExists,omitempty"`
	StartsAt        string          `json:"starts_at,omitempty"`
	BatchTimeout    string          `json:"batch_timeout,omitempty"`
	StartupCommand  string          `json:"startupCommand,omitempty"`
	BootstrapScript string          `json:"bootstrap_script,omitempty"`
	Dependencies    []string        `json:"dependencies,omitempty"`
	CallbackURL     string          `json:"callback_url,omitempty"`
	OwnerAccessKey  string          `json:"owner_access_key,omitempty"`
	Priority        *int            `json:"priority,omitempty"`
}

// configBody is the "config" of a create.
type configBody struct {
	Mounts       []string          `json:"mounts,omitempty"`
	MountMap     map[string]string `json:"mount_map,omitempty"`
	Environ      map[string]string `json:"environ,omitempty"`
	ClusterSize  int               `json:"clusterSize,omitempty"`
	ScalingGroup string            `json:"scaling_group,omitempty"`
	Resources    map[string]string `json:"resources,omitempty"`
	ResourceOpts map[string]string `json:"resource_opts,omitempty"`
	PreopenPorts []int             `json:"preopen_ports,omitempty"`
	Agents       []string          `json:"agent_list,omitempty"`
	Network      string            `json:"attach_network,omitempty"`
}

func (s SessionSpec) body(m *Manager, wait time.Duration) createBody {
	b := createBody{Image: s.Image, Tag: s.Tag, Type: s.Type, Config: s.config(m), ReuseIfExists: ptr(!s.Fresh), EnqueueOnly: ptr(!s.Wait)}
	if s.Wait {
		b.MaxWaitSeconds = ptr(int(wait / time.Second))
	}
	b.StartupCommand, b.BootstrapScript, b.StartsAt = s.StartupCommand, s.BootstrapScript, s.StartsAt
	b.Dependencies, b.CallbackURL, b.OwnerAccessKey, b.Priority = s.Dependencies, s.CallbackURL, s.OwnerAccessKey, s.Priority
	if s.BatchTimeout > 0 {
		b.BatchTimeout = s.BatchTimeout.String()
	}
	b.Group, b.Domain = s.Group, s.Domain
	if !m.modern() {
		b.Token = s.Name
		return b
	}
	b.Name = s.Name
	if m.Version.Major >= 6 {
		b.Architecture, b.ClusterMode, b.ClusterSize = s.Architecture, s.ClusterMode, s.ClusterSize
	}
	return b
}

func (s SessionSpec) config(m *Manager) json.RawMessage {
	if s.Config != nil {
		return s.Config
	}
	c := configBody{Mounts: s.Mounts, MountMap: s.MountMap, Environ: s.Environ, ScalingGroup: s.ScalingGroup,
		Resources: s.Resources, PreopenPorts: s.PreopenPorts, Agents: s.Agents, Network: s.AttachNetwork}
	if m.Version.Major < 6 {
		c.ClusterSize = s.ClusterSize
	}
	if s.Shmem != "" {
		c.ResourceOpts = map[string]string{"shmem": s.Shmem}
	}
	return encodeJSON(c)
}

func ptr[T any](v T) *T { return &v }
