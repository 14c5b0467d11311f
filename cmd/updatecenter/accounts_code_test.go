package main

import (
	"encoding/json"
	"strings"
	"testing"

	"updatecenter/internal/redistest"
)

// TestAccountsNewCode makes a code in place of one that is known, which no output shows, and
// asks the servers to tell the customer.
func TestAccountsNewCode(t *testing.T) {
	redistest.Both(t, func(t *testing.T, server *redistest.Server) {
		s := shell{t, server.URL()}
		t.Setenv("SECRET_KEYS", sound["SECRET_KEYS"])
		s.expect(exitError, []string{"2 accounts added"}, accountsFile, "accounts", "import", "-")
		before, _, _ := s.run("", "accounts", "show", "1000-1")
		s.expect(exitUsage, []string{"--by"}, "", "accounts", "new-code", "1000-1")
		s.expect(exitOK, []string{"1000-1 has a new security code"}, "", "accounts", "new-code", "1000-1", "--by", "ann", "--reason", "told a stranger")
		s.expect(exitOK, []string{"code-made", "ann", "command line", "told a stranger"}, "", "accounts", "history", "1000-1")
		after, _, _ := s.run("", "accounts", "show", "1000-1")
		if since(t, before) == since(t, after) {
			t.Error("the code counts since before")
		}
		if !strings.Contains(string(server.Contents(t)), "code_changed") {
			t.Error("no notice was asked for")
		}
		s.expect(exitError, []string{"no such account"}, "", "accounts", "new-code", "1000-9", "--by", "ann")
	})
}

// since is since when the secret of an account counts that is shown.
func since(t *testing.T, shown string) string {
	t.Helper()
	var account struct{ Since string }
	if err := json.Unmarshal([]byte(shown), &account); err != nil {
		t.Fatal(err)
	}
	return account.Since
}
