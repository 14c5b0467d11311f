package accounts

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"updatecenter/internal/ids"
	"updatecenter/internal/secret"
	"updatecenter/internal/typed"
	"updatecenter/internal/wrap"
)

// Errors of what is sent to customers, and of links.
var (
	// ErrNotOfRecord: the account has no address of record by which it could be sent.
	ErrNotOfRecord = errors.New("the account has no such address of record")
	// ErrNoUserName: the account has no user name.
	ErrNoUserName = errors.New("the account has no user name")
	// ErrLink: no link has this token, or it was used, replaced, or is too old.
	ErrLink = errors.New("no such link, or none any more")
)

// For how long a link works (NIST SP 800-63B, section 5.1.3.2, of codes by e-mail and by post), and for how long
// what was sent to somebody is still on its way, so that it is not sent once more.
const (
	EmailLinkFor  = 24 * time.Hour
	LetterLinkFor = 21 * 24 * time.Hour

	emailUnderWay  = 10 * time.Minute
	letterUnderWay = 24 * time.Hour
)

// Sent says when something was sent to a customer, and how.
type Sent struct {
	At     time.Time `json:"at"`
	Letter bool      `json:"letter,omitempty"` // to the billing address; else by e-mail
}

// underWay says whether it is on its way in the same way.
func (s Sent) underWay(letter bool, now time.Time) bool {
	wait := emailUnderWay
	if letter {
		wait = letterUnderWay
	}
	return !s.At.IsZero() && s.Letter == letter && now.Before(s.At.Add(wait))
}

// Link lets who has its token choose a new password, once.
type Link struct {
	Sent
	Token secret.Text `json:"-"` // 24 characters of A-Z and 2-7, of 120 random bits
	Until time.Time   `json:"until"`
	Used  Used        `json:"used,omitzero"` // of the link before, which has no token any more
}

// Used says how a link was used up, so that the same use again, whose answer was lost, is known again.
type Used struct {
	At  time.Time `json:"at"`
	Sum string    `json:"sum"` // of the token and the password, which nobody finds by it who has not the token
}

// usedFor is how long a use is known again.
const usedFor = 10 * time.Minute

// sumOfUse is by what a use is known again.
func sumOfUse(token, password secret.Text) string {
	return sumOf(secret.New(token.Reveal() + " " + password.Reveal()))
}

const (
	tokenBytes = 15
	tokenChars = tokenBytes * 8 / 5
	tokenGroup = 4 // characters of a token that are written together
)

// Works says whether the link works at a time, if it was sent in that way.
func (l Link) Works(letter bool, now time.Time) bool {
	return !l.Token.IsZero() && l.Letter == letter && now.Before(l.Until)
}

// Grouped is the token as it is written, "ABCD-EFGH-...".
func (l Link) Grouped() secret.Text {
	var groups []string
	for rest := l.Token.Reveal(); rest != ""; {
		n := min(tokenGroup, len(rest))
		groups, rest = append(groups, rest[:n]), rest[n:]
	}
	return secret.New(strings.Join(groups, "-"))
}

// alike are characters that tokens don't have, and those that they are taken for.
var alike = strings.NewReplacer("-", "", "0", "O", "1", "I", "8", "B")

// parseToken reads a token as people type it.
func parseToken(entry secret.Text) (token secret.Text, ok bool) {
	if len(entry.Reveal()) > maxNumberBytes {
		return secret.Text{}, false
	}
	text := alike.Replace(strings.Map(upperASCII, typed.Fold(entry.Reveal())))
	return secret.New(text), len(text) == tokenChars && strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == ""
}

// sumOf is by what a token is found: nobody finds the token by it.
func sumOf(token secret.Text) string {
	sum := sha256.Sum256([]byte("password link " + token.Reveal()))
	return hex.EncodeToString(sum[:])
}

// Sending is what a customer is sent who has proved that an account is theirs.
type Sending struct {
	UserName bool
	Link     bool // a new one, which replaces any other
	Letter   bool // to the billing address of record; else to the e-mail address of record
}

// Send has a customer sent what was forgotten: the notices of the update do it. What is on its way already, for ten
// minutes an e-mail and for a day a letter, is not sent once more, and that is no error. Errors:
// [ErrNoAccount], [ErrNotOfRecord], [ErrNoUserName], [ErrNote], [storage.ErrUnreadable],
// [storage.ErrContended] if others change it without end.
func (a *Accounts) Send(ctx context.Context, number Number, sending Sending, note Note) (_ Update, err error) {
	defer wrap.Error(&err, "send what was forgotten")
	return a.change(ctx, number, note, func(account *Account, now time.Time) (Changes, error) {
		switch {
		case sending.Letter && !account.AddressOfRecord(now), !sending.Letter && !account.EmailOfRecord(now):
			return nil, ErrNotOfRecord
		case sending.UserName && account.UserName == "":
			return nil, ErrNoUserName
		}
		var changed Changes
		if sending.UserName && !account.NameSent.underWay(sending.Letter, now) {
			account.NameSent, changed = Sent{now, sending.Letter}, append(changed, SentUserName)
		}
		if sending.Link && !account.Link.underWay(sending.Letter, now) {
			link, err := a.newLink(ctx, account.ID, sending.Letter, now)
			if err != nil {
				return nil, err
			}
			account.Link, changed = link, append(changed, SentLink)
		}
		return changed, nil
	})
}

