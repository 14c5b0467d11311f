package pins_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"updatecenter/internal/secret"
	"updatecenter/pins"
)

// keyring has a key for each id, the first being current. The same id is the same key.
func keyring(t testing.TB, ids ...string) secret.Keyring {
	t.Helper()
	var entries []string
	for _, id := range ids {
		key := base64.StdEncoding.EncodeToString([]byte(id + strings.Repeat(".", 32-len(id))))
		entries = append(entries, id+":"+key)
	}
	ring, err := secret.ParseKeyring(strings.Join(entries, ","))
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

// cheap are parameters that cost next to nothing.
func cheap() pins.Params { return pins.Params{MemoryKiB: 8, Passes: 1, Lanes: 1} }

// hasher makes a hasher, a cheap one unless config has parameters.
func hasher(t testing.TB, config pins.HasherConfig) *pins.Hasher {
	t.Helper()
	if config.Keys == nil {
		config.Keys = keyring(t, "2026a")
	}
	if config.Params == (pins.Params{}) {
		config.Params = cheap()
	}
	h, err := pins.NewHasher(config)
	if err != nil {
		t.Fatal(err)
	}
	return h
}
