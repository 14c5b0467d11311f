package agents

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	zxcvbn "github.com/ccojocar/zxcvbn-go"
	"github.com/ccojocar/zxcvbn-go/frequency"
	"github.com/ccojocar/zxcvbn-go/matching"
	"golang.org/x/text/unicode/norm"

	"updatecenter/internal/audit"
	"updatecenter/internal/secret"
	"updatecenter/internal/typed"
)

// normal is a password as it is hashed: spelled in one way, whatever keyboard it was typed on
// (NFKC, as NIST SP 800-63B, section 3.1.1.2, asks for).
func normal(password secret.Text) secret.Text {
	return secret.New(norm.NFKC.String(password.Reveal()))
}

// CheckPassword says whether the entry is the agent's password. For the zero Agent, and one
// without a password, it is none, after the same work. Failures are counted by package signin,
// before. Errors: [hash.ErrBusy], the context's, those of the key ring.
func (a *Agents) CheckPassword(ctx context.Context, agent Agent, entry secret.Text) (bool, error) {
	if len(entry.Reveal()) > maxBytes {
		entry = secret.Text{}
	}
	entry = normal(entry)
	if agent.Password == "" {
		if err := a.config.Hasher.VerifyNothing(ctx, entry); err != nil {
			return false, fmt.Errorf("check password: %w", err)
		}
		return false, nil
	}
	match, stale, err := a.config.Hasher.Verify(ctx, agent.Password, entry)
	if err != nil {
		return false, fmt.Errorf("check password: %w", err)
	}
	if match && stale {
		a.rehash(ctx, agent, entry)
	}
	return match, nil
}

// rehash keeps the same password under the current key and costs. If that fails the next sign-in
// does it.
func (a *Agents) rehash(ctx context.Context, agent Agent, entry secret.Text) {
	hash, err := a.config.Hasher.Hash(ctx, entry)
	if err == nil {
		before := agent.Password
		_, err = a.do(ctx, agent.ID, deed{edit: func(agent *Agent, _ time.Time) error {
			if agent.Password != before {
				return errNothing
			}
			agent.Password = hash
			return nil
		}})
	}
	if err != nil {
		a.config.Log.LogAttrs(ctx, slog.LevelWarn, "password not hashed anew", slog.String("agent", string(agent.Name)), slog.Any("error", err))
	}
}

// ChangePassword replaces the agent's password by another, tells the agent by e-mail, and ends
// all sessions; a link that was sent works no more. Who guesses at the old password must be stopped by the caller, who counts
// failures as sign-in does. Errors: [ErrWrongPassword], recorded; [*PasswordError];
// [ErrStaleSession], also of any change between the look at the old password and the end;
// [ErrNoAgent], [ErrDeactivated], [ErrDeleted], [hash.ErrBusy].
func (a *Agents) ChangePassword(ctx context.Context, by By, id ID, old, password secret.Text) (Agent, error) {
	agent, err := a.Get(ctx, id)
	if err != nil {
		return Agent{}, fmt.Errorf("change password: %w", err)
	}
	if by.outdated(agent) {
		return Agent{}, fmt.Errorf("change password: %w", ErrStaleSession)
	}
	if err := a.checkOld(ctx, by, agent, old); err != nil {
		return Agent{}, err
	}
	if normal(old).Equal(normal(password)) {
		return Agent{}, refuse(Unchanged)
	}
	if err := a.JudgePassword(agent, password); err != nil {
		return Agent{}, err
	}
	hash, err := a.config.Hasher.Hash(ctx, normal(password))
	if err != nil {
		return Agent{}, fmt.Errorf("hash password: %w", err)
	}
	epoch := agent.Epoch // raised by every other change of the password
	agent, err = a.do(ctx, id, deed{by: by, action: audit.PasswordChanged, edit: func(agent *Agent, now time.Time) error {
		if agent.Epoch != epoch {
			return ErrStaleSession
		}
		agent.Password, agent.Link = hash, Link{}
		agent.Epoch++
		return agent.usable(now)
	}})
	if err != nil {
		return Agent{}, fmt.Errorf("change password: %w", err)
	}
	a.tell(ctx, agent.message(PasswordWasChanged, a.now()))
	return agent, nil
}

func (a *Agents) checkOld(ctx context.Context, by By, agent Agent, old secret.Text) error {
	match, err := a.CheckPassword(ctx, agent, old)
	switch {
	case err != nil:
		return err
	case !match:
		return errors.Join(ErrWrongPassword,
			a.record(ctx, by.event(audit.SignInFailed, agent.Name, "wrong present password, on changing it")))
	}
	return nil
}

// The bounds of a password, in characters: at least as many as the operator asks for, and more
// than NIST SP 800-63B wants accepted (64).
const (
	MinPassword = 12
	MaxPassword = 128
)

