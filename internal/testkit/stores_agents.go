package testkit

import (
	"context"
	"time"

	"updatecenter/internal/agents"
	"updatecenter/internal/agents/signin"
	"updatecenter/internal/api/apikey"
	"updatecenter/internal/audit"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/limit"
	"updatecenter/internal/nanp"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/repair"
)

// Deliveries are the deliveries of a [World].
type Deliveries struct {
	redisstore.Deliveries
	calls *Calls
}

func (s Deliveries) Get(ctx context.Context, id deliveries.ID) (deliveries.Delivery, error) {
	return Call(ctx, s.calls, "Deliveries.Get", func() (deliveries.Delivery, error) {
		return s.Deliveries.Get(ctx, id)
	})
}

func (s Deliveries) Update(ctx context.Context, d deliveries.Delivery, events ...deliveries.Event) error {
	return s.calls.err(ctx, "Deliveries.Update", func() error { return s.Deliveries.Update(ctx, d, events...) })
}

func (s Deliveries) Block(ctx context.Context, subject string, until time.Time) (time.Time, error) {
	return Call(ctx, s.calls, "Deliveries.Block", func() (time.Time, error) {
		return s.Deliveries.Block(ctx, subject, until)
	})
}

func (s Deliveries) Reserve(
	ctx context.Context, to nanp.Number, task deliveries.Task, now, until time.Time, limits deliveries.Limits,
) (time.Time, error) {
	return Call(ctx, s.calls, "Deliveries.Reserve", func() (time.Time, error) {
		return s.Deliveries.Reserve(ctx, to, task, now, until, limits)
	})
}

func (s Deliveries) Waiting(ctx context.Context, to nanp.Number, id deliveries.ID) (deliveries.ID, error) {
	return Call(ctx, s.calls, "Deliveries.Waiting", func() (deliveries.ID, error) {
		return s.Deliveries.Waiting(ctx, to, id)
	})
}

func (s Deliveries) Create(ctx context.Context, create deliveries.NewDelivery) (deliveries.Delivery, error) {
	return Call(ctx, s.calls, "Deliveries.Create", func() (deliveries.Delivery, error) {
		return s.Deliveries.Create(ctx, create)
	})
}

func (s Deliveries) Unfinished(ctx context.Context, before time.Time, most int) ([]deliveries.ID, error) {
	return Call(ctx, s.calls, "Deliveries.Unfinished", func() ([]deliveries.ID, error) {
		return s.Deliveries.Unfinished(ctx, before, most)
	})
}

// APIKeys are the keys of the REST API of a [World].
type APIKeys struct {
	store redisstore.Keys
	calls *Calls
}

func (s APIKeys) AddKey(ctx context.Context, key apikey.Key) error {
	return s.calls.err(ctx, "APIKeys.AddKey", func() error { return s.store.AddKey(ctx, key) })
}

func (s APIKeys) Key(ctx context.Context, id string) (apikey.Key, error) {
	return Call(ctx, s.calls, "APIKeys.Key", func() (apikey.Key, error) { return s.store.Key(ctx, id) })
}

func (s APIKeys) Keys(ctx context.Context) ([]apikey.Key, error) {
	return Call(ctx, s.calls, "APIKeys.Keys", func() ([]apikey.Key, error) { return s.store.Keys(ctx) })
}

func (s APIKeys) RevokeKey(ctx context.Context, name string, at time.Time) error {
	return s.calls.err(ctx, "APIKeys.RevokeKey", func() error { return s.store.RevokeKey(ctx, name, at) })
}

// Agents are the profiles of agents of a [World].
type Agents struct {
	redisstore.Agents
	calls *Calls
}

func (s Agents) Create(ctx context.Context, profile agents.Stored) error {
	return s.calls.err(ctx, "Agents.Create", func() error { return s.Agents.Create(ctx, profile) })
}

func (s Agents) Load(ctx context.Context, id agents.ID) (agents.Stored, error) {
	return Call(ctx, s.calls, "Agents.Load", func() (agents.Stored, error) { return s.Agents.Load(ctx, id) })
}

func (s Agents) ByName(ctx context.Context, name agents.UserName) (agents.Stored, error) {
	return Call(ctx, s.calls, "Agents.ByName", func() (agents.Stored, error) { return s.Agents.ByName(ctx, name) })
}

func (s Agents) Save(ctx context.Context, profile agents.Stored) error {
	return s.calls.err(ctx, "Agents.Save", func() error { return s.Agents.Save(ctx, profile) })
}

