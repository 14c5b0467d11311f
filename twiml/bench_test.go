package twiml_test

import (
	"testing"

	twilio "github.com/twilio/twilio-go/twiml"

	"updatecenter/internal/testkit/check"
	"updatecenter/twiml"
)

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
