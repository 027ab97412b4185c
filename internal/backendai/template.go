package backendai

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
)

// TemplateCall is the creation of a session from a template, as the newest JavaScript client makes it.
type TemplateCall struct {
	Template string          // its id
	Image    string          // "": the template's
	Name     string          // required
	Options  json.RawMessage // an object of amounts and words side by side; what it names goes before the template; nil: none
}

// templateWords are the options that go to the root of the body, in the order of that client.
type templateWords struct {
	ClusterSize    json.RawMessage `json:"cluster_size,omitempty"`
	ClusterMode    json.RawMessage `json:"cluster_mode,omitempty"`
	Group          json.RawMessage `json:"group_name,omitempty"`
	Domain         json.RawMessage `json:"domain,omitempty"`
	Type           json.RawMessage `json:"type,omitempty"`
	StartsAt       json.RawMessage `json:"starts_at,omitempty"`
	EnqueueOnly    json.RawMessage `json:"enqueueOnly,omitempty"`
	MaxWaitSeconds json.RawMessage `json:"maxWaitSeconds,omitempty"`
	ReuseIfExists  json.RawMessage `json:"reuseIfExists,omitempty"`
	StartupCommand json.RawMessage `json:"startupCommand,omitempty"`
	Bootstrap      json.RawMessage `json:"bootstrap_script,omitempty"`
	Owner          json.RawMessage `json:"owner_access_key,omitempty"`
}

// templateAmounts are the options that are resources; they go as they are.
type templateAmounts struct {
	CPU    json.RawMessage `json:"cpu,omitempty"`
	Mem    json.RawMessage `json:"mem,omitempty"`
	CUDA   json.RawMessage `json:"cuda.device,omitempty"`
	Shares json.RawMessage `json:"cuda.shares,omitempty"`
	ROCm   json.RawMessage `json:"rocm.device,omitempty"`
	TPU    json.RawMessage `json:"tpu.device,omitempty"`
}

// templateOptions is everything that TemplateCall.Options may hold.
type templateOptions struct {
	templateWords
	templateAmounts
	FGPU    json.RawMessage `json:"fgpu"` // short names of amounts
	ROCm    json.RawMessage `json:"rocm"`
	TPU     json.RawMessage `json:"tpu"`
	Mounts  json.RawMessage `json:"mounts"`
	Scaling json.RawMessage `json:"scaling_group"`
	Shmem   json.RawMessage `json:"shmem"`
	Env     json.RawMessage `json:"env"`
}

// templateConfig is the "config" of the body.
type templateConfig struct {
	Resources templateAmounts            `json:"resources"`
	Mounts    json.RawMessage            `json:"mounts,omitempty"`
	Scaling   json.RawMessage            `json:"scaling_group,omitempty"`
	Options   map[string]json.RawMessage `json:"resource_opts,omitempty"`
	Environ   json.RawMessage            `json:"environ,omitempty"`
}

type templateBody struct {
	Template string `json:"template_id"`
	Image    string `json:"image,omitempty"`
	Name     string `json:"name"`
	templateWords
	Config *templateConfig `json:"config,omitempty"`
}

// CreateFromTemplate creates a session from a template and waits, as the manager does, until it runs; unless Options say
// enqueueOnly. It takes the live session of that name and image like CreateIfNotExists.
func (c *Client) CreateFromTemplate(ctx context.Context, t TemplateCall) (*Created, error) {
	if t.Template == "" {
		return nil, misuse("a session from a template needs the id of one")
	}
	if err := CheckName(t.Name); err != nil {
		return nil, err
	}
	body, err := t.body()
	if err != nil {
		return nil, err
	}
	if _, err := c.Manager(ctx); err != nil {
		return nil, err
	}
	made, err := c.made(ctx, call{op: "create session " + t.Name + " from template " + t.Template, method: "POST", area: sessionArea,
		path: "/_/create-from-template", body: encodeJSON(body), timeout: c.cfg.LongTimeout}, t.Name)
	if e := (*Error)(nil); errors.As(err, &e) && e.Problem == "internal-server-error" {
		e.Hint = "managers of 23.09 answer so when there is no such template, and when neither it nor the options name a scaling_group"
	}
	return made, err
}

func (t TemplateCall) body() (templateBody, error) {
	b := templateBody{Template: t.Template, Image: t.Image, Name: t.Name}
	if len(t.Options) == 0 || string(t.Options) == "{}" {
		return b, nil
	}
	var o templateOptions
	d := json.NewDecoder(bytes.NewReader(t.Options))
	d.DisallowUnknownFields()
	if err := d.Decode(&o); err != nil {
		return b, misuse("the options of a session from a template: %v", err)
	}
	b.templateWords, b.Config = o.templateWords, o.config()
	return b, nil
}

func (o templateOptions) config() *templateConfig {
	c := &templateConfig{Resources: o.templateAmounts, Mounts: o.Mounts, Scaling: o.Scaling, Environ: o.Env}
	short := func(to *json.RawMessage, amount json.RawMessage) {
		if amount != nil {
			*to = amount
		}
	}
	short(&c.Resources.Shares, o.FGPU)
	short(&c.Resources.ROCm, o.ROCm)
	short(&c.Resources.TPU, o.TPU)
	if o.Shmem != nil {
		c.Options = map[string]json.RawMessage{"shmem": o.Shmem}
	}
	return c
}
