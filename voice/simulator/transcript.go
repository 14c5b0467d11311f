package simulator

import (
	"fmt"
	"io"
	"strings"

	"updatecenter/internal/secret"
)

// A Transcript is a call as a conversation. Printed in any way but by Write it holds no keys.
type Transcript []Utterance

// An Utterance is one party's words or keys.
type Utterance struct {
	Speaker Speaker
	Words   string
	Keys    secret.Text // of the caller; zero: none
}

// Speaker is who says something in a transcript.
type Speaker string

// The speakers.
const (
	TheCaller Speaker = "Caller"
	TheCenter Speaker = "Center"   // the application
	TheLine   Speaker = "Exchange" // what happens to the call
)

func (t *Transcript) add(speaker Speaker, format string, args ...any) {
	*t = append(*t, Utterance{Speaker: speaker, Words: fmt.Sprintf(format, args...)})
}

func (t *Transcript) addKeys(words, keys string) {
	*t = append(*t, Utterance{Speaker: TheCaller, Words: words, Keys: secret.New(keys)})
}

// addEvent writes down what was heard.
func (t *Transcript) addEvent(event Event) {
	switch event := event.(type) {
	case Spoken:
		t.add(TheCenter, "%s", event.Words)
	case Played:
		t.add(TheCenter, "(plays %s)", recordingName(event.URL))
	case Transferred:
		t.add(TheLine, "%s", inWords(event))
	case Ended:
		t.add(TheLine, "%s", ending(event))
	}
}

// ending tells how a call ended.
func ending(event Ended) string {
	switch {
	case event.Failure != nil:
		return fmt.Sprintf("the exchange gave up: %v", event.Failure)
	case event.Status != "completed":
		return fmt.Sprintf("%s ended the call (%s)", event.By, event.Status)
	}
	return fmt.Sprintf("%s hung up", event.By)
}

// Write writes the transcript for a reader, a line for each utterance; keys as dots
// unless showKeys.
func (t Transcript) Write(w io.Writer, showKeys bool) error {
	for _, said := range t {
		line := said.Words
		if keys := said.Keys.Reveal(); keys != "" && showKeys {
			line += " " + keys
		} else if keys != "" {
			line += " " + strings.Repeat("•", len(keys))
		}
		if _, err := fmt.Fprintf(w, "%-9s %s\n", said.Speaker+":", line); err != nil {
			return fmt.Errorf("write transcript: %w", err)
		}
	}
	return nil
}
