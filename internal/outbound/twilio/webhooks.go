package twilio

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	openapi "github.com/twilio/twilio-go/rest/api/v2010"

	"updatecenter/internal/nanp"
)

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
	ctx, cancel := context.WithTimeout(ctx, a.timeout)
	defer cancel()
	api := a.api(ctx)
	numbers, err := numberWebhooks(api)
	if err != nil {
		return nil, fmt.Errorf("list telephone numbers: %w", plain(err))
	}
	domains, err := domainWebhooks(api)
	if err != nil {
		return nil, fmt.Errorf("list SIP domains: %w", plain(err))
	}
	return append(numbers, domains...), nil
}

// Verified says whether the account has verified a number that it doesn't own, so that calls can
// show it as their caller ID. The errors are those of [Account.Webhooks].
// https://www.twilio.com/docs/voice/api/outgoing-caller-ids-resource
func (a *Account) Verified(ctx context.Context, number nanp.Number) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, a.timeout)
	defer cancel()
	params := (&openapi.ListOutgoingCallerIdParams{}).SetPhoneNumber(string(number)).SetLimit(1)
	verified, err := a.api(ctx).ListOutgoingCallerId(params)
	if err != nil {
		return false, fmt.Errorf("list verified caller IDs: %w", plain(err))
	}
	return len(verified) > 0 && text(verified[0].PhoneNumber) == string(number), nil
}

func numberWebhooks(api *openapi.ApiService) ([]Webhook, error) {
	params := (&openapi.ListIncomingPhoneNumberParams{}).SetPageSize(pageSize).SetLimit(maxRecords + 1)
	numbers, err := api.ListIncomingPhoneNumber(params)
	if err != nil {
		return nil, err
	}
	if len(numbers) > maxRecords {
		return nil, ErrTooMany
	}
	var webhooks []Webhook
	for _, n := range numbers {
		taker := text(n.TrunkSid)
		if taker == "" {
			taker = text(n.VoiceApplicationSid)
		}
		webhooks = append(webhooks, Webhook{
			Name:     text(n.PhoneNumber),
			Voice:    callback(n.VoiceUrl, n.VoiceMethod),
			Fallback: callback(n.VoiceFallbackUrl, n.VoiceFallbackMethod),
			Status:   callback(n.StatusCallback, n.StatusCallbackMethod),
			TakenBy:  taker,
		})
	}
	return webhooks, nil
}

func domainWebhooks(api *openapi.ApiService) ([]Webhook, error) {
	params := (&openapi.ListSipDomainParams{}).SetPageSize(pageSize).SetLimit(maxRecords + 1)
	domains, err := api.ListSipDomain(params)
	if err != nil {
		return nil, err
	}
	if len(domains) > maxRecords {
		return nil, ErrTooMany
	}
	var webhooks []Webhook
	for _, d := range domains {
		webhooks = append(webhooks, Webhook{
			Name:     text(d.DomainName),
			Voice:    callback(d.VoiceUrl, d.VoiceMethod),
			Fallback: callback(d.VoiceFallbackUrl, d.VoiceFallbackMethod),
			Status:   callback(d.VoiceStatusCallbackUrl, d.VoiceStatusCallbackMethod),
		})
	}
	return webhooks, nil
}

func callback(url, method *string) Callback {
	c := Callback{URL: text(url), Method: text(method)}
	if c.Method == "" {
		c.Method = http.MethodPost
	}
	return c
}

// text reads what may be null.
func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
