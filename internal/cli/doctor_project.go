package cli

import (
	"cmp"
	"errors"
	"os"
	"reflect"
	"strings"

	"github.com/pierun/pierun/internal/backendai"
)

// lookAtProject reads the folder's pierun.toml, and sees whether the settings of Backend.AI are complete, where
// anybody has made some.
func (a *app) lookAtProject(found *findings) {
	spec, err := backendai.LoadServer(projectFile)
	if err != nil {
		found.add("project", trouble, err.Error(), cmp.Or(suggestion(err), "correct it"))
		return
	}
	if _, err := os.Stat(projectFile); err == nil {
		found.fine("project", "%s", projectFile)
	}
	if spec.Session.Image == "" && !reflect.DeepEqual(spec, backendai.ServerSpec{}) {
		found.add("project", odd, "[backendai.pie] of "+projectFile+" has no image, which --on backendai needs", `write image = "…" there, or give --image`)
	}
	if from := a.backendaiSources(nil); from.Told() {
		lookAtManager(found, from)
	}
}

// lookAtManager sees whether a manager could be asked; it is not asked.
func lookAtManager(found *findings, from backendai.Sources) {
	cfg, err := backendai.Load(from)
	setting := (*backendai.ConfigError)(nil)
	switch {
	case errors.As(err, &setting) && setting.Missing:
		found.add("backendai", odd, "its settings are not complete", err.Error())
	case err != nil:
		found.add("backendai", trouble, err.Error(), "correct it: pierun backendai and --on backendai refuse it")
	default:
		found.fine("backendai", "%s, as %s (not asked; pierun backendai ps does)",
			strings.Join(cfg.Addresses(), ", "), cmp.Or(cfg.User, cfg.AccessKey))
	}
}
