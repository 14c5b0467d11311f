package e2e

import (
	"context"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

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
