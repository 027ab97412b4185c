package engine

import (
	"context"
	"encoding/json"

	"github.com/pierun/pierun/pie/program"
)

// helloWorld tells who it is. Its release of the instance family printed and returned nothing.
type helloWorld struct{}

func (helloWorld) Manifest() program.Manifest {
	return program.Manifest{Name: "helloworld", Version: "0.1.0", Description: "tells its instance and version",
		Parameters: map[string]program.Parameter{"help": {Type: "bool", Optional: true}}}
}

func (helloWorld) Run(_ context.Context, g *Guest) (string, error) {
	const message = "Hello World! (simulated)"
	if g.p.e.features.Arguments {
		return "()", g.Print(message + "\n")
	}
	result, err := json.Marshal(struct {
		Message  string `json:"message"`
		Instance string `json:"instance_id"`
		Version  string `json:"version"`
	}{message, g.InstanceID(), Version})
	return string(result), err
}
