package callback

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"updatecenter/internal/deliveries"
	"updatecenter/ivr"
)

// Deliveries is what the call needs of [deliveries.Deliveries]. All of it can be run again for
// the same turn.
type Deliveries interface {
	// Opened returns what a call has to say, also after it has said it. [deliveries.ErrNotFound]:
	// nothing (any more).
	Opened(ctx context.Context, task deliveries.Task, callSID string) (deliveries.Opening, error)
	// Spoken notes that the document of a turn tells the secret, and Declined that whoever answered has
	// not asked for the call.
	Spoken(ctx context.Context, task deliveries.Task, turn int) error
	Declined(ctx context.Context, task deliveries.Task) error
}

// desk does the work behind the steps.
type desk struct {
	deliveries    Deliveries
	codeToMailbox bool
}

// opening is what the call turns out to be.
type opening string

const (
	aSecret       opening = "a secret"
	secretMailbox opening = "a secret, to a mailbox"
	noticeMailbox opening = "a notice of the call, to a mailbox"
	aValidation   opening = "a validation"
	aChange       opening = "a change"
	nothing       opening = "nothing to tell"
	nobody        opening = "nobody to tell"
)

// open finds out what the call is about and who listens. It keeps no secret. A fax hears nothing,
// nor does a machine whose greeting still plays: such a call opens nothing, and is made again.
func (d desk) open(ctx context.Context, c *ivr.Call) (opening, error) {
	if by := c.Caller.AnsweredBy; by == "fax" || by == "machine_start" {
		return nobody, nil
	}
	opened, err := d.opened(ctx, c)
	switch {
	case errors.Is(err, deliveries.ErrNotFound):
		return nothing, nil
	case err != nil:
		return "", err
	}
	c.Speak(ivr.ParseLanguage(opened.Language))
	secret, change := secretOf(opened.About), changesOf(opened)
	switch {
	case opened.About == deliveries.ValidationCode:
		return validates(c), nil
	case secret != ivr.Prompt{}:
		c.FillPhrase(what, secret)
		return d.offers(c), nil
	case change != ivr.Prompt{}:
		c.FillPhrase(news, change)
		return aChange, nil
	}
	return "", fmt.Errorf("no call can tell %q", opened.About)
}

// opened asks what the call has to say.
func (d desk) opened(ctx context.Context, c *ivr.Call) (deliveries.Opening, error) {
	task, err := ParseAbout(c.About)
	if err != nil {
		return deliveries.Opening{}, err
	}
	return d.deliveries.Opened(ctx, task, c.SID)
}

// offers says what becomes of a secret: a machine is told it only if that is wanted.
func (d desk) offers(c *ivr.Call) opening {
	switch {
	case listens(c) == aPerson:
		return aSecret
	case d.codeToMailbox:
		return secretMailbox
	}
	return noticeMailbox
}

// reading is what a secret turns out to be.
type reading string

const (
	aCode         reading = "a code"
	anAnswer      reading = "an answer"
	aCodeForAgent reading = "a code for an agent"
	withdrawn     reading = "withdrawn"
)

// read has the secret spoken in this turn, and notes that.
func (d desk) read(ctx context.Context, c *ivr.Call) (reading, error) {
	opened, err := d.opened(ctx, c)
	switch {
	case errors.Is(err, deliveries.ErrNotFound):
		return withdrawn, nil
	case err != nil:
		return "", err
	}
	err = d.note(c, func(task deliveries.Task) error { return d.deliveries.Spoken(ctx, task, c.Turn) })
	if err != nil {
		return "", err
	}
	if opened.About == deliveries.ValidationCode {
		return lendHalves(c, opened.Code), nil
	}
	c.Lend(code, opened.Code)
	if !opened.InWords {
		return aCode, nil
	}
	c.Lend(answer, opened.Code)
	return anAnswer, nil
}

// listener is who listens, as far as Twilio can tell.
type listener string

const (
	aPerson  listener = "a person"
	aMailbox listener = "a mailbox"
)

// listens takes for a person what is not known to be none: only a key gets a secret told.
func listens(c *ivr.Call) listener {
	if strings.HasPrefix(c.Caller.AnsweredBy, "machine_end_") {
		return aMailbox
	}
	return aPerson
}

func (d desk) listening(_ context.Context, c *ivr.Call) (listener, error) { return listens(c), nil }

// noting is the only outcome of what is noted.
type noting string

const noted noting = "noted"

func (d desk) decline(ctx context.Context, c *ivr.Call) (noting, error) {
	return noted, d.note(c, func(task deliveries.Task) error { return d.deliveries.Declined(ctx, task) })
}

// note notes what comes of the call. A delivery that is gone needs no note.
func (d desk) note(c *ivr.Call, what func(deliveries.Task) error) error {
	task, err := ParseAbout(c.About)
	if err == nil {
		err = what(task)
	}
	if errors.Is(err, deliveries.ErrNotFound) {
		return nil
	}
	return err
}
