package simulator

import (
	"net/http"
	"net/url"
	"testing"
	"time"
)

func TestHears(t *testing.T) {
	tests := []struct {
		heard, words string
		want         bool
	}{
		{"Your PIN  has been changed.", "pin has been CHANGED", true},
		{"Call 8 0 0, 5 7 3, 1 3 1 1.", "800-573-1311", true},
		{"Call 800-573-1311.", "8 0 0 5 7 3 1 3 1 1", true},
		{"Call (888) 612-8052.", "888-612-8052", true},
		{"Call 888.612.8052.", "888 612 8052", true},
		{"It stands. 2 days remain.", "stands. 2", true},
		{"Oprima el dos, señora.", "SEÑORA", true},
		{"For English, press 1.", "press 2", false},
		{"a well-known PIN", "well known", false},
		{"", "anything", false},
	}
	for _, test := range tests {
		if got := (hearing{words: test.words}).matches(test.heard); got != test.want {
			t.Errorf("%q in %q: %v", test.words, test.heard, got)
		}
	}
}

func TestInLanguage(t *testing.T) {
	english, spanish := Spoken{Words: "One.", Language: "en-US"}, Spoken{Words: "Uno.", Language: "es-US"}
	tests := []struct {
		name   string
		events []Event
		tag    string
		want   bool
	}{
		{"nothing", []Event{Gathering{}}, "en", false},
		{"one", []Event{english, Paused{}}, "en", true},
		{"both", []Event{english, spanish}, "en", false},
		{"unknown", []Event{Spoken{Words: "One."}}, "en", false},
		{"a recording", []Event{Played{URL: "https://x/audio/new-pin.es.mp3"}}, "es", true},
		{"a recording in a directory", []Event{Played{URL: "https://x/audio/es/new-pin.mp3"}}, "es", true},
		{"another recording", []Event{spanish, Played{URL: "https://x/audio/new-pin-en.mp3"}}, "es", false},
		{"a recording of no language", []Event{spanish, Played{URL: "https://x/chime.mp3"}}, "es", true},
	}
	for _, test := range tests {
		if got := inLanguage(test.events, test.tag); got != test.want {
			t.Errorf("%s: %v", test.name, got)
		}
	}
}

func TestKeyFilter(t *testing.T) {
	for typed, want := range map[string]string{
		"12*#": "12*#", "a1 2\n": "12\n", "\r3": "\n3", "\x1b[3~4": "4", "\x1bOP5": "5", "\x1b6": "6", "H": "h", "\x04": "h",
	} {
		var filter keyFilter
		var got []byte
		for _, b := range []byte(typed) {
			if key, ok := filter.key(b); ok {
				got = append(got, key)
			}
		}
		if string(got) != want {
			t.Errorf("%q: %q, want %q", typed, got, want)
		}
	}
}

func FuzzReadOrder(f *testing.F) {
	f.Add("To=%2B16125550142&From=8886128052&Url=http://a.example/b&Timeout=20&StatusCallbackEvent=ringing")
	f.Add("To=911&From=&Url=:&TimeLimit=-1&MachineDetection=x")
	f.Fuzz(func(t *testing.T, body string) {
		form, err := url.ParseQuery(body)
		if err != nil {
			return
		}
		out, refusal := readOrder(form)
		if refusal != nil {
			if refusal.Status != http.StatusBadRequest || refusal.Code == 0 || refusal.Message == "" {
				t.Errorf("%q: refused with %+v", body, *refusal)
			}
			return
		}
		if !e164.MatchString(out.to) || !e164.MatchString(out.from) || out.url == "" ||
			out.timeout < time.Second || out.timeout > ringMost*time.Second || out.timeLimit < 0 {
			t.Errorf("%q: taken as %+v", body, out)
		}
	})
}

func FuzzReadListing(f *testing.F) {
	f.Add("StartTime>=2026-03-01T00:00:00Z&To=612-555-0142&PageSize=3&PageToken=PACA1")
	f.Add("StartTime=tomorrow&PageSize=0")
	f.Fuzz(func(t *testing.T, query string) {
		values, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		l, fine := readListing(values)
		if fine && (l.size < 1 || l.size > pageSizeMost) {
			t.Errorf("%q: %d a page", query, l.size)
		}
		if _, err := time.Parse(time.DateOnly, l.notBefore); l.notBefore != "" && fine && err != nil {
			t.Errorf("%q: day %q", query, l.notBefore)
		}
	})
}
