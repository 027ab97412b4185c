package wire

import "strconv"

var commandNames = [...]string{
	NoCommand: "no command", Identify: "identify", Prove: "prove", Token: "token", Ping: "ping", Query: "query",
	HasProgram: "has program", AddProgram: "add program", Launch: "launch", LaunchRegistry: "launch from registry",
	LaunchMany: "launch many", RunMany: "run many", Serve: "serve", Attach: "attach", Terminate: "terminate",
	Signal: "signal", SendFile: "send file", List: "list", RegisterMCP: "register MCP server", MCPAnswer: "MCP answer",
	Workflow: "workflow", RemoteService: "remote service", CancelAll: "cancel all",
}

// String names k for people.
func (k CommandKind) String() string {
	if int(k) < len(commandNames) {
		return commandNames[k]
	}
	return "command " + strconv.Itoa(int(k))
}

var eventNames = [...]string{
	NoEvent: "no event", Message: "Message", Stdout: "Stdout", Stderr: "Stderr", File: "Blob", Completed: "Completed",
	Aborted: "Aborted", Exception: "Exception", ServerError: "ServerError", OutOfResources: "OutOfResources",
	Answer: "answer", Listing: "listing", MCPRequest: "MCP request", TurnDone: "turn done",
	StreamAborted: "stream aborted", Refusal: "refusal", Notice: "notice",
}

// String names k for people; the events of an instance have their names of the documented API.
func (k EventKind) String() string {
	if int(k) < len(eventNames) {
		return eventNames[k]
	}
	return "event " + strconv.Itoa(int(k))
}
