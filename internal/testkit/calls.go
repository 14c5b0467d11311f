package testkit

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// Calls are the calls that tested code makes to the stores of a [World], and to its audit, mailer and
// hasher. A call has a name: that of the store, a dot, and that of the method, such as "Lines.Admit". A method of a
// store that asks Redis several times makes several calls: see [redisstore.Gate].
// Where a test names calls, "Lines" stands for all of them to lines, and "" for all.
//
// The zero value is ready. It is safe for concurrent use.
type Calls struct {
	mu            sync.Mutex
	made          []string
	before, after []*hook
	died          atomic.Bool
}

// hook is what happens at each call with a name.
type hook struct {
	name  string
	do    func(context.Context) error
	fails bool // by [Calls.Fail]
}

func (h *hook) at(name string) bool {
	return h.name == "" || h.name == name || strings.HasPrefix(name, h.name+".")
}

// Before has do run before each call. If it returns an error, that is the answer, and the call isn't made.
func (c *Calls) Before(name string, do func(ctx context.Context) error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.before = append(c.before, &hook{name: name, do: do})
}

// After has do run after each call that succeeded. If it returns an error, that takes the place of the answer.
func (c *Calls) After(name string, do func(ctx context.Context) error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.after = append(c.after, &hook{name: name, do: do})
}

// Fail has calls fail until [Calls.Mend], or until it is called again for that name.
func (c *Calls) Fail(name string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.before = slices.DeleteFunc(c.before, func(h *hook) bool { return h.fails && h.name == name })
	c.before = append(c.before, &hook{name: name, do: func(context.Context) error { return err }, fails: true})
}

// Lose has calls succeed, and return err nevertheless, until [Calls.Mend].
func (c *Calls) Lose(name string, err error) {
	c.After(name, func(context.Context) error { return err })
}

// ErrDead is what calls answer to a process that has died.
var ErrDead = errors.New("the process is dead")

// Die has the process die after so many moments, where each of these calls is one before it is made, and one
// before its answer arrives.
func (c *Calls) Die(moments int, names ...string) {
	var left atomic.Int64
	left.Store(int64(moments))
	moment := func(context.Context) error {
		if left.Add(-1) < 0 {
			c.died.Store(true)
			return ErrDead
		}
		return nil
	}
	for _, name := range names {
		c.Before(name, moment)
		c.After(name, moment)
	}
}

// Died says whether a call was ever made by a process that was dead.
func (c *Calls) Died() bool { return c.died.Load() }

// FailNext has the next calls fail with these errors, one after the other; with nil a call succeeds.
func (c *Calls) FailNext(name string, errs ...error) { c.Before(name, each(errs)) }

// LoseNext has the next calls succeed, and return these errors nevertheless, one after the other.
func (c *Calls) LoseNext(name string, errs ...error) { c.After(name, each(errs)) }

// BeforeNext has do run before the next call.
func (c *Calls) BeforeNext(name string, do func()) { c.Before(name, once(do)) }

// AfterNext has do run after the next call that succeeds.
func (c *Calls) AfterNext(name string, do func()) { c.After(name, once(do)) }

// Mend takes back all that was said of calls with exactly that name; "": of all calls.
func (c *Calls) Mend(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	named := func(h *hook) bool { return name == "" || h.name == name }
	c.before, c.after = slices.DeleteFunc(c.before, named), slices.DeleteFunc(c.after, named)
}

// Made returns the names of the calls with that name, and forgets them.
func (c *Calls) Made(name string) (made []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	asked := hook{name: name}
	for _, call := range c.made {
		if asked.at(call) {
			made = append(made, call)
		}
	}
	c.made = slices.DeleteFunc(c.made, asked.at)
	return made
}

func each(errs []error) func(context.Context) error {
	var mu sync.Mutex
	return func(context.Context) error {
		mu.Lock()
		defer mu.Unlock()
		if len(errs) == 0 {
			return nil
		}
		err := errs[0]
		errs = errs[1:]
		return err
	}
}

func once(do func()) func(context.Context) error {
	var done atomic.Bool // and not a sync.Once, as do may make calls itself
	return func(context.Context) error {
		if done.CompareAndSwap(false, true) {
			do()
		}
		return nil
	}
}

// run runs the hooks of a call that is made, or was.
func (c *Calls) run(ctx context.Context, name string, hooks *[]*hook) error {
	c.mu.Lock()
	if hooks == &c.before {
		c.made = append(c.made, name)
	}
	mine := slices.Clone(*hooks)
	c.mu.Unlock()
	for _, h := range mine {
		if h.at(name) {
			if err := h.do(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// err makes a call that returns an error alone.
func (c *Calls) err(ctx context.Context, name string, do func() error) error {
	_, err := Call(ctx, c, name, func() (struct{}, error) { return struct{}{}, do() })
	return err
}

// Call makes a call. Without calls (nil) it is made and no more.
func Call[V any](ctx context.Context, c *Calls, name string, do func() (V, error)) (V, error) {
	if c == nil {
		return do()
	}
	var none V
	if err := c.run(ctx, name, &c.before); err != nil {
		return none, err
	}
	value, err := do()
	if err != nil {
		return value, err
	}
	if err := c.run(ctx, name, &c.after); err != nil {
		return none, err
	}
	return value, nil
}
