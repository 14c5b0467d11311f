package simulator_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"updatecenter/voice/simulator"
)

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
	if err != nil {
		t.Fatal(err)
	}
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
	if err != nil {
		t.Fatal(err)
	}
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
