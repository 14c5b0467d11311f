package accounts

import (
	"context"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"updatecenter/internal/hash"
	"updatecenter/internal/nanp"
	"updatecenter/internal/passwords"
	"updatecenter/internal/rows"
	"updatecenter/internal/secret"
	"updatecenter/internal/typed"
)

// longDistance begins the numbers of long-distance accounts. No number on a bill has a colon.
const longDistance = "ld:"

// LongDistance is the number of the long-distance account that has a billing telephone number (BTN).
// [ParseNumber] never returns it, so that the two kinds of accounts never meet.
func LongDistance(btn nanp.Number) Number { return Number(longDistance + string(btn)) }

// BTN is the billing telephone number of a long-distance account; of another account, false.
func (n Number) BTN() (btn nanp.Number, is bool) {
	text, is := strings.CutPrefix(string(n), longDistance)
	return nanp.Number(text), is && nanp.Number(text).Display() != ""
}

// valid says whether an account can have the number.
func (n Number) valid() bool {
	_, is := n.BTN()
	return is || isNumber(string(n))
}

// Hasher hashes passwords; a [hash.Hasher] is one.
type Hasher interface {
	// Hash returns an entry as it is kept.
	Hash(ctx context.Context, entry secret.Text) (hash.Hash, error)
	// Verify says whether the entry is what the hash was made of, and whether that is stale.
	Verify(ctx context.Context, of hash.Hash, entry secret.Text) (match, stale bool, err error)
	// VerifyNothing costs what Verify costs.
	VerifyNothing(ctx context.Context, entry secret.Text) error
}

// keys are those of a keypad with the letters A to Z (ITU-T E.161).
const keys = "22233344455566677778889999"

// Keypad is a password as it is hashed and compared: the keys by which a telephone enters it. A letter is
// its key (2 is A, B and C; ... 9 is W, X, Y and Z), without accent, and a digit is itself. All else is left
// out, as it is on no key. So the keys of a caller and the text of a web site are one.
func Keypad(password secret.Text) secret.Text {
	return secret.New(strings.Map(func(r rune) rune {
		switch r = unicode.ToUpper(r); {
		case r >= 'A' && r <= 'Z':
			return rune(keys[r-'A'])
		case r >= '0' && r <= '9':
			return r
		}
		return -1
	}, norm.NFKD.String(typed.Fold(password.Reveal()))))
}

// Bounds of user names and passwords, in characters.
const (
	maxUserName = 64
	minPassword = 8 // of one that a customer chooses: in all, and of those that are on a keypad
	maxPassword = 64
)

// judgePassword says why a password can't be chosen for an account, in [FieldErrors]; nothing of it is quoted.
func judgePassword(password secret.Text, account Account) error {
	keyed := Keypad(password)
	rules := passwords.Rules{Min: minPassword, Max: maxPassword, Own: passwords.Words(account.UserName, account.Name, account.Email)}
	refused := rules.Judge(password)
	if btn, _ := account.Number.BTN(); holdsAny(keyed, account.Phone, btn) {
		refused = rules.Refuse(passwords.Personal)
	}
	var wrong FieldErrors
	switch {
	case refused != nil:
		wrong.unless(false, "password", refused.Error())
	case len(keyed.Reveal()) < minPassword:
		wrong.unless(false, "password", fmt.Sprintf("This password has too few letters and digits. Choose one with at least %d.", minPassword))
	case account.UserName != "" && keyed.Equal(Keypad(secret.New(account.UserName))):
		wrong.unless(false, "password", "This password has the same keys on a telephone as the user name. Choose another one.")
	case strings.Trim(keyed.Reveal(), keyed.Reveal()[:1]) == "":
		wrong.unless(false, "password", "This password is one key again and again on a telephone. Choose another one.")
	}
	return wrong.err()
}

// holdsAny says whether keys hold one of some telephone numbers.
func holdsAny(keyed secret.Text, numbers ...nanp.Number) bool {
	return slices.ContainsFunc(numbers, func(n nanp.Number) bool {
		return n.National() != "" && strings.Contains(keyed.Reveal(), n.National())
	})
}

var passwordShould = fmt.Sprintf("want up to %d characters that can be printed, with letters or digits", maxPassword)

// isPassword says whether an account can have the password.
func isPassword(password secret.Text) bool {
	return typed.Plain(password.Reveal(), maxPassword) && !Keypad(password).IsZero()
}

// givePassword sets a password that is given, which ends a link, and says whether the account had another one, or none.
func (a *Accounts) givePassword(ctx context.Context, account *Account, password secret.Text) (changed bool, err error) {
	if password.IsZero() {
		return false, nil
	}
	if account.Password != "" {
		same, _, err := a.config.Hasher.Verify(ctx, account.Password, Keypad(password))
		if err != nil || same {
			return false, err
		}
	}
	hashed, err := a.config.Hasher.Hash(ctx, Keypad(password))
	if err != nil {
		return false, fmt.Errorf("hash password: %w", err)
	}
	account.Password, account.Link = hashed, Link{}
	return true, nil
}

// hasPassword says whether the keys are those of the account's password. It costs the same of an account
// without one.
func (a *Accounts) hasPassword(ctx context.Context, account Account, keyed secret.Text) (bool, error) {
	if account.Password == "" {
		return false, a.config.Hasher.VerifyNothing(ctx, keyed)
	}
	match, _, err := a.config.Hasher.Verify(ctx, account.Password, keyed)
	return match, err
}

// ReadLongDistanceCSV is [ReadCSV] of long-distance accounts:
//
//	btn,phone,language,user_name,password,name,street1,street2,street3,city,state,zip,email,email_since,security_code
//
// of which phone, language, user_name, password, street2, street3, email, email_since and security_code
// may be missing. Without a phone it is the BTN.
func ReadLongDistanceCSV(r io.Reader) iter.Seq2[Row, error] {
	return rows.ReadAs(r, longDistanceColumns, func(row rows.Row) (Row, error) {
		btn, err := typed.Number(row.Get("btn"))
		if err != nil {
			return Row{}, row.Bad("btn", err.Error())
		}
		phone := btn
		if text := row.Get("phone"); text != "" {
			if phone, err = typed.Number(text); err != nil {
				return Row{}, row.Bad("phone", err.Error())
			}
		}
		return newRow(row, LongDistance(btn), Details{
			Phone: phone, UserName: given(row.Get("user_name")), Password: secret.New(row.Get("password")),
		})
	})
}
