package e2e

import (
	"context"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/secret"
	"updatecenter/voice/simulator"
)

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
