package e2e

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"
)

// faulty is a page that has what the tests look for in those of the console.
const faulty = `<!DOCTYPE html>
<html lang="en"><head><title>Faults</title><meta name="color-scheme" content="light dark">
<style>
	@media (prefers-color-scheme: dark) { #dim { color: #333; background: #111; } }
	#wide { width: 500px; }
	#unseen:focus { outline: none; }
</style></head>
<body><main><h1>Faults</h1>
<p id="dim">Too dim in the dark.</p><p id="wide">Too wide.</p><a id="unseen" href="/">A link</a>
<form><input name="nameless"></form><script>document.title = "It runs"</script>
</main></body></html>`

// TestFaultsAreFound: a check that finds nothing is worth something only if it can find something.
func TestFaultsAreFound(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
		_, _ = io.WriteString(w, faulty)
	}))
	t.Cleanup(server.Close)
	p := newBrowser(t).somebody(t, server.URL)
	p.visit("/")
	p.inject()
	for _, tt := range []struct {
		as         look
		want, lack []string
	}{
		{light, []string{"label: ", `name="nameless"`}, []string{"color-contrast", "beyond"}},
		{dark, []string{"label: ", "color-contrast: ", "#dim"}, []string{"beyond"}},
		{narrow, []string{"label: ", "beyond the window: p#wide"}, []string{"color-contrast"}},
	} {
		p.looks(tt.as)
		found := strings.Join(p.faults(), "\n")
		for _, want := range tt.want {
			if !strings.Contains(found, want) {
				t.Errorf("%s: no %q in %s", tt.as.name, want, found)
			}
		}
		for _, lack := range tt.lack {
			if strings.Contains(found, lack) {
				t.Errorf("%s: %q in %s", tt.as.name, lack, found)
			}
		}
	}
	p.press(kb.Tab)
	if p.focused() != "A link" || p.showsFocus() {
		t.Errorf("the focus is seen on %q", p.focused())
	}
	refused(p)
}

// refused fails unless the inline script was refused, and the browser's console says so.
func refused(p *tab) {
	p.t.Helper()
	if title := ask[string](p, "document.title"); title != "Faults" {
		p.t.Errorf("the title is %q: an inline script ran", title)
	}
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(lookAgain) {
		if strings.Contains(strings.Join(p.said.take(), "\n"), "Content Security Policy") {
			return
		}
	}
	p.t.Error("the browser's console does not tell of the script that was refused")
}
