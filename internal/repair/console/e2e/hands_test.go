package e2e

import (
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// maxTabs is how many times somebody presses Tab in search of something, before they give up.
const maxTabs = 60

// press presses keys, one after the other, wherever the focus is.
func (p *tab) press(keys string) {
	p.t.Helper()
	p.do("press keys", chromedp.KeyEvent(keys))
}

// called is a function of the page: what something to be used is called, as a screen reader would
// say it, with what a link to it in a list of faults lacks. The page as a whole has no name.
const called = `(e) => e === document.body ? "" : (e.type === "checkbox" ? "tick: " : "") + (e.getAttribute("aria-label") || (e.labels && e.labels.length ? e.labels[0].innerText : e.innerText) || "").replace(/\s+/g, " ").trim()`

// focused is what the focus is on; "": on nothing that has a name.
func (p *tab) focused() string {
	p.t.Helper()
	return ask[string](p, "("+called+")(document.activeElement)")
}

// begins waits until the page has set the focus there by itself.
func (p *tab) begins(name string) {
	p.t.Helper()
	p.until("the page begins at "+strconv.Quote(name), "("+called+")(document.activeElement).startsWith("+strconv.Quote(name)+")")
}

// tabTo presses Tab until the focus is on what is called so, or begins so, and fails where the
// focus can't be seen on the way.
func (p *tab) tabTo(name string) {
	p.t.Helper()
	var passed []string
	for range maxTabs {
		p.press(kb.Tab)
		at := p.focused()
		if at != "" && !p.showsFocus() {
			p.t.Errorf("%s: the focus can't be seen on %q", p.path(), at)
		}
		if strings.HasPrefix(at, name) {
			return
		}
		passed = append(passed, at)
	}
	p.t.Fatalf("%s: Tab never leads to %q, but to %q", p.path(), name, passed)
}

// showsFocus says whether what has the focus has an outline, in the window (WCAG 2.2, 2.4.7 and
// 2.4.11).
func (p *tab) showsFocus() bool {
	p.t.Helper()
	return ask[bool](p, `(() => {
		const at = document.activeElement, style = getComputedStyle(at), box = at.getBoundingClientRect();
		const lined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
		return lined && box.bottom > 0 && box.top < innerHeight;
	})()`)
}

// enter presses Enter, and waits for the page to which it leads.
func (p *tab) enter() { p.t.Helper(); p.goes(func() { p.press(kb.Enter) }) }

// followsByKeys goes to a link or button by Tab, and presses Enter.
func (p *tab) followsByKeys(name string) { p.t.Helper(); p.tabTo(name); p.enter() }

// click clicks with the mouse on a link, a button, or what opens something, that is called so or
// begins so.
func (p *tab) click(name string) { p.t.Helper(); p.clickOn("a, button, summary", name) }

// tick clicks on what is to be ticked.
func (p *tab) tick() { p.t.Helper(); p.clickOn("input", "tick: ") }

// clickOn clicks on the first thing of a kind that is called so, or begins so.
func (p *tab) clickOn(kind, name string) {
	p.t.Helper()
	at := ask[[]float64](p, `(() => {
		const called = `+called+`;
		for (const e of document.querySelectorAll(`+strconv.Quote(kind)+`)) {
			if (!called(e).startsWith(`+strconv.Quote(name)+`) || !e.checkVisibility()) continue;
			e.scrollIntoView({block: "center"});
			const box = e.getBoundingClientRect();
			return [box.left + Math.min(box.width / 2, 60), box.top + box.height / 2];
		}
		return [];
	})()`)
	if len(at) != 2 {
		p.t.Fatalf("%s: nothing to click is called %q:\n%s", p.path(), name, p.words())
	}
	p.do("click on "+name, chromedp.MouseClickXY(at[0], at[1]))
}

// follow clicks on what leads to another page.
func (p *tab) follow(name string) { p.t.Helper(); p.goes(func() { p.click(name) }) }

// fill clicks on the label of a field, and types.
func (p *tab) fill(label, text string) {
	p.t.Helper()
	p.clickOn("label", label)
	ask[bool](p, `"select" in document.activeElement && (document.activeElement.select(), true)`)
	p.press(text)
}

// says fails unless the page has the words, whatever the spaces between them.
func (p *tab) says(words ...string) {
	p.t.Helper()
	shown := squeezed(p.words())
	for _, want := range words {
		if !strings.Contains(shown, squeezed(want)) {
			p.picture("stuck")
			p.t.Fatalf("%s lacks %q:\n%s", p.path(), want, shown)
		}
	}
}

// lacks fails if the page has the words.
func (p *tab) lacks(words ...string) {
	p.t.Helper()
	shown := squeezed(p.words())
	for _, unwanted := range words {
		if strings.Contains(shown, squeezed(unwanted)) {
			p.t.Errorf("%s has %q:\n%s", p.path(), unwanted, shown)
		}
	}
}

// waitFor waits until the page has the words.
func (p *tab) waitFor(words string) {
	p.t.Helper()
	p.until("the page says "+strconv.Quote(words), `document.body.innerText.includes(`+strconv.Quote(words)+`)`)
}

// at fails unless the page is the one of a path.
func (p *tab) at(path string) {
	p.t.Helper()
	if got := p.path(); got != path {
		p.picture("stuck")
		p.t.Fatalf("on %s; want %s:\n%s", got, path, p.words())
	}
}

func squeezed(text string) string { return strings.Join(strings.Fields(text), " ") }

// TestChangesAreProved: another e-mail address, and another second step, each by the codes of both.
func TestChangesAreProved(t *testing.T) {
	o := newOffice(t)
	ann := newBrowser(t).somebody(t, o.host)
	ann.visit("/repair/")
	o.signIn(ann)
	ann.visit("/repair/profile")
	ann.fill("E-mail address", "ann.olson@agents.example")
	ann.check("another address")
	ann.fill("Present password", officePassword)
	ann.enter()
	ann.at("/repair/profile/confirm")
	ann.says("Confirm the change", "a•••@agents.example", "ann.olson@agents.example")
	ann.begins("Code of your present second step")
	ann.check("confirm the address")
	ann.fill("Code of your present second step", o.codeTo("ann@agents.example"))
	ann.fill("Code that was sent to ann.olson@agents.example", "000000")
	ann.follow("CONTINUE")
	ann.says("That is not right")
	ann.check("not confirmed")
	ann.fill("Code of your present second step", o.codeTo("ann@agents.example"))
	ann.fill("Code that was sent to ann.olson@agents.example", o.codeTo("ann.olson@agents.example"))
	ann.follow("CONTINUE")
	ann.at("/repair/profile")
	ann.says("Saved.")
	ann.follow("Change second step")
	ann.check("another second step")
	ann.fill("Present password", officePassword)
	ann.enter()
	ann.fill("Code of your present second step", o.codeTo("ann.olson@agents.example"))
	ann.follow("CONTINUE")
	ann.at("/repair/profile/factor")
	ann.click("Can’t scan it? Paste the key")
	ann.check("another app")
}
