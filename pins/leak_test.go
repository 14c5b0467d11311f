package pins_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"updatecenter/internal/logtest"
	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
	"updatecenter/pins"
)

// keyed are entries that stand nowhere else, so that finding one is finding a leak.
var keyed = []string{"82651739", "73951628", "12344321", "0142x", "918273645546372819"}

// mustHide fails when text holds an entry, as digits, hexadecimal or a list of bytes.
func mustHide(t *testing.T, where, text string) {
	t.Helper()
	for _, entry := range keyed {
		for _, form := range []string{entry, fmt.Sprintf("%x", entry), fmt.Sprint([]byte(entry))} {
			if strings.Contains(text, form) {
				t.Errorf("%s holds %s: %s", where, entry, text)
			}
		}
	}
}

func TestErrorsHoldNoEntry(t *testing.T) {
	f := newFixture(t)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	malformed := hasher(t, pins.HasherConfig{})
	for _, digits := range keyed {
		entry := secret.New(digits)
		var errs []error
		for _, ctx := range []context.Context{t.Context(), ended} {
			for _, number := range []nanp.Number{personal, temporary, missing} {
				request := f.request(personal, 99, entry)
				attempt := f.attempt(personal, pins.Remote)
				request.Number, attempt.Number = number, number
				_, checkErr := f.Check(ctx, attempt, entry)
				_, weighErr := f.Weigh(ctx, attempt.Number, 0, entry)
				errs = append(errs, checkErr, weighErr, f.Change(ctx, request))
			}
			_, hashErr := malformed.Hash(ctx, entry)
			_, _, verifyErr := malformed.Verify(ctx, pins.Hash("$"+digits), entry)
			errs = append(errs, hashErr, verifyErr, malformed.Burn(ctx, entry))
		}
		errs = append(errs, pins.Policy{Temporary: entry, MinDigits: 4, MaxDigits: 99}.Validate())
		text := errors.Join(errs...).Error()
		if !strings.Contains(text, "check PIN") || !strings.Contains(text, "change PIN") {
			t.Fatalf("too few errors to tell: %s", text)
		}
		mustHide(t, "an error", text)
	}
}

func TestValuesHoldNoEntry(t *testing.T) {
	f := newFixture(t)
	attempt := f.attempt(personal, pins.Remote)
	request := f.request(personal, 1, wrongPIN)
	p := policy()
	p.Temporary = rightPIN
	f.wrong(t, personal, pins.Remote, 4, pins.Wrong)
	line, err := f.Find(t.Context(), personal)
	if err != nil {
		t.Fatal(err)
	}
	history, err := f.store.History(t.Context(), personal, 10)
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]any{
		"request": request, "pointer to request": &request, "attempt": attempt, "policy": p,
		"result": f.check(t, attempt, rightPIN), "line": line, "history": history,
		"config": pins.Config{Policy: p}, "lines": f.Lines, "what is in them": *f.Lines,
		"memory": f.store.Memory,
	} {
		mustHide(t, name, logtest.Shown(value))
	}
}
