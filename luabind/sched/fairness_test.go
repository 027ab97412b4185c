package sched

import "testing"

func TestTasksTakeTurns(t *testing.T) {
	h := newHost(t)
	err := h.run(`
		local counts = {}
		for n = 1, 10 do counts[n] = 0 spawn(function() for i = 1, 100 do counts[n] = counts[n] + 1 switch()
			for m = 1, 10 do assert(math.abs(counts[m] - counts[n]) <= 1, "unfair") end end end) end`)
	if err != nil && h.Preemptions() == 0 { // on a machine that stalls a slice may be a long one
		t.Fatal(err)
	}
}

func TestHogsShareWithWaitingTasks(t *testing.T) {
	h := newHost(t)
	h.ok(`
		local hogs, rounds = {}, {}
		for i = 1, 4 do rounds[i] = 0 hogs[i] = spawn(function() while true do rounds[i] = rounds[i] + 1 end end) end
		for i = 1, 100 do wait() end
		for i = 1, 4 do assert(rounds[i] > 0, "a hog never ran") end
		for i = 1, 4 do cancel(hogs[i]) end`)
	// Each wait costs a few preemptions, not one slice of every hog.
	if n := h.Preemptions(); n > 100*8 {
		t.Errorf("%d preemptions for 100 waits", n)
	}
}

func TestTwoSchedulersAtOnce(t *testing.T) {
	done := make(chan error, 2)
	for range 2 {
		h := newHost(t)
		main := h.compile(`
			local hog = spawn(function() while true do end end)
			for i = 1, 50 do wait() end
			cancel(hog)`)
		go func() { done <- h.Run(t.Context(), main) }()
	}
	for range 2 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func TestFallbackWithoutTheHook(t *testing.T) {
	h := newHost(t)
	h.hooked = false
	h.ok(`
		local hog = spawn(function() while true do pcall(function() while true do end end) end end)
		for i = 1, 30 do wait() end
		cancel(hog)
		assert(not pcall(join, hog))`)
}

func TestChannels(t *testing.T) {
	for name, code := range map[string]string{
		"rendezvous":          `local c = channel() local sent spawn(function() send(c, 1) sent = true end) switch() assert(not sent) assert(recv(c) == 1) switch() assert(sent)`,
		"in order":            `local c = channel(2) spawn(function() for i = 1, 50 do send(c, i) end close(c) end) local n = 0 while true do local v, ok = recv(c) if not ok then break end n = n + 1 assert(v == n) end assert(n == 50)`,
		"many receivers":      `local c, got = channel(), 0 scope(function() for i = 1, 10 do spawn(function() while true do local v, ok = recv(c) if not ok then break end got = got + v wait() end end) end for i = 1, 100 do send(c, 1) end close(c) end) assert(got == 100)`,
		"nil and closed":      `local c = channel(1) local ok, e = pcall(send, c, nil) assert(e.kind == "usage") close(c) close(c) ok, e = pcall(send, c, 1) assert(e.kind == "usage")`,
		"close wakes senders": `local c = channel() local k = spawn(function() local ok, e = pcall(send, c, 1) assert(e.kind == "usage") end) switch() close(c) join(k) local v, ok = recv(c) assert(v == nil and not ok)`,
		"limits in time":      `local c = channel() local ok, e = pcall(recv, c, 0.001) assert(e.kind == "timeout") ok, e = pcall(send, c, 1, 0) assert(e.kind == "timeout") local v, k = recv, spawn(nop) ok, e = pcall(recv, c, 0) assert(e.kind == "timeout")`,
		"a cancelled receiver loses nothing": `
			local c, got = channel(), nil
			local k = spawn(function() got = recv(c) end)
			switch()
			send(c, "precious")
			cancel(k)
			assert((got or recv(c, 1)) == "precious") -- got, if this task's turn was over before cancel`,
		"select: list order":  `local a, b = channel(1), channel(1) send(a, 1) send(b, 2) local i, v = select_{b, a} assert(i == 1 and v == 2)`,
		"select: waits":       `local a, b = channel(), channel() spawn(function() wait() send(b, 7) end) local i, v = select_{a, b} assert(i == 2 and v == 7)`,
		"select: sends":       `local a = channel() local k = spawn(function() return (recv(a)) end) local i, v = select_{{a, 5}} assert(i == 1 and v == nil) assert(join(k) == 5)`,
		"select: send waits":  `local a = channel() local k = spawn(function() wait() wait() return (recv(a)) end) assert(select_{{a, 5}} == 1) assert(join(k) == 5)`,
		"select: both sides":  `local a, got = channel(), nil scope(function() spawn(function() local i, v = select_{a} got = v end) spawn(function() select_{{a, 3}} end) end) assert(got == 3)`,
		"select: tasks":       `local k = spawn(function() wait() return 4, 5 end) local i, a, b = select_{channel(), k} assert(i == 2 and a == 4 and b == 5)`,
		"select: time over":   `assert(select_({channel()}, 0.001) == nil) assert(select_({channel()}, 0) == nil)`,
		"select: closed":      `local c = channel() spawn(function() wait() close(c) end) local i, v = select_{c} assert(i == 1 and v == nil)`,
		"select: one of two":  `local a, b = channel(), channel() spawn(function() send(a, 1) end) spawn(function() send(b, 2) end) local i, v = select_{a, b} local j, w = select_{a, b} assert(i ~= j and v + w == 3)`,
		"select is cancelled": `local a = channel() local k = spawn(function() while true do pcall(select_, {a}) end end) switch() send(a, 1) switch() cancel(k) assert(not pcall(join, k))`,
		"semaphore": `
			local m, inside, most = semaphore(2), 0, 0
			scope(function() for i = 1, 10 do spawn(function() with(m, function() inside = inside + 1 most = math.max(most, inside) wait() wait() inside = inside - 1 end) end) end end)
			assert(most == 2 and inside == 0)
			local ok, e = pcall(release, m) assert(e.kind == "usage")`,
		"semaphore in order, and cancelled": `
			local m, order = semaphore(1), {}
			acquire(m)
			local a = spawn(function() acquire(m) order[#order + 1] = "a" end)
			local b = spawn(function() acquire(m) order[#order + 1] = "b" end)
			switch() switch()
			release(m) cancel(a)
			join(b)
			assert(order[1] == "b")
			local ok, e = pcall(acquire, m, 0.001) assert(e.kind == "timeout")`,
		"with releases on error": `local m = semaphore(1) pcall(with, m, error, "x") assert(with(m, function(a) return a end, 5) == 5)`,
		"limiter": `
			local l = limiter(1000, 2)
			local t0 = now()
			for i = 1, 12 do acquire(l) end
			assert(now() - t0 >= 0.009)
			local ok, e = pcall(acquire, l, 3) assert(e.kind == "usage")
			acquire(l, 2)
			ok, e = pcall(acquire, l, 2, 0) assert(e.kind == "timeout")`,
	} {
		t.Run(name, func(t *testing.T) { newHost(t).ok(code) })
	}
}
