package callback

import (
	"context"
	"strconv"
	"strings"
	"time"

	"updatecenter/internal/deliveries"
	"updatecenter/ivr"
)

// maxAttempt bounds the number of an attempt: there are far fewer.
const maxAttempt = 9999

// ParseAbout reads what a call is about, [ivr.Event]'s About, as it stands in the URLs of its
// webhooks: the delivery and the number of the attempt, "dlv_.../1". The one error is
// [deliveries.ErrNotFound].
func ParseAbout(about string) (deliveries.Task, error) {
	delivery, number, _ := strings.Cut(about, "/")
	id, err := deliveries.ParseID(delivery)
	if err != nil {
		return deliveries.Task{}, deliveries.ErrNotFound
	}
	attempt, err := strconv.ParseUint(number, 10, 16)
	if err != nil || attempt < 1 || attempt > maxAttempt || number[0] == '0' {
		return deliveries.Task{}, deliveries.ErrNotFound
	}
	return deliveries.Task{Delivery: id, Attempt: int(attempt)}, nil
}

// Answered makes the Answered of [deliveries.Config], from the store of the calls. That must carry
// commits out in time or not at all: an answer that is stored after the apology was heard by nobody. A
// turn that is still being answered when its call is over will not be heard either.
func Answered(store ivr.Store, now func() time.Time) func(ctx context.Context, callSID string, turn int) (bool, error) {
	return func(ctx context.Context, callSID string, turn int) (bool, error) {
		begun, err := store.Begin(ctx, ivr.Claim{Call: callSID, Turn: turn, Now: now()})
		return begun.Status == ivr.Answered && begun.Turn == turn, err
	}
}
