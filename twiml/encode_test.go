package twiml_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	twilio "github.com/twilio/twilio-go/twiml"

	"updatecenter/internal/golden"
	"updatecenter/internal/testkit/check"
	"updatecenter/twiml"
)

// rendered holds a document for every verb, by the name of its golden file.
var rendered = map[string]twiml.Response{
	"empty":    {},
	"hangup":   answer(twiml.Hangup{}),
	"reject":   answer(twiml.Reject{}, twiml.Reject{Reason: twiml.Busy}, twiml.Reject{Reason: twiml.Rejected}),
	"pause":    answer(twiml.Pause{}, twiml.Pause{Length: 2}),
	"play":     answer(twiml.Play{URL: "https://audio.example.com/en/welcome.wav?a=1&b=2"}, twiml.Play{URL: "tone.wav", Loop: 3}),
	"redirect": answer(twiml.Redirect{URL: "/voice/turn/4"}, twiml.Redirect{Method: twiml.GET, URL: "?next&it's"}),
	"dial-number": answer(twiml.Dial{
		Action: "/voice/turn/5", Method: twiml.POST, Timeout: 20, CallerID: "+16125550142", Target: twiml.Number("+18005731311"),
	}),
	"dial-sip":    answer(twiml.Dial{Target: twiml.SIP("sip:desk@example.com?x-line=1&x-side=home")}),
	"gather-bare": answer(twiml.Gather{}),
	"gather-full": answer(twiml.Gather{
		Action: "/voice/turn/3?call=CA1&n=3", Method: twiml.GET, NumDigits: 10, FinishOnKey: "*", Timeout: 7, ActionOnEmptyResult: true,
		Prompts: []twiml.Prompt{say(twiml.Text("Please enter the number.")), twiml.Pause{Length: 1}, twiml.Play{URL: "beep.wav"}},
	}),
	"gather-no-finish-key": answer(twiml.Gather{FinishOnKey: twiml.NoFinishKey, NumDigits: 1}),
	"say": answer(
		say(twiml.Text("Goodbye.")),
		twiml.Say{Voice: "Polly.Lupe", Language: "es-US", Loop: 2, Content: []twiml.Speech{twiml.Text("Adiós.")}},
		twiml.Say{Loop: twiml.Forever, Content: []twiml.Speech{twiml.Text("Please hold.")}},
	),
	"say-ssml": answer(say(
		twiml.Text("Your code is "),
		twiml.Break{Time: 500 * time.Millisecond},
		twiml.Prosody{Rate: twiml.Slow, Content: []twiml.Speech{
			twiml.SayAs{As: twiml.Digits, Text: "042"}, twiml.Break{Time: 1500 * time.Millisecond}, twiml.Text("twice"),
		}},
		twiml.SayAs{As: twiml.Telephone, Text: "800-573-1311"},
	)),
	"say-escapes": answer(say(twiml.Text("<Hangup/> & \"it's\" ]]> \r\n\t\x00\x1b\xff\uFFFE\U0001F4DE é\u0085"))),
	"several": answer(
		say(twiml.Text("Sorry.")), twiml.Redirect{URL: "/voice/turn/6"}, twiml.Hangup{},
	),
}

func answer(verbs ...twiml.Verb) twiml.Response { return twiml.Response{Verbs: verbs} }

func say(content ...twiml.Speech) twiml.Say { return twiml.Say{Content: content} }

func TestRendering(t *testing.T) {
	for name, document := range rendered {
		t.Run(name, func(t *testing.T) {
			got := encode(t, document)
			golden.Is(t, name+".xml", string(got))
			check.Same(t, parse(t, got), heard(document))
		})
	}
}

