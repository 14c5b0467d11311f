package e2e

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"

	"updatecenter/internal/programtest"
	"updatecenter/internal/testkit/check"
)

// upWithin is how long the demo may take until it says how to sign in.
const upWithin = 3 * time.Minute

// A demo is the program, as make run starts it.
type demo struct {
	host     string            // http://127.0.0.1:PORT
	password string            // of everybody
	names    map[string]string // user names, by role
}

// startDemo builds the program, starts it on a free port, and reads from its output how to sign in.
// It stops with the test.
func startDemo(t *testing.T) demo {
	t.Helper()
	port := freePort(t)
	d := demo{host: "http://127.0.0.1:" + port}
	program, err := programtest.Build(t.Context(), t.TempDir(), "..")
	check.OK(t, err)
	p := programtest.Start(t, program, nil, "demo", "--port", port)
	t.Cleanup(func() { p.Stop(t) })
	d.await(t, p)
	return d
}

// freePort is one that nobody listens at, most likely not in a moment either.
func freePort(t *testing.T) string {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("find a free port: %v", err)
	}
	defer listener.Close()
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatalf("find a free port: %v", err)
	}
	return port
}

// await waits until the demo has said how to sign in.
func (d *demo) await(t *testing.T, program *programtest.Process) {
	t.Helper()
	for deadline := time.Now().Add(upWithin); !d.read(program.Said.String()); time.Sleep(lookAgain) {
		select {
		case <-program.Exited():
			t.Fatal("the demo ended before it was up")
		default:
		}
		if time.Now().After(deadline) {
			t.Fatal("the demo does not say how to sign in at the console")
		}
	}
}

var (
	saidPassword = regexp.MustCompile(`with the password "([^"]+)"`)
	saidPerson   = regexp.MustCompile(`(?m)^ +(\S+) +the (agent|supervisor|administrator),`)
)

// read takes who can sign in, and with what, from the words with which the demo greets. It says
// whether it found all of it. By then the demo listens.
func (d *demo) read(said string) bool {
	password := saidPassword.FindStringSubmatch(said)
	d.names = map[string]string{}
	for _, person := range saidPerson.FindAllStringSubmatch(said, -1) {
		d.names[person[2]] = person[1]
	}
	if password == nil || len(d.names) != 3 || !strings.Contains(said, d.host+"/repair") {
		return false
	}
	d.password = password[1]
	return true
}

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
