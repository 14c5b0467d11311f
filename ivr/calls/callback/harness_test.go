package callback_test

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
	"updatecenter/ivr"
	"updatecenter/ivr/calls/callback"
	"updatecenter/twiml"
)

const (
	sid   = "CA00000000000000000000000000000001"
	about = "dlv_abcdefghijklmnopqrstuvwxyz/2"

	turnURL = "https://example.com/voice/callback/turn/"
)

// task is what about says.
var task = deliveries.Task{Delivery: "dlv_abcdefghijklmnopqrstuvwxyz", Attempt: 2}

// fake are deliveries with one that the call is about. What comes of it is noted once.
type fake struct {
	opening  deliveries.Opening
	opened   error // the errors that a test has in mind
	spoken   error
	declined error
	reset    error // of the mailbox

	mu    sync.Mutex
	noted []string
}

func (f *fake) Opened(_ context.Context, t deliveries.Task, callSID string) (deliveries.Opening, error) {
	if t != task || callSID != sid {
		return deliveries.Opening{}, fmt.Errorf("open call: %w", deliveries.ErrNotFound)
	}
	return f.opening, f.opened
}

func (f *fake) note(t deliveries.Task, what string, err error) error {
	if t != task {
		return deliveries.ErrNotFound
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if err == nil && !slices.Contains(f.noted, what) {
		f.noted = append(f.noted, what)
	}
	return err
}

func (f *fake) Spoken(_ context.Context, t deliveries.Task, _ int) error {
	return f.note(t, "spoken", f.spoken)
}

func (f *fake) Declined(_ context.Context, t deliveries.Task) error {
	return f.note(t, "declined", f.declined)
}

func (f *fake) Password(_ context.Context, t deliveries.Task, callSID string) (secret.Text, error) {
	if t != task || callSID != sid {
		return secret.Text{}, deliveries.ErrNotFound
	}
	return secret.New("350916"), f.note(t, "reset", f.reset)
}

// mailboxOf is a delivery of the password of a voice mailbox.
func mailboxOf(language string) *fake {
	return &fake{opening: deliveries.Opening{Topic: deliveries.MailboxPassword, Language: language}}
}

// emailOf is one of an e-mail address.
func emailOf(language string) *fake {
	return &fake{opening: deliveries.Opening{Topic: deliveries.EmailPassword, Language: language}}
}

// codeOf is a delivery of a code.
func codeOf(language string) *fake {
	return &fake{opening: deliveries.Opening{Topic: deliveries.SecurityCode, Language: language, Code: secret.New("804713")}}
}

// resultOf is a delivery of the result of a service test.
func resultOf(language, result string) *fake {
	return &fake{opening: deliveries.Opening{Topic: deliveries.ServiceTest, Language: language, Result: result}}
}

// answerOf is a delivery of an answer in words.
func answerOf(language, words string) *fake {
	return &fake{opening: deliveries.Opening{Topic: deliveries.SecurityAnswer, Language: language, Code: secret.New(words), InWords: true}}
}

// validationOf is a delivery of a code for a repair agent.
func validationOf(language string) *fake {
	return &fake{opening: deliveries.Opening{Topic: deliveries.ValidationCode, Language: language, Code: secret.New("804713")}}
}

// changeOf is a notice.
func changeOf(what deliveries.Topic, language string) *fake {
	return &fake{opening: deliveries.Opening{Topic: what, Language: language}}
}

// flow is the call as the tests have it.
func flow(f callback.Deliveries, codeToMailbox bool) *ivr.Flow {
	return callback.Flow(callback.Config{
		Deliveries: f, Company: "Northern Telephone", CallBack: "+18005731311", CodeToMailbox: codeToMailbox,
	})
}

// phone is somebody, or something, that was called.
type phone struct {
	testing.TB
	engine *ivr.Engine
	states [][]byte // of the turns, readable
	log    testkit.Log
	turn   int
}

func newPhone(t testing.TB, f callback.Deliveries, codeToMailbox bool) *phone {
	t.Helper()
	p, keys := &phone{TB: t}, testkit.Keys("2026a")
	var err error
	p.engine, err = ivr.New(ivr.Config{
		Flow: flow(f, codeToMailbox), Store: &watched{testkit.Redis(t).CallsInTime(), p, keys}, Keys: keys, Now: time.Now,
		Times: testkit.Times(), TurnURL: turnURL, Log: p.log.Logger(),
	})
	check.OK(t, err)
	return p
}

// watched is a store that opens the states that it is given.
type watched struct {
	redisstore.Calls
	p    *phone
	keys secret.Keyring
}

func (w *watched) Commit(ctx context.Context, commit ivr.Commit) error {
	state, err := w.keys.Open(commit.State, []byte("state of "+commit.Call))
	if err != nil {
		w.p.Error(err)
	}
	w.p.states = append(w.p.states, state)
	return w.Calls.Commit(ctx, commit)
}

// answer picks up, and returns what is heard.
func (p *phone) answer(by string) string {
	p.Helper()
	return p.post(ivr.Event{Reference: about, Caller: ivr.Caller{AnsweredBy: by}})
}

// press keys something, nothing being silence, and returns what is heard.
func (p *phone) press(keys string) string {
	p.Helper()
	p.turn++
	return p.post(ivr.Event{Turn: p.turn, Input: ivr.Input{Keys: keys}})
}

// post delivers a webhook, twice: the second time has the same answer.
func (p *phone) post(event ivr.Event) string {
	p.Helper()
	event.Call = sid
	first, err := p.engine.Turn(p.Context(), event)
	check.OK(p, err)
	second, err := p.engine.Turn(p.Context(), event)
	if err != nil || string(first) != string(second) {
		p.Errorf("once more: %v, and %s", err, second)
	}
	return heard(p, first)
}

// heard is a document as text: what can't be cut short by a key, | and what can; hung up at
// the end.
func heard(t testing.TB, document []byte) string {
	t.Helper()
	response, err := twiml.Parse(document)
	if err != nil {
		t.Fatalf("%v in %s", err, document)
	}
	var all []string
	for _, verb := range response.Verbs {
		switch v := verb.(type) {
		case twiml.Say:
			all = append(all, speech(v.Content))
		case twiml.Gather:
			all = append(all, "|")
			for _, prompt := range v.Prompts {
				all = append(all, speech(prompt.(twiml.Say).Content))
			}
		case twiml.Hangup:
			all = append(all, "hung up")
		default:
			t.Errorf("the call holds %#v", verb)
		}
	}
	return spaces.ReplaceAllString(strings.Join(all, " "), " ")
}

var spaces = regexp.MustCompile(`\s+`)

// speech is text with the characters and groups of what is spoken slowly between spaces, and
// a dash for each pause.
func speech(content []twiml.Speech) string {
	var b strings.Builder
	for _, part := range content {
		switch p := part.(type) {
		case twiml.Text:
			b.WriteString(string(p))
		case twiml.SayAs:
			b.WriteString(p.Text)
		case twiml.Break:
			b.WriteString("-")
		case twiml.Prosody:
			b.WriteString(speech(p.Content))
		}
	}
	return b.String()
}
