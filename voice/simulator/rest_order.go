package simulator

import (
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Limits on what can be asked of a call, in seconds.
const (
	ringMost = 600
	callMost = 24 * 60 * 60 // TimeLimit; Twilio's depends on the account
)

// events are the status callbacks that can be asked for.
var events = [...]string{"initiated", "ringing", "answered", "completed"}

// readOrder reads what a call shall be.
func readOrder(form url.Values) (Outbound, *restError) {
	o := order{form: form}
	out := Outbound{
		To:                   o.number("To", noTo, badTo),
		From:                 o.number("From", noFrom, badFrom),
		URL:                  o.address("Url", badURL, true),
		FallbackURL:          o.address("FallbackUrl", badURL, false),
		StatusCallback:       o.address("StatusCallback", badCallback, false),
		StatusCallbackEvents: form["StatusCallbackEvent"],
		MachineDetection:     o.oneOf("MachineDetection", "Enable", "DetectMessageEnd"),
		Timeout:              o.seconds("Timeout", ringMost),
		TimeLimit:            o.seconds("TimeLimit", callMost),
	}
	if out.Timeout == 0 {
		out.Timeout = defaultRing
	}
	for _, event := range out.StatusCallbackEvents {
		o.refuseUnless(slices.Contains(events[:], event), badEvent, "StatusCallbackEvent is initiated, ringing, answered or completed")
	}
	for _, method := range []string{"Method", "FallbackMethod", "StatusCallbackMethod"} {
		o.refuseUnless(form.Get(method) == "" || form.Get(method) == http.MethodPost, badParameter, method+" is POST: this exchange knows no other")
	}
	return out, o.refusal
}

// An order is the form of a call that is to be made, and the first thing wrong with it.
type order struct {
	form    url.Values
	refusal *restError
}

func (o *order) refuseUnless(fine bool, code int, message string) {
	if !fine && o.refusal == nil {
		o.refusal = &restError{Code: code, Message: message, Status: http.StatusBadRequest}
	}
}

// e164 is a number as it must be after it was written in international form.
var e164 = regexp.MustCompile(`^\+[1-9][0-9]{1,14}$`)

func (o *order) number(field string, missing, wrong int) string {
	number := o.form.Get(field)
	o.refuseUnless(number != "", missing, "No "+field+" number is given")
	o.refuseUnless(e164.MatchString(international(number)), wrong, field+" is no telephone number")
	return number
}

func (o *order) address(field string, wrong int, must bool) string {
	address := o.form.Get(field)
	if address == "" && !must {
		return ""
	}
	u, err := url.Parse(address)
	fine := err == nil && (u.Scheme == "http" || u.Scheme == "https") && reachable(u)
	o.refuseUnless(fine, wrong, field+" is no http or https URL")
	return address
}

// reachable says whether a host and port could be somebody's: Twilio refuses others before it asks
// them. It takes an address of this machine, which is where this exchange is.
func reachable(u *url.URL) bool {
	host, port := u.Hostname(), u.Port()
	if n, err := strconv.Atoi(port); port != "" && (err != nil || n < 1 || n > 65535) {
		return false
	}
	if address, err := netip.ParseAddr(host); err == nil {
		return !address.IsUnspecified()
	}
	return strings.Contains(strings.Trim(host, "."), ".") && !strings.Contains(host, "_")
}

// oneOf reads a field that holds one of the words; empty: none is given.
func (o *order) oneOf(field string, words ...string) string {
	word := o.form.Get(field)
	o.refuseUnless(word == "" || slices.Contains(words, word), badParameter, field+" is not known")
	return word
}

// seconds reads a span; 0: none is given.
func (o *order) seconds(field string, most int) time.Duration {
	if !o.form.Has(field) {
		return 0
	}
	n, err := strconv.Atoi(o.form.Get(field))
	o.refuseUnless(err == nil && n > 0 && n <= most, badParameter, field+" is 1 to "+strconv.Itoa(most))
	return time.Duration(n) * time.Second
}
