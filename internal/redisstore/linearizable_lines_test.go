package redisstore_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"updatecenter/internal/nanp"
	"updatecenter/internal/redisstore"
	"updatecenter/pins"
)

func lineHistories(t *testing.T, at place, histories int) {
	t.Helper()
	each(t, "histories of a line are linearizable", at, histories, func(all *tried, n int, random *rand.Rand) {
		line := nanp.Number(fmt.Sprintf("+1612555%04d", n))
		h, stored := newHistory[lineState](hurried), newLine(t, at.patient, line)
		var writes atomic.Int64
		h.faulted(t, at, n, random, func(i int, random *rand.Rand) {
			db := at.hasty[i%servers]
			lineUser{h, i, line, db.Lines(), db.Notices(), &writes}.any(random, stored.revision, 6)
		})
		last := lineUser{h, clients, line, at.patient.Lines(), at.patient.Notices(), &writes}
		last.read()
		last.records()
		last.due()
		judge(t, all, h, stored)
	})
}

// lineState is what is stored of a line, and why its changes count once. Times are milliseconds.
type lineState struct {
	lineSeen
	changes string // and resets: their numbers, each with a space before
	turns   uint64 // that have changed the PIN, as bits
}

// lineSeen is what is read of a line in one step.
type lineSeen struct {
	language        string
	pin             pins.Hash
	since, revision int64
}

// newLine adds a line whose customer is validated.
func newLine(t *testing.T, db *redisstore.DB, line nanp.Number) lineState {
	t.Helper()
	if _, err := db.Lines().Add(t.Context(), []pins.NewLine{{Number: line}}, now); err != nil {
		t.Fatal(err)
	}
	record := pins.Record{At: now, Event: pins.CustomerValidated, By: validation.By}
	if err := db.Lines().Validate(t.Context(), line, validation, record); err != nil {
		t.Fatal(err)
	}
	return lineState{lineSeen{since: now.UnixMilli(), revision: now.UnixMilli()}, "", 0}
}

// lineStore is what a client asks of a line.
type lineStore interface {
	Line(ctx context.Context, number nanp.Number) (pins.Line, error)
	SetLanguage(ctx context.Context, number nanp.Number, language string) error
	Change(ctx context.Context, change pins.Change) error
	Reset(ctx context.Context, number nanp.Number, record pins.Record, notice []byte) error
	History(ctx context.Context, number nanp.Number, limit int) ([]pins.Record, error)
}

// A lineUser is a client of a line.
type lineUser struct {
	*history[lineState]
	client  int
	line    nanp.Number
	lines   lineStore
	notices redisstore.Notices
	writes  *atomic.Int64 // of all clients: each has a number, up to 63
}

// op is an operation of this client.
func (u lineUser) op(what string, r repetition, number int64, c contract[lineState]) done[lineState] {
	return done[lineState]{porcupine.Operation{ClientId: u.client}, what, c, r, number, 0}
}

// any carries out any operations.
func (u lineUser) any(random *rand.Rand, revision int64, operations int) {
	var again func() bool // repeats a change whose outcome is unknown
	for range operations {
		switch choice := random.IntN(8); {
		case again != nil && choice < 6:
			if again() {
				again = nil
			}
		case choice < 2:
			if seen, ok := u.read(); ok {
				revision = seen.revision
			}
		case choice == 2:
			u.records()
		case choice == 3:
			u.due()
		case choice == 4:
			u.language()
		case choice == 5:
			u.reset()
		default:
			number, expected := u.writes.Add(1), revision
			again = func() bool { return u.change(number, expected) }
			if again() {
				again = nil
			}
		}
	}
}

