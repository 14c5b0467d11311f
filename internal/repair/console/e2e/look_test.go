package e2e

import (
	"context"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// A look is a way in which a page is looked at.
type look struct {
	name          string
	width, height int64
	scheme        string // prefers-color-scheme
}

var (
	light  = look{"light", windowWidth, windowHeight, "light"}
	dark   = look{"dark", windowWidth, windowHeight, "dark"}
	narrow = look{"narrow", 320, 800, "light"} // as 1280 px are at a zoom of 400%: WCAG 2.2, 1.4.10
)

// looks has the page looked at in a way from now on.
func (p *tab) looks(as look) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: as.scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}},
	})
	if err == nil {
		_, err = chromedp.Call(ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
			Width: as.width, Height: as.height, DeviceScaleFactor: 1,
		})
	}
	if err != nil {
		p.t.Fatalf("look at the page in %s: %v", as.name, err)
	}
}
