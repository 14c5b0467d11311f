package main

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/mux"
	"github.com/prometheus/client_golang/prometheus"

	"updatecenter/internal/testkit/check"
	"updatecenter/voice"
)

const (
	checkSID   = "AC00112233445566778899aabbccddeeff"
	checkToken = "0123456789abcdef0123456789abcdef"
	checkURL   = "https://ivr.example.com/78"
)

// verifiedNumber is the one that the account may show without owning it.
const verifiedNumber = "+16125550100"

// resource is a telephone number or SIP domain as Twilio's API tells of it.
type resource map[string]any

// pointedNumber is pointed at the server, but for what change sets; so is pointedDomain.
func pointedNumber(number string, change resource) resource {
	r := resource{
		"phone_number": number,
		"voice_url":    checkURL + "/voice/incoming", "voice_method": "POST",
		"voice_fallback_url": checkURL + "/voice/fallback", "voice_fallback_method": "POST",
		"status_callback": checkURL + "/voice/status", "status_callback_method": "POST",
	}
	for key, value := range change {
		r[key] = value
	}
	return r
}

func pointedDomain(domain string, change resource) resource {
	r := resource{
		"domain_name": domain,
		"voice_url":   checkURL + "/voice/incoming", "voice_method": "POST",
		"voice_fallback_url": checkURL + "/voice/fallback", "voice_fallback_method": "POST",
		"voice_status_callback_url": checkURL + "/voice/status", "voice_status_callback_method": "POST",
	}
	for key, value := range change {
		r[key] = value
	}
	return r
}

