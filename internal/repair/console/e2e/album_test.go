package e2e

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/chromedp/chromedp"
)

// An album is the directory of a test's pictures, numbered in the order in which they were taken.
type album string

// albumOf is the same for everybody in a test.
func albumOf(t *testing.T) album {
	t.Helper()
	dir := filepath.Join(t.ArtifactDir(), fileName(t.Name()))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatalf("make an album: %v", err)
	}
	return album(dir)
}

// next is the file of the next picture.
func (a album) next(name string) (string, error) {
	taken, err := os.ReadDir(string(a))
	return filepath.Join(string(a), fmt.Sprintf("%03d-%s.png", len(taken)+1, fileName(name))), err
}

// picture keeps the whole page as a picture. A test that fails takes one, too.
func (p *tab) picture(name string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	taken, err := chromedp.Run(ctx, chromedp.FullScreenshot(100)) // 100: as PNG
	if err != nil {
		p.t.Errorf("take a picture: %v", err)
		return
	}
	file, err := p.book.next(name)
	if err == nil {
		err = os.WriteFile(file, taken, 0o600)
	}
	if err != nil {
		p.t.Errorf("keep a picture: %v", err)
	}
}

// fileName leaves letters and digits, and puts hyphens between them.
func fileName(words string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(words), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}), "-")
}

const (
	storeLine = "612-555-0144"
	storePath = "/repair/lines/+16125550144"
)

// photoID is what a supervisor does in a store.
func photoID(sam *tab, d demo) {
	sam.t.Helper()
	sam.signIn(sam.letterbox(), d, "supervisor")
	sam.press("612.555.0144")
	sam.follow("FIND")
	sam.at(storePath)
	sam.follow("Photo ID in a store")
	sam.begins("What you were shown, and where")
	sam.check("photo ID")
	sam.press("a card")
	sam.follow("I HAVE SEEN THE ID")
	sam.says("Write 10 to 500 characters")
	sam.fill("What you were shown, and where", "Driver license of Minnesota, store at 7th Street")
	sam.follow("I HAVE SEEN THE ID")
	sam.at(storePath)
	sam.says("You have validated this customer by photo ID in a store")
	sam.check("validated by photo ID")
	sam.follow("Unlock, and keep the PIN")
	sam.check("unlock")
	sam.fill("Reason", "locked out, photo ID seen")
	sam.tick()
	sam.follow("UNLOCK THE LINE")
	sam.says("The line is unlocked. Tell the customer:")
	sam.check("unlocked")
	sam.follow("Reports")
	sam.says("photo")
	sam.signOut()
}

// noPhotoID: an agent is not offered it, and does not get it by its address.
func noPhotoID(ann *tab) {
	ann.t.Helper()
	ann.visit(storePath)
	ann.says("Call " + storeLine)
	ann.lacks("Photo ID in a store", "You have validated this customer")
	ann.visit(storePath + "/validate/photo-id")
	ann.lacks("What you were shown")
	ann.check("not for agents")
}

//go:embed testdata/axe/axe.min.js
var axe string

// runAxe asks axe-core for violations of WCAG 2.0, 2.1 and 2.2, levels A and AA.
const runAxe = `axe.run(document, {
	runOnly: {type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}, resultTypes: ["violations"],
}).then((found) => found.violations.map((v) => ({
	rule: v.id, help: v.help, elements: v.nodes.map((n) => n.target.join(" ") + "  " + n.html + "  " + n.failureSummary),
})))`

// A violation is a rule of axe-core that a page breaks, with the elements that break it.
type violation struct {
	Rule     string   `json:"rule"`
	Help     string   `json:"help"`
	Elements []string `json:"elements"`
}

// String names the rule and the elements.
func (v violation) String() string {
	return fmt.Sprintf("%s: %s\n\t%s", v.Rule, v.Help, strings.ReplaceAll(strings.Join(v.Elements, "\n"), "\n", "\n\t"))
}

// check looks at the page in light, in dark and in a narrow window, takes a picture of each, and
// fails for what some people could not use.
func (p *tab) check(name string) {
	p.t.Helper()
	p.inject()
	for _, as := range []look{dark, narrow, light} {
		p.looks(as)
		p.picture(name + " " + as.name)
		for _, fault := range p.faults() {
			p.t.Errorf("%s (%s), %s: %s", name, p.path(), as.name, fault)
		}
	}
}

// faults are what is wrong with the page in the way in which it is looked at.
func (p *tab) faults() []string {
	p.t.Helper()
	var found []string
	for _, broken := range ask[[]violation](p, runAxe) {
		found = append(found, broken.String())
	}
	if wide := ask[[]string](p, tooWide); len(wide) > 0 {
		found = append(found, "reaches beyond the window: "+strings.Join(wide, ", "))
	}
	return found
}

// inject brings axe-core into the page by the DevTools protocol, which asks no content-security
// policy.
func (p *tab) inject() {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[chromedp.Void](axe)); err != nil {
		p.t.Fatalf("bring axe-core into the page: %v", err)
	}
}

// tooWide names what makes the page scroll sideways. A table may scroll in a frame of its own.
const tooWide = `(() => {
	const width = document.documentElement.clientWidth;
	if (document.documentElement.scrollWidth <= width) return [];
	return [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > width + 1)
		.map((e) => e.tagName.toLowerCase() + (e.id ? "#" + e.id : "") + (e.className ? "." + e.className : "")).slice(0, 8);
})()`

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
