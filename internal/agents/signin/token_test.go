package signin

import (
	"strings"
	"testing"

	"updatecenter/internal/secret"
)

func TestHint(t *testing.T) {
	for address, want := range map[string]string{
		"ann@example.com": "a•••@example.com", "é@example.com": "é•••@example.com",
		"a@b@c.example": "a•••@c.example", "@x": "•••@x", "": "•••",
	} {
		if got := hint(address); got != want {
			t.Errorf("%q: %q", address, got)
		}
	}
}

func FuzzToken(f *testing.F) {
	for _, s := range []string{"", strings.Repeat("A", 43), strings.Repeat("A", 42) + "B", strings.Repeat("=", 43), strings.Repeat("-", 43)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, written string) {
		if _, ok := keyOf(secret.New(written)); ok && len(written) != 43 {
			t.Errorf("takes %d characters", len(written))
		}
	})
}
