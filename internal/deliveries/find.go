package deliveries

import (
	"context"
	"slices"
	"time"
)

// A window is the time in which Twilio must have created the call of an attempt that was
// begun at a time, if there is one.
//
// An attempt's mark stands in the URLs of its call's webhooks, so a call that is answered
// says whose it is. But Twilio can't be asked for the URLs of a call: its list has numbers and
// times alone. So the time must be the mark. An attempt is begun only when the telephone has
// been reserved for it for a minute ([Phones]). It asks for its call within dialWithin of its
// beginning, or not at all; the call is then created between clockSkew before the beginning
// and clockSkew after that time. The windows of two attempts to ring one telephone so have at
// least apart-dialWithin-2*clockSkew, half a minute, between them, and no call is in both.
// Whoever else calls that number from the same number of ours at just that time is taken for
// the attempt, which then waits for webhooks in vain; the next attempt follows.
type window struct{ from, to time.Time }

func windowOf(began time.Time) window {
	return window{began.Add(-clockSkew), began.Add(dialWithin + clockSkew)}
}

func (w window) holds(at time.Time) bool { return !at.Before(w.from) && !at.After(w.to) }

// find returns the call that an earlier run of the present attempt has made, or none. It must
// not be asked before the claim of that run has run out.
func (d *Deliveries) find(ctx context.Context, delivery Delivery) (FoundCall, error) {
	window := windowOf(delivery.Began)
	calls, err := d.list(ctx, delivery, window.from)
	if err != nil {
		return FoundCall{}, err
	}
	calls = slices.DeleteFunc(calls, func(call FoundCall) bool { return !window.holds(call.Created) })
	if len(calls) == 0 {
		return FoundCall{}, nil
	}
	return slices.MinFunc(calls, func(a, b FoundCall) int { return a.Created.Compare(b.Created) }), nil
}

func (d *Deliveries) list(ctx context.Context, delivery Delivery, since time.Time) ([]FoundCall, error) {
	ctx, cancel := context.WithTimeout(ctx, dialWithin)
	defer cancel()
	return d.dialer.Find(ctx, delivery.To, since)
}

// inquire finds out what became of a call whose end nobody has told us.
func (d *Deliveries) inquire(ctx context.Context, delivery Delivery) error {
	calls, err := d.list(ctx, delivery, windowOf(delivery.Began).from)
	if err != nil {
		return err
	}
	at, status := slices.IndexFunc(calls, func(call FoundCall) bool { return call.CallSID == delivery.CallSID }), "completed"
	switch {
	case at >= 0:
		status = calls[at].Status
	case !delivery.Opened:
		return d.fail(ctx, delivery.Task(), "nothing was heard of the call")
	}
	_, err = d.hear(ctx, delivery.Task(), func(stored *Delivery) (bool, error) {
		if stored.CallSID != delivery.CallSID {
			return false, nil
		}
		stored.Due = d.now().Add(lookAgain)
		return true, d.heard(ctx, stored, status, d.now(), "")
	})
	return err
}
