package wire

// EngineHeader is in the answer to the upgrade of pierun's embedded engine, and of no other server. Its value is
// EngineSimulates, or EngineKeeps where detached work is kept better than by released servers: the result of what ends
// while nobody is attached, and what runs when a connection breaks.
const (
	EngineHeader    = "X-Pierun-Engine"
	EngineSimulates = "simulated"
	EngineKeeps     = "simulated; keeps"
)
