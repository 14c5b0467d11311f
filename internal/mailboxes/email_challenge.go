package mailboxes

import (
	"context"
	"encoding/binary"
	"fmt"
	"strings"

	"updatecenter/internal/ids"
	"updatecenter/internal/nanp"
	"updatecenter/internal/wrap"
)

// Challenge is what somebody is asked who wants the password of an e-mail address reset, and has proved nothing.
type Challenge struct {
	Email     EmailID
	Letters   string // of one of several addresses: its first letters and digits, a to z and 0 to 9, which may be none
	Questions [2]Question
}

// Bounds of how many letters are told of each of several addresses, if it has so many before the @.
const (
	leastLetters = 2
	mostLetters  = 3
)

// Challenge returns what to ask for each e-mail address of a line; of a number that has none a decoy, which is always the
// same one and looks as a single address does: whoever asks does not learn which numbers have one. Errors: storage.ErrUnreadable.
func (m *Mailboxes) Challenge(ctx context.Context, number nanp.Number) (_ []Challenge, err error) {
	defer wrap.Error(&err, "ask for e-mail addresses")
	decoy, err := m.decoy(number) // in any case, as it takes time
	if err != nil {
		return nil, err
	}
	line, err := m.load(ctx, number)
	switch {
	case err != nil:
		return nil, err
	case len(line.Emails) == 0:
		return []Challenge{decoy}, nil
	}
	all, letters := make([]Challenge, len(line.Emails)), told(line.Emails)
	for i, e := range line.Emails {
		all[i] = Challenge{e.ID, letters[i], e.Questions}
	}
	return all, nil
}

// told are the letters that are told of each address: none of a single one, as of a decoy; of several as few as tell it apart from
// the others, and no more than so many that nobody learns the address by them. Those of some may yet be the same.
func told(all []email) []string {
	letters := make([]string, len(all))
	if len(all) < 2 {
		return letters
	}
	names := make([]string, len(all))
	for i, e := range all {
		name, _, _ := strings.Cut(strings.ToLower(e.Address), "@")
		names[i] = onKeys(name)
	}
	for i, name := range names {
		n := min(leastLetters, len(name))
		for ; n < min(mostLetters, len(name)) && shared(names, i, n); n++ {
		}
		letters[i] = name[:n]
	}
	return letters
}

// shared says whether another name begins with the same n letters, or is all of them.
func shared(names []string, i, n int) bool {
	for j, other := range names {
		if i != j && other[:min(n, len(other))] == names[i][:n] {
			return true
		}
	}
	return false
}

// onKeys leaves out what is on no key, of a name in lower case.
func onKeys(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// ownOf is of how many questions of decoys one is the customer's own.
const ownOf = 16

// decoy is what is asked of a number without addresses: by a keyed hash, so that nobody can work it out. The key is the oldest
// of the ring, that servers have in common while the ring changes.
func (m *Mailboxes) decoy(number nanp.Number) (Challenge, error) {
	oldest := m.config.Keys.Current()
	for _, id := range m.config.Keys.IDs() {
		oldest = id
	}
	mac, err := m.config.Keys.MAC(oldest, []byte("decoy of an e-mail address v1 "+string(number)))
	if err != nil {
		return Challenge{}, fmt.Errorf("make decoy: %w", err)
	}
	draw := func(at, n int) int { return int(binary.BigEndian.Uint16(mac[at:])) % n }
	const listed = len(Questions) - 1 // all but Own
	first := draw(16, listed)
	other := (first + 1 + draw(18, listed-1)) % listed
	questions := [2]Question{Questions[first], Questions[other]}
	for i := range questions {
		if draw(20+2*i, ownOf) == 0 {
			questions[i] = Own
		}
	}
	return Challenge{Email: EmailID(ids.Of(emailPrefix, mac)), Questions: questions}, nil
}
