package deliveries_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"updatecenter/internal/deliveries"
)

const aTask = "dlv_abcdefghijklmnopqrstuvwxyz/2"

func TestParseTask(t *testing.T) {
	id := "dlv_abcdefghijklmnopqrstuvwxyz"
	for text, want := range map[string]int{aTask: 2, id + "/1": 1, id + "/9999": 9999} {
		if got, err := deliveries.ParseTask(text); err != nil || string(got.Delivery) != id || got.Attempt != want {
			t.Errorf("%q is %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{
		"", "/", id, id + "/", id + "/0", id + "/01", id + "/+1", id + "/-1", id + "/10000", id + "/1/1", id + "/99999999999999999999",
		"/1", "dlv_abc/1", strings.ToUpper(id) + "/1", " " + id + "/1", id + "/1 ", id + "/x",
	} {
		if got, err := deliveries.ParseTask(text); !errors.Is(err, deliveries.ErrNotFound) || got != (deliveries.Task{}) {
			t.Errorf("%q is %+v, %v", text, got, err)
		}
	}
}

// FuzzParseTask holds that what is read has one form alone.
func FuzzParseTask(f *testing.F) {
	for _, text := range []string{aTask, "", "/", "dlv_abc/1", aTask + "0", aTask + "/2", "x" + aTask} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := deliveries.ParseTask(text)
		if err == nil && fmt.Sprintf("%s/%d", got.Delivery, got.Attempt) != text {
			t.Errorf("%q is %+v", text, got)
		}
	})
}
