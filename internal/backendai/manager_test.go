//go:build manager

package backendai_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pierun/pierun/internal/backendai"
)

// These tests need the manager of testdata/manager:
//
//	testdata/manager/start.sh > env.sh && set -a && . ./env.sh && go test -tags manager -run TestManager .

// who makes a client with one of the manager's keys: "" is the ordinary user, else ADMIN, SMALL, RATE, SECOND, INACTIVE.
func who(t *testing.T, key string, change ...func(*backendai.Config)) *backendai.Client {
	t.Helper()
	infix := ""
	if key != "" {
		infix = key + "_"
	}
	cfg := backendai.Config{AccessKey: must(t, "BACKEND_"+infix+"ACCESS_KEY"), SecretKey: must(t, "BACKEND_"+infix+"SECRET_KEY"),
		Endpoints: []string{must(t, "PIERUN_BACKENDAI_MANAGER")}}
	return made(t, cfg, change)
}

func must(t *testing.T, name string) string {
	t.Helper()
	value := os.Getenv(name)
	if value == "" {
		t.Fatalf("%s is not set: testdata/manager/start.sh prints it", name)
	}
	return value
}

func within(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), d)
	t.Cleanup(cancel)
	return ctx
}

func ok[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func fine(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func name(prefix string) string { return fmt.Sprintf("%s-%08x", prefix, rand.Uint32()) }

func spec(t *testing.T, name string) backendai.SessionSpec {
	return backendai.SessionSpec{Name: name, Image: must(t, "BACKEND_IMAGE"), Resources: map[string]string{"cpu": "1", "mem": "256m"}}
}

// gone destroys a session at the end, whatever became of it.
func gone(t *testing.T, c *backendai.Client, id string) {
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
		defer cancel()
		if err := c.EndSession(ctx, id); err != nil {
			t.Errorf("destroy: %v", err)
		}
	})
}

func start(t *testing.T, c *backendai.Client, s backendai.SessionSpec) *backendai.Created {
	t.Helper()
	ctx := within(t, 3*time.Minute)
	made := ok[*backendai.Created](t)(c.CreateSession(ctx, s))
	gone(t, c, made.ID)
	var seen []string
	_, err := c.WaitSession(ctx, made.ID, backendai.WaitOptions{Progress: func(i *backendai.Info) { seen = append(seen, string(i.Status)) }})
	if err != nil {
		t.Fatalf("%v (seen %v)", err, seen)
	}
	return made
}

func TestManagerAccounts(t *testing.T) {
	ctx := within(t, time.Minute)
	c, admin := who(t, ""), who(t, "ADMIN")
	m := ok[*backendai.Manager](t)(c.Manager(ctx))
	if m.Release != "23.09.10" || m.Version.String() != "v7.20230615" {
		t.Errorf("%+v", m)
	}
	fine(t, c.Verify(ctx))
	if limit, told := c.RateLimit(); !told || limit.Limit != 30000 || limit.Window != 15*time.Minute {
		t.Errorf("rate limit %+v", limit)
	}
	if r := ok[*backendai.Role](t)(admin.Role(ctx, "")); r.Global != "superadmin" {
		t.Errorf("%+v", r)
	}
	if u := ok[*backendai.User](t)(c.User(ctx)); u.Email != "alice@example.test" || len(u.Groups) != 1 {
		t.Errorf("%+v", u)
	}
	if all := ok[[]backendai.User](t)(admin.Users(ctx)); len(all) != 4 {
		t.Errorf("%d users", len(all))
	}
	if k := ok[*backendai.KeyPair](t)(c.KeyPair(ctx)); !k.Active || k.RateLimit != 30000 {
		t.Errorf("%+v", k)
	}
	if k := ok[[]backendai.KeyPair](t)(c.KeyPairs(ctx, nil)); len(k) != 3 {
		t.Errorf("%d keys", len(k))
	}
	if g := ok[[]backendai.Group](t)(c.Groups(ctx)); len(g) != 1 || g[0].Name != "default" {
		t.Errorf("%+v", g)
	}
	if a := ok[[]backendai.Agent](t)(admin.Agents(ctx, 10)); len(a) != 1 || a[0].Status != "ALIVE" {
		t.Errorf("%+v", a)
	}
	// Of a user with several keys, managers of 23.09 give any, and refuse all but the main one.
	keys := ok[*backendai.Keys](t)(c.Authorize(ctx, "", "bob@example.test", "bob-password-1"))
	if keys.AccessKey != must(t, "BACKEND_SMALL_ACCESS_KEY") {
		t.Errorf("%+v", keys)
	}
	if _, err := c.SSHKey(ctx); err != nil {
		t.Error(err)
	}
}

