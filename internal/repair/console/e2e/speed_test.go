package e2e

import (
	"slices"
	"time"
)

// loadWithin is how long a page may take in the browser, from the first thought of it to the end
// of its load event, on the demo. The best of some loads counts: what else the machine is doing is
// none of the page's fault. A machine that is busy gets more tries, with some time between them. One
// that is slow as such may take so many times as long as for a page of the demo that has next to
// nothing on it.
const (
	loadWithin = 100 * time.Millisecond
	timesBare  = 4
	barePage   = "/demo/mail"
	loads      = 5
	mostLoads  = 30
	tryAgain   = 200 * time.Millisecond
)

// everyPage measures all pages, and looks at those that nobody has come by on their way. An
// administrator may open each.
func everyPage(ada *tab, d demo) {
	ada.t.Helper()
	within := max(loadWithin, timesBare*ada.best(barePage, loadWithin))
	ada.quick("/repair/sign-in", within)
	ada.signIn(ada.letterbox(), d, "administrator")
	for _, path := range []string{
		"/repair/", linePath, linePath + "/validate/photo-id", linePath + "/reset", linePath + "/unlock", "/repair/people",
	} {
		ada.quick(path, within)
	}
	for _, path := range []string{
		linePath + "/history", linePath + "/validate/secret", "/repair/profile", "/repair/profile/password", "/repair/profile/factor",
		"/repair/reports", "/repair/people/" + d.names["agent"], "/repair/people/" + d.names["agent"] + "/profile", "/repair/invite", "/repair/keys", "/repair/nowhere",
	} {
		ada.quick(path, within)
		ada.check(path)
	}
}

// quick fails if a page is never loaded in time.
func (p *tab) quick(path string, within time.Duration) {
	p.t.Helper()
	if best := p.best(path, within); best > within {
		p.t.Errorf("%s takes %v at best; want %v at most", path, best, within)
	}
}

// best is the shortest time that a page took to load, of some loads, and of more if none of these
// was in time.
func (p *tab) best(path string, within time.Duration) time.Duration {
	p.t.Helper()
	var took []time.Duration
	for len(took) < loads || len(took) < mostLoads && took[0] > within {
		if len(took) >= loads {
			time.Sleep(tryAgain)
		}
		p.visit(path)
		p.at(path)
		took = append(took, p.loaded())
		slices.Sort(took)
	}
	p.t.Logf("%-45s %d loads: best %5.1f ms, median %5.1f ms", path, len(took), milliseconds(took[0]), milliseconds(took[len(took)/2]))
	return took[0]
}

// loaded is how long the page took, by the browser's own clock (W3C Navigation Timing, level 2).
func (p *tab) loaded() time.Duration {
	p.t.Helper()
	p.until("the page has loaded", `performance.getEntriesByType("navigation")[0].loadEventEnd > 0`)
	return time.Duration(ask[float64](p, `performance.getEntriesByType("navigation")[0].duration`) * float64(time.Millisecond))
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
