package twilio

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/twilio/twilio-go/client"
	openapi "github.com/twilio/twilio-go/rest/api/v2010"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/nanp"
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
	AuthToken  secret.Text   // the current one; letters and digits
	BaseURL    string        // scheme, host and path prefix; empty: DefaultBaseURL
	Timeout    time.Duration // of one method, all its requests together; 0: DefaultTimeout
}

// Account is a Twilio account. It can be used by many at once.
type Account struct {
	config Config
	base   *url.URL
}

// New returns the account, without asking Twilio anything yet. Every error is [ErrConfig].
func New(c Config) (*Account, error) {
	if !alphanumeric(c.AccountSID) {
		return nil, fmt.Errorf("account SID: want letters and digits alone: %w", ErrConfig)
	}
	if !alphanumeric(c.AuthToken.Reveal()) {
		return nil, fmt.Errorf("auth token: want letters and digits alone: %w", ErrConfig)
	}
	base, err := parseURL(cmp.Or(c.BaseURL, DefaultBaseURL))
	if err != nil {
		return nil, fmt.Errorf("base URL: %w", err)
	}
	base.Path = cmp.Or(base.Path, "/") // or JoinPath makes a path that doesn't begin with one
	c.Timeout = cmp.Or(c.Timeout, DefaultTimeout)
	return &Account{c, base}, nil
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
		Credentials: client.NewCredentials(a.config.AccountSID, a.config.AuthToken.Reveal()),
		HTTPClient:  &http.Client{Transport: transport{ctx: ctx, base: a.base}},
	}
	c.SetAccountSid(a.config.AccountSID)
	return openapi.NewApiService(&client.RequestHandler{Client: c})
}

// clockTolerance is how far Twilio's clock may be behind ours. A call's creation is told to
// the second, so it can seem to be up to a second too early besides.
const clockTolerance = 2 * time.Second

const (
	maxFound      = 1000 // to one number since the beginning of a day
	foundPageSize = 100
)

// outbound is the direction of calls that were asked for by REST, unlike those of a Dial verb.
const outbound = "outbound-api"

// Find lists the calls to a number from [DialerConfig].From that were created since a time,
// or up to two seconds before it, as clocks differ; oldest first. It reads at most 1000 of
// that day (UTC), and returns [ErrTooMany] if there are more.
func (d *Dialer) Find(ctx context.Context, to nanp.Number, since time.Time) ([]deliveries.FoundCall, error) {
	ctx, cancel := context.WithTimeout(ctx, d.account.config.Timeout)
	defer cancel()
	since = since.UTC().Truncate(time.Second).Add(-clockTolerance)
	listed, err := d.list(ctx, to, since)
	if err != nil {
		return nil, fmt.Errorf("find calls: %w", plain(err))
	}
	found := map[string]deliveries.FoundCall{}
	for _, call := range listed {
		created, err := time.Parse(time.RFC1123Z, text(call.DateCreated))
		if err != nil || text(call.Sid) == "" {
			return nil, errors.New("find calls: answered by Twilio with a call that has no SID or date")
		}
		if text(call.Direction) == outbound && text(call.To) == string(to) && !created.Before(since) {
			found[*call.Sid] = deliveries.FoundCall{CallSID: *call.Sid, Created: created.UTC(), Status: text(call.Status)}
		}
	}
	return slices.SortedFunc(maps.Values(found), func(a, b deliveries.FoundCall) int {
		return cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.CallSID, b.CallSID))
	}), nil
}

// list asks twice, as a call that waits its turn has no start time yet: Twilio tells that it
// is empty until the call is dialed, and not whether a filter by it takes such calls. Those
// that wait come first, lest one be dialed in between and missed.
func (d *Dialer) list(ctx context.Context, to nanp.Number, since time.Time) ([]openapi.ApiV2010Call, error) {
	api := d.account.api(ctx)
	waiting, err := api.ListCall(d.listing(to).SetStatus("queued"))
	if err != nil {
		return nil, err
	}
	// Twilio filters by whole days.
	started, err := api.ListCall(d.listing(to).SetStartTimeAfter(since.Truncate(24 * time.Hour)))
	if err != nil {
		return nil, err
	}
	if len(waiting) > maxFound || len(started) > maxFound {
		return nil, ErrTooMany
	}
	return slices.Concat(waiting, started), nil
}

func (d *Dialer) listing(to nanp.Number) *openapi.ListCallParams {
	return (&openapi.ListCallParams{}).SetTo(string(to)).SetFrom(string(d.config.From)).
		SetPageSize(foundPageSize).SetLimit(maxFound + 1)
}

