package redisstore

import (
	"context"
	"errors"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/nanp"
	"updatecenter/internal/tickets"
)

// Tickets keeps the repair tickets of lines: a [tickets.Store].
type Tickets struct{ db *DB }

var _ tickets.Store = Tickets{}

// Tickets returns the store of repair tickets. Its events wait in [DB.Outbox], with those of features.
func (db *DB) Tickets() Tickets { return Tickets{db} }

// Load implements [tickets.Store]. It is one round trip.
func (s Tickets) Load(ctx context.Context, numbers ...nanp.Number) ([]tickets.Stored, error) {
	commands := make([][]any, len(numbers))
	for i, n := range numbers {
		commands[i] = []any{"hmget", ticketsKey(n), "v", "rev", "sealed"}
	}
	answers, err := s.db.ask(ctx, "Tickets.Load", commands...)
	if err != nil {
		return nil, err
	}
	all := make([]tickets.Stored, len(numbers))
	for i, n := range numbers {
		all[i].Number = n
		err := parseRecord(answers[i], tickets.ErrNoTicket, &all[i].Revision, &all[i].Sealed)
		if err != nil && !errors.Is(err, tickets.ErrNoTicket) {
			return nil, err
		}
	}
	return all, nil
}

// Change implements [tickets.Store]. It is one round trip, one more with an event and one with notices.
func (s Tickets) Change(ctx context.Context, change tickets.Change) error {
	if len(change.Sealed) > tickets.MaxSealed {
		return errTooLong
	}
	return s.db.changeOfLine(ctx, "Tickets.Change", lineChange{
		key: ticketsKey(change.Number), number: change.Number, revision: change.Revision, sealed: change.Sealed, lives: tickets.Kept,
		proved: change.Proved, record: change.Record, event: change.Event, notices: change.Notices,
	}, tickets.ErrOvertaken, tickets.ErrBacklog)
}

// Line implements [tickets.Store].
func (s Tickets) Line(ctx context.Context, name string) (number nanp.Number, err error) {
	err = s.db.hash(ctx, "Tickets.Line", ticketKey(name), tickets.ErrNoTicket, "line", (*string)(&number))
	return sound(number, err)
}

// Claim implements [tickets.Store].
func (s Tickets) Claim(ctx context.Context, claim tickets.Claim) (tickets.Claim, error) {
	stands := claim
	err := s.db.runInto(ctx, claimTicket, []string{ticketKey(claim.Name)},
		[]any{string(claim.Line), millis(claim.At), string(claim.Over), keep(claim.For)}, (*string)(&stands.Line), &stands.At)
	return sound(stands, err)
}

// Lines implements [tickets.Store].
func (s Tickets) Lines(ctx context.Context, account accounts.ID) ([]nanp.Number, error) {
	answer, err := s.db.askOne(ctx, "Tickets.Lines", "zrange", accountLinesKey(account), -tickets.MaxLines, -1)
	return texts[nanp.Number](answer), err
}

// AddLine implements [tickets.Store].
func (s Tickets) AddLine(ctx context.Context, account accounts.ID, number nanp.Number, at time.Time) error {
	_, err := s.db.run(ctx, addAccountLine, []string{accountLinesKey(account)},
		string(number), millis(at), tickets.MaxLines, keep(tickets.Kept))
	return err
}

// The tickets of a line are one hash, as [changeLine] writes it:
//
//	v       1
//	rev     the revision
//	sealed  all else, as package tickets sealed it
//
// Whose a ticket or a service test is, if the line's tickets agree, is one hash:
//
//	v     1
//	line  the number of the line
//	at    when that was said last
//
// The lines of an account that have had tickets are one sorted set, by when they got one last. Times are milliseconds.

// claimTicket notes whose a ticket is, unless another line than one was claimed for it.
//
//	KEYS  ticket
//	ARGV  line, now, line that is not believed to have it or nothing, milliseconds for Redis to keep it
//	      {line, at} then
var claimTicket = newWrite("Tickets.Claim", strangeLua+`
local bad = strange(KEYS[1])
if bad then return bad end
local has = redis.call('HMGET', KEYS[1], 'line', 'at')
if has[1] and has[1] ~= ARGV[1] and has[1] ~= ARGV[3] then return has end
redis.call('HSET', KEYS[1], 'v', '1', 'line', ARGV[1], 'at', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return {ARGV[1], ARGV[2]}
`).lasts()

// addAccountLine notes a line of an account.
//
//	KEYS  lines of the account
//	ARGV  line, now, most lines, milliseconds for Redis to keep them
//	      1
var addAccountLine = newWrite("Tickets.AddLine", `
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
if redis.call('ZCARD', KEYS[1]) > tonumber(ARGV[3]) then
	local oldest = redis.call('ZRANGE', KEYS[1], 0, 0)
	redis.call('ZREM', KEYS[1], oldest[1])
end
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1
`).lasts()
