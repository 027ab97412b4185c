package backendai

import "context"

// Image is what a session can be made from.
type Image struct {
	Name         string   `json:"name"`
	Registry     string   `json:"registry"`
	Tag          string   `json:"tag"`
	Architecture string   `json:"architecture"`
	Digest       string   `json:"digest"`
	Installed    bool     `json:"installed"`
	Aliases      []string `json:"aliases"`
	Limits       []Limit  `json:"resource_limits"`
	Labels       []Label  `json:"labels"`
}

// Ref is the image's full name, as sessions take it.
func (i Image) Ref() string { return i.Registry + "/" + i.Name + ":" + i.Tag }

// Limit is how much of a slot an image needs and takes; "" is no bound.
type Limit struct {
	Key string `json:"key"`
	Min string `json:"min"`
	Max string `json:"max"`
}

// Label is a label of an image.
type Label struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

const imageFields = `{name registry tag architecture digest installed aliases resource_limits{key min max} labels{key value}}`

// Images lists the images the caller's domain allows.
func (c *Client) Images(ctx context.Context) ([]Image, error) {
	m, err := c.Manager(ctx)
	if err != nil {
		return nil, err
	}
	q := "query{images" + imageFields + "}"
	if !m.modern() {
		q = "query {  images { name tag registry digest installed resource_limits { key min max } }}"
	}
	var out struct{ Images []Image }
	err = c.GraphQL(ctx, q, nil, &out)
	return out.Images, err
}

// Image looks one image up by reference or alias; architecture "" is x86_64.
func (c *Client) Image(ctx context.Context, ref, architecture string) (*Image, error) {
	var out struct{ Image *Image }
	const q = `query($r:String!,$a:String){image(reference:$r,architecture:$a)` + imageFields + `}`
	err := c.GraphQL(ctx, q, map[string]any{"r": ref, "a": orElse(architecture, "x86_64")}, &out)
	return out.Image, err
}