func (u lineUser) read() (lineSeen, bool) {
	got, ok := u.do(u.op("line", reads, 0, func(s lineState) (lineState, any) { return s, s.lineSeen }),
		func(ctx context.Context) (any, error) {
			l, err := u.lines.Line(ctx, u.line)
			language, _ := strconv.ParseInt(l.Language, 10, 64)
			u.saw(l.Since.Sub(now).Milliseconds(), language)
			return lineSeen{l.Language, l.PIN, l.Since.UnixMilli(), l.Revision}, err
		})
	seen, _ := got.(lineSeen)
	return seen, ok
}

// list reads a list in which each change stands.
func (u lineUser) list(what string, ask func(context.Context) ([]int64, error)) {
	u.do(u.op(what, reads, 0, func(s lineState) (lineState, any) { return s, s.changes }),
		func(ctx context.Context) (any, error) {
			numbers, err := ask(ctx)
			u.saw(numbers...)
			return spaced(numbers...), err
		})
}

// records reads the history, which begins with the validation.
func (u lineUser) records() {
	u.list("history", func(ctx context.Context) (numbers []int64, err error) {
		records, err := u.lines.History(ctx, u.line, pins.MaxHistory)
		for _, record := range slices.Backward(records) {
			numbers = append(numbers, record.At.Sub(now).Milliseconds())
		}
		return numbers[min(1, len(numbers)):], err
	})
}

// due reads the notices.
func (u lineUser) due() {
	u.list("notices", func(ctx context.Context) (numbers []int64, err error) {
		due, err := u.notices.Next(ctx, string(u.line), pins.MaxDue)
		for _, message := range due {
			number, _ := strconv.ParseInt(message.Position, 10, 64)
			numbers = append(numbers, number)
		}
		return numbers, err
	})
}

func (u lineUser) language() {
	number := u.writes.Add(1)
	language := strconv.FormatInt(number, 10)
	u.do(u.op("set language "+language, repeated, number, func(s lineState) (lineState, any) { s.language = language; return s, nil }),
		func(ctx context.Context) (any, error) { return nil, u.lines.SetLanguage(ctx, u.line, language) })
}

func (u lineUser) reset() {
	number := u.writes.Add(1)
	u.do(u.op(fmt.Sprint("reset ", number), sentOnce, number, func(s lineState) (lineState, any) { return s.changed("", number), nil }),
		func(ctx context.Context) (any, error) {
			record := pins.Record{At: timeOf(number), Event: pins.Reset, By: validation.By}
			return nil, u.lines.Reset(ctx, u.line, record, noticed(number))
		})
}

// change says whether its outcome is known.
func (u lineUser) change(number, expected int64) bool {
	pin := pinNamed(int(number))
	_, ok := u.do(u.op(fmt.Sprintf("change %d at revision %d", number, expected), onceOnly, number,
		func(s lineState) (lineState, any) {
			switch {
			case s.turns&(1<<number) != 0:
				return s, nil
			case s.revision != expected:
				return s, pins.ErrStale
			}
			s.turns |= 1 << number
			return s.changed(pin, number), nil
		}),
		func(ctx context.Context) (any, error) {
			return refused(pins.ErrStale, u.lines.Change(ctx, pins.Change{
				Number: u.line, Revision: expected, PIN: pin, Turn: pins.Turn{Call: "CA1", Number: int(number)},
				Record: pins.Record{At: timeOf(number), Event: pins.Changed}, Notice: noticed(number),
			}))
		})
	return ok
}

// changed is a line with another PIN.
func (s lineState) changed(pin pins.Hash, number int64) lineState {
	s.pin, s.since, s.revision = pin, timeOf(number).UnixMilli(), s.revision+1
	s.changes += fmt.Sprint(" ", number)
	return s
}

// timeOf is when a write was made, and tells its number.
func timeOf(number int64) time.Time { return now.Add(time.Duration(number) * time.Millisecond) }

func noticed(number int64) []byte { return strconv.AppendInt(nil, number, 10) }

// refused tells a refusal, which is an answer, from other errors.
func refused(refusal, err error) (any, error) {
	if errors.Is(err, refusal) {
		return refusal, nil
	}
	return nil, err
}
