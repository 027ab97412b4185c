package pie

// Status is where an instance stands, as far as this client knows; asking costs no round trip.
type Status string

// The values of [Status]. All from StatusCompleted on except StatusDetached are final.
const (
	StatusLaunching      Status = "launching"
	StatusRunning        Status = "running"
	StatusCompleted      Status = "completed"
	StatusAborted        Status = "aborted"
	StatusException      Status = "exception"
	StatusServerError    Status = "server_error"
	StatusOutOfResources Status = "out_of_resources"
	StatusLost           Status = "lost"
	StatusOverflowed     Status = "overflowed"
	StatusDetached       Status = "detached" // nobody reads it here; it goes on
)

// statusOf is the status that a terminal event leaves behind.
func statusOf(k EventKind) Status {
	switch k {
	case Completed:
		return StatusCompleted
	case Aborted:
		return StatusAborted
	case Exception:
		return StatusException
	case OutOfResources:
		return StatusOutOfResources
	}
	return StatusServerError
}
