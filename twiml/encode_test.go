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
	"empty":       {},
	"hangup":      answer(twiml.Hangup{}),
	"play":        answer(twiml.Play{URL: "https://audio.example.com/en/welcome.wav?a=1&b=it's"}, twiml.Play{URL: "tone.wav"}),
	"dial":        answer(twiml.Dial{Action: "/voice/turn/5", CallerID: "+16125550142", Number: "+18005731311"}, twiml.Dial{Number: "+18005731311"}),
	"gather-bare": answer(twiml.Gather{}),
	"gather-full": answer(twiml.Gather{
		Action: "/voice/turn/3?call=CA1&n=3", NumDigits: 10, EveryKey: true, Timeout: 7, ActionOnEmptyResult: true,
		Prompts: []twiml.Prompt{say(twiml.Text("Please enter the number.")), twiml.Play{URL: "beep.wav"}},
	}),
	"say": answer(
		say(twiml.Text("Goodbye.")),
		twiml.Say{Voice: "Polly.Lupe", Language: "es-US", Content: []twiml.Speech{twiml.Text("Adiós.")}},
	),
	"say-ssml": answer(say(
		twiml.Text("Your code is "),
		twiml.Break{Time: 500 * time.Millisecond},
		twiml.Prosody{Rate: 80, Content: []twiml.Speech{
			twiml.SayAs{As: twiml.Digits, Text: "042"}, twiml.Break{Time: 1500 * time.Millisecond}, twiml.Text("twice"),
		}},
		twiml.SayAs{As: twiml.SpellOut, Text: "Zoë"},
	)),
	"say-escapes": answer(say(twiml.Text("<Hangup/> & \"it's\" ]]> \r\n\t\x00\x1b\xff\uFFFE\U0001F4DE é\u0085"))),
	"several":     answer(say(twiml.Text("Sorry.")), twiml.Play{URL: "tone.wav"}, twiml.Hangup{}),
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
	huge := slices.Repeat([]twiml.Verb{twiml.Hangup{}}, 9000)
	prompts := slices.Repeat([]twiml.Prompt{twiml.Play{URL: "a"}}, 9000)
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
		{"silent say", answer(say(twiml.Text(""))), twiml.ErrInvalid, "Say: has nothing"},
		{"silent prosody", answer(say(twiml.Text("a"), twiml.Prosody{Rate: 80})), twiml.ErrInvalid, "prosody: has nothing"},
		{"silent say-as", answer(say(twiml.SayAs{As: twiml.Digits})), twiml.ErrInvalid, "say-as: has nothing"},
		{"no rate", answer(say(twiml.Prosody{Content: []twiml.Speech{twiml.Text("a")}})), twiml.ErrInvalid, "prosody: rate"},
		{"high rate", answer(say(twiml.Prosody{Rate: 201, Content: []twiml.Speech{twiml.Text("a")}})), twiml.ErrInvalid, "prosody: rate"},
		{"prosody in prosody", answer(say(twiml.Prosody{Rate: 80, Content: []twiml.Speech{
			twiml.Prosody{Rate: 80, Content: []twiml.Speech{twiml.Text("a")}}}})), twiml.ErrInvalid, "prosody in prosody"},
		{"interpretation", answer(say(twiml.SayAs{As: "date", Text: "1"})), twiml.ErrInvalid, "interpret-as"},
		{"no break", answer(say(twiml.Break{})), twiml.ErrInvalid, "break: time"},
		{"long break", answer(say(twiml.Break{Time: 10*time.Second + time.Millisecond})), twiml.ErrInvalid, "break: time"},
		{"odd break", answer(say(twiml.Break{Time: 1500 * time.Microsecond})), twiml.ErrInvalid, "break: time"},
		{"voice", answer(twiml.Say{Voice: "Polly Joanna"}), twiml.ErrInvalid, "Say: voice"},
		{"language", answer(twiml.Say{Language: strings.Repeat("e", 256)}), twiml.ErrInvalid, "Say: language"},
		{"no recording", answer(twiml.Play{}), twiml.ErrInvalid, "Play: URL is empty"},
		{"space in URL", answer(twiml.Play{URL: "/a b"}), twiml.ErrInvalid, "Play: URL"},
		{"é in URL", answer(twiml.Gather{Action: "/é"}), twiml.ErrInvalid, "Gather: action holds"},
		{"numDigits", answer(twiml.Gather{NumDigits: -1}), twiml.ErrInvalid, "Gather: numDigits"},
		{"timeout", answer(twiml.Gather{Timeout: 601}), twiml.ErrInvalid, "Gather: timeout is not within 1 to 600"},
		{"caller ID", answer(twiml.Dial{CallerID: "a b", Number: "+18005731311"}), twiml.ErrInvalid, "Dial: callerId"},
		{"no number", answer(twiml.Dial{}), twiml.ErrInvalid, "E.164"},
		{"national number", answer(twiml.Dial{Number: "8005731311"}), twiml.ErrInvalid, "E.164"},
		{"number with words", answer(twiml.Dial{Number: "+1800573131a"}), twiml.ErrInvalid, "E.164"},
		{"long say", answer(say(twiml.Text(long))), twiml.ErrTooLarge, "Say: speaks"},
		{"long in parts", answer(say(twiml.Text(long[:2999]), twiml.SayAs{As: twiml.Digits, Text: "12"})), twiml.ErrTooLarge, "speaks"},
		{"long and wide", answer(say(twiml.Text(strings.Repeat("é", twiml.MaxSay+1)))), twiml.ErrTooLarge, "Say: speaks"},
		{"huge", answer(huge...), twiml.ErrTooLarge, "the document exceeds 64 kB"},
		{"huge gather", answer(twiml.Gather{Prompts: prompts}), twiml.ErrTooLarge, "the document exceeds 64 kB"},
		{"huge URL", answer(twiml.Play{URL: strings.Repeat("a", twiml.MaxDocument)}), twiml.ErrTooLarge, "64 kB"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := c.document.Encode()
			if got != nil || !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.words) {
				t.Errorf("%d bytes and %v, want %v with %q", len(got), err, c.want, c.words)
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
		"gather": twiml.Gather{NumDigits: twiml.MaxDigits, Timeout: twiml.MaxGatherTimeout},
		"dial":   twiml.Dial{Number: "+123456789012345"},
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
		twiml.Hangup{},
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
	// <Hangup/>
	// </Response>
}