func TestRefusedToWrite(t *testing.T) {
	long := strings.Repeat("a", twiml.MaxSay+1)
	huge := slices.Repeat([]twiml.Verb{twiml.Pause{}}, 9000)
	pauses := slices.Repeat([]twiml.Prompt{twiml.Pause{}}, 9000)
	for _, c := range []struct {
		name     string
		document twiml.Response
		want     error
		words    string
	}{
		{"nil verb", answer(nil), twiml.ErrInvalid, "verb 1, Response: holds nil"},
		{"pointer", answer(&twiml.Hangup{}), twiml.ErrInvalid, "pointer"},
		{"foreign verb", answer(struct{ twiml.Verb }{}), twiml.ErrInvalid, "foreign"},
		{"second verb", answer(twiml.Hangup{}, struct{ twiml.Verb }{}), twiml.ErrInvalid, "verb 2, Response: holds"},
		{"nil prompt", answer(twiml.Gather{Prompts: []twiml.Prompt{nil}}), twiml.ErrInvalid, "Gather: holds nil"},
		{"nil speech", answer(say(nil)), twiml.ErrInvalid, "Say: holds nil"},
		{"nil target", answer(twiml.Dial{}), twiml.ErrInvalid, "Dial: Target is nil"},
		{"silent say", answer(say(twiml.Text(""))), twiml.ErrInvalid, "Say: has nothing"},
		{"silent prosody", answer(say(twiml.Text("a"), twiml.Prosody{Rate: twiml.Slow})), twiml.ErrInvalid, "prosody: has nothing"},
		{"silent say-as", answer(say(twiml.SayAs{As: twiml.Digits})), twiml.ErrInvalid, "say-as: has nothing"},
		{"prosody in prosody", answer(say(twiml.Prosody{Rate: twiml.Slow, Content: []twiml.Speech{
			twiml.Prosody{Rate: twiml.Fast, Content: []twiml.Speech{twiml.Text("a")}}}})), twiml.ErrInvalid, "prosody: stands in prosody"},
		{"rate", answer(say(twiml.Prosody{Rate: "50%", Content: []twiml.Speech{twiml.Text("a")}})), twiml.ErrInvalid, "rate"},
		{"interpretation", answer(say(twiml.SayAs{As: "date", Text: "1"})), twiml.ErrInvalid, "interpret-as"},
		{"no break", answer(say(twiml.Break{})), twiml.ErrInvalid, "break: time"},
		{"long break", answer(say(twiml.Break{Time: 10*time.Second + time.Millisecond})), twiml.ErrInvalid, "break: time"},
		{"odd break", answer(say(twiml.Break{Time: 1500 * time.Microsecond})), twiml.ErrInvalid, "break: time"},
		{"voice", answer(twiml.Say{Voice: "Polly Joanna"}), twiml.ErrInvalid, "Say: voice"},
		{"language", answer(twiml.Say{Language: strings.Repeat("e", 256)}), twiml.ErrInvalid, "Say: language"},
		{"loop", answer(twiml.Say{Loop: -2}), twiml.ErrInvalid, "Say: loop is not within 1 to 1000"},
		{"many loops", answer(twiml.Play{URL: "a", Loop: 1001}), twiml.ErrInvalid, "Play: loop"},
		{"no recording", answer(twiml.Play{}), twiml.ErrInvalid, "Play: URL is empty"},
		{"no redirect", answer(twiml.Redirect{}), twiml.ErrInvalid, "Redirect: URL is empty"},
		{"space in URL", answer(twiml.Redirect{URL: "/a b"}), twiml.ErrInvalid, "Redirect: URL holds"},
		{"é in URL", answer(twiml.Gather{Action: "/é"}), twiml.ErrInvalid, "Gather: action holds"},
		{"method", answer(twiml.Gather{Method: "PUT"}), twiml.ErrInvalid, "Gather: method"},
		{"numDigits", answer(twiml.Gather{NumDigits: -1}), twiml.ErrInvalid, "Gather: numDigits"},
		{"timeout", answer(twiml.Gather{Timeout: 601}), twiml.ErrInvalid, "Gather: timeout is not within 1 to 600"},
		{"finish key", answer(twiml.Gather{FinishOnKey: "A"}), twiml.ErrInvalid, "finishOnKey"},
		{"finish keys", answer(twiml.Gather{FinishOnKey: "*#"}), twiml.ErrInvalid, "finishOnKey"},
		{"pause", answer(twiml.Pause{Length: 61}), twiml.ErrInvalid, "Pause: length"},
		{"dial timeout", answer(twiml.Dial{Timeout: 601, Target: twiml.Number("+18005731311")}), twiml.ErrInvalid, "Dial: timeout"},
		{"caller ID", answer(twiml.Dial{CallerID: "a b", Target: twiml.Number("+18005731311")}), twiml.ErrInvalid, "Dial: callerId"},
		{"national number", answer(twiml.Dial{Target: twiml.Number("8005731311")}), twiml.ErrInvalid, "E.164"},
		{"number with words", answer(twiml.Dial{Target: twiml.Number("+1800573131a")}), twiml.ErrInvalid, "E.164"},
		{"not SIP", answer(twiml.Dial{Target: twiml.SIP("tel:1")}), twiml.ErrInvalid, "Sip"},
		{"empty SIP", answer(twiml.Dial{Target: twiml.SIP("sips:")}), twiml.ErrInvalid, "Sip"},
		{"SIP without host", answer(twiml.Dial{Target: twiml.SIP("sip:a@")}), twiml.ErrInvalid, "Sip"},
		{"reason", answer(twiml.Reject{Reason: "lazy"}), twiml.ErrInvalid, "Reject: reason"},
		{"long say", answer(say(twiml.Text(long))), twiml.ErrTooLarge, "Say: speaks"},
		{"long in parts", answer(say(twiml.Text(long[:2999]), twiml.SayAs{As: twiml.Digits, Text: "12"})), twiml.ErrTooLarge, "speaks"},
		{"long and wide", answer(say(twiml.Text(strings.Repeat("é", twiml.MaxSay+1)))), twiml.ErrTooLarge, "Say: speaks"},
		{"huge", answer(huge...), twiml.ErrTooLarge, "the document exceeds 64 kB"},
		{"huge gather", answer(twiml.Gather{Prompts: pauses}), twiml.ErrTooLarge, "the document exceeds 64 kB"},
		{"huge URL", answer(twiml.Play{URL: strings.Repeat("a", twiml.MaxDocument)}), twiml.ErrTooLarge, "64 kB"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := c.document.Append([]byte("before"))
			if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.words) {
				t.Errorf("error is %v, want %v with %q", err, c.want, c.words)
			}
			if string(got) != "before" {
				t.Errorf("dst became %.80q", got)
			}
			if got, err := c.document.Encode(); got != nil || !errors.Is(err, c.want) {
				t.Errorf("Encode gives %d bytes and %v", len(got), err)
			}
		})
	}
}

