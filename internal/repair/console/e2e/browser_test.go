package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// How long a page may take to come, and a browser to start or to stop. They only bound the wait
// for what does not come at all: how quick the pages are is measured in album_test.go.
const (
	patience     = 3 * time.Minute
	startWithin  = 3 * time.Minute
	lookAgain    = 20 * time.Millisecond
	windowWidth  = 1280
	windowHeight = 900
)

// A browser is one running Chromium. It ends with the test.
type browser struct {
	t    *testing.T
	root context.Context // of the whole browser
}

// newBrowser starts a Chromium with a profile of its own.
func newBrowser(t *testing.T) browser {
	t.Helper()
	allocator, stop := chromedp.NewExecAllocator(context.Background(), flags(t)...)
	t.Cleanup(stop)
	root, closeRoot := chromedp.NewContext(allocator, chromedp.WithErrorf(t.Logf))
	t.Cleanup(closeRoot)
	watchdog := time.AfterFunc(startWithin, stop) // the browser lives as long as the context that starts it
	defer watchdog.Stop()
	if err := chromedp.Do(root); err != nil {
		t.Fatalf("start Chromium: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(root, patience)
		defer cancel()
		if err := chromedp.Cancel(ctx); err != nil {
			t.Logf("close Chromium: %v", err)
		}
	})
	return browser{t: t, root: root}
}

func flags(t *testing.T) []chromedp.ExecAllocatorOption {
	t.Helper()
	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(chromium(t)), chromedp.UserDataDir(t.TempDir()),
		chromedp.Headless, chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck, chromedp.DisableGPU,
		chromedp.WindowSize(windowWidth, windowHeight),
	}
	for _, name := range []string{
		"disable-quic", "disable-background-networking", "disable-component-update", "disable-sync",
		"disable-default-apps", "disable-extensions", "disable-breakpad", "metrics-recording-only",
		"disable-dev-shm-usage", "disable-background-timer-throttling", "disable-renderer-backgrounding",
		"enable-automation", "use-mock-keychain",
	} {
		options = append(options, chromedp.Flag(name, true))
	}
	options = append(options, chromedp.Flag("force-color-profile", "srgb"), chromedp.Flag("password-store", "basic"),
		chromedp.Flag("lang", "en-US"))
	if os.Geteuid() == 0 { // Chromium's sandbox can't be had by root
		options = append(options, chromedp.NoSandbox)
	}
	return options
}

// chromium finds the browser.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatal("chromium is missing: install it first, on Debian with: apt-get install chromium")
	return ""
}

// A tab shows pages to somebody: those of one somebody share cookies.
type tab struct {
	t    *testing.T
	ctx  context.Context
	host string // of the server: http://127.0.0.1:8080
	book album
	said *complaints
}

// somebody opens a tab for somebody new, who shares nothing with the others in the browser. Their
// pictures go with the test's.
func (b browser) somebody(t *testing.T, host string) *tab {
	t.Helper()
	return b.open(t, host, b.root, albumOf(t), chromedp.WithNewBrowserContext())
}

func (b browser) open(t *testing.T, host string, parent context.Context, book album, options ...chromedp.ContextOption) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(parent, options...)
	t.Cleanup(cancel)
	opened := &tab{t: t, ctx: ctx, host: host, book: book, said: &complaints{}}
	// A tab behind another one is to behave as if somebody looked at it.
	_, err := chromedp.Call(ctx, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	if err != nil {
		t.Fatalf("open a tab: %v", err)
	}
	opened.listen()
	opened.looks(light)
	return opened
}

// another opens one more tab for the same somebody.
func (p *tab) another() *tab {
	p.t.Helper()
	return browser{}.open(p.t, p.host, p.ctx, p.book)
}

// do acts, within a bounded time.
func (p *tab) do(what string, actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		p.t.Fatalf("%s, on %s: %v", what, p.path(), err)
	}
}

// ask evaluates an expression in the page.
func ask[T any](p *tab, expression string) T {
	p.t.Helper()
	value, err := try[T](p, expression)
	if err != nil {
		p.t.Fatalf("ask the page %.80q: %v", expression, err)
	}
	return value
}

