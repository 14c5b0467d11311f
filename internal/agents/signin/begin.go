package signin

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"updatecenter/internal/agents"
)

// maxTyped is how many bytes of what is no user name tell it from another.
const maxTyped = 256

// Begin takes the user name, and returns the token of a sign-in under way, good for
// Rule.Password. Whatever was typed it does the same and says the same; what is no user name
// is kept as an HMAC alone. from is the client's address, or "" if there is none; browser is what
// Remember returned in the same browser, or zero. Errors: a [WaitError] when too many sign-ins were
// begun from there, and those of stores.
func (s *SignIn) Begin(ctx context.Context, userName, from string, browser Token) (Token, error) {
	now := s.time()
	known, _, err := s.browser(ctx, browser)
	if err != nil {
		return Token{}, err
	}
	subject, err := s.counted("begin", place{from, known.ID})
	if err != nil {
		return Token{}, err
	}
	admission, err := s.attempts.Count(ctx, subject, now, s.rule.Begins)
	if err != nil {
		return Token{}, fmt.Errorf("count sign-in: %w", err)
	}
	if known.ID == "" && admission.Admitted && s.rule.Begins.Locks(admission.Strikes.Failures) {
		s.logBarred(ctx, from, "sign-ins begun", admission.Strikes)
	}
	if !admission.Admitted {
		return Token{}, &WaitError{Until: admission.Strikes.Until}
	}
	name, err := agents.ParseUserName(userName)
	if err != nil {
		name = ""
	}
	nobody, err := s.nobody(name, userName)
	if err != nil {
		return Token{}, err
	}
	until := now.Add(s.rule.Password)
	return s.create(ctx, KindSignIn, attempt{Version: sealedVersion, Name: name, Nobody: nobody, Browser: known, Until: until}, until)
}

// nobodyBits is how many bits of its HMAC a name that nobody has is counted under. Anybody can make
// up as many names as there is time for, and their failures are kept as long as those of agents:
// under all bits they would fill the store. So such names share 2^18 counts. That tells something
// only to who has worn out a good part of them: a name that must wait untried is one of nobody.
const nobodyBits = 18

// nobody is the subject of failures of a user name that no agent has. All spellings of one
// name have one subject.
func (s *SignIn) nobody(name agents.UserName, typed string) (string, error) {
	if name != "" {
		typed = string(name)
	}
	return s.hidden("nobody", typed[:min(len(typed), maxTyped)], func(mac []byte) string {
		return fmt.Sprintf("%05x", binary.BigEndian.Uint32(mac)>>(32-nobodyBits))
	})
}

// addressSubject is the subject of what is counted for a client address. Of IPv6 the
// network of 64 bits counts, as any client has one to itself.
func (s *SignIn) addressSubject(what, from string) (string, error) {
	if address, err := netip.ParseAddr(from); err == nil {
		address = address.Unmap().WithZone("")
		if address.Is6() {
			network, err := address.Prefix(64)
			if err != nil {
				return "", fmt.Errorf("find network of client: %w", err)
			}
			address = network.Addr()
		}
		from = address.String()
	}
	return s.subject(what, from)
}

// subject hides what is counted from the store that counts.
func (s *SignIn) subject(what, of string) (string, error) {
	return s.hidden(what, of, hex.EncodeToString)
}

// hidden is an HMAC under each key of the ring, separated by spaces, all of which [everyKey] counts: so
// failures and locks stay when another key becomes the current one, also while some servers have the
// longer ring and some the shorter.
func (s *SignIn) hidden(what, of string, write func([]byte) string) (string, error) {
	var all []string
	for _, id := range s.keys.IDs() {
		mac, err := s.keys.MAC(id, []byte("updatecenter sign-in "+what+" v1\x00"+of))
		if err != nil {
			return "", fmt.Errorf("hide what is counted: %w", err)
		}
		all = append(all, what+"_"+write(mac))
	}
	return strings.Join(all, " "), nil
}

// underWay finds a sign-in under way. [ErrExpired].
func (s *SignIn) underWay(ctx context.Context, token Token) (attempt, Record, error) {
	var a attempt
	record, err := s.find(ctx, KindSignIn, token, &a)
	if errors.Is(err, ErrNoRecord) {
		return attempt{}, Record{}, ErrExpired
	}
	if err != nil {
		return attempt{}, Record{}, err
	}
	if !s.time().Before(a.Until) {
		return attempt{}, Record{}, ErrExpired
	}
	return a, record, nil
}