func TestManagerResources(t *testing.T) {
	ctx := within(t, time.Minute)
	c := who(t, "")
	if s := ok[backendai.SlotMap](t)(c.ResourceSlots(ctx)); s["cpu"] != "count" || s["mem"] != "bytes" {
		t.Errorf("%v", s)
	}
	if p := ok[[]backendai.Preset](t)(c.Presets(ctx)); len(p) != 2 || p[0].Slots["cpu"] != "1" {
		t.Errorf("%+v", p)
	}
	l := ok[*backendai.Limits](t)(c.CheckPresets(ctx, ""))
	if l.Limits["cpu"] != "Infinity" || len(l.Presets) != 2 || l.Presets[1].Allocatable {
		t.Errorf("%+v", l)
	}
	if small := ok[*backendai.Limits](t)(who(t, "SMALL").CheckPresets(ctx, "")); small.Limits["mem"] != "536870912" {
		t.Errorf("%+v", small)
	}
	if g := ok[[]string](t)(c.ScalingGroups(ctx, "")); !slices.Equal(g, []string{"default"}) {
		t.Errorf("%v", g)
	}
	if images := ok[[]backendai.Image](t)(c.Images(ctx)); len(images) != 2 {
		t.Errorf("%+v", images)
	}
	if i := ok[*backendai.Image](t)(c.Image(ctx, "python", "")); i == nil || i.Ref() != must(t, "BACKEND_IMAGE") {
		t.Errorf("%+v", i)
	}
	if p := ok[*backendai.Policy](t)(c.ResourcePolicy(ctx)); p.MaxSessions != 20 {
		t.Errorf("%+v", p)
	}
	if _, err := who(t, "ADMIN").UsagePerMonth(ctx, time.Now().Format("200601"), []string{"11111111-0000-4000-8000-000000000001"}); err != nil {
		t.Error(err)
	}
	if _, err := c.UserUsage(ctx); err != nil {
		t.Error(err)
	}
	if _, err := who(t, "ADMIN").UsagePerPeriod(ctx, "11111111-0000-4000-8000-000000000001", "20261101", time.Now().Format("20060102")); err != nil {
		t.Error(err)
	}
}

// wrong checks that a request is refused, and that the error says so in these words.
func wrong(t *testing.T, err error, problem, words string) {
	t.Helper()
	e := (*backendai.Error)(nil)
	if !errors.As(err, &e) || e.Problem != problem || !strings.Contains(err.Error(), words) {
		t.Errorf("got %v, want %s with %q", err, problem, words)
	}
}

type skewed time.Duration

func (s skewed) Now() time.Time { return time.Now().Add(time.Duration(s)) }
func (skewed) AfterFunc(d time.Duration, f func()) (stop func() bool) {
	return time.AfterFunc(d, f).Stop
}

func TestManagerRefusals(t *testing.T) {
	ctx := within(t, time.Minute)
	wrong(t, who(t, "INACTIVE").Verify(ctx), "auth-failed", "BACKEND_ACCESS_KEY is unknown there or inactive")
	wrong(t, who(t, "SECOND").Verify(ctx), "auth-failed", "main key")
	wrong(t, who(t, "", func(c *backendai.Config) { c.SecretKey += "x" }).Verify(ctx), "auth-failed", "BACKEND_SECRET_KEY")
	wrong(t, who(t, "", func(c *backendai.Config) { c.Clock = skewed(-16 * time.Minute) }).Verify(ctx), "invalid-auth-params", " apart, and less than 15 minutes")
	fine(t, who(t, "", func(c *backendai.Config) { c.Clock = skewed(14 * time.Minute) }).Verify(ctx))
	wrong(t, who(t, "", func(c *backendai.Config) { c.APIVersion = "v8.20240315" }).Verify(ctx), "generic-bad-request", "BACKEND_API_VERSION")
	if _, err := who(t, "").Agents(ctx, 1); true {
		wrong(t, err, "graphql-error", "superadmin privilege")
	}
	limited := who(t, "RATE")
	var err error
	for range 7 {
		err = limited.Verify(ctx)
	}
	wrong(t, err, "rate-limit-exceeded", "15 minutes")
}

