package console_test

import (
	"bytes"
	"context"
	"slices"
	"sync"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/audit"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/testkit"
)

// oneAccount is the account of the line at home.
type oneAccount struct {
	opened map[accounts.Number]accounts.Note
}

func (oneAccount) Get(_ context.Context, number accounts.Number) (accounts.Account, error) {
	if number != accountNumber {
		return accounts.Account{}, accounts.ErrNoAccount
	}
	return accounts.Account{Phone: home}, nil
}

func (oneAccount) Known(_ context.Context, number accounts.Number) (bool, error) {
	return number == accountNumber, nil
}

func (a oneAccount) Open(_ context.Context, number accounts.Number, note accounts.Note) error {
	a.opened[number] = note
	return nil
}

func (oneAccount) Verify(_ context.Context, number accounts.Number, claim accounts.Claim) (accounts.Result, error) {
	right := claim.Code.Reveal() == accountCode || claim.Answer.Reveal() == accountAnswer
	return accounts.Result{Verified: right && number == accountNumber}, nil
}

// calls are those that lines get; a test says how they go.
type calls struct {
	mu   sync.Mutex
	made []deliveries.Delivery
	err  error
}

func (c *calls) RequestValidation(_ context.Context, ask deliveries.ValidationParams) (deliveries.Delivery, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return deliveries.Delivery{}, c.err
	}
	call := deliveries.Delivery{
		ID: deliveries.ID("dlv_" + ask.Ref), Topic: deliveries.ValidationCode, Status: deliveries.Queued, To: ask.Line, Ref: ask.Ref,
	}
	c.made = append(c.made, call)
	return call, nil
}

func (c *calls) Get(_ context.Context, id deliveries.ID) (deliveries.Delivery, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, call := range c.made {
		if call.ID == id {
			return call, nil
		}
	}
	return deliveries.Delivery{}, deliveries.ErrNotFound
}

// goes lets something happen to the last call.
func (c *calls) goes(at time.Time, status deliveries.Status, detail string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	last := &c.made[len(c.made)-1]
	last.Status = status
	last.Events = append(slices.Clone(last.Events), deliveries.Event{At: at, Status: status, Detail: detail})
}

func (c *calls) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.made)
}

// watched is a store of the audit that tells the shop of each entry, and of how many were read.
type watched struct {
	testkit.Audit
	shop *shop
}

func (w watched) Read(ctx context.Context, from int64, most int) ([]audit.Stored, error) {
	found, err := w.Audit.Read(ctx, from, most)
	w.shop.read.Add(int64(len(found)))
	return found, err
}

func (w watched) Append(ctx context.Context, entries []audit.Stored, next, before []byte) error {
	err := w.Audit.Append(ctx, entries, next, before)
	read := func(e audit.Stored) bool {
		return bytes.Contains(e.Line, []byte(audit.AgentRead)) || bytes.Contains(e.Line, []byte(audit.KeysRead))
	}
	if w.shop.recorded != nil && !slices.ContainsFunc(entries, read) {
		w.shop.recorded()
	}
	return err
}
