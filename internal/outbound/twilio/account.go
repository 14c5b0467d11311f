package twilio

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/twilio/twilio-go/client"
	openapi "github.com/twilio/twilio-go/rest/api/v2010"

	"updatecenter/internal/secret"
)

// ErrConfig is wrapped by every error of [New]; the text before it names the field, and
// never says what stands in it.
var ErrConfig = errors.New("can't ask Twilio with this")

// ErrCredentials says that Twilio doesn't know the account SID with this auth token.
var ErrCredentials = errors.New("account SID and auth token refused by Twilio")

// What a [Config] means that leaves them out.
const (
	DefaultBaseURL = "https://api.twilio.com"
	DefaultTimeout = 30 * time.Second
)

// Config says which account is asked, and where.
type Config struct {
	AccountSID string        // AC and 32 hexadecimal digits; held to letters and digits here
	KeySID     string        // SK..., of an API key; empty: the account itself signs in
	AuthToken  secret.Text   // the current one, or the API key's secret; letters and digits
	BaseURL    string        // scheme, host and path prefix; empty: DefaultBaseURL
	Timeout    time.Duration // of one method, all its requests together; 0: DefaultTimeout
}

// Account is a Twilio account. It can be used by many at once.
type Account struct {
	sid     string
	user    string // who signs in: the account or an API key
	token   secret.Text
	base    *url.URL
	timeout time.Duration
}

// New returns the account, without asking Twilio anything yet. Every error is [ErrConfig].
func New(c Config) (*Account, error) {
	if !alphanumeric(c.AccountSID) {
		return nil, fmt.Errorf("account SID: want letters and digits alone: %w", ErrConfig)
	}
	if c.KeySID == "" {
		c.KeySID = c.AccountSID
	}
	if !alphanumeric(c.KeySID) {
		return nil, fmt.Errorf("API key: want letters and digits alone: %w", ErrConfig)
	}
	if !alphanumeric(c.AuthToken.Reveal()) {
		return nil, fmt.Errorf("auth token: want letters and digits alone: %w", ErrConfig)
	}
	if c.BaseURL == "" {
		c.BaseURL = DefaultBaseURL
	}
	base, err := parseURL(c.BaseURL)
	if err != nil {
		return nil, fmt.Errorf("base URL: %w", err)
	}
	if base.Path == "" {
		base.Path = "/" // or JoinPath makes a path that doesn't begin with one
	}
	if c.Timeout <= 0 {
		c.Timeout = DefaultTimeout
	}
	return &Account{sid: c.AccountSID, user: c.KeySID, token: c.AuthToken, base: base, timeout: c.Timeout}, nil
}

// parseURL reads a URL that paths are put behind. Its error is [ErrConfig].
func parseURL(written string) (*url.URL, error) {
	u, err := url.Parse(written)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" ||
		u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("want http or https, a host, and perhaps a path: %w", ErrConfig)
	}
	return u, nil
}

// alphanumeric holds s to what twilio-go takes for a credential, and to something at all.
func alphanumeric(s string) bool {
	const all = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	return s != "" && strings.Trim(s, all) == ""
}

// api returns Twilio's API for as long as the context lasts. It is put together by hand, as
// twilio-go's own constructors also read the environment.
func (a *Account) api(ctx context.Context) *openapi.ApiService {
	c := &client.Client{
		Credentials: client.NewCredentials(a.user, a.token.Reveal()),
		HTTPClient:  &http.Client{Transport: transport{ctx: ctx, base: a.base}},
	}
	c.SetAccountSid(a.sid)
	return openapi.NewApiService(&client.RequestHandler{Client: c})
}
