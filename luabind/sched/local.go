package sched

// local is one value of the host that a task carries, and those that were set before it.
type local struct {
	key, value any
	before     *local
}

// SetLocal keeps a value of the host under key in the task and in the tasks that it spawns from now on. restore puts
// back what was there; tasks that were spawned meanwhile keep the value.
func (t *Task) SetLocal(key, value any) (restore func()) {
	before := t.locals
	t.locals = &local{key: key, value: value, before: before}
	return func() { t.locals = before }
}

// Local gives what the task carries under key; nil for nothing.
func (t *Task) Local(key any) any {
	for l := t.locals; l != nil; l = l.before {
		if l.key == key {
			return l.value
		}
	}
	return nil
}
