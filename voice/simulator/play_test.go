package simulator_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"updatecenter/internal/golden"
	"updatecenter/internal/testkit/check"
	"updatecenter/voice/simulator"
)

// center is a small Update Center: a PIN twice, then a transfer to repair.
func center(t *testing.T) *application {
	return newApplication(t, map[string]string{
		"/voice/incoming": `<Gather action="/pin" numDigits="4" timeout="7" actionOnEmptyResult="true"><Say language="en-US">Key your temporary PIN.</Say></Gather>`,
		"/pin":            `<Gather action="/again" timeout="7"><Say language="es-US">Ahora un PIN nuevo.</Say></Gather><Say language="en-US">We heard nothing.</Say><Hangup/>`,
		"/again":          `<Say voice="Polly.Joanna" language="en-US">Call <say-as interpret-as="digits">800</say-as>, <say-as interpret-as="digits">573</say-as>.</Say><Dial callerId="+16125557801"><Number>+18005731311</Number></Dial><Play>/audio/goodbye.en.mp3</Play>`,
	})
}

func TestPlay(t *testing.T) {
	tests := []struct{ name, script, want string }{ // want: part of the failure; empty: it passes
		{"a whole call", `
			dial 78 from 612-555-0142
			hear "temporary pin"
			hear /key.*pin/
			!hear "nuevo"
			language en
			press 1234
			language es
			hear "unPIN"
			press 8265#
			hear "800-573"
			hear "8 0 0"
			hear "800573"
			hear "transferred to 800-573-1311"
			hear "goodbye.en.mp3"
			language en
			ended
			hangup`, ""},
		{"keys beyond an entry are lost", "dial 78 from x\npress 12348265#\nhear \"nuevo\"\n!hear \"transferred\"\npress 8265#1234\nhear \"transferred\"\nended", ""},
		{"keys beyond a number of digits", "dial 78 from x\npress 1234#\nhear \"nuevo\"\nsilence\nhear \"heard nothing\"", ""},
		{"a transfer that is busy", "transfer busy\ndial 78 from x\npress 1234\npress 8265#\n!hear \"transferred\"\nhear \"dialed 800-573-1311: busy\"", ""},
		{"transfers as from here on", "dial 78 from x\npress 1234\ntransfer no-answer\npress 8265#\nhear \"no-answer\"", ""},
		{"pause after the last key", "dial 78 from x\npress 1234\npress 82\nhear \"800\"", ""},
		{"silence", "dial 78 from x\nsilence\nhear \"nuevo\"\nsilence\nhear \"heard nothing\"\nended", ""},
		{"repeat", "dial 78 from x\nrepeat\npress 1234\nrepeat\nhear \"nuevo\"", ""},
		{"repeat after the end", "dial 78 from x\npress 1234\npress 8265#\nrepeat", ""},
		{"lose the first answer", "lose\ndial 78 from x\nhear \"temporary\"", ""},
		{"lose an answer", "dial 78 from x\nlose\npress 1234\nhear \"nuevo\"", ""},
		{"two calls", "dial 78 from x\nhangup\ndial 888-612-8052 from y stir failed\nhear \"temporary\"", ""},
		{"hang up twice", "dial 78 from x\nhangup\nhangup", ""},

		{"not heard", "dial 78 from x\nhear \"balloon\"", `test.call:2: expected to hear "balloon"; heard "Key your temporary PIN."`},
		{"pattern not heard", "dial 78 from x\nhear /^pin/", `expected to hear /^pin/`},
		{"heard", "dial 78 from x\n!hear \"PIN\"", `test.call:2: expected not to hear "PIN"`},
		{"heard since the last key", "dial 78 from x\npress 1234\nhear \"temporary\"", "test.call:3"},
		{"language", "dial 78 from x\nlanguage es", "expected to hear the language es alone"},
		{"no language", "dial 78 from x\npress 1234\npress 8265#\nhangup\nlanguage es", "language es"},
		{"key without a question", "dial 78 from x\npress 1234\npress 8265#\npress 8265#", "test.call:4: expected a call under way, but the far end hung up"},
		{"key before a call", "press 1", "expected a call, which begins with dial"},
		{"key after the call", "dial 78 from x\nhangup\npress 1", "expected a call under way, but the caller hung up"},
		{"silence after the call", "dial 78 from x\nhangup\nsilence", "expected a call under way"},
		{"not ended", "dial 78 from x\nended", "expected the far end to have hung up"},
		{"ended by the caller", "dial 78 from x\nhangup\nended", "expected the far end to have hung up"},
		{"hang up nothing", "hangup", "expected a call to hang up"},
		{"repeat nothing", "repeat", "expected a call"},
		{"two at once", "dial 78 from x\ndial 78 from y", "hang up first"},
		{"no world for the clock", "advance 1m", "can be played only in the application's own process"},
		{"no world for the store", "redis down", "can be played only in the application's own process"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			result := play(t, newExchange(t, center(t).config()), test.script, nil)
			switch {
			case test.want == "" && result.Err != nil:
				t.Error(result.Err)
			case test.want != "" && (result.Err == nil || !strings.Contains(result.Err.Error(), test.want)):
				t.Errorf("got %v\nwant %s", result.Err, test.want)
			}
			if result.Err != nil && strings.Contains(result.Err.Error(), "8265") {
				t.Errorf("the failure quotes keys: %v", result.Err)
			}
		})
	}
}