func (s Agents) List(ctx context.Context) ([]agents.Stored, error) {
	return Call(ctx, s.calls, "Agents.List", func() ([]agents.Stored, error) { return s.Agents.List(ctx) })
}

// SignIn are the sessions of agents, and their failures of a [World].
type SignIn struct {
	redisstore.SignIn
	calls *Calls
}

func (s SignIn) Put(ctx context.Context, record signin.Record, revision int64) error {
	return s.calls.err(ctx, "SignIn.Put", func() error { return s.SignIn.Put(ctx, record, revision) })
}

func (s SignIn) Get(ctx context.Context, key [32]byte) (signin.Record, error) {
	return Call(ctx, s.calls, "SignIn.Get", func() (signin.Record, error) { return s.SignIn.Get(ctx, key) })
}

func (s SignIn) Delete(ctx context.Context, key [32]byte, revision int64) error {
	return s.calls.err(ctx, "SignIn.Delete", func() error { return s.SignIn.Delete(ctx, key, revision) })
}

func (s SignIn) Count(
	ctx context.Context, subject string, at time.Time, rule limit.Lock,
) (signin.Admission, error) {
	return Call(ctx, s.calls, "SignIn.Count", func() (signin.Admission, error) {
		return s.SignIn.Count(ctx, subject, at, rule)
	})
}

func (s SignIn) Release(ctx context.Context, subject string, admission signin.Admission) error {
	return s.calls.err(ctx, "SignIn.Release", func() error { return s.SignIn.Release(ctx, subject, admission) })
}

func (s SignIn) Clear(ctx context.Context, subject string) error {
	return s.calls.err(ctx, "SignIn.Clear", func() error { return s.SignIn.Clear(ctx, subject) })
}

// Desk is the repair desk of a [World].
type Desk struct {
	redisstore.Desk
	calls *Calls
}

func (s Desk) Create(ctx context.Context, validation repair.Stored) (repair.Stored, error) {
	return Call(ctx, s.calls, "Desk.Create", func() (repair.Stored, error) { return s.Desk.Create(ctx, validation) })
}

func (s Desk) Load(ctx context.Context, id repair.ID) (repair.Stored, error) {
	return Call(ctx, s.calls, "Desk.Load", func() (repair.Stored, error) { return s.Desk.Load(ctx, id) })
}

func (s Desk) Save(ctx context.Context, validation repair.Stored) error {
	return s.calls.err(ctx, "Desk.Save", func() error { return s.Desk.Save(ctx, validation) })
}

func (s Desk) Count(ctx context.Context, count repair.Count) (repair.Counted, error) {
	return Call(ctx, s.calls, "Desk.Count", func() (repair.Counted, error) { return s.Desk.Count(ctx, count) })
}

func (s Desk) Uncount(ctx context.Context, subject, entry string) error {
	return s.calls.err(ctx, "Desk.Uncount", func() error { return s.Desk.Uncount(ctx, subject, entry) })
}

// Audit is the audit of a [World].
type Audit struct {
	redisstore.Audit
	calls *Calls
}

func (s Audit) Head(ctx context.Context) ([]byte, error) {
	return Call(ctx, s.calls, "Audit.Head", func() ([]byte, error) { return s.Audit.Head(ctx) })
}

func (s Audit) Append(ctx context.Context, entries []audit.Stored, next, before []byte) error {
	return s.calls.err(ctx, "Audit.Append", func() error { return s.Audit.Append(ctx, entries, next, before) })
}

func (s Audit) Read(ctx context.Context, from int64, most int) ([]audit.Stored, error) {
	return Call(ctx, s.calls, "Audit.Read", func() ([]audit.Stored, error) { return s.Audit.Read(ctx, from, most) })
}

func (s Audit) Trim(ctx context.Context, first, last int64, next, before []byte) error {
	return s.calls.err(ctx, "Audit.Trim", func() error { return s.Audit.Trim(ctx, first, last, next, before) })
}

func (s Audit) SetAside(ctx context.Context, name string, first audit.Stored, next, before []byte) error {
	return s.calls.err(ctx, "Audit.SetAside", func() error { return s.Audit.SetAside(ctx, name, first, next, before) })
}

func (s Audit) Lowest(ctx context.Context) (int64, error) {
	return Call(ctx, s.calls, "Audit.Lowest", func() (int64, error) { return s.Audit.Lowest(ctx) })
}
