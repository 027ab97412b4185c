package luabind_test

import "testing"

// TestLaunchOptionsOfAWrongType: each says all that it may be.
func TestLaunchOptionsOfAWrongType(t *testing.T) {
	_, err := play(t, `
for options, want in pairs {
  [{ props = 5 }] = 'option "props" must be a table or a string of JSON, not 5',
  [{ props = { f = print } }] = 'option "props" cannot be sent as JSON',
  [{ session = {} }] = 'option "session" must be a string, not a table',
  [{ scope = "s" }] = 'option "scope" must be a scope of task.scope, not "s"',
  [{ files = { a = 1 } }] = 'option "files" must be a table of name = bytes',
} do
  local _, err = try(pie.launch, "noop", nil, options)
  assert(err.kind == "usage" and err.message:find(want, 1, true), tostring(err))
end`)
	if err != nil {
		t.Error(err)
	}
}
