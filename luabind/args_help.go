package luabind

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"text/tabwriter"

	"github.com/pierun/pierun/luabind/luavalue"
	lua "github.com/yuin/gopher-lua"
)

// usage is the one line that shows how the script is called.
func (s *argSpec) usage() string {
	line := "usage: pierun " + filepath.ToSlash(s.script)
	if len(s.flagNames()) > 2 {
		line += " [options]"
	}
	for _, a := range s.arguments {
		if !a.flag() {
			line += " " + a.shownName()
		}
	}
	return line
}

// shownName is a positional as the usage has it: NAME, [NAME] or NAME...
func (a *argument) shownName() string {
	name := strings.ToUpper(a.long)
	if a.many {
		name += "..."
	}
	if !a.needed() {
		name = "[" + name + "]"
	}
	return name
}

// help is what --help prints.
func (s *argSpec) help() string {
	var b strings.Builder
	trailing := regexp.MustCompile(` +\n`) // of columns without a description
	b.WriteString(s.usage() + "\n")
	if s.text != "" {
		b.WriteString("\n" + s.text + "\n")
	}
	w := tabwriter.NewWriter(&b, 0, 8, 2, ' ', 0)
	s.section(w, "arguments", false)
	s.section(w, "options", true)
	_, _ = fmt.Fprint(w, "  -h, --help\tshow this help\n") // into memory: it cannot fail
	_ = w.Flush()
	return trailing.ReplaceAllString(b.String(), "\n")
}

func (s *argSpec) section(w *tabwriter.Writer, title string, flags bool) {
	headed := flags // the options always have --help
	if flags {
		_, _ = fmt.Fprintf(w, "\n%s:\n", title)
	}
	for _, a := range s.arguments {
		if a.flag() != flags {
			continue
		}
		if !headed {
			_, _ = fmt.Fprintf(w, "\n%s:\n", title)
			headed = true
		}
		_, _ = fmt.Fprintf(w, "  %s\t%s\n", a.synopsis(), a.description())
	}
}

// synopsis is the left column: "-n, --name N" or "NAME".
func (a *argument) synopsis() string {
	if !a.flag() {
		return strings.ToUpper(a.long)
	}
	text := a.long
	if a.kind.name == "boolean" {
		text = "--[no-]" + strings.TrimPrefix(a.long, "--")
	} else {
		text += " " + a.kind.shown
	}
	if a.short != "" {
		return a.short + ", " + text
	}
	return "    " + text
}

// description is the right column: the help text and what the words must be.
func (a *argument) description() string {
	var notes []string
	if len(a.choices) > 0 {
		notes = append(notes, "one of "+a.choiceText())
	}
	if a.min.said != lua.LNil {
		notes = append(notes, fmt.Sprintf("at least %s", a.min.said))
	}
	if a.max.said != lua.LNil {
		notes = append(notes, fmt.Sprintf("at most %s", a.max.said))
	}
	if a.flag() && a.many {
		notes = append(notes, "may be repeated")
	}
	if a.flag() && a.required {
		notes = append(notes, "required")
	}
	if text := a.defaultText(); text != "" {
		notes = append(notes, "default "+text)
	}
	if len(notes) == 0 {
		return a.help
	}
	return strings.TrimSpace(fmt.Sprintf("%s (%s)", a.help, strings.Join(notes, "; ")))
}

func (a *argument) choiceText() string { return strings.Join(a.offered, ", ") }

// defaultText shows the default as the script wrote it.
func (a *argument) defaultText() string {
	switch def := a.def.(type) {
	case *lua.LNilType:
		return ""
	case *lua.LTable:
		text, _ := luavalue.Encode(def, luavalue.EncodeOptions{})
		return strings.Trim(string(text), "[]{}")
	case lua.LBool:
		if !def {
			return ""
		}
	}
	return a.def.String()
}