func TestLoseDeliversTheWebhookAgain(t *testing.T) {
	app := center(t)
	result := play(t, newExchange(t, app.config()), "dial 78 from x\nlose\npress 1234\nhear \"nuevo\"", nil)
	if posts := app.got("/pin"); result.Err != nil || len(posts) != 2 || posts[0].form.Get("Digits") != "1234" || posts[1].form.Get("Digits") != "1234" {
		t.Errorf("%v, posts %v", result.Err, app.got("/pin"))
	}
}

// A webhook or an answer that is lost has the fallback URL asked, with what the caller did or
// without, and the call goes on with what that answers.
func TestLoseAsksTheFallback(t *testing.T) {
	tests := []struct {
		lose     string
		keysLost bool
		posts    int // that the application got
		digits   string
	}{
		{"lose answer", false, 1, "1234"}, {"lose answer and keys", false, 1, ""},
		{"lose request", false, 0, "1234"}, {"lose request and keys", false, 0, ""},
		{"lose answer", true, 1, ""},
	}
	for _, test := range tests {
		t.Run(test.lose, func(t *testing.T) {
			app := center(t)
			app.answers["/voice/fallback"] = twimlAnswer(`<Gather action="/again"><Say>Choose a new PIN.</Say></Gather>`)
			config := app.config()
			config.KeysLost = test.keysLost
			result := play(t, newExchange(t, config), "dial 78 from x\n"+test.lose+"\npress 1234\nhear \"choose\"\npress 8265#\nhear \"goodbye\"", nil)
			if result.Failed() != nil || len(result.Problems) != 0 {
				t.Errorf("%v, problems %v", result.Failed(), result.Problems)
			}
			if got := len(app.got("/pin")); got != test.posts {
				t.Errorf("the application got it %d times, want %d", got, test.posts)
			}
			form := app.got("/voice/fallback")[0].form
			if form.Get("Digits") != test.digits || form.Has("msg") != (test.digits != "") || form.Get("ErrorUrl") != publicURL+"/pin" || form.Get("From") == "" {
				t.Errorf("the fallback was posted %v", form)
			}
		})
	}
}

func TestRepeatNoticesAnotherAnswer(t *testing.T) {
	app := newApplication(t, nil)
	var times atomic.Int32
	app.answers["/voice/incoming"] = func(w http.ResponseWriter, r *http.Request) {
		twimlAnswer(`<Gather><Say>Number `+string('0'+times.Add(1))+`</Say></Gather>`)(w, r)
	}
	result := play(t, newExchange(t, app.config()), "dial 78 from x\nrepeat", nil)
	if !errors.Is(result.Err, simulator.ErrAnswersDiffer) {
		t.Errorf("got %v", result.Err)
	}
}

func TestPlayHearsTheApology(t *testing.T) {
	result := play(t, newExchange(t, newApplication(t, nil).config()), "dial 78 from x\nhear \"an application error has occurred\"\nended", nil)
	if result.Err != nil || len(result.FellBack) != 1 || len(result.Problems) != 2 {
		t.Errorf("%v, fell back %v, problems %v", result.Err, result.FellBack, result.Problems)
	}
}

// world notes what a script did to it.
type world []string

func (w *world) Advance(d time.Duration) { *w = append(*w, d.String()) }
func (w *world) RedisDown()              { *w = append(*w, "down") }
func (w *world) RedisUp()                { *w = append(*w, "up") }

func TestPlayChangesTheWorld(t *testing.T) {
	var w world
	result := play(t, newExchange(t, center(t).config()), "redis down\nadvance 31m\nredis up", &w)
	if got := strings.Join(w, ", "); result.Err != nil || got != "down, 31m0s, up" {
		t.Errorf("%v, world %s", result.Err, got)
	}
}

func TestVirtualTimePasses(t *testing.T) {
	config := center(t).config()
	started := config.Clock.Now()
	play(t, newExchange(t, config), "dial 78 from x\nsilence\nsilence", nil)
	if passed := config.Clock.Now().Sub(started); passed < 14*time.Second || passed > time.Minute {
		t.Errorf("%v passed", passed)
	}
}

