package callback

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/secret"
	"updatecenter/ivr"
)

// Deliveries is what the call needs of [deliveries.Deliveries]. All of it can be run again for
// the same turn.
type Deliveries interface {
	// Opened returns what a call has to say, also after it has said it. [deliveries.ErrNotFound]:
	// nothing (any more).
	Opened(ctx context.Context, task deliveries.Task, callSID string) (deliveries.Opening, error)
	// Password makes the password of a voice mailbox or an e-mail address, the same one for the same delivery.
	Password(ctx context.Context, task deliveries.Task, callSID string) (secret.Text, error)
	// Spoken notes that the document of a turn tells the secret, and Declined that whoever answered has
	// not asked for the call.
	Spoken(ctx context.Context, task deliveries.Task, turn int) error
	Declined(ctx context.Context, task deliveries.Task) error
}

// actions does the work behind the steps.
type actions struct{ Config }

// opening is what the call turns out to be.
type opening string

const (
	aSecret       opening = "a secret"
	secretMailbox opening = "a secret, to a mailbox"
	noticeMailbox opening = "a notice of the call, to a mailbox"
	aValidation   opening = "a validation"
	aReset        opening = "a reset of a password"
	aChange       opening = "a change"
	nothing       opening = "nothing to tell"
	nobody        opening = "nobody to tell"
)

// open finds out what the call is about and who listens. It keeps no secret. A fax hears nothing,
// nor does a machine whose greeting still plays: such a call opens nothing, and is made again.
func (a actions) open(ctx context.Context, c *ivr.Call) (opening, error) {
	if by := c.Caller.AnsweredBy; by == "fax" || by == "machine_start" {
		return nobody, nil
	}
	opened, err := a.opened(ctx, c)
	switch {
	case errors.Is(err, deliveries.ErrNotFound):
		return nothing, nil
	case err != nil:
		return "", err
	}
	c.Speak(ivr.ParseLanguage(opened.Language))
	opens, isPassword := passwords[opened.Topic]
	offered, isSecret := secrets[opened.Topic]
	changed, isChange := changesOf(opened)
	switch {
	case opened.Topic == deliveries.ValidationCode && listens(c) == aMailbox, // nobody there speaks with an agent
		isPassword && listens(c) == aMailbox: // which it may open
		return noticeMailbox, nil
	case isPassword:
		c.FillPhrase(what, opens)
		return aReset, nil
	case opened.Topic == deliveries.ValidationCode:
		return aValidation, nil
	case isSecret:
		c.FillPhrase(what, offered)
		return a.offers(c), nil
	case isChange:
		c.FillPhrase(news, changed)
		return aChange, nil
	}
	return "", fmt.Errorf("no call can tell %q", opened.Topic)
}

// opened asks what the call has to say.
func (a actions) opened(ctx context.Context, c *ivr.Call) (deliveries.Opening, error) {
	task, err := deliveries.ParseTask(c.Reference)
	if err != nil {
		return deliveries.Opening{}, err
	}
	return a.Deliveries.Opened(ctx, task, c.SID)
}

