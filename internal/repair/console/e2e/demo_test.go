package e2e

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"
	"github.com/gorilla/mux"

	"updatecenter/internal/agents"
	"updatecenter/internal/agents/signin"
	"updatecenter/internal/audit"
	"updatecenter/internal/programtest"
	"updatecenter/internal/repair"
	"updatecenter/internal/repair/console"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
	"updatecenter/voice/simulator"
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

// Where the demo asks for calls, and with which token it is called, unless it is told otherwise:
// as updatecenter answer waits.
const (
	exchangeAt  = "127.0.0.1:8079"
	demoToken   = "demoauthtoken"
	freeWithin  = 3 * time.Minute // another telephone may wait there, of another test
	ringsWithin = 3 * time.Minute
)

// A phone is what customers answer.
type phone struct {
	exchange *simulator.Exchange
}

// newPhone waits for the calls of the server. It is hung up with the test. Its time does not pass
// while somebody listens: the warning before a code takes a quarter of a minute.
func newPhone(t *testing.T, host string) phone {
	t.Helper()
	exchange, err := simulator.New(simulator.Config{
		PublicURL: host, AuthToken: secret.New(demoToken), Clock: simulator.NewVirtualClock(time.Now()),
	})
	if err != nil {
		t.Fatalf("set up the telephone: %v", err)
	}
	rest := simulator.NewREST(exchange)
	server := &http.Server{Handler: rest, ReadHeaderTimeout: 5 * time.Second}
	listener := listen(t)
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(listener) // until it is closed
	}()
	t.Cleanup(func() {
		_ = server.Close()
		<-done
		rest.Close()
	})
	return phone{exchange}
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	for deadline := time.Now().Add(freeWithin); ; time.Sleep(100 * time.Millisecond) {
		listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", exchangeAt)
		if err == nil {
			return listener
		}
		if time.Now().After(deadline) {
			t.Fatalf("wait for calls (another telephone, perhaps: updatecenter answer?): %v", err)
		}
	}
}

// rings waits until a line rings.
func (p phone) rings(t *testing.T, line string) *simulator.Ringing {
	t.Helper()
	ringing, err := p.exchange.AwaitRing(t.Context(), line, ringsWithin)
	if err != nil {
		t.Fatalf("wait for a call at %s: %v", line, err)
	}
	return ringing
}

// A heard call is one that somebody has picked up.
type heard struct {
	t    *testing.T
	call *simulator.Call
}

func answered(t *testing.T, ringing *simulator.Ringing) heard {
	t.Helper()
	return heard{t, ringing.Answer(t.Context(), simulator.Human)}
}

// listen returns what is said up to the next question, or the end.
func (h heard) listen() string {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), ringsWithin)
	defer cancel()
	events, err := h.call.Listen(ctx)
	if err != nil {
		h.t.Fatalf("listen to the call: %v", err)
	}
	var words []string
	for _, event := range events {
		if spoken, ok := event.(simulator.Spoken); ok {
			words = append(words, spoken.Words)
		}
	}
	return squeezed(strings.Join(words, " "))
}

func (h heard) press(key byte) {
	h.t.Helper()
	if err := h.call.Press(key); err != nil {
		h.t.Fatalf("press a key of the telephone: %v", err)
	}
}

func (h heard) hangUp() { h.call.HangUp(h.t.Context()) }

var spokenCode = regexp.MustCompile(`The code is ((?:\d ?){3}), and then ((?:\d ?){3})`)

// codeIn is the code that was spoken, in digits.
func codeIn(t *testing.T, words string) string {
	t.Helper()
	spoken := spokenCode.FindStringSubmatch(words)
	if spoken == nil {
		t.Fatalf("no code was told: %s", words)
	}
	return strings.ReplaceAll(spoken[1]+spoken[2], " ", "")
}

// A letterbox is a tab with the page on which the demo shows the e-mails to its people.
type letterbox struct {
	*tab
	seen map[string]int // how many somebody had, by address
}

func (p *tab) letterbox() letterbox {
	p.t.Helper()
	box := letterbox{p.another(), map[string]int{}}
	box.visit("/demo/mail")
	for _, address := range ask[[]string](box.tab, `[...document.querySelectorAll("article")].flatMap((e) => e.innerText.match(/(?<=To )\S+@\S+/) ?? [])`) {
		box.seen[address]++ // what is there was for an earlier sign-in
	}
	return box
}