func TestPlayWithoutTime(t *testing.T) {
	script, err := simulator.Parse("x.call", strings.NewReader("dial 78 from x"))
	check.OK(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if result := simulator.Play(ctx, newExchange(t, center(t).config()), script, nil); !errors.Is(result.Err, context.Canceled) {
		t.Errorf("got %v", result.Err)
	}
}

func TestTranscript(t *testing.T) {
	result := play(t, newExchange(t, center(t).config()), "dial 78 from 612-555-0142\npress 1234#\npress 8265#\nhangup", nil)
	for name, showKeys := range map[string]bool{"dots": false, "keys": true} {
		var got bytes.Buffer
		check.OK(t, result.Transcript.Write(&got, showKeys))
		golden.Is(t, "transcript-"+name+".golden", got.String())
	}
}

func TestDeterministic(t *testing.T) {
	script := "dial 78 from 612-555-0142\nsilence\npress 1#\nhangup\ndial 78 from 612-555-0142"
	var posts [2][]post
	for i := range posts {
		app := center(t)
		play(t, newExchange(t, app.config()), script, nil)
		posts[i] = app.posts
	}
	if diff := cmp.Diff(posts[0], posts[1], cmp.AllowUnexported(post{})); diff != "" {
		t.Errorf("two runs differ:\n%s", diff)
	}
}

const everyLine = `dial 78 from 612-555-0142
dial 888-612-8052 from anonymous stir A
answer 6125550142
busy 6125550142
no-answer 6125550142
voicemail +16125550142
fax 612-555-0142
undetected 612-555-0142
refuse 612-555-0142 21211
refuse all 20429 again in 7s
refused 612-555-0142
accept all
hear "the "new" PIN"
hear /new (pin|code)/
!hear "old"
press 1234#*
silence
language es
repeat
lose
lose answer
lose answer and keys
lose request
lose request and keys
transfer busy
hangup
ended
advance 31m0s
redis down
redis up
`

func TestParse(t *testing.T) {
	script, err := simulator.Parse("all.call", strings.NewReader("\ufeff# all\r\n\r\n  "+strings.ReplaceAll(everyLine, "\n", "\r\n  # more\r\n")))
	check.OK(t, err)
	if got := script.Text(); got != everyLine {
		t.Errorf("read as\n%s", got)
	}
}

func TestParseRefuses(t *testing.T) {
	for _, line := range []string{
		"ring 78", "dial", "dial 78", "dial 78 from", "dial 78 to 612", "dial 78 from a b",
		"dial 78 from 612-555-0142 stir A", "dial 888-612-8052 from 612-555-0142 stir D",
		"answer", "answer 612 555 0142", `hear words`, `hear ""`, `hear "`, `hear " "`, `hear /(/`, `hear "a/`,
		"press", "press 12a4", "press 1 2", "press " + strings.Repeat("1", 101),
		"silence 5", "language fr", "language", "advance", "advance soon", "advance -1m", "advance 99999h",
		"refuse", "refuse all", "refuse all soon", "refuse all 7", "refuse all 20429 again in", "refuse all 20429 again in 1ms",
		"refuse 612 555 0142 21211", "refused", "refused 612 555", "accept", "accept 612 555",
		"lose and keys", "lose it", "redis", "redis sideways", "transfer", "transfer nowhere", "hangup now", "hang up", strings.Repeat("#", 1001),
	} {
		_, err := simulator.Parse("bad.call", strings.NewReader("# first\n"+line+"\n"))
		var syntax *simulator.SyntaxError
		if !errors.As(err, &syntax) || syntax.Line != 2 || syntax.File != "bad.call" || !strings.HasPrefix(err.Error(), "bad.call:2: ") {
			t.Errorf("%.40q: %v", line, err)
		}
		if err != nil && strings.Contains(err.Error(), "12a4") {
			t.Errorf("%q: the error quotes keys", line)
		}
	}
	for _, text := range []string{"", "# nothing\n", strings.Repeat("silence\n", 10000)} {
		if _, err := simulator.Parse("bad.call", strings.NewReader(text)); err == nil {
			t.Errorf("%.20q was read", text)
		}
	}
}

func TestParseTellsAllWrongLines(t *testing.T) {
	_, err := simulator.Parse("bad.call", strings.NewReader("sing\nsilence\ndance\n"))
	if text := fmt.Sprint(err); !strings.Contains(text, "bad.call:1:") || !strings.Contains(text, "bad.call:3:") {
		t.Error(text)
	}
}

func TestKeysOfAScriptPrintAsDots(t *testing.T) {
	script, err := simulator.Parse("pin.call", strings.NewReader("press 8265#\n"))
	check.OK(t, err)
	for _, format := range []string{"%+v", "%#v", "%d", "%x"} {
		type held struct{ Script any }
		if text := fmt.Sprintf(format, held{&script}); strings.Contains(text, "8265") {
			t.Errorf("%s: %s", format, text)
		}
	}
}

// What is read can be written, and reads the same again; nothing makes Parse panic.
func FuzzParse(f *testing.F) {
	f.Add(everyLine)
	f.Add("dial 78 from x\nhear /[/\npress \x00")
	f.Fuzz(func(t *testing.T, text string) {
		script, err := simulator.Parse("fuzz.call", strings.NewReader(text))
		if err != nil {
			return
		}
		written := script.Text()
		again, err := simulator.Parse("fuzz.call", strings.NewReader(written))
		if err != nil {
			t.Fatalf("%q was written as %q: %v", text, written, err)
		}
		if got := again.Text(); got != written {
			t.Errorf("%q was read again as %q", written, got)
		}
	})
}
