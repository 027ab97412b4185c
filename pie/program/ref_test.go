package program

import (
	"errors"
	"strings"
	"testing"
)

const someHash = "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"

func TestParseRef(t *testing.T) {
	tests := map[string]Ref{
		"chat":                        {Name: "chat"},
		"chat@latest":                 {Name: "chat", Version: "latest"},
		"text-completion@0.2.15":      {Name: "text-completion", Version: "0.2.15"},
		"std/text-completion@0.1.0":   {Namespace: "std", Name: "text-completion", Version: "0.1.0"},
		"std/chat":                    {Namespace: "std", Name: "chat"},
		"a/b@1.0.0-rc.1+x":            {Namespace: "a", Name: "b", Version: "1.0.0-rc.1+x"},
		"chat@0.1.0#" + someHash:      {Name: "chat", Version: "0.1.0", Hash: someHash},
		someHash:                      {Hash: someHash},
		"9lives_2":                    {Name: "9lives_2"},
		strings.ToUpper(someHash)[:9]: {Name: strings.ToUpper(someHash)[:9]},
	}
	for text, want := range tests {
		got, err := ParseRef(text)
		if err != nil || got != want {
			t.Errorf("ParseRef(%q) = %+v, %v; want %+v", text, got, err, want)
		}
		if got.String() != text {
			t.Errorf("ParseRef(%q).String() = %q", text, got.String())
		}
	}
}

func TestParseRefRefuses(t *testing.T) {
	for _, text := range []string{
		"", "@", "a@", "../x", "a/../b", "a/b/c", "a b", "-a", "_a", "a@..", "a@1/2", "a#12", "a#", "/a", "a/",
		"é", "a\n", strings.Repeat("a", 129), "a@" + strings.Repeat("1", 129),
	} {
		if ref, err := ParseRef(text); !errors.Is(err, ErrName) {
			t.Errorf("ParseRef(%q) = %+v, %v; want ErrName", text, ref, err)
		}
	}
}

func TestCheckName(t *testing.T) {
	good := [][2]string{{"chat", "0.1.0"}, {"A-b_c", "10.20.30"}}
	bad := [][2]string{{"", "0.1.0"}, {"ns/chat", "0.1.0"}, {"chat", ""}, {"chat", "latest"}, {"chat", "0.1"},
		{"chat", "0.1.0-rc"}, {"chat", "0..1"}, {"chat", "1.2.3.4"}, {"../x", "0.1.0"}, {"chat", "٠.١.٢"}}
	for _, c := range good {
		if err := CheckName(c[0], c[1]); err != nil {
			t.Errorf("CheckName(%q, %q): %v", c[0], c[1], err)
		}
	}
	for _, c := range bad {
		if err := CheckName(c[0], c[1]); !errors.Is(err, ErrName) {
			t.Errorf("CheckName(%q, %q) = %v, want ErrName", c[0], c[1], err)
		}
	}
}

func TestRefNewest(t *testing.T) {
	for version, want := range map[string]bool{"": true, "latest": true, "0.1.0": false} {
		if got := (Ref{Name: "chat", Version: version}).Newest(); got != want {
			t.Errorf("version %q: Newest() = %v", version, got)
		}
	}
}

func TestHash(t *testing.T) {
	if got := Hash(nil); got != someHash {
		t.Errorf("Hash of nothing = %s, want %s", got, someHash)
	}
}

func FuzzParseRef(f *testing.F) {
	for _, seed := range []string{"chat", "std/chat@0.1.0", "chat@latest#" + someHash, someHash, "../x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		ref, err := ParseRef(s)
		if err != nil {
			return
		}
		if ref.String() != s {
			t.Errorf("ParseRef(%q) reads back as %q", s, ref.String())
		}
		if strings.Contains(ref.Name+ref.Namespace+ref.Version, "..") && strings.Trim(ref.Version, ".") == "" {
			t.Errorf("ParseRef(%q) lets a path through: %+v", s, ref)
		}
	})
}
