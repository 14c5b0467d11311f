package ids_test

import (
	"bytes"
	"crypto/rand"
	"strings"
	"testing"

	"updatecenter/internal/ids"
)

func TestIdentifiersAreTakenForSuch(t *testing.T) {
	id, err := ids.New(rand.Reader, "acc_")
	if err != nil || len(id) != len("acc_")+ids.Length || !ids.Valid(id, "acc_") {
		t.Errorf("%q, %v", id, err)
	}
	for _, other := range []string{"", "acc_", id[1:], id + "a", id[:len(id)-1], strings.ToUpper(id), "acc_" + strings.Repeat("1", ids.Length)} {
		if ids.Valid(other, "acc_") {
			t.Errorf("%q is taken for an identifier", other)
		}
	}
	token, err := ids.Token(rand.Reader)
	if err != nil || len(token) != ids.TokenLength || !ids.ValidToken(token) {
		t.Errorf("a token of %d characters, %v", len(token), err)
	}
}

// TestForms holds how what was drawn is written: such identifiers are stored, and known to others.
func TestForms(t *testing.T) {
	drawn := func() *bytes.Reader { return bytes.NewReader(bytes.Repeat([]byte{0xab}, 32)) }
	for want, draw := range map[string]func() (string, error){
		"val_vov2xk5lvov2xk5lvov2xk5lvm": func() (string, error) { return ids.New(drawn(), "val_") },
		"abababab":                       func() (string, error) { return ids.Hex(drawn(), 4) },
		"VOV2XK5L":                       func() (string, error) { return ids.Base32(drawn(), 5) },
		"q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s": func() (string, error) { return ids.Token(drawn()) },
	} {
		if got, err := draw(); got != want || err != nil {
			t.Errorf("%q, %v; want %q", got, err, want)
		}
	}
}

func TestNothingIsDrawnWithoutRandomness(t *testing.T) {
	none := func() *bytes.Reader { return bytes.NewReader(make([]byte, 3)) }
	for name, draw := range map[string]func() (string, error){
		"an identifier": func() (string, error) { return ids.New(none(), "acc_") },
		"a token":       func() (string, error) { return ids.Token(none()) },
		"digits":        func() (string, error) { return ids.Hex(none(), 4) },
		"letters":       func() (string, error) { return ids.Base32(none(), 5) },
	} {
		if _, err := draw(); err == nil {
			t.Errorf("%s was drawn", name)
		}
	}
}