// The words of the document that is measured.
const (
	question = "Please enter your new PIN, then press the pound key. It can't be a run such as 2, 3, 4, 5."
	reminder = "To hear this again, press star & wait."
)

// encodeTwoSays builds and writes one Gather with two Says. It is small enough to be
// inlined, as a caller's own literal would be.
func encodeTwoSays() ([]byte, error) {
	return twiml.Response{Verbs: []twiml.Verb{
		twiml.Gather{
			Action: "/voice/turn/3?call=CA1234567890ABCDE", NumDigits: 4, Timeout: 7,
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
			Action: "/voice/turn/3?call=CA1234567890ABCDE", NumDigits: "4", Timeout: "7",
			InnerElements: []twilio.Element{
				&twilio.VoiceSay{Voice: "Polly.Joanna", Language: "en-US", Message: question},
				&twilio.VoiceSay{Voice: "Polly.Joanna", Language: "en-US", Message: reminder},
			},
		},
	})
}

// BenchmarkGatherTwoSays builds and writes a document, as the webhook does.
func BenchmarkGatherTwoSays(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := encodeTwoSays(); err != nil {
			b.Fatal(err)
		}
	}
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

// A caller's literals stay on the stack, and only the result is allocated.
func TestAllocations(t *testing.T) {
	allocated := testing.AllocsPerRun(100, func() {
		if _, err := encodeTwoSays(); err != nil {
			t.Error(err)
		}
	})
	if allocated != 1 {
		t.Errorf("Encode allocates %v times, want 1", allocated)
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
