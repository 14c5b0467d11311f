package simulator

import (
	"path"
	"strings"
	"time"

	"updatecenter/twiml"
)

// words writes speech down. Digits that are spoken one by one stand apart.
func words(content []twiml.Speech) string {
	var spoken strings.Builder
	write(&spoken, content)
	return strings.Join(strings.Fields(spoken.String()), " ")
}

func write(spoken *strings.Builder, content []twiml.Speech) {
	for _, part := range content {
		switch part := part.(type) {
		case twiml.Text:
			spoken.WriteString(string(part))
		case twiml.SayAs:
			spoken.WriteString(saidAs(part))
		case twiml.Break:
			spoken.WriteByte(' ')
		case twiml.Prosody:
			write(spoken, part.Content)
		}
	}
}

// saidAs writes an interpreted text: apart what is spelt, in groups a telephone number.
func saidAs(part twiml.SayAs) string {
	switch part.As {
	case twiml.Digits, twiml.SpellOut:
		return strings.Join(strings.Split(strings.Join(strings.Fields(part.Text), ""), ""), " ")
	case twiml.Telephone:
		return grouped(part.Text)
	case twiml.Cardinal:
		return part.Text
	}
	return part.Text
}

// grouped writes a ten-digit number as 612-555-0142, and leaves others alone.
func grouped(number string) string {
	digits := strings.TrimPrefix(number, "+1")
	if len(digits) != 10 || strings.Trim(digits, "0123456789") != "" {
		return number
	}
	return digits[:3] + "-" + digits[3:6] + "-" + digits[6:]
}

// language is what a Say is spoken in. Twilio's default voice is American.
func language(say twiml.Say) string {
	if say.Language == "" && say.Voice == "" {
		return "en-US"
	}
	return say.Language
}

// What it takes to say a word, and a recording of which nothing is known.
const (
	wordLength      = 400 * time.Millisecond
	recordingLength = 3 * time.Second
)

// length is how long an event lasts on the phone, about.
func length(event Event) time.Duration {
	switch event := event.(type) {
	case Spoken:
		return time.Duration(len(strings.Fields(event.Words))) * wordLength
	case Played:
		return recordingLength
	case Paused:
		return event.Length
	}
	return 0
}

// inWords is what an event sounds like in a script or a transcript; empty: like nothing.
func inWords(event Event) string {
	switch event := event.(type) {
	case Spoken:
		return event.Words
	case Played:
		return recordingName(event.URL)
	case Transferred:
		if event.Status != connected {
			return "dialed " + grouped(event.To) + ": " + event.Status
		}
		return "transferred to " + grouped(event.To)
	}
	return ""
}

// recordingName is the file name in a URL.
func recordingName(address string) string {
	address, _, _ = strings.Cut(address, "?")
	return path.Base(address)
}
