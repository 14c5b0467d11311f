package features

import (
	"strings"

	"updatecenter/internal/features"
	"updatecenter/ivr"
)

// entryKind is what an entry of a list is.
type entryKind string

const (
	plainNumber entryKind = "number"
	abroad      entryKind = "number abroad"
	areaCode    entryKind = "area code"
	exchange    entryKind = "exchange"
)

func kindOf(entry features.Entry) entryKind {
	switch {
	case len(entry) == len("612"):
		return areaCode
	case len(entry) == len("612555"):
		return exchange
	case strings.HasPrefix(string(entry), "+1"):
		return plainNumber
	}
	return abroad
}

// entryWords are said before an entry: alone, and in a list, where most entries are plain
// numbers and nothing is said of them.
var entryWords = map[entryKind]struct{ alone, listed ivr.Prompt }{
	plainNumber: {alone: aNumber},
	abroad:      {anAbroad, listedAbroad},
	areaCode:    {anAreaCode, listedArea},
	exchange:    {anExchange, listedExchange},
}

// tellChosen fills in the entry that the call is about.
func tellChosen(c *ivr.Call, entry features.Entry) {
	c.Fill(chosen, string(entry))
	c.FillPhrase(kind, entryWords[kindOf(entry)].alone)
}
