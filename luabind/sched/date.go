package sched

import (
	"fmt"
	"strings"
	"time"

	lua "github.com/yuin/gopher-lua"
)

// os.date([format[, time]]) with C's letters, in the C locale.
func (s *Scheduler) osDate(L *lua.LState) int {
	format := "%c"
	if L.Get(1) != lua.LNil {
		format = argString(L, 1)
	}
	at := s.clock.Now()
	if L.Get(2) != lua.LNil {
		at = time.Unix(int64(L.CheckNumber(2)), 0)
	}
	format, utc := strings.CutPrefix(format, "!")
	if utc {
		at = at.UTC()
	} else {
		at = at.Local()
	}
	if strings.HasPrefix(format, "*t") {
		L.Push(dateTable(L, at))
		return 1
	}
	L.Push(lua.LString(strftime(format, at)))
	return 1
}

func dateTable(L *lua.LState, at time.Time) *lua.LTable {
	t := L.CreateTable(0, 9)
	for name, n := range map[string]int{
		"year": at.Year(), "month": int(at.Month()), "day": at.Day(), "hour": at.Hour(), "min": at.Minute(),
		"sec": at.Second(), "wday": int(at.Weekday()) + 1, "yday": at.YearDay(),
	} {
		t.RawSetString(name, lua.LNumber(n))
	}
	t.RawSetString("isdst", lua.LBool(at.IsDST()))
	return t
}

// goLayouts are the letters that Go's time knows a layout for.
var goLayouts = map[byte]string{
	'a': "Mon", 'A': "Monday", 'b': "Jan", 'h': "Jan", 'B': "January", 'c': "Mon Jan _2 15:04:05 2006", 'd': "02",
	'D': "01/02/06", 'e': "_2", 'F': "2006-01-02", 'H': "15", 'I': "03", 'm': "01", 'M': "04", 'p': "PM",
	'r': "03:04:05 PM", 'R': "15:04", 'S': "05", 'T': "15:04:05", 'x': "01/02/06", 'X': "15:04:05", 'y': "06",
	'Y': "2006", 'z': "-0700", 'Z': "MST",
}

// strftime writes at in a format; letters that it does not know stay as they are.
func strftime(format string, at time.Time) string {
	var out strings.Builder
	for i := 0; i < len(format); i++ {
		if format[i] != '%' || i+1 == len(format) {
			out.WriteByte(format[i])
			continue
		}
		i++
		out.WriteString(dateItem(format[i], at))
	}
	return out.String()
}

func dateItem(letter byte, at time.Time) string {
	if layout, ok := goLayouts[letter]; ok {
		return at.Format(layout)
	}
	_, week := at.ISOWeek()
	switch letter {
	case 'j':
		return fmt.Sprintf("%03d", at.YearDay())
	case 'w':
		return fmt.Sprint(int(at.Weekday()))
	case 'u':
		return fmt.Sprint((int(at.Weekday())+6)%7 + 1)
	case 'U':
		return fmt.Sprintf("%02d", (at.YearDay()+6-int(at.Weekday()))/7)
	case 'W':
		return fmt.Sprintf("%02d", (at.YearDay()+6-(int(at.Weekday())+6)%7)/7)
	case 'V':
		return fmt.Sprintf("%02d", week)
	case 's':
		return fmt.Sprint(at.Unix())
	case 'n':
		return "\n"
	case 't':
		return "\t"
	case '%':
		return "%"
	}
	return "%" + string(rune(letter))
}

// os.clock() is the time since the start, in seconds, on the Clock.
func (s *Scheduler) osClock(L *lua.LState) int {
	L.Push(lua.LNumber(s.Now().Seconds()))
	return 1
}

// os.difftime(a, b)
func osDifftime(L *lua.LState) int {
	L.Push(L.CheckNumber(1) - lua.LNumber(L.OptNumber(2, 0)))
	return 1
}

// osTime is os.time([table]): without one it is the Clock's.
func (s *Scheduler) osTime(library lua.LValue) lua.LGFunction {
	return func(L *lua.LState) int {
		if L.Get(1) == lua.LNil {
			L.Push(lua.LNumber(s.clock.Now().Unix()))
			return 1
		}
		L.SetTop(1)
		L.Push(library)
		L.Push(L.Get(1))
		L.Call(1, 1)
		return 1
	}
}
