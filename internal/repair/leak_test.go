package repair_test

import (
	"fmt"
	"strings"
	"testing"

	"updatecenter/internal/logtest"
	"updatecenter/internal/repair"
	"updatecenter/internal/secret"
)

// mustHide fails when text holds a code, as it is, in hexadecimal or as a list of bytes.
func mustHide(t *testing.T, where, text string, codes ...string) {
	t.Helper()
	for _, code := range codes {
		for _, form := range []string{code, fmt.Sprintf("%x", code), fmt.Sprint([]byte(code))} {
			if strings.Contains(text, form) {
				t.Errorf("%s holds %s: %s", where, code, text)
			}
		}
	}
}

// TestNothingHoldsACode looks for the code, and for one that was typed, in all that the desk
// returns, keeps, records and logs.
func TestNothingHoldsACode(t *testing.T) {
	f := newFixture(t)
	v, code := f.call(t, ann, home)
	typed := wrong(code)
	result, err := f.Code(t.Context(), ann, v.ID, typed)
	f.ok(t, err)
	seen, err := f.Validation(t.Context(), ann, v.ID)
	f.ok(t, err)
	stored, err := f.store.Load(t.Context(), v.ID)
	f.ok(t, err)
	_, shape := f.Code(t.Context(), ann, v.ID, secret.New(code.Reveal()+"0"))
	f.lines.down = true
	_, failed := f.Code(t.Context(), ann, v.ID, code)
	f.lines.down = false
	_, err = f.Code(t.Context(), ann, v.ID, code)
	f.ok(t, err)
	card, err := f.Find(t.Context(), ann, home)
	f.ok(t, err)
	for name, value := range map[string]any{
		"validation": v, "seen": seen, "result": result, "stored": stored, "memory": f.store.Memory, "card": card,
		"desk": *f.Desk, "codes": f.codes(), "config": f.config(), "audit": f.audit.events, "shape": shape.Error(), "failed": failed.Error(),
		"log": f.log.String(), "code": code,
	} {
		mustHide(t, name, logtest.Shown(value), code.Reveal(), typed.Reveal())
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
