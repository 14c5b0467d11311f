package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"updatecenter/internal/nanp"
	"updatecenter/internal/outbound/twilio"
	"updatecenter/pins"
	"updatecenter/voice"
)

type twilioCommand struct {
	Check twilioCheck `cmd:"" help:"Check that the SIP domains, the dial-78 numbers and the access numbers on the Twilio account are pointed at this server, and that it may show the caller IDs of calls and transfers. Exit status 1 if not."`
}

type twilioCheck struct {
	twilioSettings `embed:""`
}

// errNoWay says that there is nothing to check.
var errNoWay = errors.New("no call can come in: SIP_DOMAINS and DIAL_78_NUMBERS are empty, and no access number is on the account")

// Run asks Twilio and tells, a line each, what is well and what is wrong.
func (cmd *twilioCheck) Run(ctx context.Context, c terminal) error {
	p, account, err := cmd.read(c.getenv)
	if err != nil {
		return err
	}
	webhooks, err := account.Webhooks(ctx)
	if err != nil {
		return fmt.Errorf("ask Twilio: %w", err)
	}
	names := p.names(webhooks)
	if len(names) == 0 {
		return errNoWay
	}
	wrong := false
	tell := func(name string, faults []string) {
		if len(faults) == 0 {
			fmt.Fprintf(c.out, "ok     %s\n", name)
		}
		for _, fault := range faults {
			wrong = true
			fmt.Fprintf(c.out, "wrong  %s: %s\n", name, fault)
		}
	}
	for _, name := range names {
		tell(name, p.faults(name, webhooks))
	}
	for _, number := range p.shown {
		faults, err := callerIDFaults(ctx, account, number, webhooks)
		if err != nil {
			return fmt.Errorf("ask Twilio: %w", err)
		}
		tell(string(number)+" as caller ID", faults)
	}
	if wrong {
		return errSaid
	}
	return nil
}

// callerIDFaults says what keeps calls from showing a number.
func callerIDFaults(ctx context.Context, account *twilio.Account, number nanp.Number, webhooks []twilio.Webhook) ([]string, error) {
	if slices.ContainsFunc(webhooks, func(w twilio.Webhook) bool { return w.Name == string(number) }) {
		return nil, nil
	}
	verified, err := account.Verified(ctx, number)
	if err != nil || verified {
		return nil, err
	}
	return []string{"is neither a number of the account nor one that it has verified"}, nil
}

// read makes sense of the settings, or tells all that is wrong with them.
func (cmd *twilioCheck) read(getenv func(string) string) (pointing, *twilio.Account, error) {
	r := &settingsReader{getenv: getenv}
	p := pointing{
		publicURL:  r.url("PUBLIC_URL", r.required("PUBLIC_URL", cmd.PublicURL)),
		sipDomains: r.domains("SIP_DOMAINS", cmd.SIPDomains),
		dial78:     r.numbers("DIAL_78_NUMBERS", cmd.Dial78Numbers),
	}
	for name, value := range map[string]string{"CALL_FROM": cmd.CallFrom, "TRANSFER_CALLER_ID": cmd.TransferCallerID} {
		if number := r.number(name, value); number != "" {
			p.shown = append(p.shown, number)
		}
	}
	slices.Sort(p.shown)
	p.shown = slices.Compact(p.shown)
	tokens := texts(r.secret("TWILIO_AUTH_TOKEN", cmd.TwilioAuthToken))
	c := twilio.Config{
		BaseURL: r.url("TWILIO_API_BASE_URL", cmd.TwilioAPIBaseURL),
	}
	if accounts := r.accountSIDs("TWILIO_ACCOUNT_SID", r.required("TWILIO_ACCOUNT_SID", cmd.TwilioAccountSID)); len(accounts) > 0 {
		c.AccountSID = accounts[0]
	}
	if len(tokens) == 0 {
		r.fail("TWILIO_AUTH_TOKEN", "is required")
	} else {
		c.AuthToken = tokens[0]
	}
	if err := r.err(); err != nil {
		return pointing{}, nil, err
	}
	account, err := twilio.New(c)
	if err != nil {
		return pointing{}, nil, usage(err)
	}
	return p, account, nil
}

// pointing is how Twilio should be pointed at a server.
type pointing struct {
	publicURL  string
	sipDomains []string
	dial78     []nanp.Number
	shown      []nanp.Number // as caller ID of the calls that the server makes or puts through
}

// names are all by which calls reach the server: what its settings list, and the access
// numbers that are on the account.
func (p pointing) names(webhooks []twilio.Webhook) []string {
	names := slices.Clone(p.sipDomains)
	for _, number := range p.dial78 {
		names = append(names, string(number))
	}
	for _, w := range webhooks {
		if isAccessNumber(w.Name) && !slices.Contains(names, w.Name) {
			names = append(names, w.Name)
		}
	}
	return names
}

// isAccessNumber tells whether the lines of some area code are reached by the number.
func isAccessNumber(name string) bool {
	number, err := nanp.Parse(name)
	if err != nil {
		return false
	}
	access, err := pins.AccessNumber(number.National()[3:6])
	return err == nil && string(access) == name
}

// faults tells what is wrong with the webhooks of a number or SIP domain, a line each.
func (p pointing) faults(name string, webhooks []twilio.Webhook) []string {
	i := slices.IndexFunc(webhooks, func(w twilio.Webhook) bool { return voice.SIPDomain(w.Name) == name })
	if i < 0 {
		return []string{"is not on the account"}
	}
	w := webhooks[i]
	var faults []string
	if w.TakenBy != "" {
		faults = append(faults, fmt.Sprintf("its calls go to %q, and its own URLs are not called", w.TakenBy))
	}
	for _, c := range []struct {
		name string
		is   twilio.Callback
		path string
	}{
		{"voice URL", w.Voice, voice.IncomingPath},
		{"fallback URL", w.Fallback, voice.FallbackPath},
		{"status callback URL", w.Status, voice.StatusPath},
	} {
		want := twilio.Callback{URL: p.publicURL + c.path, Method: http.MethodPost}
		if !same(c.is, want) {
			faults = append(faults, fmt.Sprintf("%s is %s, should be %s", c.name, shown(c.is), shown(want)))
		}
	}
	return faults
}

// same looks past the fragment, which says how often Twilio tries and is not part of what
// it signs (https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides). All
// else of a URL is signed as it is written, so it has to be the very same.
func same(is, want twilio.Callback) bool {
	is.URL, _, _ = strings.Cut(is.URL, "#")
	return is == want
}

// shown writes a callback without what may be secret in a URL: its password and its query.
func shown(c twilio.Callback) string {
	if c.URL == "" {
		return "not set"
	}
	u, err := url.Parse(c.URL)
	if err != nil {
		return "not a URL"
	}
	if u.RawQuery != "" {
		u.RawQuery = "..."
	}
	return fmt.Sprintf("%s %s", c.Method, u.Redacted())
}