func TestLimitsAreInclusive(t *testing.T) {
	fill := strings.Repeat("a", twiml.MaxSay)
	for name, v := range map[string]twiml.Verb{
		"say":    say(twiml.Text(fill)),
		"wide":   say(twiml.Text(strings.Repeat("\U0001F4DE", twiml.MaxSay))),
		"broken": say(twiml.Text(strings.Repeat("\xff", twiml.MaxSay))),
		"loop":   twiml.Play{URL: "a", Loop: twiml.MaxLoop},
		"pause":  twiml.Pause{Length: twiml.MaxPause},
		"gather": twiml.Gather{NumDigits: twiml.MaxDigits, Timeout: twiml.MaxGatherTimeout},
		"dial":   twiml.Dial{Timeout: twiml.MaxDialTimeout, Target: twiml.Number("+123456789012345")},
		"break":  say(twiml.Break{Time: 10 * time.Second}, twiml.Break{Time: time.Millisecond}),
	} {
		t.Run(name, func(t *testing.T) {
			document := answer(v)
			check.Same(t, parse(t, encode(t, document)), heard(document))
		})
	}
}

func TestLargestDocument(t *testing.T) {
	empty := len(encode(t, answer(twiml.Play{URL: "a"}))) - 1
	document := answer(twiml.Play{URL: strings.Repeat("a", twiml.MaxDocument-empty)})
	if got := encode(t, document); len(got) != twiml.MaxDocument {
		t.Fatalf("the document has %d bytes, want %d", len(got), twiml.MaxDocument)
	} else if diff := cmp.Diff(document, parse(t, got)); diff != "" {
		t.Errorf("read back otherwise (-want +got):\n%s", diff)
	}
}

func TestAppendKeepsWhatIsThere(t *testing.T) {
	got, err := answer(twiml.Hangup{}).Append([]byte("before"))
	want := "before" + string(encode(t, answer(twiml.Hangup{})))
	if err != nil || string(got) != want {
		t.Errorf("Append gives %q and %v, want %q", got, err, want)
	}
}

func encode(t *testing.T, document twiml.Response) []byte {
	t.Helper()
	written, err := document.Encode()
	check.OK(t, err)
	return written
}

func parse(t *testing.T, document []byte) twiml.Response {
	t.Helper()
	r, err := twiml.Parse(document)
	if err != nil {
		t.Fatalf("%v in %s", err, document)
	}
	return r
}

func ExampleResponse_Encode() {
	answer := twiml.Response{Verbs: []twiml.Verb{
		twiml.Gather{Action: "/voice/turn/2", NumDigits: 4, Timeout: 7, Prompts: []twiml.Prompt{
			twiml.Say{Language: "en-US", Content: []twiml.Speech{twiml.Text("Please enter your PIN.")}},
		}},
		twiml.Redirect{URL: "/voice/turn/2"},
	}}
	document, err := answer.Encode()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(strings.ReplaceAll(string(document), "><", ">\n<"))
	// Output:
	// <?xml version="1.0" encoding="UTF-8"?>
	// <Response>
	// <Gather action="/voice/turn/2" numDigits="4" timeout="7">
	// <Say language="en-US">Please enter your PIN.</Say>
	// </Gather>
	// <Redirect>/voice/turn/2</Redirect>
	// </Response>
}

