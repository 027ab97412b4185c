package luabind

// births are the launches that the tasks have asked for in this turn of the scheduler. They are sent behind it: on the
// stack of a task that would leave it large for good. Scheduler's goroutine.
type births struct {
	rt   *Runtime
	list []*unborn
}

// manyBirths is from how many launches on another core sends them while the tasks go on.
const manyBirths = 16

func (b *births) add(u *unborn) {
	if b.list = append(b.list, u); len(b.list) == 1 {
		b.rt.sched.Post(b.send)
	}
}

func (b *births) send() {
	list := b.list
	b.list = nil
	if len(list) < manyBirths {
		sendAll(list)
		return
	}
	b.rt.work.Go(func() { sendAll(list) })
}

func sendAll(list []*unborn) {
	for _, u := range list {
		u.send()
	}
}
