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
	Letters   string // the first of the address, and digits, by which its owner knows it: a to z and 0 to 9
	Questions [2]Question
}

// leastLetters are how many are told of each address, if it has so many before the @.
const leastLetters = 2

// Challenge returns what to ask for each e-mail address of a line; of a number that has none a decoy, which is always the
// same one and looks no different: whoever asks does not learn which numbers have addresses. Errors: storage.ErrUnreadable.
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

// told are the letters that are told of each address: as few as tell it apart from the others. Where the parts before the @
// are the same, those of the host follow.
func told(all []email) []string {
	texts := make([]string, len(all))
	for i, e := range all {
		name, host, _ := strings.Cut(strings.ToLower(e.Address), "@")
		texts[i] = onKeys(name)
		for j, other := range all {
			otherName, _, _ := strings.Cut(strings.ToLower(other.Address), "@")
			if i != j && texts[i] == onKeys(otherName) {
				texts[i] += onKeys(host)
				break
			}
		}
	}
	short := make([]string, len(all))
	for i, text := range texts {
		n := min(leastLetters, len(text))
		for ; n < len(text) && shared(texts, i, n); n++ {
		}
		short[i] = text[:n]
	}
	return short
}

// shared says whether another text begins with the same n letters, or is all of them.
func shared(texts []string, i, n int) bool {
	for j, other := range texts {
		if i != j && other[:min(n, len(other))] == texts[i][:n] {
			return true
		}
	}
	return false
}

// onKeys leaves out what is on no key, of an address in lower case.
func onKeys(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// beginnings are those of names that people have, and so of their addresses.
var beginnings = strings.Fields(`al am an ar as ba be bi bo br ca ch cl co da de di do ed el em er ev fr ga ge gr ha he ho ja je
	ji jo ju ka ke ki kr la le li lo lu ma me mi mo na ni pa pe ra re ri ro sa sc sh st su ta te th ti to va wi`)

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
	return Challenge{
		Email: EmailID(ids.Of(emailPrefix, mac)), Letters: beginnings[draw(20, len(beginnings))],
		Questions: [2]Question{Questions[first], Questions[other]},
	}, nil
}