const (
	maxBytes  = MaxPassword * utf8.UTFMax
	goodScore = 3 // of zxcvbn, 0 to 4: more than 10^10 guesses
	ownWord   = 3 // letters that a part of a name must have to count as one
	otherText = 4 // letters that must be left beside own names
)

// JudgePassword says why a password can't be the agent's: a [*PasswordError], or nil.
func (a *Agents) JudgePassword(agent Agent, password secret.Text) error {
	if len(password.Reveal()) > maxBytes {
		return refuse(TooLong)
	}
	text := normal(password).Reveal()
	switch size := utf8.RuneCountInString(text); {
	case size > MaxPassword:
		return refuse(TooLong)
	case !utf8.ValidString(password.Reveal()), !typed.Plain(text, MaxPassword):
		return refuse(Unreadable)
	case size < MinPassword:
		return refuse(TooShort)
	}
	lower := strings.ToLower(text)
	own := agent.words(a.config.Issuer)
	switch {
	case isRepeated(lower):
		return refuse(Repeated)
	case isPersonal(lower, own):
		return refuse(Personal)
	case isCommon(lower):
		return refuse(Common)
	}
	return guessable(text, own)
}

// words are those that anybody would try for this agent, in lower case.
func (a Agent) words(issuer string) []string {
	texts := strings.ToLower(strings.Join([]string{string(a.Name), a.FullName, a.Email, issuer}, " "))
	words := strings.FieldsFunc(texts, func(r rune) bool { return !unicode.IsLetter(r) })
	words = append(words, string(a.Name), strings.Join(strings.Fields(strings.ToLower(a.FullName)), ""))
	kept := words[:0]
	for _, word := range words {
		if utf8.RuneCountInString(word) >= ownWord && word != "com" {
			kept = append(kept, word)
		}
	}
	return kept
}

// isRepeated says whether s is one piece at least twice, such as "horsehorse" or "abcabcab".
func isRepeated(s string) bool {
	for period := 1; period <= len(s)/2; period++ {
		if s[period:] == s[:len(s)-period] {
			return true
		}
	}
	return false
}

// isPersonal says whether nothing worth a guess is left of s without own words, digits and signs.
func isPersonal(s string, own []string) bool {
	for _, spelling := range spellings(s) {
		left := spelling
		for _, word := range own {
			left = strings.ReplaceAll(left, word, " ")
		}
		if left != spelling && countLetters(left) < otherText {
			return true
		}
	}
	return false
}

func countLetters(s string) (n int) {
	for _, r := range s {
		if unicode.IsLetter(r) {
			n++
		}
	}
	return n
}

// guessable has zxcvbn try the password. Its own search for signs that stand for letters takes
// minutes over a password made of them, so it is shown our spellings instead.
func guessable(text string, own []string) error {
	for _, spelling := range spellings(text) {
		found := zxcvbn.PasswordStrength(spelling, own, matching.FilterL33tMatcher)
		if found.Score < goodScore {
			return &PasswordError{Reason: Guessable, Hint: hint(text, found.MatchSequence)}
		}
	}
	return nil
}

// common are the passwords that are tried first, and single words and names, in lower case: zxcvbn's own lists,
// read once for all.
var common = sync.OnceValue(func() map[string]struct{} {
	all := map[string]struct{}{}
	for _, list := range frequency.Lists {
		for _, word := range list.List {
			all[strings.ToLower(word)] = struct{}{}
		}
	}
	return all
})

// isCommon says whether s, in lower case, is one of the common words: also with digits and signs around it or
// standing for letters.
func isCommon(s string) bool {
	for _, spelling := range spellings(s) {
		for _, core := range []string{spelling, strings.TrimFunc(spelling, notLetter)} {
			if _, known := common()[core]; known {
				return true
			}
		}
	}
	return false
}

func notLetter(r rune) bool { return !unicode.IsLetter(r) }

// Signs that stand for letters. Of 1 and ! nobody knows whether they are an i or an l.
var (
	withI = strings.NewReplacer("4", "a", "@", "a", "8", "b", "(", "c", "3", "e", "6", "g", "9", "g",
		"1", "i", "!", "i", "|", "i", "0", "o", "5", "s", "$", "s", "7", "t", "+", "t", "2", "z")
	withL = strings.NewReplacer("4", "a", "@", "a", "8", "b", "(", "c", "3", "e", "6", "g", "9", "g",
		"1", "l", "!", "l", "|", "l", "0", "o", "5", "s", "$", "s", "7", "t", "+", "t", "2", "z")
)

// spellings are s and the words that it may stand for, with what is at its end as it is and as
// letters.
func spellings(s string) []string {
	core := strings.TrimRightFunc(s, notLetter)
	rest := s[len(core):]
	all := []string{s}
	for _, replacer := range []*strings.Replacer{withI, withL} {
		for _, spelling := range []string{replacer.Replace(core) + rest, replacer.Replace(s)} {
			if !slices.Contains(all, spelling) {
				all = append(all, spelling)
			}
		}
	}
	return all
}
