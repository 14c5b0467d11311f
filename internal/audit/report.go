package audit

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// A Kind is what is wrong with an entry.
type Kind string

// The kinds of faults.
const (
	Changed    Kind = "changed"    // it doesn't have the MAC that it should have
	Missing    Kind = "missing"    // its place is empty, and later ones aren't
	Reordered  Kind = "reordered"  // a true entry stands there, of another place
	Cut        Kind = "cut"        // the newest entries are missing, or the head was set back
	Unreadable Kind = "unreadable" // what stands there is no entry, or one of a newer release
	Forked     Kind = "forked"     // a true entry, but not of this history
	KeyGone    Kind = "key-gone"   // its key isn't in the ring: nothing can be said of it
)

// A Fault is something wrong with one entry, or with several in a row.
type Fault struct {
	Seq, Last int64 // the places of the first and the last; 0 for the head
	Kind      Kind
	Detail    string // what was found, for people; it holds nothing of an entry but numbers, times and ids of keys
}

// String tells the fault in a line.
func (f Fault) String() string {
	where := "the head"
	switch {
	case f.Seq > 0 && f.Last > f.Seq:
		where = fmt.Sprintf("entries %d to %d", f.Seq, f.Last)
	case f.Seq > 0:
		where = fmt.Sprintf("entry %d", f.Seq)
	}
	if f.Detail == "" {
		return fmt.Sprintf("%s: %s", where, f.Kind)
	}
	return fmt.Sprintf("%s: %s: %s", where, f.Kind, f.Detail)
}

// MaxFaults is how many faults are told one by one.
const MaxFaults = 1000

// A Report is what [Log.Verify] found.
type Report struct {
	Entries int64   // that are kept, and can be read
	First   Entry   // the oldest of these; zero: there is none
	Last    Entry   // the newest of these
	Trimmed int64   // entries that were before them, and were trimmed
	Head    Anchor  // the newest entry as the head has it; to be kept elsewhere
	Faults  []Fault // in the order of places, those of the head and of an anchor last; MaxFaults at most
	More    int     // faults beyond these
}

// Intact says whether nothing is wrong.
func (r Report) Intact() bool { return len(r.Faults) == 0 }

// An Anchor is the newest entry of an audit at some time. Kept elsewhere, it finds an audit
// that was replaced by an older copy of itself. It is no secret.
type Anchor struct {
	Seq int64
	MAC []byte // 32 bytes
}

// macBytes is the length of a MAC.
const macBytes = 32

// ErrInvalidAnchor is a text that is no anchor.
var ErrInvalidAnchor = errors.New("want the number and the MAC of an entry, as SEQ:MAC")

// String writes the anchor as "SEQ:MAC", the MAC in base64.
func (a Anchor) String() string {
	return strconv.FormatInt(a.Seq, 10) + ":" + base64.StdEncoding.EncodeToString(a.MAC)
}

// ParseAnchor reads what String writes. The error is [ErrInvalidAnchor].
func ParseAnchor(text string) (Anchor, error) {
	number, encoded, _ := strings.Cut(text, ":")
	seq, err := strconv.ParseInt(number, 10, 64)
	if err != nil || seq < 1 || len(encoded) != base64.StdEncoding.EncodedLen(macBytes) {
		return Anchor{}, ErrInvalidAnchor
	}
	mac, err := base64.StdEncoding.Strict().DecodeString(encoded)
	if err != nil || len(mac) != macBytes {
		return Anchor{}, ErrInvalidAnchor
	}
	return Anchor{Seq: seq, MAC: mac}, nil
}