// The words of the document that is measured.
const (
	question = "Please enter your new PIN, then press the pound key. It can't be a run such as 2, 3, 4, 5."
	reminder = "To hear this again, press star & wait."
)

// gatherTwoSays builds and writes one Gather with two Says. It is small enough to be
// inlined, as a caller's own literal would be.
func gatherTwoSays(dst []byte) ([]byte, error) {
	return twiml.Response{Verbs: []twiml.Verb{
		twiml.Gather{
			Action: "/voice/turn/3?call=CA1234567890ABCDE", Method: twiml.POST, NumDigits: 4, FinishOnKey: "#", Timeout: 7,
			Prompts: []twiml.Prompt{
				twiml.Say{Voice: "Polly.Joanna", Language: "en-US", Content: []twiml.Speech{twiml.Text(question)}},
				twiml.Say{Voice: "Polly.Joanna", Language: "en-US", Content: []twiml.Speech{twiml.Text(reminder)}},
			},
		},
	}}.Append(dst)
}

// encodeTwoSays is gatherTwoSays into memory of its own.
func encodeTwoSays() ([]byte, error) {
	return twiml.Response{Verbs: []twiml.Verb{
		twiml.Gather{
			Action: "/voice/turn/3?call=CA1234567890ABCDE", Method: twiml.POST, NumDigits: 4, FinishOnKey: "#", Timeout: 7,
			Prompts: []twiml.Prompt{
				twiml.Say{Voice: "Polly.Joanna", Language: "en-US", Content: []twiml.Speech{twiml.Text(question)}},
				twiml.Say{Voice: "Polly.Joanna", Language: "en-US", Content: []twiml.Speech{twiml.Text(reminder)}},
			},
		},
	}}.Encode()
}

// twilioTwoSays is the same document by twilio-go's own package.
func twilioTwoSays() (string, error) {
	return twilio.Voice([]twilio.Element{
		&twilio.VoiceGather{
			Action: "/voice/turn/3?call=CA1234567890ABCDE", Method: "POST", NumDigits: "4", FinishOnKey: "#", Timeout: "7",
			InnerElements: []twilio.Element{
				&twilio.VoiceSay{Voice: "Polly.Joanna", Language: "en-US", Message: question},
				&twilio.VoiceSay{Voice: "Polly.Joanna", Language: "en-US", Message: reminder},
			},
		},
	})
}

// BenchmarkGatherTwoSays builds and writes into a buffer that is used again, and into memory
// of its own, as the webhook does.
func BenchmarkGatherTwoSays(b *testing.B) {
	b.Run("append", func(b *testing.B) {
		b.ReportAllocs()
		buf := make([]byte, 0, 2048)
		for b.Loop() {
			var err error
			if buf, err = gatherTwoSays(buf[:0]); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encode", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := encodeTwoSays(); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkGatherTwoSaysTwilioGo is what BenchmarkGatherTwoSays is measured against.
func BenchmarkGatherTwoSaysTwilioGo(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := twilioTwoSays(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkParse reads the same document back.
func BenchmarkParse(b *testing.B) {
	document, err := encodeTwoSays()
	check.OK(b, err)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := twiml.Parse(document); err != nil {
			b.Fatal(err)
		}
	}
}

// TestAllocations holds the writer to what it promises: a caller's literals stay on the
// stack, and only Encode's result is allocated.
func TestAllocations(t *testing.T) {
	buf := make([]byte, 0, 2048)
	appended := testing.AllocsPerRun(100, func() {
		if _, err := gatherTwoSays(buf); err != nil {
			t.Error(err)
		}
	})
	encoded := testing.AllocsPerRun(100, func() {
		if _, err := encodeTwoSays(); err != nil {
			t.Error(err)
		}
	})
	if appended != 0 || encoded != 1 {
		t.Errorf("Append allocates %v times, want 0; Encode %v times, want 1", appended, encoded)
	}
}

func ExampleParse() {
	_, err := twiml.Parse([]byte(`<Response><Gather finishOnKey="stop"/></Response>`))
	var fault *twiml.ParseError
	if errors.As(err, &fault) {
		fmt.Println(fault.Code, fault.Element)
	}
	// Output: 13310 Gather
}