// twilioAPI answers for an account with these numbers and SIP domains.
func twilioAPI(t *testing.T, numbers, domains []resource) string {
	t.Helper()
	answers := map[string]any{
		"/2010-04-01/Accounts/" + checkSID + "/IncomingPhoneNumbers.json": map[string]any{"incoming_phone_numbers": numbers},
		"/2010-04-01/Accounts/" + checkSID + "/SIP/Domains.json":          map[string]any{"domains": domains},
		"/2010-04-01/Accounts/" + checkSID + "/OutgoingCallerIds.json":    map[string]any{"outgoing_caller_ids": []resource{}},
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sid, token, _ := r.BasicAuth()
		answer, ok := answers[r.URL.Path]
		switch {
		case sid != checkSID || token != checkToken:
			w.WriteHeader(http.StatusUnauthorized)
		case strings.HasSuffix(r.URL.Path, "/OutgoingCallerIds.json") && r.URL.Query().Get("PhoneNumber") == verifiedNumber:
			_ = json.NewEncoder(w).Encode(map[string]any{"outgoing_caller_ids": []resource{{"phone_number": verifiedNumber}}})
		case !ok:
			w.WriteHeader(http.StatusNotFound)
		default:
			_ = json.NewEncoder(w).Encode(answer)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// checkTwilio runs the command and returns its exit status and all that it printed. The
// environment holds none of its settings but those given as NAME=value.
func checkTwilio(t *testing.T, args []string, environment ...string) (status int, out, err string) {
	t.Helper()
	for _, name := range []string{
		"PUBLIC_URL", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_AUTH_TOKEN_FILE",
		"TWILIO_API_BASE_URL", "SIP_DOMAINS", "DIAL_78_NUMBERS", "CALL_FROM", "TRANSFER_CALLER_ID",
	} {
		t.Setenv(name, "")
	}
	for _, setting := range environment {
		name, value, _ := strings.Cut(setting, "=")
		t.Setenv(name, value)
	}
	var stdout, stderr bytes.Buffer
	c := terminal{in: strings.NewReader(""), out: &stdout, err: &stderr, getenv: os.Getenv}
	status = run(t.Context(), append([]string{"twilio", "check"}, args...), c)
	if said := stdout.String() + stderr.String(); strings.Contains(said, checkToken) {
		t.Errorf("the token was told: %s", said)
	}
	return status, stdout.String(), stderr.String()
}

func TestTwilioCheck(t *testing.T) {
	const domain = "example.sip.twilio.com"
	for _, c := range []struct {
		name             string
		numbers, domains []resource
		sip, dial78      string
		want             string
		status           int
	}{
		{
			name: "all well",
			numbers: []resource{
				pointedNumber("+18886128052", nil), pointedNumber("+16125550178", nil),
				pointedNumber("+16125550179", resource{"voice_url": "https://other.example.com"}),       // not ours
				pointedNumber("+18887638052", resource{"voice_url": "https://other.example.com"}),       // no area's access number
				pointedNumber("+442079460123", resource{"voice_url": "https://other.example.com/0123"}), // nor a number of ours
			},
			domains: []resource{pointedDomain(domain, nil)},
			sip:     "Example.sip.us1.twilio.com", dial78: "612-555-0178",
			want: "ok     example.sip.twilio.com\nok     +16125550178\nok     +18886128052\n",
		},
		{
			name:    "a listed access number is told once",
			numbers: []resource{pointedNumber("+18886128052", nil)}, dial78: "888-612-8052",
			want: "ok     +18886128052\n",
		},
		{
			name: "retries are Twilio's business",
			numbers: []resource{pointedNumber("+18886128052", resource{
				"voice_url": checkURL + "/voice/incoming#rc=5&rp=all",
			})},
			want: "ok     +18886128052\n",
		},
		{
			name: "not on the account", sip: domain, dial78: "612-555-0178",
			want:   "wrong  example.sip.twilio.com: is not on the account\nwrong  +16125550178: is not on the account\n",
			status: exitError,
		},
		{
			name:    "nothing set",
			domains: []resource{{"domain_name": domain}}, sip: domain,
			want: "wrong  example.sip.twilio.com: voice URL is not set, should be POST https://ivr.example.com/78/voice/incoming\n" +
				"wrong  example.sip.twilio.com: fallback URL is not set, should be POST https://ivr.example.com/78/voice/fallback\n" +
				"wrong  example.sip.twilio.com: status callback URL is not set, should be POST https://ivr.example.com/78/voice/status\n",
			status: exitError,
		},
		{
			name: "each its own way",
			numbers: []resource{
				pointedNumber("+18886128052", resource{"voice_method": "GET"}),
				pointedNumber("+18886518052", resource{"voice_fallback_url": "https://ivr.example.com/voice/fallback"}),
				pointedNumber("+18885158052", resource{"status_callback": "http://u:" + checkToken + "@h.example.com/?key=" + checkToken}),
				pointedNumber("+18885208052", resource{"voice_application_sid": "AP1"}),
				pointedNumber("+18885038052", resource{"voice_url": "https://h.example.com/\x1b[2J"}),
				pointedNumber("+18885418052", nil),
			},
			want: "wrong  +18886128052: voice URL is GET https://ivr.example.com/78/voice/incoming, should be POST https://ivr.example.com/78/voice/incoming\n" +
				"wrong  +18886518052: fallback URL is POST https://ivr.example.com/voice/fallback, should be POST https://ivr.example.com/78/voice/fallback\n" +
				"wrong  +18885158052: status callback URL is POST http://u:xxxxx@h.example.com/?..., should be POST https://ivr.example.com/78/voice/status\n" +
				"wrong  +18885208052: its calls go to \"AP1\", and its own URLs are not called\n" +
				"wrong  +18885038052: voice URL is not a URL, should be POST https://ivr.example.com/78/voice/incoming\n" +
				"ok     +18885418052\n",
			status: exitError,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, out, err := checkTwilio(t, []string{
				"--public-url", checkURL + "/", "--twilio-account-sid", checkSID, "--twilio-auth-token", checkToken + ",other",
				"--twilio-api-base-url", twilioAPI(t, c.numbers, c.domains),
				"--sip-domains", c.sip, "--dial-78-numbers", c.dial78,
			})
			if diff := cmp.Diff(c.want, out); diff != "" || status != c.status || err != "" {
				t.Errorf("exit status %d, want %d\n%s%s", status, c.status, err, diff)
			}
		})
	}
}

func TestTwilioCheckBySettings(t *testing.T) {
	file := filepath.Join(t.TempDir(), "token")
	check.OK(t, os.WriteFile(file, []byte(checkToken+"\n"), 0o600))
	url := twilioAPI(t, []resource{pointedNumber("+16125550178", nil)}, nil)
	status, out, err := checkTwilio(t, nil, "PUBLIC_URL="+checkURL, "TWILIO_ACCOUNT_SID="+checkSID,
		"TWILIO_AUTH_TOKEN_FILE="+file, "TWILIO_API_BASE_URL="+url, "DIAL_78_NUMBERS=6125550178")
	if status != exitOK || out != "ok     +16125550178\n" {
		t.Errorf("exit status %d\n%s%s", status, out, err)
	}
}

// Calls and transfers can show numbers of the account, and those that it has verified.
func TestTwilioChecksCallerIDs(t *testing.T) {
	url := twilioAPI(t, []resource{pointedNumber("+16125550178", nil)}, nil)
	for _, c := range []struct {
		from, transfer, want string
		status               int
	}{
		{"612-555-0178", "", "ok     +16125550178 as caller ID\n", exitOK},
		{"612-555-0178", "612-555-0178", "ok     +16125550178 as caller ID\n", exitOK},
		{"", verifiedNumber, "ok     +16125550100 as caller ID\n", exitOK},
		{"612-555-0178", "612-555-0179", "ok     +16125550178 as caller ID\n" +
			"wrong  +16125550179 as caller ID: is neither a number of the account nor one that it has verified\n", exitError},
	} {
		status, out, err := checkTwilio(t, nil, "PUBLIC_URL="+checkURL, "TWILIO_ACCOUNT_SID="+checkSID, "TWILIO_AUTH_TOKEN="+checkToken,
			"TWILIO_API_BASE_URL="+url, "DIAL_78_NUMBERS=6125550178", "CALL_FROM="+c.from, "TRANSFER_CALLER_ID="+c.transfer)
		if want := "ok     +16125550178\n" + c.want; status != c.status || out != want {
			t.Errorf("CALL_FROM=%s, TRANSFER_CALLER_ID=%s: exit status %d\n%s%s", c.from, c.transfer, status, out, err)
		}
	}
}

func TestTwilioCheckRefuses(t *testing.T) {
	url := twilioAPI(t, nil, nil)
	for _, c := range []struct {
		name        string
		environment []string
		status      int
		want        []string
	}{
		{"nothing set", nil, exitUsage, []string{"PUBLIC_URL: is required", "TWILIO_ACCOUNT_SID: is required", "TWILIO_AUTH_TOKEN: is required"}},
		{
			"only commas", []string{"PUBLIC_URL=" + checkURL, "TWILIO_ACCOUNT_SID=" + checkSID, "TWILIO_AUTH_TOKEN= , "},
			exitUsage, []string{"TWILIO_AUTH_TOKEN: is required"},
		},
		{
			"all wrong", []string{
				"PUBLIC_URL=ivr.example.com", "TWILIO_ACCOUNT_SID=AC1", "TWILIO_AUTH_TOKEN=" + checkToken,
				"TWILIO_API_BASE_URL=ftp://x", "SIP_DOMAINS=sip:x", "DIAL_78_NUMBERS=911",
			},
			exitUsage, []string{"PUBLIC_URL: ", "TWILIO_ACCOUNT_SID: ", "TWILIO_API_BASE_URL: ", "SIP_DOMAINS: ", "DIAL_78_NUMBERS: "},
		},
		{
			"a token that twilio-go refuses", []string{"PUBLIC_URL=" + checkURL, "TWILIO_ACCOUNT_SID=" + checkSID, "TWILIO_AUTH_TOKEN=" + checkToken + "-"},
			exitUsage, []string{"auth token: want letters and digits"},
		},
		{
			"a token that Twilio refuses", []string{
				"PUBLIC_URL=" + checkURL, "TWILIO_ACCOUNT_SID=" + checkSID, "TWILIO_AUTH_TOKEN=other," + checkToken, "TWILIO_API_BASE_URL=" + url,
			},
			exitError, []string{"account SID and auth token refused by Twilio (status 401)"},
		},
		{
			"nothing to check", []string{
				"PUBLIC_URL=" + checkURL, "TWILIO_ACCOUNT_SID=" + checkSID, "TWILIO_AUTH_TOKEN=" + checkToken, "TWILIO_API_BASE_URL=" + url,
			},
			exitError, []string{errNoWay.Error()},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, out, err := checkTwilio(t, nil, c.environment...)
			if status != c.status || out != "" {
				t.Errorf("exit status %d, want %d\n%s", status, c.status, out)
			}
			for _, want := range c.want {
				if !strings.Contains(err, want) {
					t.Errorf("told %q, want %q in it", err, want)
				}
			}
		})
	}
}

// What the check asks for is what a server serves.
func TestTwilioCheckKnowsTheServer(t *testing.T) {
	router := mux.NewRouter()
	voice.New(voice.Config{
		Metrics: voice.NewMetrics(prometheus.NewRegistry()), Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	}).Routes(router)
	for _, path := range []string{voice.IncomingPath, voice.FallbackPath, voice.StatusPath} {
		var match mux.RouteMatch
		if !router.Match(httptest.NewRequest(http.MethodPost, path, nil), &match) || match.MatchErr != nil {
			t.Errorf("no route takes POST %s", path)
		}
	}
}
