// Package durability brings word from a store to whoever tells people what was done: a change was
// made, but nobody could make sure that it will last. That is no failure, so it is no error: what
// belongs to the change is done, and nothing is tried again.
//
//	ctx, doubt := durability.Watch(ctx)
//	err := lines.Change(ctx, request)
//	if err == nil && doubt.Any() {
//		// it stands, and may be gone after a fail-over of Redis
//	}
//
// [updatecenter/internal/redisstore.DB.Require] says when there is doubt.
package durability

import (
	"context"
	"sync/atomic"
)

// Warning is what people are told who read it. It may stand beside an error: of several changes some may
// have been made.
const Warning = "We could not make sure that what was changed will last. " +
	"Look at it again in some minutes, before you rely on it or repeat it."

// A Doubt is that of one who watches. Any number of goroutines may use it.
type Doubt struct {
	any   atomic.Bool
	outer *Doubt
}

// Any says whether there is any.
func (d *Doubt) Any() bool { return d.any.Load() }

type key struct{}

// Watch returns a context for changes, and the doubt about them. Who watched ctx before is told as well.
func Watch(ctx context.Context) (context.Context, *Doubt) {
	outer, _ := ctx.Value(key{}).(*Doubt)
	d := &Doubt{outer: outer}
	return context.WithValue(ctx, key{}, d), d
}

// Apart returns a context for what a store can mend by itself, and the doubt about that. Who watches ctx
// is not told.
func Apart(ctx context.Context) (context.Context, *Doubt) {
	d := &Doubt{}
	return context.WithValue(ctx, key{}, d), d
}

// Tell is for stores: it tells all who watch the context of a change that it may not last.
func Tell(ctx context.Context) {
	d, _ := ctx.Value(key{}).(*Doubt)
	for ; d != nil; d = d.outer {
		d.any.Store(true)
	}
}
