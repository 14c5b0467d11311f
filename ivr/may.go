package ivr

import (
	"errors"
	"fmt"
)

// A changer is a line that may change something of which a caller must know: a [Work].
type changer interface{ may() Prompt }

// mays are, by the question, what an apology says first in place of the answer to what is keyed
// there: the [Work.May] of a line that comes before the next question. URLs of turns hold its name,
// for apologies that are made without the call's state. A question that leads to two is an error.
func (f *Flow) mays() (map[Step]Prompt, error) {
	mays := map[Step]Prompt{}
	straight, _ := waysOf(f.straight())
	lines := f.everyLine()
	var wrong []error
	for _, line := range lines {
		if _, waits := line.(listener); !waits {
			continue
		}
		from := []Step{f.Help}
		for _, exit := range line.exits() {
			from = append(from, exit.To)
		}
		reached := straight.spread(from)
		for _, work := range lines {
			c, changes := work.(changer)
			if !changes || !reached[work.step()] || c.may() == (Prompt{}) {
				continue
			}
			if other := mays[line.step()]; other != (Prompt{}) && other != c.may() {
				wrong = append(wrong, fmt.Errorf("question %q leads to changes of two kinds: %q and %q", line.step(), other.Name, c.may().Name))
			}
			mays[line.step()] = c.may()
		}
	}
	return mays, errors.Join(wrong...)
}

// straight are the ways from line to line on which nobody waits for the caller, in and out of
// subflows as well. The way back from a subflow leads to all who enter it.
func (f *Flow) straight() []Exit {
	var all []Exit
	for _, line := range f.everyLine() {
		if e, enters := line.(Enter); enters && e.Subflow != nil {
			all = append(all, Exit{From: e.At, To: e.Subflow.Start})
			for returned, to := range e.On {
				all = append(all, Exit{From: returned, To: to})
			}
			continue
		}
		if _, waits := line.(listener); !waits {
			all = append(all, line.exits()...)
		}
	}
	return all
}
