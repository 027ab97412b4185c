package engine

import (
	"hash/fnv"
	"math/rand/v2"
	"strings"
)

// words is the source of a simulated completion: sentences of a small grammar, in pieces of about the size of a
// model's tokens. Seed and prompt decide all of it. It answers nothing and claims nothing.
type words struct {
	rng       *rand.Rand
	pending   []string
	sentences int // still to come
	begun     bool
}

func newWords(seed int64, prompt string) *words {
	h := fnv.New64a()
	_, _ = h.Write([]byte(prompt)) // never fails
	rng := rand.New(rand.NewPCG(uint64(seed), h.Sum64()))
	return &words{rng: rng, sentences: 3 + rng.IntN(6)}
}

// next gives the next piece; false at the end of the text.
func (w *words) next() (string, bool) {
	if len(w.pending) == 0 {
		if w.sentences == 0 {
			return "", false
		}
		w.sentences--
		w.pending = pieces(w.sentence(), !w.begun)
		w.begun = true
	}
	piece := w.pending[0]
	w.pending = w.pending[1:]
	return piece, true
}

// sentence makes one, without a capital and with its full stop.
func (w *words) sentence() string {
	parts := []string{}
	if w.rng.IntN(3) == 0 {
		parts = append(parts, w.pick(openers)+",")
	}
	parts = append(parts, w.thing(), w.pick(verbs), w.thing())
	switch w.rng.IntN(3) {
	case 0:
		parts = append(parts, w.pick(places))
	case 1:
		parts[len(parts)-1] += ","
		parts = append(parts, "and", w.thing(), w.pick(verbs), w.pick(endings))
	}
	return strings.Join(parts, " ") + "."
}

func (w *words) thing() string {
	if w.rng.IntN(3) == 0 {
		return w.pick(articles) + " " + w.pick(nouns)
	}
	return w.pick(articles) + " " + w.pick(qualities) + " " + w.pick(nouns)
}

func (w *words) pick(from string) string {
	list := strings.Split(from, "|")
	return list[w.rng.IntN(len(list))]
}

// The vocabulary, as constants so that nothing can change it.
const (
	openers   = "in the morning|after the rain|now and then|by evening|once more|for a while|at the end of the day|not far away"
	articles  = "the|the|a|one|another|every"
	qualities = "quiet|patient|silver|narrow|early|distant|careful|golden|simple|gentle|hollow|curious|northern|familiar|wandering|lantern-lit"
	nouns     = "river|harbour|garden|letter|mountain|window|traveller|orchard|bridge|lighthouse|morning|shadow|village|clockmaker|sparrow|railway|conversation|weather"
	verbs     = "follows|remembers|carries|answers|crosses|gathers|measures|finds|repeats|surrounds|leaves|welcomes|keeps"
	places    = "beyond the hill|under the bridge|beside the water|along the old road|behind the station|between two seasons|at the edge of town"
	endings   = "nothing more|what was left|its own way home|the rest|a little time|every answer"
)

// longWord is the number of letters from which a word is two pieces.
const longWord = 8

// pieces cuts a sentence: a word with the blank before it, a long word in two, a mark by itself.
func pieces(sentence string, first bool) []string {
	list := []string{}
	for i, word := range strings.Fields(sentence) {
		if i == 0 {
			word = strings.ToUpper(word[:1]) + word[1:]
		}
		if i > 0 || !first {
			word = " " + word
		}
		list = appendPieces(list, word)
	}
	return list
}

func appendPieces(list []string, word string) []string {
	bare := strings.TrimRight(word, ".,")
	if len(bare) > longWord {
		half := len(bare)/2 + 1
		list = append(list, bare[:half], bare[half:])
	} else {
		list = append(list, bare)
	}
	if mark := word[len(bare):]; mark != "" {
		list = append(list, mark)
	}
	return list
}

// countTokens is about how many tokens a text is.
func countTokens(text string) int { return (len(text) + 3) / 4 }
