package pins_test

import (
	"fmt"
	"time"

	"updatecenter/internal/hash"
	"updatecenter/internal/limit"
	"updatecenter/internal/nanp"
	"updatecenter/internal/storage"
	"updatecenter/pins"
)

var togetherTests = map[string]func(play){
	"a hundred wrong entries at once get five, and five after the soft lock": func(p play) {
		for _, number := range []nanp.Number{known, unknown} {
			p.t.Same(p.storm(number, 0, 0), rule.LockAt)
			p.t.Same(p.storm(number, 100, rule.LockFor-time.Second), 0)
			p.t.Same(p.storm(number, 200, rule.LockFor+time.Second), rule.CloseAt-rule.LockAt)
			p.t.Same(p.storm(number, 300, 80*24*time.Hour), 0)
		}
		strikes := p.line(known).Remote
		p.t.Same(strikes.Failures, rule.CloseAt)
		p.t.Same(strikes.Closed, true)
		records, err := p.lines.History(p.t.Context(), known, 100)
		p.t.OK(err)
		p.t.Same(len(records), 2)
	},
	"of a hundred changes at once one stands": func(p play) {
		revision, results := p.line(known).Revision, make([]error, 100)
		p.together(func(i int) { results[i] = p.change(revision, hash.Hash(fmt.Sprint("hash ", i)), i) })
		won := -1
		for i, err := range results {
			switch {
			case err != nil:
				p.t.Is(err, storage.ErrStale)
			case won >= 0:
				p.t.Fatalf("changes %d and %d both stand", won, i)
			default:
				won = i
			}
		}
		p.t.Same(p.line(known).PIN, hash.Hash(fmt.Sprint("hash ", won)))
		p.history(known, p.changeOf(0, "", won).Record)
	},
}

// storm makes a hundred attempts from first at once, fails those that are admitted, and says how many were.
func (p play) storm(number nanp.Number, first int, after time.Duration) int {
	admitted := make([]bool, 100)
	p.together(func(i int) {
		a := p.attempt(number, pins.Remote, first+i, after)
		admission, err := p.lines.Admit(p.t.Context(), a, rule)
		if err == nil && admission.Admitted {
			admitted[i] = true
			_, err = p.lines.Settle(p.t.Context(), a, pins.Settlement{As: limit.Failed}, rule)
		}
		if err != nil {
			p.t.Error(err)
		}
	})
	return count(admitted)
}

func count(all []bool) (n int) {
	for _, yes := range all {
		if yes {
			n++
		}
	}
	return n
}
