package features

import (
	"testing"
	"time"

	"updatecenter/internal/secret"
)

var someTime = time.Date(2031, 3, 4, 12, 0, 0, 0, time.UTC)

func someKeys(t *testing.T) secret.Keyring {
	t.Helper()
	keys, err := secret.ParseKeyring("test:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=")
	if err != nil {
		t.Fatal(err)
	}
	return keys
}
