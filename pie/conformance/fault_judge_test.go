package conformance_test

import (
	"errors"
	"slices"

	"github.com/pierun/pierun/pie"
)

// judge compares what a client saw with what was said, and with the server's own record.
func (f *faultTrial) judge(fault *breakage) {
	f.Helper()
	if over := f.book.begun() - len(f.seen); !f.tampered && over > f.maybe {
		f.Errorf("%d labs began that nobody launched: %d launches may have happened", over, f.maybe)
	}
	for _, s := range f.seen {
		if !s.i.Settled() {
			f.Errorf("%s has not settled: %s", s.i.ID(), s.i.Status())
		}
		if !f.tampered {
			f.judgeWords(s)
			f.judgeEnd(s)
		}
	}
}

// judgeWords: what came is a beginning of what was said, and what was told of what was sent.
func (f *faultTrial) judgeWords(s *sight) {
	f.Helper()
	told, known := f.book.of(s.i.ID())
	if !known {
		f.Errorf("%s: launched, and the server has never run it", s.i.ID())
	}
	if !isPrefix(s.got, s.said) {
		f.Errorf("got %q, which is no prefix of %q", s.got, s.said)
	}
	if !isPrefix(told.heard, s.sent) {
		f.Errorf("the server heard %q of %q", told.heard, s.sent)
	}
	if s.end.Kind == pie.Completed && len(s.got) != len(s.said) {
		f.Errorf("completed after %q of %q", s.got, s.said)
	}
}

// judgeEnd: the end that was seen is the one that the server has recorded, and nothing runs that is said not to.
func (f *faultTrial) judgeEnd(s *sight) {
	f.Helper()
	told, _ := f.book.of(s.i.ID())
	there := hasInstance(f.engine.Instances(), s.i.ID())
	var lost *pie.Error
	errors.As(s.err, &lost)
	switch {
	case s.end.Kind == pie.Completed && (!told.ended || told.err != nil || s.end.Value != f.returned(f.c, told.returned)):
		f.Errorf("completed with %q, but the server's record is %+v", s.end.Value, told)
	case (s.end.Kind == pie.Aborted || s.end.Kind == pie.Exception) && (!told.ended || told.err == nil):
		f.Errorf("%v, but the server's record is %+v", s.end.Kind, told)
	case s.end.Kind > pie.Exception:
		f.Errorf("%v %q, which nothing brings about", s.end.Kind, s.end.Value)
	case s.end.Kind != 0 && there:
		f.Errorf("%v, and the engine still runs it", s.end.Kind)
	case s.ended && (there || !told.ended):
		f.Errorf("terminated and confirmed, but the engine runs it")
	case lost != nil && lost.Running == pie.False && (there || !told.ended):
		f.Errorf("lost and said not to run, but the engine runs it")
	case lost != nil && lost.Running == pie.True && !there:
		f.Errorf("lost and said to run, but the engine does not have it")
	}
}

func isPrefix(got, said []string) bool {
	return len(got) <= len(said) && slices.Equal(got, said[:len(got)])
}