// offers says what becomes of a secret: a machine is told it only if that is wanted.
func (a actions) offers(c *ivr.Call) opening {
	switch {
	case listens(c) == aPerson:
		return aSecret
	case a.CodeToMailbox:
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
func (a actions) read(ctx context.Context, c *ivr.Call) (reading, error) {
	opened, err := a.opened(ctx, c)
	switch {
	case errors.Is(err, deliveries.ErrNotFound):
		return withdrawn, nil
	case err != nil:
		return "", err
	}
	err = a.note(c, func(task deliveries.Task) error { return a.Deliveries.Spoken(ctx, task, c.Turn) })
	if err != nil {
		return "", err
	}
	if opened.Topic == deliveries.ValidationCode {
		return fillHalves(c, opened.Code), nil
	}
	c.FillForTurn(code, opened.Code)
	if !opened.InWords {
		return aCode, nil
	}
	c.FillForTurn(answer, opened.Code)
	return anAnswer, nil
}

// resetting is what comes of a reset.
type resetting string

const (
	aPassword resetting = "a password"
	noReset   resetting = "withdrawn"
	notNow    resetting = "not now" // it was reset too often, or the operator's platform is behind
)

// reset gives the line's voice mailbox or e-mail address a temporary password, has that spoken in this turn, and notes it.
func (a actions) reset(ctx context.Context, c *ivr.Call) (resetting, error) {
	task, err := deliveries.ParseTask(c.Reference)
	if err != nil {
		return "", err
	}
	password, err := a.Deliveries.Password(ctx, task, c.SID)
	switch {
	case errors.Is(err, deliveries.ErrNotFound):
		return noReset, nil
	case errors.Is(err, deliveries.ErrNotNow):
		return notNow, nil
	case err != nil:
		return "", err
	}
	c.FillForTurn(code, password)
	return aPassword, a.note(c, func(task deliveries.Task) error { return a.Deliveries.Spoken(ctx, task, c.Turn) })
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

func (a actions) listening(_ context.Context, c *ivr.Call) (listener, error) { return listens(c), nil }

// noting is the only outcome of what is noted.
type noting string

const noted noting = "noted"

func (a actions) decline(ctx context.Context, c *ivr.Call) (noting, error) {
	return noted, a.note(c, func(task deliveries.Task) error { return a.Deliveries.Declined(ctx, task) })
}

// note notes what comes of the call. A delivery that is gone needs no note.
func (a actions) note(c *ivr.Call, what func(deliveries.Task) error) error {
	task, err := deliveries.ParseTask(c.Reference)
	if err == nil {
		err = what(task)
	}
	if errors.Is(err, deliveries.ErrNotFound) {
		return nil
	}
	return err
}

// fillHalves has a code spoken in two groups.
func fillHalves(c *ivr.Call, code secret.Text) reading {
	digits := code.Reveal()
	middle := (len(digits) + 1) / 2
	c.FillForTurn(firstHalf, secret.New(digits[:middle]))
	c.FillForTurn(otherHalf, secret.New(digits[middle:]))
	return aCodeForAgent
}

// What is said to a customer who is to read a code to a repair agent.
var (
	sayWarning = ivr.Prompt{
		Name: "callback-warning",
		EN:   "We have a code for you to read to our repair agent. Read it only if you called us yourself. Never read it to somebody who called you.",
		ES:   "Tenemos un código para que usted lo lea a nuestro agente de reparaciones. Léalo solo si usted nos llamó. Nunca lo lea a alguien que le llamó a usted.",
	}
	toHearForAgent = ivr.Prompt{
		Name: "callback-to-hear-for-agent",
		EN:   "To hear the code for the repair agent you are speaking with, press {key}.",
		ES:   "Para oír el código para el agente de reparaciones con quien está hablando, oprima el {key}.",
	}
	noAgent = ivr.Prompt{
		Name: "callback-no-agent",
		EN:   "If nobody of ours is speaking with you right now, hang up, or press {key}.",
		ES:   "Si ahora no está hablando con nadie de los nuestros, cuelgue u oprima el {key}.",
	}
	sayCodeForAgent = ivr.Prompt{
		Name: "callback-code-for-agent",
		EN:   "The code is {first-half}, and then {other-half}.",
		ES:   "El código es {first-half}, y después {other-half}.",
	}
	sayCodeForAgentAgain = ivr.Prompt{
		Name: "callback-code-for-agent-again",
		EN:   "Once more: {first-half}, and then {other-half}.",
		ES:   "Otra vez: {first-half}, y después {other-half}.",
	}
	noAgentAfterAll = ivr.Prompt{
		Name: "callback-no-agent-after-all",
		EN:   "If you did not call us yourself, tell nobody the code, and press {key}.",
		ES:   "Si usted no nos llamó, no diga el código a nadie y oprima el {key}.",
	}
	sayDeclinedForAgent = ivr.Prompt{
		Name: "callback-declined-for-agent",
		EN:   "Thank you for telling us. If you have heard a code, tell it to nobody. For one day, we will make no more such calls. If you have questions, please call {call-back}. Goodbye.",
		ES:   "Gracias por avisarnos. Si ha oído un código, no lo diga a nadie. Durante un día no haremos más llamadas como esta. Si tiene preguntas, llame al {call-back}. Adiós.",
	}
)
