package logtest_test

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"updatecenter/internal/logtest"
	"updatecenter/internal/secret"
)

const hidden = "826517"

// Each of these shows what it holds in one way alone.
type (
	inPlain  struct{}
	inFields struct{}
	inGo     struct{}
	inString struct{}
	inQuotes struct{}
	inSlog   struct{}
	inText   struct{}
	inJSON   struct{}
)

// by writes the hidden digits for one verb of fmt with its flag, such as "+v".
func by(verb string, state fmt.State, asked rune) {
	written := string(asked)
	for _, flag := range "+#" {
		if state.Flag(int(flag)) {
			written = string(flag) + written
		}
	}
	if written == verb {
		fmt.Fprint(state, hidden)
	}
}

func (inPlain) Format(state fmt.State, verb rune)  { by("v", state, verb) }
func (inFields) Format(state fmt.State, verb rune) { by("+v", state, verb) }
func (inGo) Format(state fmt.State, verb rune)     { by("#v", state, verb) }
func (inString) Format(state fmt.State, verb rune) { by("s", state, verb) }
func (inQuotes) Format(state fmt.State, verb rune) { by("q", state, verb) }
func (inSlog) LogValue() slog.Value                { return slog.StringValue(hidden) }
func (inText) MarshalText() ([]byte, error)        { return []byte(hidden), nil }
func (inJSON) MarshalJSON() ([]byte, error)        { return []byte(hidden), nil }

func TestShown(t *testing.T) {
	held := hidden
	for _, value := range []any{
		inPlain{}, inFields{}, inGo{}, inString{}, inQuotes{}, inSlog{}, inText{}, inJSON{},
		hidden, errors.New(hidden), struct{ private string }{hidden}, map[string]any{"a": []string{hidden}},
		struct{ Pointer *string }{&held},
	} {
		if shown := logtest.Shown(value); !strings.Contains(shown, hidden) {
			t.Errorf("%T is shown as %s", value, shown)
		}
	}
}

func TestShownHides(t *testing.T) {
	text := secret.New(hidden)
	shown := logtest.Shown(map[string]any{"text": text, "pointer": &text, "channel": make(chan int)})
	if strings.Contains(shown, hidden) || !strings.Contains(shown, secret.Dots) {
		t.Errorf("a secret is shown as %s", shown)
	}
	if strings.Contains(shown, "0xc") {
		t.Errorf("addresses of memory are left: %s", shown)
	}
}
