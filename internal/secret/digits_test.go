package secret_test

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"updatecenter/internal/secret"
)

func TestDigitsAreEven(t *testing.T) {
	var all [256]byte
	for i := range all {
		all[i] = byte(i)
	}
	code, err := secret.Digits(bytes.NewReader(all[:]), 250)
	if err != nil {
		t.Fatal(err)
	}
	drawn := map[rune]int{}
	for _, digit := range code.Reveal() {
		drawn[digit]++
	}
	for digit := '0'; digit <= '9'; digit++ {
		if drawn[digit] != 25 || len(drawn) != 10 {
			t.Errorf("%c drawn %d times of 250", digit, drawn[digit])
		}
	}
}

func TestDigits(t *testing.T) {
	for name, tt := range map[string]struct {
		random []byte
		n      int
		want   string
	}{
		"one":                    {[]byte{7}, 1, "7"},
		"above 249 are left out": {[]byte{255, 250, 0, 249, 13, 7, 8, 251, 21}, 6, "093781"},
		"no more than are asked": {[]byte{1, 2, 3, 4, 5, 6, 7}, 4, "1234"},
	} {
		t.Run(name, func(t *testing.T) {
			code, err := secret.Digits(bytes.NewReader(tt.random), tt.n)
			if err != nil || code.Reveal() != tt.want {
				t.Errorf("drew %s, %v; want %s", code.Reveal(), err, tt.want)
			}
		})
	}
}

func TestDigitsNeedRandomness(t *testing.T) {
	for _, random := range [][]byte{nil, {1, 2, 3}, {255, 250, 0}} {
		code, err := secret.Digits(bytes.NewReader(random), 4)
		if !errors.Is(err, io.EOF) || !code.IsZero() {
			t.Errorf("from %d bytes: %s, %v", len(random), code.Reveal(), err)
		}
	}
}