func TestManagerFolders(t *testing.T) {
	ctx := within(t, 3*time.Minute)
	c, bob := who(t, ""), who(t, "SMALL")
	folder := name("data")
	made := ok[*backendai.Folder](t)(c.CreateFolder(ctx, backendai.FolderSpec{Name: folder}))
	defer func() { fine(t, c.DeleteFolder(within(t, time.Minute), folder)) }()
	if made.Name != folder || made.Permission != "rw" {
		t.Errorf("%+v", made)
	}
	_, err := c.CreateFolder(ctx, backendai.FolderSpec{Name: folder})
	wrong(t, err, "vfolder-already-exists", folder)

	data := make([]byte, 20<<20+12345)
	for i := range data {
		data[i] = byte(i * 7 >> 3)
	}
	var steps []int64
	fine(t, c.MakeDir(ctx, folder, "a/b", true, true))
	fine(t, c.UploadToFolder(ctx, folder, "a/b/large.bin", bytes.NewReader(data), int64(len(data)), func(n int64) { steps = append(steps, n) }))
	if len(steps) != 3 || steps[2] != int64(len(data)) {
		t.Errorf("progress %v", steps)
	}
	sum := sha256.New()
	n, err := c.DownloadFromFolder(ctx, folder, "a/b/large.bin", false, 0, sum)
	if want := sha256.Sum256(data); err != nil || n != int64(len(data)) || !bytes.Equal(sum.Sum(nil), want[:]) {
		t.Errorf("%d bytes, %v", n, err)
	}
	var tail bytes.Buffer
	if _, err := c.DownloadFromFolder(ctx, folder, "a/b/large.bin", false, 20<<20, &tail); err != nil || !bytes.Equal(tail.Bytes(), data[20<<20:]) {
		t.Errorf("range: %d bytes, %v", tail.Len(), err)
	}
	fine(t, c.RenameFile(ctx, folder, "a/b/large.bin", "renamed.bin"))
	if l := ok[[]backendai.FolderEntry](t)(c.FolderFiles(ctx, folder, "a/b")); len(l) != 1 || l[0].Name != "renamed.bin" || l[0].Size != int64(len(data)) {
		t.Errorf("%+v", l)
	}
	fine(t, c.DeleteFiles(ctx, folder, []string{"a"}, true))

	if who := ok[[]string](t)(c.InviteToFolder(ctx, folder, "ro", []string{"bob@example.test"})); len(who) != 1 {
		t.Errorf("%v", who)
	}
	for _, i := range ok[[]backendai.Invitation](t)(bob.Invitations(ctx)) {
		fine(t, bob.AcceptInvitation(ctx, i.ID))
	}
	if l := ok[[]backendai.Folder](t)(bob.Folders(ctx, "")); len(l) != 1 || l[0].Permission != "ro" {
		t.Errorf("%+v", l)
	}
	fine(t, bob.LeaveFolder(ctx, folder))
	_, err = c.Folder(ctx, "no-such-folder")
	wrong(t, err, "object-not-found", "No such virtual folder")
	if h := ok[*backendai.FolderHosts](t)(c.FolderHosts(ctx)); h.Default != "local:volume1" {
		t.Errorf("%+v", h)
	}
}

func TestManagerReader(t *testing.T) {
	ctx := within(t, time.Minute)
	c := who(t, "")
	folder := name("early")
	ok[*backendai.Folder](t)(c.CreateFolder(ctx, backendai.FolderSpec{Name: folder}))
	defer c.DeleteFolder(within(t, time.Minute), folder)
	err := c.UploadToFolder(ctx, folder, "x", strings.NewReader("short"), 10, nil)
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error(err)
	}
}
