package callback_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
	"updatecenter/ivr"
	"updatecenter/ivr/calls/callback"
)

// A ringer is a telephone and all that rings it: deliveries and the engine of their calls, in a world whose
// clock stands.
type ringer struct {
	*testing.T
	*testkit.World
	all     *deliveries.Deliveries
	engines [2]*ivr.Engine // two servers
	calls   []call
	of      deliveries.ID // what is to be told
}

// A call is one that Twilio has made.
type call struct {
	deliveries.FoundCall
	about string
	turns int
	lost  bool // its end is never posted
}

// Dial implements [deliveries.Dialer].
func (w *ringer) Dial(_ context.Context, ring deliveries.Ring) (string, error) {
	sid := fmt.Sprintf("CA%032d", len(w.calls)+1)
	w.calls = append(w.calls, call{
		FoundCall: deliveries.FoundCall{CallSID: sid, Created: w.Now(), Status: "in-progress"},
		about:     fmt.Sprintf("%s/%d", ring.Task.Delivery, ring.Task.Attempt),
	})
	return sid, nil
}

// Find implements [deliveries.Dialer].
func (w *ringer) Find(context.Context, nanp.Number, time.Time) (found []deliveries.FoundCall, err error) {
	for _, c := range w.calls {
		found = append(found, c.FoundCall)
	}
	return found, nil
}

// HangUp implements [deliveries.Dialer].
func (*ringer) HangUp(context.Context, string) error { return nil }

// ValidationCode implements [deliveries.Codes].
func (*ringer) ValidationCode(context.Context, string) (secret.Text, error) {
	return secret.New(testkit.Code), nil
}

// kinds are what is told, by what is keyed to hear it.
var kinds = map[string]struct {
	keys string // nothing: it is told at once
	ask  func(ctx context.Context, all *deliveries.Deliveries) error
	said string
	done deliveries.Status // of the delivery
	once bool              // there is no second attempt: somebody waits on another line
}{
	"notice": {"", func(ctx context.Context, all *deliveries.Deliveries) error {
		return all.Notify(ctx, deliveries.Notice{Topic: deliveries.PINChanged, Line: "+16125550150", Language: "en", Method: deliveries.Voice})
	}, "PIN of your telephone line was changed", deliveries.NoticeLeft, false},
	"security code": {"1", func(ctx context.Context, all *deliveries.Deliveries) error {
		_, err := all.Request(ctx, deliveries.Params{Account: testkit.Coded, Topic: deliveries.SecurityCode, Method: deliveries.Voice})
		return err
	}, "8-2-6-5-1-7", deliveries.Delivered, false},
	"validation": {"1", func(ctx context.Context, all *deliveries.Deliveries) error {
		_, err := all.RequestValidation(ctx, deliveries.ValidationParams{Line: "+16125550150", Language: "en", Ref: "one"})
		return err
	}, "8-2-6, and then 5-1-7", deliveries.Delivered, true},
}

func newRinger(t *testing.T, ask func(context.Context, *deliveries.Deliveries) error) *ringer {
	t.Helper()
	w := &ringer{T: t, World: testkit.New(t)}
	calls := w.CallsInTime()
	customers := w.Accounts(t)
	w.PutAccount(t, customers, testkit.Coded, testkit.Details(testkit.Home), "")
	w.all = deliveries.New(deliveries.Config{
		Store: w.Deliveries(), Phones: w.Deliveries(), Queue: w.Queue, Dialer: w, Codes: w, Accounts: customers, Now: w.Now,
		Answered: callback.Answered(calls, w.Now),
	})
	for i := range w.engines {
		var err error
		w.engines[i], err = ivr.New(ivr.Config{
			Flow: flow(w.all, false), Store: calls, Keys: w.Keys, Now: w.Now,
			Times: testkit.Times(), TurnURL: turnURL, Log: slog.New(slog.DiscardHandler), Withdraw: calls.Withdraw,
		})
		w.must(err)
	}
	w.must(ask(t.Context(), w.all))
	unfinished, err := w.Deliveries().Unfinished(t.Context(), w.Now().Add(time.Hour), 10)
	w.must(err)
	w.of = unfinished[0]
	w.Queue.Run(t.Context(), w.Now(), w.all.Attempt)
	return w
}

