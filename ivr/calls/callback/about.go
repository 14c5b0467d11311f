package callback

import (
	"strconv"
	"strings"

	"updatecenter/deliveries"
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
