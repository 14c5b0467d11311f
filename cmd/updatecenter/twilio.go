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

// check wants the account, which a server that makes no calls can do without.
func (cmd *twilioCheck) check(r *settingsReader) {
	if len(cmd.TwilioAccounts) == 0 && !r.failed("TWILIO_ACCOUNT_SID") {
		r.fail("TWILIO_ACCOUNT_SID", "is required")
	}
}

// errNoWay says that there is nothing to check.
var errNoWay = errors.New("no call can come in: SIP_DOMAINS and DIAL_78_NUMBERS are empty, and no access number is on the account")

// Run asks Twilio and tells, a line each, what is well and what is wrong.
func (cmd *twilioCheck) Run(ctx context.Context, c terminal) error {
	account, err := twilio.New(twilio.Config{
		AccountSID: cmd.TwilioAccounts[0], AuthToken: cmd.TwilioAuthTokens[0], BaseURL: cmd.TwilioURL,
	})
	if err != nil {
		return usage(err)
	}
	webhooks, err := account.Webhooks(ctx)
	if err != nil {
		return fmt.Errorf("ask Twilio: %w", err)
	}
	names := cmd.names(webhooks)
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
		tell(name, cmd.faults(name, webhooks))
	}
	callerIDs := slices.Compact(slices.Sorted(slices.Values([]nanp.Number{cmd.CallFrom, cmd.TransferCallerID})))
	for _, number := range slices.DeleteFunc(callerIDs, func(n nanp.Number) bool { return n == "" }) {
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

// names are all by which calls reach the server: what its settings list, and the access
// numbers that are on the account.
func (s twilioSettings) names(webhooks []twilio.Webhook) []string {
	names := slices.Clone(s.SIPDomains)
	for _, number := range slices.Concat(s.Dial78Numbers, s.HelpLines, s.LongDistance) {
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
func (s twilioSettings) faults(name string, webhooks []twilio.Webhook) []string {
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
		want := twilio.Callback{URL: s.PublicURL + c.path, Method: http.MethodPost}
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
