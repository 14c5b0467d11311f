package twilio_test

import (
	"errors"
	"strings"
	"testing"

	"updatecenter/internal/outbound/twilio"
	"updatecenter/internal/secret"
)

func TestNew(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*twilio.Config)
		want   string // what the error begins with; empty: none
	}{
		{"as it should be", func(*twilio.Config) {}, ""},
		{"no base URL", func(c *twilio.Config) { c.BaseURL = "" }, ""},
		{"a path", func(c *twilio.Config) { c.BaseURL = "http://127.0.0.1:4010/twilio" }, ""},
		{"no SID", func(c *twilio.Config) { c.AccountSID = "" }, "account SID"},
		{"SID that leaves its path", func(c *twilio.Config) { c.AccountSID = "AC1/../hidden" }, "account SID"},
		{"no token", func(c *twilio.Config) { c.AuthToken = secret.Text{} }, "auth token"},
		{"two tokens", func(c *twilio.Config) { c.AuthToken = secret.New("hidden,hidden") }, "auth token"},
		{"newline", func(c *twilio.Config) { c.AuthToken = secret.New("hidden\n") }, "auth token"},
		{"letters beyond ASCII", func(c *twilio.Config) { c.AuthToken = secret.New("hiddén") }, "auth token"},
		{"no scheme", func(c *twilio.Config) { c.BaseURL = "hidden.example.com" }, "base URL"},
		{"other scheme", func(c *twilio.Config) { c.BaseURL = "ftp://hidden.example.com" }, "base URL"},
		{"no host", func(c *twilio.Config) { c.BaseURL = "https:///hidden" }, "base URL"},
		{"password", func(c *twilio.Config) { c.BaseURL = "https://u:hidden@example.com" }, "base URL"},
		{"query", func(c *twilio.Config) { c.BaseURL = "https://example.com?hidden" }, "base URL"},
		{"fragment", func(c *twilio.Config) { c.BaseURL = "https://example.com#hidden" }, "base URL"},
		{"not a URL", func(c *twilio.Config) { c.BaseURL = "https://hidden:x" }, "base URL"},
	} {
		t.Run(c.name, func(t *testing.T) {
			config := twilio.Config{AccountSID: sid, AuthToken: secret.New(token), BaseURL: "https://api.twilio.com"}
			c.change(&config)
			account, err := twilio.New(config)
			if c.want == "" {
				if account == nil || err != nil {
					t.Errorf("got %v, %v", account, err)
				}
				return
			}
			if account != nil || !errors.Is(err, twilio.ErrConfig) || !strings.HasPrefix(err.Error(), c.want+": ") {
				t.Fatalf("got %v, want an error of the %s", err, c.want)
			}
			if strings.Contains(err.Error(), "hidd") {
				t.Errorf("the error tells what was given: %v", err)
			}
		})
	}
}
