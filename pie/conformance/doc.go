// Package conformance holds no code, only tests: one list of scenarios that every Pie server has to pass, played through
// the Go client against the embedded engine in each generation, in memory and on a socket, and against the real server
// that PIE_TEST_SERVER names. Beside it stand the recorded conversations, played to the client, and a wire that cuts,
// delays, halves and corrupts. See the README.
package conformance
