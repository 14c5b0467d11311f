package redisstore

import (
	"cmp"
	"strconv"
	"strings"
)

// eventID is the place of an event in its line's stream: the time of the change in
// milliseconds, and a number that tells those of one time apart.
type eventID struct{ ms, seq int64 }

// String returns the ID as Redis writes it.
func (id eventID) String() string {
	return strconv.FormatInt(id.ms, 10) + "-" + strconv.FormatInt(id.seq, 10)
}

func (id eventID) compare(other eventID) int {
	return cmp.Or(cmp.Compare(id.ms, other.ms), cmp.Compare(id.seq, other.seq))
}

// parseID reads what String writes, and no number over 15 digits, which the scripts could
// not tell apart.
func parseID(text string) (id eventID, ok bool) {
	ms, seq, found := strings.Cut(text, "-")
	if !found || !isNumber(ms) || !isNumber(seq) {
		return eventID{}, false
	}
	return eventID{ms: number(ms), seq: number(seq)}, true
}

// parsePosition reads the position of a message: an ID, a slash, and how often the events of
// the line had been rewound.
func parsePosition(text string) (id eventID, rewound string, ok bool) {
	before, rewound, _ := strings.Cut(text, "/")
	id, ok = parseID(before)
	return id, rewound, ok && isNumber(rewound)
}

// isNumber says whether a text is a number as we store numbers.
func isNumber(text string) bool {
	return text != "" && len(text) <= 15 && strings.Trim(text, "0123456789") == ""
}

// number reads what isNumber allows.
func number(text string) int64 {
	n, _ := strconv.ParseInt(text, 10, 64)
	return n
}

// entry is an event as it is stored.
type entry struct {
	id    eventID
	event []byte
}

// parseEntries reads entries of a stream. With an error it returns those before the first
// that can't be read.
func parseEntries(answer any) ([]entry, error) {
	parts, ok := answer.([]any)
	if !ok {
		return nil, ErrGarbage
	}
	entries := make([]entry, 0, len(parts))
	for _, part := range parts {
		e, err := parseEntry(part)
		if err != nil {
			return entries, err
		}
		entries = append(entries, e)
	}
	return entries, nil
}

func parseEntry(answer any) (entry, error) {
	pair, _ := answer.([]any)
	if len(pair) != 2 {
		return entry{}, ErrGarbage
	}
	text, _ := pair[0].(string)
	id, ok := parseID(text)
	fields, _ := pair[1].([]any)
	if !ok || len(fields) < 2 || fields[0] != "v" {
		return entry{}, ErrGarbage
	}
	if err := checkVersion(fields[1]); err != nil {
		return entry{}, err
	}
	if len(fields) != 4 || fields[2] != "event" {
		return entry{}, ErrGarbage
	}
	event, ok := fields[3].(string)
	if !ok {
		return entry{}, ErrGarbage
	}
	return entry{id: id, event: []byte(event)}, nil
}
