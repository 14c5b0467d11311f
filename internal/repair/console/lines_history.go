package console

import (
	"context"
	"errors"
	"fmt"

	"updatecenter/internal/nanp"
	"updatecenter/pins"
)

// History reads what happened to a number, as [pins.Provisioning] does: its newest limit records,
// newest first, of a line that was removed too.
type History interface {
	History(ctx context.Context, number nanp.Number, limit int) ([]pins.Record, error)
}

// A historyView is all that is known of what happened to a number.
type historyView struct {
	lineView
	Cut     int // how many records are shown, where there may be more; 0: all
	History []happening
}

// showHistory shows a supervisor the whole history. It counts, and stands in the audit, as the
// look-up that it is.
func (c *Console) showHistory(v *visit) error {
	number, err := v.number()
	if err != nil {
		return err
	}
	_, err = c.desk.Find(v.ctx(), v.who(), number)
	if err != nil && !errors.Is(err, pins.ErrNoLine) { // one that was removed has a history
		return c.deskRefused("The history is not shown", err)
	}
	records, err := c.history.History(v.ctx(), number, pins.MaxHistory)
	if err != nil {
		return fmt.Errorf("show history: %w", err)
	}
	view := historyView{lineView: viewOf(number), History: happenings(records, c.zone)}
	if len(records) == pins.MaxHistory {
		view.Cut = len(records)
	}
	return c.show(v, "line_history", "History of "+view.Number, view)
}
