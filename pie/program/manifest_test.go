package program

import (
	"errors"
	"strings"
	"testing"
)

const fullManifest = `
[package]
name = "text-completion"
version = "0.2.15"
description = "Completes a prompt"
authors = ["someone"]

[runtime]
core = "^0.2"
language = "javascript"
entry = "main"

[parameters]
prompt = { type = "string", description = "what to go on from" }
max_tokens = { type = "int", optional = true }

[dependencies]
helper = "0.1.0"
`

func TestParseManifest(t *testing.T) {
	m, err := ParseManifest(fullManifest)
	if err != nil {
		t.Fatal(err)
	}
	if m.Name != "text-completion" || m.Version != "0.2.15" || m.Namespace != "" || m.Description != "Completes a prompt" {
		t.Errorf("package: %+v", m)
	}
	if m.Language != "javascript" || m.Entry != "main" {
		t.Errorf("runtime: %q %q", m.Language, m.Entry)
	}
	if p := m.Parameters["max_tokens"]; p.Type != "int" || !p.Optional {
		t.Errorf("max_tokens: %+v", p)
	}
	if m.Dependencies["helper"] != "0.1.0" || m.Text != fullManifest {
		t.Errorf("dependencies %v, text kept: %v", m.Dependencies, m.Text == fullManifest)
	}
	if got := m.Ref().String(); got != "text-completion@0.2.15" {
		t.Errorf("Ref() = %s", got)
	}
}

func TestParseManifestNamespace(t *testing.T) {
	m, err := ParseManifest("[package]\nname = 'std/chat'\nversion = '1'\n[interface]\ninputs = [{name='x'}]")
	if err != nil || m.Namespace != "std" || m.Name != "chat" {
		t.Errorf("%+v, %v", m, err)
	}
}

func TestParseManifestRefuses(t *testing.T) {
	tests := map[string]string{
		"":                                "no [package] section",
		"[package]":                       "has no name",
		"[package]\nname = ''":            "has no name",
		"[package]\nname = 'a'":           "has no version",
		"[package]\nname = 1":             "bad manifest",
		"[package]\nname = 'a":            "line 2",
		"x = {" + strings.Repeat("[", 99): "bad manifest",
		"[package]\nname='a'\nversion='1'\n[parameters]\nx = {type='list'}": `parameter "x" has the type "list"`,
		strings.Repeat("#", maxManifest+1):                                  "the limit is",
	}
	for text, want := range tests {
		_, err := ParseManifest(text)
		if !errors.Is(err, ErrManifest) || !strings.Contains(err.Error(), want) {
			t.Errorf("ParseManifest(%.40q): %v; want %q in it", text, err, want)
		}
	}
}

func TestSynthesize(t *testing.T) {
	m, err := ParseManifest(Synthesize(`we"ird\`+"\n\x7fé", "0.0.1", "python", ""))
	if err != nil || m.Name != `we"ird\`+"\n\x7fé" || m.Language != "python" || m.Entry != "main" {
		t.Errorf("%+v, %v", m, err)
	}
	if text := Synthesize("a", "0.0.1", "", ""); strings.Contains(text, "runtime") {
		t.Errorf("a component needs no [runtime]: %s", text)
	}
}

func TestHashVersion(t *testing.T) {
	if got := HashVersion(nil); got != "0.44819.18873" || CheckName("a", got) != nil {
		t.Errorf("HashVersion of nothing = %s", got) // af13 is 44819, 49b9 is 18873
	}
}

func FuzzManifest(f *testing.F) {
	f.Add(fullManifest)
	f.Add("[package]\nname='a/b'\nversion='1'")
	f.Fuzz(func(t *testing.T, text string) {
		m, err := ParseManifest(text)
		if err != nil {
			return
		}
		again, err := ParseManifest(Synthesize(m.Name, m.Version, m.Language, m.Entry))
		if strings.Contains(m.Name, "/") || m.Name == "" || strings.ToValidUTF8(m.Name+m.Version, "") != m.Name+m.Version {
			return // such a name is no name of its own
		}
		if err != nil || again.Version != m.Version {
			t.Errorf("synthesized from %q: %+v, %v", text, again, err)
		}
	})
}
