package sched

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	lua "github.com/yuin/gopher-lua"
	"github.com/yuin/gopher-lua/parse"
)

// syntaxError says what is wrong with the grammar of a script, on which line, and, for what comes from other languages,
// how Lua says it.
func syntaxError(chunk, code string, err error) error {
	e, ok := errors.AsType[*parse.Error](err)
	if !ok {
		return compileFailure(chunk, 0, err.Error(), err)
	}
	if e.Pos.Line == parse.EOF {
		return unfinished(chunk, code, e)
	}
	line := e.Pos.Line
	if e.Message == "unterminated string" && strings.HasSuffix(lineOf(code, line-1), e.Token) {
		line-- // the machine has read the end of the line already
	}
	text := lineOf(code, line)
	message := fmt.Sprintf("%s near '%s'", strings.ToLower(e.Message[:1])+e.Message[1:], escaped(e.Token))
	if strange := strangeRune(text, e.Token); strange != "" {
		message = fmt.Sprintf("invalid character '%s'", strange)
	}
	out := compileFailure(chunk, line, message, err)
	out.Hint = foreign(text, e.Token)
	return out
}

// escaped is a token as a terminal may show it.
func escaped(token string) string {
	if strings.ContainsFunc(token, unicode.IsControl) {
		quoted := strconv.Quote(token)
		return quoted[1 : len(quoted)-1]
	}
	return token
}

// unfinished is the error of a script that ends too early: it names what was opened and not closed.
func unfinished(chunk, code string, cause *parse.Error) error {
	if cause.Message == "unterminated string" {
		return compileFailure(chunk, lastLine(code), cause.Message+": its closing quote is missing", cause)
	}
	open, found := unclosed(code)
	if !found {
		return compileFailure(chunk, lastLine(code), cause.Message+" at the end of the file: something is missing", cause)
	}
	out := compileFailure(chunk, open.line, fmt.Sprintf("%s at the end of the file: this %s is not closed, %s is missing", cause.Message, open.word, open.closer()), cause)
	if open.afterElse {
		out.Hint = "write elseif, one word; else if needs one more end"
	}
	return out
}

// compileError is what the compiler refuses in a script whose grammar is right.
func compileError(chunk string, err error) error {
	e, ok := errors.AsType[*lua.CompileError](err)
	if !ok {
		return compileFailure(chunk, 0, err.Error(), err)
	}
	line, message := e.Line&^gotoMark, unmarked(e.Message)
	if before, at, found := strings.Cut(message, " for <goto> at line "); found {
		if n, err := strconv.Atoi(at); err == nil { // the machine names the end of the function
			line, message = n, before+" for this goto"
		}
	}
	return compileFailure(chunk, line, message, err)
}

func lineOf(code string, line int) string {
	lines := strings.Split(code, "\n")
	if line < 1 || line > len(lines) {
		return ""
	}
	return strings.TrimRight(lines[line-1], "\r")
}

func lastLine(code string) int { return strings.Count(strings.TrimRight(code, "\n"), "\n") + 1 }

// strangeRune is the first character of the line beyond ASCII when the lexer stumbled over a part of one.
func strangeRune(text, token string) string {
	if token == "" || token[0] < utf8.RuneSelf {
		return ""
	}
	for _, r := range text {
		if r >= utf8.RuneSelf {
			return string(r)
		}
	}
	return ""
}

// foreignWords are parts of a line that other languages have, and what to write in Lua 5.1.
var foreignWords = [...]struct{ token, part, hint string }{
	{"!", "!=", "not equal is ~="},
	{"!", "!", "not is a word: not x"},
	{"&", "&&", "and is a word: a and b"},
	{"|", "||", "or is a word: a or b"},
	{"+", "++", "write x = x + 1"},
	{"+", "+=", "write x = x + 1"},
	{"-", "-=", "write x = x - 1"},
	{"*", "*=", "write x = x * 2"},
	{"..", "..=", "write s = s .. more"},
	{"/", "//", "write math.floor(a / b); a comment begins with --"},
	{"<", "<const>", "this is Lua 5.1: write local x = …"},
	{"<", "<close>", "this is Lua 5.1: use task.defer"},
	{"=", "if ", "compare with =="},
	{"=", "while ", "compare with =="},
	{"", "continue", "this Lua has no continue: write goto next, and ::next:: before the end of the loop"},
	{"\xe2", "“", "quotes are \" or '"},
	{"\xe2", "‘", "quotes are \" or '"},
	{"\xc3", "", "names are made of a to z, A to Z, digits and _"},
}

// foreign is a hint for what another language would take, "" for none.
func foreign(text, token string) string {
	for _, f := range foreignWords {
		if (f.token == "" || f.token == token) && strings.Contains(text, f.part) {
			return f.hint
		}
	}
	return ""
}