// Webhook tells where Twilio sends the calls to one telephone number or SIP domain.
type Webhook struct {
	Name     string   // number in E.164, "+18886128052", or domain, "example.sip.twilio.com"
	Voice    Callback // asked what to do with an incoming call
	Fallback Callback // asked when that fails
	Status   Callback // told how the call ends
	// TakenBy is the SID of the TwiML application (AP...) or SIP trunk (TK...) that takes the
	// calls to a number. If there is one, Twilio doesn't look at the callbacks above.
	// https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource
	TakenBy string
}

// Callback is a URL of ours that Twilio is to call.
type Callback struct {
	URL    string // empty: none
	Method string // GET or POST; where Twilio names none POST, its default
}

// ErrTooMany says that an account has more numbers, SIP domains or calls than are read.
var ErrTooMany = errors.New("more on the account than are read")

const (
	maxRecords = 10_000 // of numbers, and of domains
	pageSize   = 500    // Twilio takes up to 1000; a record has about 2 kB
)

// Webhooks returns the webhooks of every incoming telephone number of the account and then
// of every SIP domain, in Twilio's order. It reads at most 10000 of each, and returns
// [ErrTooMany] if there are more. Whatever goes wrong, nothing is returned but the error:
// [ErrCredentials], the context's, or one of the network or of Twilio.
func (a *Account) Webhooks(ctx context.Context) ([]Webhook, error) {
	ctx, cancel := context.WithTimeout(ctx, a.config.Timeout)
	defer cancel()
	api := a.api(ctx)
	listed, err := api.ListIncomingPhoneNumber(
		(&openapi.ListIncomingPhoneNumberParams{}).SetPageSize(pageSize).SetLimit(maxRecords + 1))
	numbers, err := webhooksOf(listed, err, ofNumber)
	if err != nil {
		return nil, fmt.Errorf("list telephone numbers: %w", err)
	}
	hosts, err := api.ListSipDomain((&openapi.ListSipDomainParams{}).SetPageSize(pageSize).SetLimit(maxRecords + 1))
	domains, err := webhooksOf(hosts, err, ofDomain)
	if err != nil {
		return nil, fmt.Errorf("list SIP domains: %w", err)
	}
	return append(numbers, domains...), nil
}

// Verified says whether the account has verified a number that it doesn't own, so that calls can
// show it as their caller ID. The errors are those of [Account.Webhooks].
// https://www.twilio.com/docs/voice/api/outgoing-caller-ids-resource
func (a *Account) Verified(ctx context.Context, number nanp.Number) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, a.config.Timeout)
	defer cancel()
	params := (&openapi.ListOutgoingCallerIdParams{}).SetPhoneNumber(string(number)).SetLimit(1)
	verified, err := a.api(ctx).ListOutgoingCallerId(params)
	if err != nil {
		return false, fmt.Errorf("list verified caller IDs: %w", plain(err))
	}
	return len(verified) > 0 && text(verified[0].PhoneNumber) == string(number), nil
}

// webhooksOf are the webhooks of what Twilio has listed.
func webhooksOf[T any](listed []T, err error, webhookOf func(T) Webhook) (all []Webhook, _ error) {
	if err != nil {
		return nil, plain(err)
	}
	if len(listed) > maxRecords {
		return nil, ErrTooMany
	}
	for _, one := range listed {
		all = append(all, webhookOf(one))
	}
	return all, nil
}

func ofNumber(n openapi.ApiV2010IncomingPhoneNumber) Webhook {
	return Webhook{
		Name:     text(n.PhoneNumber),
		Voice:    callback(n.VoiceUrl, n.VoiceMethod),
		Fallback: callback(n.VoiceFallbackUrl, n.VoiceFallbackMethod),
		Status:   callback(n.StatusCallback, n.StatusCallbackMethod),
		TakenBy:  cmp.Or(text(n.TrunkSid), text(n.VoiceApplicationSid)),
	}
}

func ofDomain(d openapi.ApiV2010SipDomain) Webhook {
	return Webhook{
		Name:     text(d.DomainName),
		Voice:    callback(d.VoiceUrl, d.VoiceMethod),
		Fallback: callback(d.VoiceFallbackUrl, d.VoiceFallbackMethod),
		Status:   callback(d.VoiceStatusCallbackUrl, d.VoiceStatusCallbackMethod),
	}
}

func callback(url, method *string) Callback {
	return Callback{URL: text(url), Method: cmp.Or(text(method), http.MethodPost)}
}

// text reads what may be null.
func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
