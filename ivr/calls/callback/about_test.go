package callback_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"updatecenter/internal/deliveries"
	"updatecenter/ivr/calls/callback"
)

func TestParseAbout(t *testing.T) {
	id := strings.TrimSuffix(about, "/2")
	for text, want := range map[string]int{about: 2, id + "/1": 1, id + "/9999": 9999} {
		if got, err := callback.ParseAbout(text); err != nil || string(got.Delivery) != id || got.Attempt != want {
			t.Errorf("%q is %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{
		"", "/", id, id + "/", id + "/0", id + "/01", id + "/+1", id + "/-1", id + "/10000", id + "/1/1", id + "/99999999999999999999",
		"/1", "dlv_abc/1", strings.ToUpper(id) + "/1", " " + id + "/1", id + "/1 ", id + "/x",
	} {
		if got, err := callback.ParseAbout(text); !errors.Is(err, deliveries.ErrNotFound) || got != (deliveries.Task{}) {
			t.Errorf("%q is %+v, %v", text, got, err)
		}
	}
}

// FuzzParseAbout holds that what is read has one form alone.
func FuzzParseAbout(f *testing.F) {
	for _, text := range []string{about, "", "/", "dlv_abc/1", about + "0", about + "/2", "x" + about} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := callback.ParseAbout(text)
		if err == nil && fmt.Sprintf("%s/%d", got.Delivery, got.Attempt) != text {
			t.Errorf("%q is %+v", text, got)
		}
	})
}
