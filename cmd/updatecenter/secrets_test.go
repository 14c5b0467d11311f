package main

import (
	"encoding/base64"
	"encoding/hex"
	"io"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"updatecenter/internal/redistest"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit/check"
	"updatecenter/voice/simulator"
)

// The PINs of TestNoPINIsReadable. They are of eight digits, so that none turns up by
// chance in a time, a hash or an identifier. With four digits Redis can't be searched: there
// PINs such as those of the call scripts turn up in numbers, times and seals by chance.
var longPINs = strings.NewReplacer(
	"TEMP", "59037146", "PIN1", "83017264", "PIN2", "70419382", "WRONG1", "61840275", "WRONG2", "92650417", "WRONG3", "37186092",
)

// secretCalls key PINs in every way that there is: right, wrong, refused, differing, with
// answers lost and repeated, given up half way, and while Redis is away.
const secretCalls = `
dial 78 from 612-555-0142
press TEMP#
press TEMP#
press PIN1#
press PIN2#
hear "not the same"
press PIN1#
lose
press PIN1#
hear "has been changed"
repeat
ended
dial 78 from 612-555-0142
press WRONG1#
repeat
press PIN1#
press 1
press PIN1#
hear "the PIN you have already"
press PIN2#
hangup
dial 888-612-8052 from 651-555-0100
press 1
press 6125550142#
press WRONG1#
press WRONG2#
press WRONG3#
ended
dial 888-612-8052 from 651-555-0101
press 1
press 6125550199#
press WRONG1#
press WRONG2#
hear "does not match"
hangup
dial 78 from 612-555-0142
press PIN1#
press 1
press PIN2#
redis down
press PIN2#
hear "can not take your call"
redis up
dial 78 from 612-555-0142
press PIN1#
press 1
press PIN2#
`

// TestNoPINIsReadable searches Redis, its dump, logs and metrics for PINs that callers
// keyed, while the last call still has one half chosen.
func TestNoPINIsReadable(t *testing.T) {
	server := redistest.Start(t)
	s := newStage(t, server, func(c *config) {
		c.PINMaxDigits, c.TemporaryPIN = 8, secret.New(longPINs.Replace("TEMP"))
	})
	script := must(simulator.Parse("secrets", strings.NewReader(longPINs.Replace(secretCalls))))(t)
	if result := simulator.Play(t.Context(), s.exchange(nil), script, s); result.Err != nil {
		t.Fatal(result.Err)
	}
	places := map[string][]byte{
		"Redis": server.Contents(t), "dump": server.Dump(t), "log": []byte(s.logs.String()), "metrics": s.metrics(t),
	}
	for place, content := range places {
		if len(content) < 1000 {
			t.Errorf("%s holds only %d bytes", place, len(content))
		}
		searchSecrets(t, place, string(content))
	}
}

// searchSecrets looks for each PIN as it is, and as encodings write it.
func searchSecrets(t *testing.T, place, content string) {
	t.Helper()
	for _, name := range []string{"TEMP", "PIN1", "PIN2", "WRONG1", "WRONG2", "WRONG3"} {
		pin := longPINs.Replace(name)
		for form, text := range map[string]string{
			"digits": pin, "base64": base64.RawStdEncoding.EncodeToString([]byte(pin))[:10], "hex": hex.EncodeToString([]byte(pin)),
		} {
			if strings.Contains(content, text) {
				t.Errorf("%s holds %s as %s", place, name, form)
			}
		}
	}
}

// searchEntries looks in logs and metrics for what a call script keyed.
func (s *stage) searchEntries(t *testing.T, file string) {
	t.Helper()
	places := map[string]string{"log": s.logs.String(), "metrics": withoutValues(string(s.metrics(t)))}
	for _, entry := range entriesOf(string(must(os.ReadFile(file))(t))) {
		for place, content := range places {
			if holdsToken(content, entry) {
				t.Errorf("%s holds the entry %s", place, entry)
			}
		}
	}
}

// pressed are lines of a script that press four digits or more, the fewest of a PIN.
var pressed = regexp.MustCompile(`(?m)^press \D*([0-9]{4,})`)

func entriesOf(script string) []string {
	var entries []string
	for _, found := range pressed.FindAllStringSubmatch(script, -1) {
		entries = append(entries, found[1])
	}
	return entries
}

// withoutValues leaves the values out, which are counts, times and sizes, and can be anybody's PIN.
func withoutValues(metrics string) string {
	var names strings.Builder
	for line := range strings.Lines(metrics) {
		names.WriteString(line[:max(strings.LastIndexByte(line, ' '), 0)] + "\n")
	}
	return names.String()
}

// holdsToken tells whether a text holds the digits, and not as a part of something longer
// such as a CallSid.
func holdsToken(text, digits string) bool {
	inWord := func(i int) bool {
		return i >= 0 && i < len(text) && (text[i] >= '0' && text[i] <= '9' || text[i]|' ' >= 'a' && text[i]|' ' <= 'z')
	}
	for at := 0; ; at++ {
		found := strings.Index(text[at:], digits)
		if found < 0 {
			return false
		}
		if at += found; !inWord(at-1) && !inWord(at+len(digits)) {
			return true
		}
	}
}

// TestSearchEntriesFinds makes sure that the search of entries can find, and that it isn't
// misled.
func TestSearchEntriesFinds(t *testing.T) {
	entries := entriesOf("dial 78 from 612-555-0142\npress 1\npress 8265#\nhear \"1234\"\npress *4071\n")
	if want := []string{"8265", "4071"}; !slices.Equal(entries, want) {
		t.Errorf("entries %q, not %q", entries, want)
	}
	for text, want := range map[string]bool{
		`{"msg":"keyed 8265#"}`: true, "Digits=8265&x=1": true, `x{pin="8265"}`: true,
		"CAab8265": false, "18265": false, "8265f": false, "82658265": false, "82658265 8265": true,
	} {
		if holdsToken(text, "8265") != want {
			t.Errorf("%q holds 8265: %v", text, !want)
		}
	}
	if got, want := withoutValues("a 8265\nb{c=\"8265\"} 1\n"), "a\nb{c=\"8265\"}\n"; got != want {
		t.Errorf("without values: %q", got)
	}
}

// metrics are what a monitoring system reads.
func (s *stage) metrics(t *testing.T) []byte {
	t.Helper()
	recorder := httptest.NewRecorder()
	s.app.handler.ServeHTTP(recorder, httptest.NewRequest("GET", "/metrics", nil))
	return must(io.ReadAll(recorder.Body))(t)
}

// counts fails the test unless the metrics have these lines.
func (s *stage) counts(t *testing.T, lines ...string) {
	t.Helper()
	for _, line := range lines {
		if metrics := string(s.metrics(t)); !strings.Contains("\n"+metrics, "\n"+line+"\n") {
			t.Errorf("the metrics lack %s:\n%s", line, metrics)
		}
	}
}

// TestSearchFinds makes sure that the search above can find.
func TestSearchFinds(t *testing.T) {
	server := redistest.Start(t)
	pin := longPINs.Replace("PIN1")
	s := newStage(t, server, nil)
	check.OK(t, s.redis(t).Set(t.Context(), "plain", "a"+pin+"z", 0).Err())
	for place, content := range map[string][]byte{"Redis": server.Contents(t), "dump": server.Dump(t)} {
		if !strings.Contains(string(content), pin) {
			t.Errorf("%s does not show what stands in it", place)
		}
	}
}