// try is ask for a page that may go away at the moment.
func try[T any](p *tab, expression string) (T, error) {
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// until waits until an expression is true in the page, whichever page that is by then.
func (p *tab) until(what, expression string) {
	p.t.Helper()
	deadline := time.Now().Add(patience)
	for {
		met, err := try[bool](p, "!!("+expression+")")
		if met && err == nil {
			return
		}
		if time.Now().After(deadline) || p.ctx.Err() != nil {
			p.picture("stuck")
			p.t.Fatalf("waited in vain until %s, on %s (%v):\n%s", what, p.path(), err, p.words())
		}
		time.Sleep(lookAgain)
	}
}

// visit opens an address of the server.
func (p *tab) visit(path string) {
	p.t.Helper()
	p.do("open "+path, chromedp.Navigate(p.host+path))
}

// goes does what leads to another page, and waits until that is there.
func (p *tab) goes(act func()) {
	p.t.Helper()
	p.stay()
	act()
	p.until("the next page comes", "!window.stays && document.readyState === 'complete'")
}

// stay marks the page, so that stayed can tell whether it was loaded again.
func (p *tab) stay() { p.t.Helper(); ask[bool](p, "window.stays = true") }

func (p *tab) stayed() bool { p.t.Helper(); return ask[bool](p, "window.stays === true") }

func (p *tab) path() string {
	path, err := try[string](p, "location.pathname")
	if err != nil {
		return fmt.Sprintf("an unknown page (%v)", err)
	}
	return path
}

// words are what the page says to somebody who looks at it.
func (p *tab) words() string {
	words, err := try[string](p, "document.body.innerText")
	if err != nil {
		return err.Error()
	}
	return words
}

// complaints gathers what a tab's pages have had to complain of.
type complaints struct {
	mu    sync.Mutex
	lines []string
}

// listen has every line of the browser's console fail the test at its end.
func (p *tab) listen() {
	messages := chromedp.Console(p.ctx)
	go func() {
		for message, err := range messages {
			if err != nil {
				return
			}
			if message.Source == "network" || message.Type == chromedp.ConsoleDebug { // statuses such as 422; advice
				continue
			}
			p.said.mu.Lock()
			p.said.lines = append(p.said.lines, message.String())
			p.said.mu.Unlock()
		}
	}()
	p.t.Cleanup(func() {
		for _, line := range p.said.take() {
			p.t.Errorf("on the browser's console: %s", line)
		}
	})
}

func (c *complaints) take() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	taken := c.lines
	c.lines = nil
	return taken
}

// cookie is one of the tab's, as the browser keeps it. No script of a page can see it. It is not
// Secure, as the demo is at http on this machine and Safari takes no such cookie there.
func (p *tab) cookie(name string) *network.Cookie {
	p.t.Helper()
	if seen := ask[string](p, "document.cookie"); seen != "" {
		p.t.Error("a script can see cookies")
	}
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	kept, err := chromedp.Call(ctx, network.GetCookies, network.GetCookiesParams{URLs: []string{p.host + "/repair/"}})
	if err != nil {
		p.t.Fatalf("look for cookies: %v", err)
	}
	for _, cookie := range kept.Cookies {
		if cookie.Name == name {
			if !cookie.HTTPOnly || cookie.Secure || cookie.SameSite != network.CookieSameSiteStrict || !cookie.Session {
				p.t.Errorf("cookie %s is open to more than it must: http only %t, secure %t, same site %s, session %t",
					name, cookie.HTTPOnly, cookie.Secure, cookie.SameSite, cookie.Session)
			}
			return cookie
		}
	}
	p.t.Fatalf("no cookie %s", name)
	return nil
}

// putBack gives the browser a cookie again.
func (p *tab) putBack(cookie *network.Cookie) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	_, err := chromedp.Call(ctx, network.SetCookie, network.SetCookieParams{
		Name: cookie.Name, Value: cookie.Value, URL: p.host + "/", Path: "/",
		Secure: &cookie.Secure, HTTPOnly: &cookie.HTTPOnly, SameSite: cookie.SameSite,
	})
	if err != nil {
		p.t.Fatalf("put a cookie back: %v", err)
	}
	if again := p.cookie(cookie.Name); again.Value != cookie.Value {
		p.t.Fatal("the browser has not taken the cookie back")
	}
}

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