// newLink makes a link. It can be found before the account has it, so that it can be used as soon as it is sent.
func (a *Accounts) newLink(ctx context.Context, id ID, letter bool, now time.Time) (Link, error) {
	token, err := ids.Base32(a.config.Random, tokenBytes)
	if err != nil {
		return Link{}, err
	}
	link := Link{Sent: Sent{now, letter}, Token: secret.New(token), Until: now.Add(EmailLinkFor)}
	if letter {
		link.Until = now.Add(LetterLinkFor)
	}
	if err := a.config.Store.PutLink(ctx, sumOf(link.Token), id, now, link.Until); err != nil {
		return Link{}, fmt.Errorf("keep link: %w", err)
	}
	return link, nil
}

// ByLink returns the account of which [Accounts.UseLink] would set the password, and uses nothing up. Errors: [ErrLink],
// [storage.ErrUnreadable].
func (a *Accounts) ByLink(ctx context.Context, token, password secret.Text) (_ Account, err error) {
	defer wrap.Error(&err, "find link")
	account, token, err := a.linked(ctx, token)
	if now := a.now(); err == nil && !account.opens(token, now) && !account.Link.usedBy(token, password, now) {
		err = ErrLink
	}
	if err != nil {
		return Account{}, err
	}
	return account, nil
}

// linked returns the account that a link is, or was, of, and its token as it is kept.
func (a *Accounts) linked(ctx context.Context, entry secret.Text) (Account, secret.Text, error) {
	token, ok := parseToken(entry)
	if !ok {
		return Account{}, token, ErrLink
	}
	id, err := a.config.Store.Linked(ctx, sumOf(token))
	if err != nil {
		return Account{}, token, notOurLink(err)
	}
	account, err := a.opened(a.config.Store.Load(ctx, id))
	return account, token, notOurLink(err)
}

// notOurLink is ErrLink where there is no account.
func notOurLink(err error) error {
	if errors.Is(err, ErrNoAccount) {
		return ErrLink
	}
	return err
}

// opens says whether a token is that of the account's link, and works.
func (a Account) opens(token secret.Text, now time.Time) bool {
	return token.Equal(a.Link.Token) && a.Link.Works(a.Link.Letter, now)
}

// UseLink sets the password that the customer has chosen, and uses the link up; of two at once one wins. The same token and
// password again, within ten minutes, change nothing more and are no error: the answer was lost. The
// password has 8 to 64 characters, 8 letters and digits among them, and is none that is guessed soon ([passwords.Rules]). Of an account that is no
// long-distance account nobody keeps the password here: the update says that the link was good. Errors: [ErrLink],
// [FieldErrors], and then the link still works, [ErrNote], [hash.ErrBusy], [storage.ErrUnreadable],
// [storage.ErrContended] if others change it without end.
func (a *Accounts) UseLink(ctx context.Context, token, password secret.Text, note Note) (_ Update, err error) {
	defer wrap.Error(&err, "use link")
	account, token, err := a.linked(ctx, token)
	switch {
	case err != nil:
		return Update{}, err
	case account.Link.usedBy(token, password, a.now()):
		return Update{Before: account, After: account}, nil
	case !account.opens(token, a.now()):
		return Update{}, ErrLink
	}
	if err := judgePassword(password, account); err != nil {
		return Update{}, err
	}
	var hashed Account
	if _, keeps := account.Number.BTN(); keeps {
		if _, err := a.givePassword(ctx, &hashed, password); err != nil {
			return Update{}, err
		}
	}
	update, err := a.change(ctx, account.Number, note, func(account *Account, now time.Time) (Changes, error) {
		switch {
		case account.Link.usedBy(token, password, now): // at the same moment
			return nil, nil
		case !account.opens(token, now):
			return nil, ErrLink
		}
		account.Password, account.Link = hashed.Password, Link{Used: Used{now, sumOfUse(token, password)}}
		return Changes{ChangedPassword}, nil
	})
	return update, notOurLink(err)
}

// usedBy says whether the link before was used up so, not long ago.
func (l Link) usedBy(token, password secret.Text, now time.Time) bool {
	return now.Before(l.Used.At.Add(usedFor)) && l.Used.Sum == sumOfUse(token, password)
}
