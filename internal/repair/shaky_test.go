package repair_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/logtest"
	"updatecenter/internal/nanp"
	"updatecenter/internal/repair"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit/check"
)

// asked are accounts that count what they are asked.
type asked struct {
	*accounts.Accounts
	questions []string
}

func (a *asked) Get(ctx context.Context, number accounts.Number) (accounts.Account, error) {
	a.questions = append(a.questions, "get")
	return a.Accounts.Get(ctx, number)
}

func (a *asked) Verify(ctx context.Context, number accounts.Number, claim accounts.Claim) (accounts.Result, error) {
	a.questions = append(a.questions, "verify")
	return a.Accounts.Verify(ctx, number, claim)
}

// mute is an exchange that rings nobody.
type mute struct{}

func (mute) Dial(context.Context, deliveries.Ring) (string, error) { return "CA1", nil }

func (mute) Find(context.Context, nanp.Number, time.Time) ([]deliveries.FoundCall, error) {
	return nil, nil
}

func (mute) HangUp(context.Context, string) error { return nil }

// TestNothingHoldsACode looks for the code, and for one that was typed, in all that the desk
// returns, keeps, records and logs.
func TestNothingHoldsACode(t *testing.T) {
	f := newFixture(t)
	v, code := f.call(t, ann, home)
	typed := wrong(code)
	result, err := f.Code(t.Context(), ann, v.ID, typed)
	check.OK(t, err)
	seen, err := f.Validation(t.Context(), ann, v.ID)
	check.OK(t, err)
	stored, err := f.World.Desk().Load(t.Context(), v.ID)
	check.OK(t, err)
	_, shape := f.Code(t.Context(), ann, v.ID, secret.New(code.Reveal()+"0"))
	f.Calls.Fail("Lines.Validate", errDown)
	_, failed := f.Code(t.Context(), ann, v.ID, code)
	f.Calls.Mend("Lines.Validate")
	_, err = f.Code(t.Context(), ann, v.ID, code)
	check.OK(t, err)
	card, err := f.Find(t.Context(), ann, home)
	check.OK(t, err)
	for name, value := range map[string]any{
		"validation": v, "seen": seen, "result": result, "stored": stored, "card": card,
		"desk": *f.Desk, "codes": f.codes(), "config": f.config(), "audit": f.Audit.All(), "shape": shape.Error(), "failed": failed.Error(),
		"log": f.Log.String(), "code": code,
	} {
		logtest.Hides(t, name, logtest.Shown(value), code.Reveal(), typed.Reveal())
	}
}

func FuzzParseID(f *testing.F) {
	for _, seed := range []string{"", "val_", "val_aaaaaaaaaaaaaaaaaaaaaaaaaa", "val_aaaaaaaaaaaaaaaaaaaaaaaaa1", "dlv_aaaaaaaaaaaaaaaaaaaaaaaaaa"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		id, err := repair.ParseID(s)
		if (err == nil) != (id != "") || id != "" && (string(id) != s || len(s) != 30 || strings.ToLower(s) != s) {
			t.Errorf("%q was read as %q, %v", s, id, err)
		}
	})
}