func (w *ringer) must(err error) {
	w.Helper()
	check.OK(w.T, err)
}

// post posts the next webhook of the newest call to a server, and returns what is heard: the apology
// if there is no answer.
func (w *ringer) post(server int, keys string) string {
	w.Helper()
	c := &w.calls[len(w.calls)-1]
	document, err := w.engines[server].Turn(w.Context(), ivr.Event{
		Call: c.CallSID, Turn: c.turns, Reference: c.about, Input: ivr.Input{Keys: keys},
	})
	if err != nil {
		document = w.engines[server].Apology(ivr.English, "")
	}
	return heard(w.T, document)
}

// answered says whether what the newest call was to tell is stored as its answer.
func (w *ringer) answered() bool {
	w.Helper()
	c := w.calls[len(w.calls)-1]
	begun, err := w.CallsInTime().Begin(w.Context(), ivr.Claim{Call: c.CallSID, Turn: c.turns, Now: w.Now()})
	w.must(err)
	return begun.Status == ivr.Answered
}

// hear answers the newest call, keys what it takes to hear all, and returns the last that is said.
func (w *ringer) hear(keys string) string {
	said := w.post(0, "")
	if keys != "" && !strings.HasSuffix(said, "hung up") {
		w.calls[len(w.calls)-1].turns++
		said = w.post(0, keys)
	}
	return said
}

// end ends the newest call, of which Twilio tells.
func (w *ringer) end() {
	w.Helper()
	c := &w.calls[len(w.calls)-1]
	c.Status = "completed"
	if c.lost {
		return
	}
	task, err := deliveries.ParseTask(c.about)
	w.must(err)
	w.must(w.all.Status(w.Context(), task, deliveries.StatusCallback{CallSID: c.CallSID, CallStatus: "completed", Sequence: 3, At: w.Now()}))
}

// pass lets time pass, with 120 sweeps, until nothing is to be done any more or the telephone rings.
func (w *ringer) pass(most time.Duration) {
	w.Helper()
	rung := len(w.calls)
	for end := w.Now().Add(most); w.Now().Before(end) && len(w.calls) == rung; w.Pass(most / 120) {
		w.must(w.all.Sweep(w.Context()))
		w.Queue.Run(w.Context(), w.Now(), w.all.Attempt)
	}
}

func (w *ringer) is(want deliveries.Status) {
	w.Helper()
	got, err := w.all.Get(w.Context(), w.of)
	w.must(err)
	if got.Status != want {
		w.Errorf("it is %s, want %s: %+v", got.Status, want, got.Events)
	}
}

