package twilio

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	openapi "github.com/twilio/twilio-go/rest/api/v2010"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/nanp"
)

// Where Twilio sends the webhooks of a call that [Dialer.Dial] has made, below
// DialerConfig.PublicURL. The first two are followed by the attempt's mark:
// "/{delivery}/{attempt}".
const (
	CallbackPath         = "/voice/callback"
	StatusPath           = "/voice/status"
	CallbackFallbackPath = "/voice/callback/fallback"
)

// How long a telephone rings, and how long a call can last.
const (
	ringFor   = 30 * time.Second
	timeLimit = 10 * time.Minute // the code is spoken, spelled and repeated in far less
)

// progress is all that Twilio can tell of a call while it is under way.
var progress = [...]string{"initiated", "ringing", "answered", "completed"}

// DialerConfig says how the calls of an account are made.
type DialerConfig struct {
	From      nanp.Number // a number of the account: the telephone shows that it calls
	PublicURL string      // of our webhooks, as Twilio reaches them; no underscore in the host's name
	// DetectMachines has Twilio listen who has answered before it asks what to say, and wait for
	// the end of a machine's greeting: what is said is recorded whole, and AnsweredBy is
	// machine_end_beep or the like. A person waits for some seconds.
	// https://www.twilio.com/docs/voice/answering-machine-detection
	DetectMachines bool
}

// Dialer makes calls: it is [deliveries.Dialer]. It can be used by many at once.
type Dialer struct {
	account *Account
	config  DialerConfig
	public  string // URL without a slash at its end
}

// Dialer returns a dialer of the account, without asking Twilio anything yet. Every error is
// [ErrConfig].
func (a *Account) Dialer(c DialerConfig) (*Dialer, error) {
	if _, err := nanp.Parse(string(c.From)); err != nil {
		return nil, fmt.Errorf("number to call from: %w: %w", err, ErrConfig)
	}
	public, err := checkPublicURL(c.PublicURL, a.base)
	if err != nil {
		return nil, fmt.Errorf("public URL: %w", err)
	}
	return &Dialer{account: a, config: c, public: strings.TrimSuffix(public.String(), "/")}, nil
}

// Dial asks Twilio once to ring a telephone, and returns the CallSid. Errors:
// *[deliveries.RefusedError] where Twilio says with a code of its own that it won't (then also
// [ErrCredentials], if it is that); after any other, the context's included, it may ring.
func (d *Dialer) Dial(ctx context.Context, ring deliveries.Ring) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, d.account.config.Timeout)
	defer cancel()
	call, err := d.account.api(ctx).CreateCall(d.order(ring))
	if err != nil {
		return "", fmt.Errorf("make call: %w", refused(plain(err)))
	}
	if text(call.Sid) == "" {
		return "", errors.New("make call: answered by Twilio without the call's SID")
	}
	return text(call.Sid), nil
}

// order is what Twilio is told about a call.
func (d *Dialer) order(ring deliveries.Ring) *openapi.CreateCallParams {
	mark := "/" + url.PathEscape(string(ring.Task.Delivery)) + "/" + strconv.Itoa(ring.Task.Attempt)
	order := (&openapi.CreateCallParams{}).
		SetTo(string(ring.To)).SetFrom(string(d.config.From)).
		SetUrl(d.public + CallbackPath + mark).SetMethod(http.MethodPost).
		SetFallbackUrl(d.public + CallbackFallbackPath).SetFallbackMethod(http.MethodPost).
		SetStatusCallback(d.public + StatusPath + mark).SetStatusCallbackMethod(http.MethodPost).
		SetStatusCallbackEvent(progress[:]).
		SetTimeout(int(ringFor / time.Second)).
		SetTimeLimit(int(timeLimit / time.Second))
	if d.config.DetectMachines {
		order.SetMachineDetection("DetectMessageEnd")
	}
	return order
}

// callOver is Twilio's code for a call that can't be changed any more.
const callOver = 21220

// HangUp ends a call, or keeps it from ringing. One that has ended is no error; one that the
// account doesn't know is.
func (d *Dialer) HangUp(ctx context.Context, callSID string) error {
	if len(callSID) != len("CA")+32 || !strings.HasPrefix(callSID, "CA") || !alphanumeric(callSID) {
		return errors.New("hang up: that is no CallSid")
	}
	ctx, cancel := context.WithTimeout(ctx, d.account.config.Timeout)
	defer cancel()
	// "completed" also ends calls that are queued or ring; "canceled" none that was answered.
	_, err := d.account.api(ctx).UpdateCall(callSID, (&openapi.UpdateCallParams{}).SetStatus("completed"))
	var answer *answerError
	if errors.As(err, &answer) && answer.code == callOver {
		return nil
	}
	if err != nil {
		return fmt.Errorf("hang up: %w", plain(err))
	}
	return nil
}
