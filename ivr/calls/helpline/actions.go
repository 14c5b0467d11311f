package helpline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/nanp"
	"updatecenter/ivr"
	"updatecenter/ivr/calls/prompts"
	"updatecenter/pins"
)

// actions does the work behind the steps of [Flow].
type actions struct {
	Config
	bill, linePIN, recovery *ivr.Subflow
}

// arrival is how a call begins.
type arrival string

const (
	noLanguage        arrival = "language not chosen"
	aboutAnything     arrival = "about anything"
	aboutLongDistance arrival = "about long distance"
)

// arrive looks up the line that the caller may use for whom the network vouches, and speaks the language that is remembered
// with it.
func (a actions) arrive(ctx context.Context, c *ivr.Call) (arrival, error) {
	if c.Caller.Vouched {
		line, err := a.Lines.Find(ctx, nanp.Number(c.Caller.Number))
		switch {
		case err == nil:
			c.Fill(lineKnown, "1")
		case !errors.Is(err, pins.ErrNoLine):
			return "", err
		}
		if c.Language() == "" {
			c.Speak(ivr.ParseLanguage(line.Language))
		}
	}
	switch {
	case c.Language() == "":
		return noLanguage, nil
	case c.Reference == LongDistance:
		return aboutLongDistance, nil
	}
	return aboutAnything, nil
}

// choice is the only outcome of choosing.
type choice string

const chosen choice = "chosen"

func speak(l ivr.Language) func(context.Context, *ivr.Call) (choice, error) {
	return func(_ context.Context, c *ivr.Call) (choice, error) {
		c.Speak(l)
		return chosen, nil
	}
}

// choose fills in who helps, and by which number.
func (a actions) choose(of contact) func(context.Context, *ivr.Call) (choice, error) {
	return func(_ context.Context, c *ivr.Call) (choice, error) {
		c.FillPhrase(service, of.name)
		c.Fill(number, string(a.number(of)))
		return chosen, nil
	}
}

// number is that of a contact.
func (c Config) number(of contact) nanp.Number {
	if of.topic == repair {
		return cmp.Or(of.number, c.Repair)
	}
	return cmp.Or(of.number, c.Person)
}

// finding is what comes of looking for something.
type finding string

const (
	found     finding = "found"
	foundNone finding = "none"
)

// findAccess works out what is dialed from any phone to manage a line.
func (a actions) findAccess(_ context.Context, c *ivr.Call) (finding, error) {
	number, err := pins.AccessNumber(c.Text(keyedArea))
	if err != nil {
		return foundNone, nil //nolint:nilerr // what a caller keys is an outcome, not an error
	}
	c.Fill(access, string(number))
	return found, nil
}

// request is what comes of asking for the security code.
type request string

const (
	requested      request = "requested"
	cannotBeCalled request = "cannot be called"
)

// requestCode has the telephone of the account called that was proved, once for each turn, which tells the code or what
// has taken its place.
func (a actions) requestCode(ctx context.Context, c *ivr.Call) (request, error) {
	account, err := a.Keyed.Number(c.Secret(keyedAccount).Reveal())
	if err != nil {
		return "", err
	}
	params := deliveries.Params{
		Account: account, Topic: deliveries.SecurityCode, Method: deliveries.Voice, Request: "security code by the help line",
		Key: once(c),
	}
	_, err = a.Deliveries.Request(ctx, c.SID, params)
	if errors.Is(err, deliveries.ErrNoSecret) {
		params.Topic = deliveries.SecurityAnswer
		_, err = a.Deliveries.Request(ctx, c.SID, params)
	}
	return asked(err)
}

// asked is what comes of asking for a call. Why there is none is not said: who asks may not learn it.
func asked(err error) (request, error) {
	var limited *deliveries.LimitError
	var blocked *deliveries.BlockedError
	switch {
	case errors.Is(err, deliveries.ErrNoWay), errors.Is(err, deliveries.ErrNoSecret), errors.Is(err, accounts.ErrNoAccount),
		errors.As(err, &limited), errors.As(err, &blocked):
		return cannotBeCalled, nil
	case err != nil:
		return "", fmt.Errorf("ask for a call: %w", err)
	}
	return requested, nil
}

// once names the turn where what it does is asked of others.
func once(c *ivr.Call) string { return "help line " + turnOf(c).Name() }

// tellMinutes fills in how long a lock still lasts.
func (a actions) tellMinutes(c *ivr.Call, until time.Time) {
	c.Fill(minutes, prompts.Minutes(until.Sub(a.Now())))
}
