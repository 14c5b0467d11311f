package e2e

import (
	"context"
	_ "embed"
	"fmt"
	"strings"

	"github.com/chromedp/chromedp"
)

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
