package pie

import "strings"

// pageWords is how much is shown of what is no Pie server's answer.
const pageWords = 200

// words are what an HTTP answer says, on one line: the title of a web page, the beginning of anything else.
func words(body string) string {
	if title, ok := between(body, "<title", "</title"); ok {
		_, body, _ = strings.Cut(title, ">")
	}
	line := []rune(strings.Join(strings.Fields(body), " "))
	if len(line) > pageWords {
		return string(line[:pageWords]) + "…"
	}
	return string(line)
}

// between is what stands between two texts, whose case does not matter.
func between(text, from, to string) (part string, ok bool) {
	lower := strings.ToLower(text)
	start := strings.Index(lower, from)
	if start < 0 || len(lower) != len(text) {
		return "", false
	}
	start += len(from)
	end := strings.Index(lower[start:], to)
	if end < 0 {
		return "", false
	}
	return text[start : start+end], true
}