// TestToldByWhatWasSaid holds that what a call has to tell counts as told if it was, and else is told by
// another call, whatever happens to the turn that tells it.
func TestToldByWhatWasSaid(t *testing.T) {
	for kind, k := range kinds {
		turn := 1 + len(k.keys) // at which commit it is told
		lost := append(make([]error, turn-1), errDown)
		loseAnswer := func(w *ringer) { w.Calls.LoseNext("Calls.Commit", lost...) }
		failCommit := func(w *ringer) { w.Calls.FailNext("Calls.Commit", lost...) }
		for name, spoil := range map[string]func(w *ringer) (fails bool){
			"nothing goes wrong":                 func(*ringer) bool { return false },
			"the answer of the commit is lost":   func(w *ringer) bool { loseAnswer(w); return false },
			"nobody tells that the call is over": func(w *ringer) bool { w.calls[0].lost = true; return false },
			"nobody tells, and the answer of the commit is lost": func(w *ringer) bool {
				loseAnswer(w)
				w.calls[0].lost = true
				return false
			},
			"the answer of the commit is lost, and Redis is away": func(w *ringer) bool {
				commits := 0
				w.Calls.After("Calls.Commit", func(context.Context) error {
					if commits++; commits != turn {
						return nil
					}
					w.Calls.Fail("Calls", errDown)
					return errDown
				})
				return true
			},
			"the commit fails": func(w *ringer) bool { failCommit(w); return true },
			"the commit fails, and nobody tells that call is over": func(w *ringer) bool {
				failCommit(w)
				w.calls[0].lost = true
				return true
			},
			"the answer of its note is lost": func(w *ringer) bool {
				w.Calls.LoseNext("Deliveries.Update", lost...)
				return true
			},
		} {
			t.Run(kind+"/"+name, func(t *testing.T) {
				w := newRinger(t, k.ask)
				fails := spoil(w)
				if said := w.hear(k.keys); strings.Contains(said, k.said) == fails {
					t.Fatalf("it says %s", said)
				}
				w.Calls.Mend("Calls")
				w.is(deliveries.Answered)
				if fails {
					check.Await(t, "an answer that nobody heard to be taken back", func() bool { return !w.answered() })
				} else if _, err := w.all.Cancel(t.Context(), w.of); !errors.Is(err, deliveries.ErrFinal) {
					t.Errorf("it can be canceled while it is told: %v", err)
				}
				w.end()
				w.pass(time.Hour)
				if fails && k.once {
					w.is(deliveries.Failed)
					return
				}
				if fails {
					if len(w.calls) != 2 {
						t.Fatalf("%d calls", len(w.calls))
					}
					if said := w.hear(k.keys); !strings.Contains(said, k.said) {
						t.Fatalf("once more it says %s", said)
					}
					w.end()
				}
				w.is(k.done)
				calls := len(w.calls)
				if w.pass(24 * time.Hour); len(w.calls) != calls || fails != (calls == 2) {
					t.Errorf("%d calls", len(w.calls))
				}
			})
		}
	}
}

// TestApologyOfTheFallback has the server die that tells, and the fallback apologize: the call has told
// nothing then, and another one does.
func TestApologyOfTheFallback(t *testing.T) {
	for kind, k := range kinds {
		t.Run(kind, func(t *testing.T) {
			w := newRinger(t, k.ask)
			w.Calls.FailNext("Calls.Commit", append(make([]error, len(k.keys)), errDown)...)
			w.hear(k.keys)
			w.Pass(time.Minute) // until its claim has run out
			w.Calls.Fail("Deliveries.Get", errDown)
			if said := w.post(1, k.keys); !strings.Contains(said, "something went wrong on our side") {
				t.Fatalf("it says %s", said)
			}
			w.Calls.Mend("Deliveries.Get")
			w.end()
			w.pass(time.Hour)
			if k.once {
				w.is(deliveries.Failed)
				return
			}
			if len(w.calls) != 2 {
				t.Fatalf("%d calls", len(w.calls))
			}
			w.hear(k.keys)
			w.end()
			w.is(k.done)
		})
	}
}

// TestToldAfterRetries has the turn that tells be posted once more, to the server that failed or another.
func TestToldAfterRetries(t *testing.T) {
	for kind, k := range kinds {
		for name, again := range map[string]func(w *ringer) string{
			"the answer was lost": func(w *ringer) string { w.hear(k.keys); return w.post(0, k.keys) },
			"another server has it, which has stored nothing": func(w *ringer) string {
				w.Calls.FailNext("Calls.Commit", append(make([]error, len(k.keys)), errDown)...)
				w.hear(k.keys)
				w.Pass(time.Minute) // until its claim has run out
				return w.post(1, k.keys)
			},
		} {
			t.Run(kind+"/"+name, func(t *testing.T) {
				w := newRinger(t, k.ask)
				if said := again(w); !strings.Contains(said, k.said) {
					t.Fatalf("it says %s", said)
				}
				w.end()
				w.is(k.done)
				if w.pass(24 * time.Hour); len(w.calls) != 1 {
					t.Errorf("%d calls", len(w.calls))
				}
			})
		}
	}
}
