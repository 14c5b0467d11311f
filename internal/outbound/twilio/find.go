package twilio

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	openapi "github.com/twilio/twilio-go/rest/api/v2010"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/nanp"
)

// clockTolerance is how far Twilio's clock may be behind ours. A call's creation is told to
// the second, so it can seem to be up to a second too early besides.
const clockTolerance = 2 * time.Second

const (
	maxFound      = 1000 // to one number since the beginning of a day
	foundPageSize = 100
)

// outbound is the direction of calls that were asked for by REST, unlike those of a Dial verb.
const outbound = "outbound-api"

// Find lists the calls to a number from [DialerConfig].From that were created since a time,
// or up to two seconds before it, as clocks differ; oldest first. It reads at most 1000 of
// that day (UTC), and returns [ErrTooMany] if there are more.
func (d *Dialer) Find(ctx context.Context, to nanp.Number, since time.Time) ([]deliveries.FoundCall, error) {
	ctx, cancel := context.WithTimeout(ctx, d.account.timeout)
	defer cancel()
	since = since.UTC().Truncate(time.Second).Add(-clockTolerance)
	listed, err := d.list(ctx, to, since)
	if err != nil {
		return nil, fmt.Errorf("find calls: %w", plain(err))
	}
	found := map[string]deliveries.FoundCall{}
	for _, call := range listed {
		created, err := time.Parse(time.RFC1123Z, text(call.DateCreated))
		if err != nil || text(call.Sid) == "" {
			return nil, errors.New("find calls: answered by Twilio with a call that has no SID or date")
		}
		if text(call.Direction) == outbound && text(call.To) == string(to) && !created.Before(since) {
			found[*call.Sid] = deliveries.FoundCall{CallSID: *call.Sid, Created: created.UTC(), Status: text(call.Status)}
		}
	}
	return inOrder(found), nil
}

// list asks twice, as a call that waits its turn has no start time yet: Twilio tells that it
// is empty until the call is dialed, and not whether a filter by it takes such calls. Those
// that wait come first, lest one be dialed in between and missed.
func (d *Dialer) list(ctx context.Context, to nanp.Number, since time.Time) ([]openapi.ApiV2010Call, error) {
	api := d.account.api(ctx)
	waiting, err := api.ListCall(d.listing(to).SetStatus("queued"))
	if err != nil {
		return nil, err
	}
	// Twilio filters by whole days.
	started, err := api.ListCall(d.listing(to).SetStartTimeAfter(since.Truncate(24 * time.Hour)))
	if err != nil {
		return nil, err
	}
	if len(waiting) > maxFound || len(started) > maxFound {
		return nil, ErrTooMany
	}
	return slices.Concat(waiting, started), nil
}

func (d *Dialer) listing(to nanp.Number) *openapi.ListCallParams {
	return (&openapi.ListCallParams{}).SetTo(string(to)).SetFrom(string(d.config.From)).
		SetPageSize(foundPageSize).SetLimit(maxFound + 1)
}

func inOrder(found map[string]deliveries.FoundCall) []deliveries.FoundCall {
	var calls []deliveries.FoundCall
	for _, call := range found {
		calls = append(calls, call)
	}
	slices.SortFunc(calls, func(a, b deliveries.FoundCall) int {
		return cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.CallSID, b.CallSID))
	})
	return calls
}