// next waits for an e-mail to an address that was not there before, and returns its words.
func (b letterbox) next(address string) string {
	b.t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(5 * lookAgain) {
		b.visit("/demo/mail") // as somebody looks again
		found := ask[[]string](b.tab, `[...document.querySelectorAll("article")].map((e) => e.innerText)
			.filter((text) => text.includes("To " + `+strconv.Quote(address)+`))`)
		if len(found) > b.seen[address] {
			b.seen[address] = len(found)
			return found[0] // the newest
		}
	}
	b.t.Fatalf("no e-mail came to %s:\n%s", address, b.words())
	return ""
}

var sixDigits = regexp.MustCompile(`\b\d{6}\b`)

// code waits for an e-mail with a code.
func (b letterbox) code(address string) string {
	b.t.Helper()
	text := b.next(address)
	code := sixDigits.FindString(text)
	if code == "" {
		b.t.Fatalf("no code in the e-mail:\n%s", text)
	}
	return code
}

// The line of the office, and who is signed in there.
const (
	officeLine     = testkit.Home
	officeName     = "ann"
	officePassword = testkit.Password
)

// An office is a console in the process, with one agent and one line. Its clock goes, and can be moved on.
type office struct {
	*testkit.World
	t     *testing.T
	host  string
	began time.Time
}

// newOffice serves the console until the test ends.
func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{World: testkit.New(t), t: t}
	o.began = o.Now()
	router := mux.NewRouter().SkipClean(true)
	server := httptest.NewServer(router)
	t.Cleanup(server.Close)
	o.host = server.URL
	record := audit.New(audit.Config{Store: o.AuditStore(), Keys: o.Keys, Now: o.now})
	people := o.hire(record)
	provisioning := pins.Provisioning{Registry: o.Lines(), Validations: o.Lines(), Now: o.now}
	o.AddLines(t, pins.NewLine{Number: officeLine})
	console, err := console.New(console.Config{
		Agents: people, SignIn: o.door(record, people), Audit: record, Keys: o.APIKeys(), History: provisioning, PublicURL: o.host, Now: o.now,
		Desk: repair.New(repair.Config{
			Lines: o.Lines(), Provisioning: provisioning, Store: o.Desk(), Audit: record, Keys: o.Keys, Now: o.now,
		}),
	})
	o.ok(err)
	console.Routes(router)
	return o
}

// door is where the agent signs in.
func (o *office) door(record *audit.Log, people *agents.Agents) *signin.SignIn {
	o.t.Helper()
	store := o.DB.SignIn(o.now)
	signIn, err := signin.New(signin.Config{
		Agents: people, Store: store, Attempts: store, Mailer: o.Mail, Audit: record, Keys: o.Keys,
		Now: o.now, Random: rand.Reader, Log: slog.New(slog.DiscardHandler),
	})
	o.ok(err)
	return signIn
}

// hire sets the agent up.
func (o *office) hire(record *audit.Log) *agents.Agents {
	o.t.Helper()
	config := o.AgentsConfig()
	config.Audit, config.LinkURL, config.Now = record, o.host+"/repair/welcome/", o.now
	people, err := agents.New(config)
	o.ok(err)
	invitee := testkit.Invitee(officeName, agents.RoleAgent)
	invitee.FullName, invitee.Email = "Ann Olson", "ann@agents.example"
	o.Agent(o.t, people, invitee)
	return people
}

func (o *office) ok(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatalf("set up the office: %v", err)
	}
}

// now is the time: what the clock of the world is ahead of its beginning is added to that on the wall.
func (o *office) now() time.Time { return time.Now().Add(o.Now().Sub(o.began)) }

// codeTo is the code of the last e-mail to an address.
func (o *office) codeTo(address string) string {
	o.t.Helper()
	for _, message := range slices.Backward(o.Mail.All()) {
		if message.To == address {
			return message.Code.Reveal()
		}
	}
	o.t.Fatalf("nothing was mailed to %s", address)
	return ""
}

// signIn signs the agent in, by the keyboard, and waits for a page of the console.
func (o *office) signIn(p *tab) {
	p.t.Helper()
	p.begins("User name")
	p.press(officeName)
	p.enter()
	p.begins("Password")
	p.press(officePassword)
	p.enter()
	p.begins("Six-digit code")
	code := o.Mail.Last(p.t, agents.SignInCode)
	p.press(code.Code.Reveal())
	p.enter()
}
