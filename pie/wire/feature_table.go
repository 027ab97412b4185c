package wire

// What each generation can do and how it behaves. The values are constants in all but syntax.

// A message may be 16 MiB on all servers but the gateway, which takes 7 MiB of a command.
const (
	frameLimit   = 16<<20 - 1
	gatewayLimit = 7340032
)

// The instance family. Its uploads of files hang the server, so that SendFiles is no. Ends of instances that end at
// once get lost, and the list is cut at 50.
var (
	instance01 = Features{
		Arguments: true, HashNames: true, LoginCommand: Token,
		KillsOnClose: true, TerminateSilent: true, AskFirst: true, MaxCommand: frameLimit, path: "/",
	}
	instanceHash = Features{
		Stdout: true, ListInstances: true, AttachInstance: true,
		Detached: true, DetachedID: true, DetachedOutput: true, DetachedResult: true,
		RecvFiles: true, FileAnswered: true, Registry: true, Pings: true,
		Arguments: true, HashNames: true, Namespaces: true, LoginCommand: Identify, Challenge: true, UnitResult: true,
		ControlConn: true, AttachProbe: true, OrderedAnswers: true, DetachOnClose: true, DetachOnBreak: true, TerminateAny: true,
		MaxCommand: frameLimit, path: "/",
	}
	instance02 = named(instanceHash)
)

// named is the hash era after programs got names.
func named(f Features) Features {
	f.HashNames, f.NeedsManifest = false, true
	return f
}

// The process family: processes outlive their connection, but whoever was attached can never be again.
var (
	process03 = Features{
		Stdout: true, ListInstances: true, AttachInstance: true, Detached: true,
		SendFiles: true, RecvFiles: true, Registry: true, TokenBudget: true, MCP: true, Pings: true,
		StrictNames: true, NeedsManifest: true, LoginCommand: Identify, Challenge: true,
		ControlConn: true, ListComplete: true, OrderedAnswers: true, KeepsLaunched: true,
		MaxCommand: frameLimit, path: "/",
	}
	process04 = batched(process03)
)

// batched can launch many at once, whose answer tells the ids of detached ones too.
func batched(f Features) Features {
	f.LaunchManyInputs, f.DetachedID, f.KeepsLaunched = true, true, false
	return f
}

// The gateway family: no login, everybody is one user, and nothing is fetched from a registry.
var (
	gateway05 = Features{
		Stdout: true, ListInstances: true, AttachInstance: true, Detached: true,
		SendFiles: true, RecvFiles: true, Pings: true,
		StrictNames: true, BareNames: true, NeedsManifest: true, HeaderIdentity: true,
		ControlConn: true, ListComplete: true, Reattach: true, KillsOnClose: true,
		SharedUser: true, RefusedAttachKills: true,
		MaxCommand: gatewayLimit, path: "/v1/ws",
	}
	gateway06 = withProps(gateway05)
	worker05  = withoutGateway(gateway05)
)

// withProps is what 0.6 changed: launches carry more, installs no manifest.
func withProps(f Features) Features {
	f.Props, f.Session, f.LaunchFiles = true, true, true
	f.NeedsManifest = false
	return f
}

// withoutGateway is a worker by itself: a process outlives its connection, with its output, and is launched attached
// even when it is to be left alone.
func withoutGateway(f Features) Features {
	f.HeaderIdentity, f.Reattach, f.KillsOnClose, f.RefusedAttachKills = false, false, false, false
	f.DetachedID, f.DetachedOutput, f.DetachedResult, f.DetachOnClose = true, true, true, true
	f.DetachedCaptured, f.MaxCommand, f.path = true, frameLimit, "/"
	return f
}
