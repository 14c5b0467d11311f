package accounts_test

import (
	"testing"

	"updatecenter/internal/accounts"
	"updatecenter/internal/testkit/check"
)

func TestKeyedForms(t *testing.T) {
	forms := check.Must(accounts.ParseKeyedForms("3-7-3, 4-4"))(t)
	for keyed, want := range map[string]accounts.Number{
		"6125550142821": "612-5550142-821", "10004821": "1000-4821", "1000482": "1000482", "100048211": "100048211",
	} {
		if got, err := forms.Number(keyed); err != nil || got != want {
			t.Errorf("%s: %s, %v", keyed, got, err)
		}
	}
	for _, wrong := range []string{"", "3-", "3-0", "x", "4-4,8", "12-12", "99999999999999999999"} {
		if forms, err := accounts.ParseKeyedForms(wrong); err == nil {
			t.Errorf("%q: %v", wrong, forms)
		}
	}
	if _, err := forms.Number("1234567890123456789012345"); err == nil {
		t.Error("25 digits")
	}
}
