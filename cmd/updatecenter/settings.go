package main

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"updatecenter/desk"
	"updatecenter/internal/nanp"
	"updatecenter/internal/outbox/dispatch"
	"updatecenter/internal/rdb"
	"updatecenter/internal/secret"
	"updatecenter/internal/twilio"
	"updatecenter/internal/typed"
	"updatecenter/pins"
	"updatecenter/voice"
	"updatecenter/voice/signature"
)

// Defaults of settings, which the demo and the calls that are only looked at go by too.
const (
	defaultTemporary             = "1234"
	defaultDigits                = 4
	defaultRepair    nanp.Number = "+18005731311"
)

// defaultPolicy is the policy of these.
func defaultPolicy() pins.Policy {
	return pins.Policy{Temporary: secret.New(defaultTemporary), MinDigits: defaultDigits, MaxDigits: defaultDigits}
}

// defaults writes them into the settings below.
var defaults = kong.Vars{
	"repair_number": defaultRepair.Display(), "temporary_pin": defaultTemporary, "pin_digits": strconv.Itoa(defaultDigits),
	"lookups":               strconv.Itoa(desk.DefaultLimits().Program),
	"provisioning_parallel": strconv.Itoa(dispatch.DefaultParallel),
	"durability": "When a change of a PIN, a code, a feature, an account, an agent or a key, a reset, or a record of the audit is confirmed: " +
		"memory, at once; replica, once one replica of Redis has it, for which 0.3 seconds are waited; disk, once it is on the disk of Redis, which needs appendfsync always. " +
		"What could not be made sure of stands, and whoever asked for it is told that it may not last.",
	"unvouched_failures": strconv.Itoa(pins.DefaultUnvouched().Failures),
}

// serverSettings are the settings of a server, as they are written. They are strings all
// of them, so that everything wrong can be told at once. A secret can also stand in a
// file that NAME_FILE names.
type serverSettings struct {
	ListenAddr         string `name:"listen-addr" env:"LISTEN_ADDR" default:"127.0.0.1:8080" help:"Address to listen on."`
	MetricsAddr        string `name:"metrics-addr" env:"METRICS_ADDR" help:"Address, such as 127.0.0.1:9090, of a listener of its own for /metrics, /readyz and /healthz. LISTEN_ADDR then has /healthz alone of these. Empty: all are on LISTEN_ADDR."`
	ShutdownDelay      string `name:"shutdown-delay" env:"SHUTDOWN_DELAY" default:"5s" help:"For how long, from SIGTERM on, /healthz and /readyz answer 503 while everything else is served as before, so that balancers send calls elsewhere; 0s to 1m. Longer than a balancer takes to notice. A second SIGTERM ends it."`
	twilioSettings     `embed:""`
	WebhookKeys        string `name:"twilio-webhook-keys" env:"TWILIO_WEBHOOK_KEYS" secret:"" help:"Shared keys with which Twilio signs webhooks by SHA-256, if its webhooks API was told to: name:secret, comma-separated; a name twice while its key is being replaced."`
	RedisURL           string `name:"redis-url" env:"REDIS_URL" secret:"" help:"Redis: redis://host:6379/0; a cluster by some of its nodes, redis://host1:7000?addr=host2:7000; through sentinels, redis://sentinel1:26379?master_name=main&addr=sentinel2:26379; rediss:// for TLS. Required."`
	Durability         string `name:"durability" env:"DURABILITY" default:"memory" help:"${durability}"`
	SecretKeys         string `name:"secret-keys" env:"SECRET_KEYS" secret:"" help:"Keys that protect PINs and calls: id:base64 of 32 random bytes, comma-separated, the first is the current one. Required."`
	TemporaryPIN       string `name:"temporary-pin" env:"TEMPORARY_PIN" secret:"" default:"${temporary_pin}" help:"PIN of every new line."`
	PINMinDigits       string `name:"pin-min-digits" env:"PIN_MIN_DIGITS" default:"${pin_digits}" help:"Fewest digits of a new PIN, at least 4."`
	PINMaxDigits       string `name:"pin-max-digits" env:"PIN_MAX_DIGITS" default:"${pin_digits}" help:"Most digits of a new PIN, at most 8."`
	UnvouchedFailures  string `name:"unvouched-failures-per-day" env:"UNVOUCHED_FAILURES_PER_DAY" default:"${unvouched_failures}" help:"Wrong PINs in 24 hours, over all lines, of all callers together from elsewhere without full STIR/SHAKEN attestation; beyond it none of their PINs is taken. 0: never."`
	LookupsPerMinute   string `name:"lookups-per-minute" env:"LOOKUPS_PER_MINUTE" default:"${lookups}" help:"How many lines and accounts an API key may look up in a minute by itself, for no agent."`
	RepairNumber       string `name:"repair-number" env:"REPAIR_NUMBER" default:"${repair_number}" help:"Telephone number that callers are told who need a person."`
	RepairTransfer     string `name:"repair-transfer" env:"REPAIR_TRANSFER" help:"Telephone number to which 0 puts callers through. Needs TRANSFER_CALLER_ID or CALL_FROM. Empty: REPAIR_NUMBER is only told."`
	ProvisioningURL    string `name:"provisioning-url" env:"PROVISIONING_URL" help:"Where changes of calling features are posted for the switch, https or on this machine. Empty: nowhere; the last 1000 of each line are kept."`
	ProvisioningSecret string `name:"provisioning-secret" env:"PROVISIONING_SECRET" secret:"" help:"Key that signs them as Standard Webhooks do: whsec_ and base64 of 24 to 64 random bytes. Required with PROVISIONING_URL."`
	ProvisioningAtOnce string `name:"provisioning-parallel" env:"PROVISIONING_PARALLEL" default:"${provisioning_parallel}" help:"How many lines' changes are posted at once by each server, 1 to 1000; those of a line come one after the other. At 50 ms a request 200 are more than 2,000 a second."`
	RecordingsDir      string `name:"recordings-dir" env:"RECORDINGS_DIR" help:"Directory of recorded prompts, PROMPT.en.mp3 or PROMPT.es.wav and so on, which are played instead of spoken. Prompts with blanks are always spoken."`
	deliverySettings   `embed:""`
	consoleSettings    `embed:""`
	LogLevel           string `name:"log-level" env:"LOG_LEVEL" default:"info" help:"debug, info, warn or error."`
}

// twilioSettings are those that twilio check reads as well.
type twilioSettings struct {
	PublicURL        string `name:"public-url" env:"PUBLIC_URL" help:"URL by which Twilio reaches this server, such as https://ivr.example.com. Signatures are checked against it. Required."`
	TwilioAccountSID string `name:"twilio-account-sid" env:"TWILIO_ACCOUNT_SID" help:"The Twilio account, AC and 32 hexadecimal digits; a comma-separated list with subaccounts, of which we sign in at Twilio as the first. Webhooks of other accounts are refused; empty: of none that TWILIO_AUTH_TOKEN has signed. Required with CALL_FROM, and by twilio check."`
	TwilioAuthToken  string `name:"twilio-auth-token" env:"TWILIO_AUTH_TOKEN" secret:"" help:"The auth token that signs Twilio's webhooks; a comma-separated list while one is being replaced, of which we sign in at Twilio with the first. Required."`
	TwilioAPIBaseURL string `name:"twilio-api-base-url" env:"TWILIO_API_BASE_URL" default:"https://api.twilio.com" help:"Where Twilio's REST API is."`
	SIPDomains       string `name:"sip-domains" env:"SIP_DOMAINS" help:"SIP domains, comma-separated, over which the operator's switch sends calls to 78. Such calls are from the line that From names: list only domains whose calls are authenticated."`
	Dial78Numbers    string `name:"dial-78-numbers" env:"DIAL_78_NUMBERS" help:"Telephone numbers, comma-separated, to which the switch maps 78. A call to them is from the line if it has full STIR/SHAKEN attestation (A)."`
	CallFrom         string `name:"call-from" env:"CALL_FROM" help:"Number of the Twilio account from which customers are called. Empty: nobody is called."`
	TransferCallerID string `name:"transfer-caller-id" env:"TRANSFER_CALLER_ID" help:"Number that the telephone at REPAIR_TRANSFER shows: one that the Twilio account owns or has verified. Empty: CALL_FROM."`
}

// config is what the settings mean.
type config struct {
	listenAddr    string
	metricsAddr   string // empty: none of its own
	shutdownDelay time.Duration
	publicURL     string
	redisURL      string
	durability    rdb.Durability
	authTokens    []secret.Text
	sharedKeys    []signature.SharedKey
	sipDomains    []string
	dial78        []nanp.Number
	keys          secret.Keyring
	policy        pins.Policy
	unvouched     pins.CallerRule
	lookups       int // of a program, in a minute
	repair        nanp.Number
	transfer      nanp.Number
	callerID      nanp.Number // of transfers
	recordingsDir string
	switchURL     string
	switchSecret  secret.Text
	switchAtOnce  int
	accounts      []string // the first is the one that we sign in as
	twilioURL     string
	outbound      outbound
	console       consoleConfig
	logLevel      slog.Level
}

// read makes a config of the settings, or tells everything that is wrong with them, a
// line each. No secret stands in what it tells.
func (s serverSettings) read(getenv func(string) string) (config, error) {
	r := &settingsReader{getenv: getenv}
	c := config{
		listenAddr:    r.address("LISTEN_ADDR", s.ListenAddr),
		metricsAddr:   r.optionalAddress("METRICS_ADDR", s.MetricsAddr),
		shutdownDelay: r.duration("SHUTDOWN_DELAY", s.ShutdownDelay, 0, time.Minute),
		publicURL:     r.url("PUBLIC_URL", r.required("PUBLIC_URL", s.PublicURL)),
		redisURL:      r.required("REDIS_URL", r.secret("REDIS_URL", s.RedisURL)),
		durability:    r.durability(s.Durability),
		authTokens:    texts(r.required("TWILIO_AUTH_TOKEN", strings.Trim(r.secret("TWILIO_AUTH_TOKEN", s.TwilioAuthToken), " ,"))),
		sharedKeys:    r.sharedKeys("TWILIO_WEBHOOK_KEYS", r.secret("TWILIO_WEBHOOK_KEYS", s.WebhookKeys)),
		sipDomains:    r.domains("SIP_DOMAINS", s.SIPDomains),
		dial78:        r.numbers("DIAL_78_NUMBERS", s.Dial78Numbers),
		keys:          r.keys(s.SecretKeys),
		policy:        r.policy(s),
		unvouched:     pins.DefaultUnvouched(),
		lookups:       r.count("LOOKUPS_PER_MINUTE", s.LookupsPerMinute, 1, 10_000),
		repair:        r.number("REPAIR_NUMBER", r.required("REPAIR_NUMBER", s.RepairNumber)),
		transfer:      r.number("REPAIR_TRANSFER", s.RepairTransfer),
		recordingsDir: r.directory("RECORDINGS_DIR", s.RecordingsDir),
		accounts:      r.accountSIDs("TWILIO_ACCOUNT_SID", s.TwilioAccountSID),
		twilioURL:     r.url("TWILIO_API_BASE_URL", s.TwilioAPIBaseURL),
		outbound:      r.deliveries(s.deliverySettings, r.number("CALL_FROM", s.CallFrom)),
		console:       r.console(s.consoleSettings),
		logLevel:      r.level("LOG_LEVEL", s.LogLevel),
	}
	c.callerID = cmp.Or(r.number("TRANSFER_CALLER_ID", s.TransferCallerID), c.outbound.from)
	if s.RepairTransfer != "" && s.TransferCallerID == "" && s.CallFrom == "" {
		r.fail("REPAIR_TRANSFER", "also set TRANSFER_CALLER_ID, or CALL_FROM, to a number of the Twilio account: without a caller ID of its own Twilio puts no call over SIP through, and none whose number is withheld")
	}
	c.switchURL, c.switchSecret = r.provisioning(s)
	c.switchAtOnce = r.count("PROVISIONING_PARALLEL", s.ProvisioningAtOnce, 1, 1000)
	c.unvouched.Failures = r.count("UNVOUCHED_FAILURES_PER_DAY", s.UnvouchedFailures, 0, 100_000)
	if c.outbound.from != "" && len(c.accounts) == 0 {
		r.fail("TWILIO_ACCOUNT_SID", "is required with CALL_FROM")
	}
	if c.metricsAddr != "" && c.metricsAddr == c.listenAddr {
		r.fail("METRICS_ADDR", "want another address than LISTEN_ADDR; empty, all are on LISTEN_ADDR")
	}
	if s.CallFrom != "" && !r.failed("PUBLIC_URL") && !r.failed("TWILIO_API_BASE_URL") {
		if err := twilio.CheckPublicURL(c.publicURL, c.twilioURL); err != nil {
			r.fail("PUBLIC_URL", err.Error()+": Twilio must reach it to make calls from CALL_FROM")
		}
	}
	return c, r.err()
}

// settingsReader reads settings and gathers what is wrong.
type settingsReader struct {
	getenv func(string) string
	wrong  []error
}

func (r *settingsReader) fail(name, why string) {
	r.wrong = append(r.wrong, fmt.Errorf("%s: %s", name, why))
}

func (r *settingsReader) durability(value string) rdb.Durability {
	level := rdb.Durability(value)
	if !slices.Contains([]rdb.Durability{rdb.Memory, rdb.Replica, rdb.Disk}, level) {
		r.fail("DURABILITY", "want memory, replica or disk")
	}
	return level
}

// failed says whether something is wrong with a setting.
func (r *settingsReader) failed(name string) bool {
	return slices.ContainsFunc(r.wrong, func(err error) bool { return strings.HasPrefix(err.Error(), name+": ") })
}

func (r *settingsReader) err() error {
	if len(r.wrong) == 0 {
		return nil
	}
	return usage(fmt.Errorf("the settings are wrong:\n%w", errors.Join(r.wrong...)))
}

// secretFileLimit bounds a file that holds a secret, in bytes.
const secretFileLimit = 64 << 10

// secret returns the setting, or what stands in the file that NAME_FILE names.
func (r *settingsReader) secret(name, value string) string {
	file := r.getenv(name + "_FILE")
	if file == "" {
		return value
	}
	if r.getenv(name) != "" {
		r.fail(name, "is set, and so is "+name+"_FILE: set one of them")
		return value
	}
	content, err := os.ReadFile(file)
	switch {
	case err != nil:
		r.fail(name+"_FILE", "the file can't be read")
	case len(content) > secretFileLimit:
		r.fail(name+"_FILE", "the file is too large")
	}
	return strings.TrimSpace(string(content))
}

func (r *settingsReader) required(name, value string) string {
	if value == "" {
		r.fail(name, "is required")
	}
	return value
}

func (r *settingsReader) address(name, value string) string {
	if _, _, err := net.SplitHostPort(value); err != nil {
		r.fail(name, "want host:port")
	}
	return value
}

func (r *settingsReader) optionalAddress(name, value string) string {
	if value == "" {
		return ""
	}
	return r.address(name, value)
}

func (r *settingsReader) url(name, value string) string {
	if value == "" {
		return ""
	}
	u, err := url.Parse(value)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		r.fail(name, "want an http or https URL without a query")
	}
	return strings.TrimSuffix(value, "/")
}

var accountSIDs = regexp.MustCompile(`^AC[0-9a-f]{32}$`)

func (r *settingsReader) accountSIDs(name, value string) []string {
	accounts := list(value)
	for _, sid := range accounts {
		if !accountSIDs.MatchString(sid) {
			r.fail(name, "want AC and 32 hexadecimal digits")
			return nil
		}
	}
	return accounts
}

var keyNames = regexp.MustCompile(`^[A-Za-z0-9._-]+$`)

// sharedKeys reads names and secrets. It never tells what is in them.
func (r *settingsReader) sharedKeys(name, value string) []signature.SharedKey {
	var keys []signature.SharedKey
	for _, item := range list(value) {
		key, text, _ := strings.Cut(item, ":")
		if !keyNames.MatchString(key) || text == "" {
			r.fail(name, "want name:secret, comma-separated, of names such as calls-2026")
			return nil
		}
		keys = append(keys, signature.SharedKey{Name: key, Secret: secret.New(text)})
	}
	return keys
}

var domainNames = regexp.MustCompile(`^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$`)

func (r *settingsReader) domains(name, value string) []string {
	domains := list(value)
	for i, d := range domains {
		if !domainNames.MatchString(d) {
			r.fail(name, "want names such as example.sip.twilio.com, separated by commas")
			return nil
		}
		domains[i] = voice.SIPDomain(d)
	}
	return domains
}

func (r *settingsReader) numbers(name, value string) []nanp.Number {
	var numbers []nanp.Number
	for _, n := range list(value) {
		numbers = append(numbers, r.number(name, n))
	}
	return numbers
}

func (r *settingsReader) number(name, value string) nanp.Number {
	if value == "" {
		return ""
	}
	number, err := typed.Number(value)
	if err != nil {
		r.fail(name, "want a North American telephone number of ten digits")
	}
	return number
}

// keys reads SECRET_KEYS, which are required.
func (r *settingsReader) keys(value string) secret.Keyring {
	const name = "SECRET_KEYS"
	if value = r.required(name, r.secret(name, value)); value == "" {
		return secret.Keyring{}
	}
	keys, err := secret.ParseKeyring(value)
	if err != nil {
		r.fail(name, err.Error())
	}
	return keys
}

func (r *settingsReader) policy(s serverSettings) pins.Policy {
	fewest, errFewest := strconv.Atoi(s.PINMinDigits)
	most, errMost := strconv.Atoi(s.PINMaxDigits)
	if errFewest != nil || errMost != nil {
		r.fail("PIN_MIN_DIGITS, PIN_MAX_DIGITS", "want numbers from 4 to 8")
		return pins.Policy{}
	}
	p := pins.Policy{Temporary: secret.New(r.secret("TEMPORARY_PIN", s.TemporaryPIN)), MinDigits: fewest, MaxDigits: most}
	if pin, ok := typed.Digits(p.Temporary, pins.MinDigits, pins.MaxDigits); ok {
		p.Temporary = pin
	}
	if err := p.Validate(); err != nil {
		r.fail("TEMPORARY_PIN, PIN_MIN_DIGITS, PIN_MAX_DIGITS", err.Error())
	}
	return p
}

// provisioning reads where changes of features are posted, and what signs them.
func (r *settingsReader) provisioning(s serverSettings) (string, secret.Text) {
	key := secret.New(r.secret("PROVISIONING_SECRET", s.ProvisioningSecret))
	if s.ProvisioningURL == "" {
		return "", key
	}
	if err := dispatch.CheckURL(s.ProvisioningURL); err != nil {
		r.fail("PROVISIONING_URL", err.Error())
	}
	if err := dispatch.CheckSecret(key); err != nil {
		r.fail("PROVISIONING_SECRET", err.Error())
	}
	return s.ProvisioningURL, key
}

func (r *settingsReader) directory(name, value string) string {
	if value == "" {
		return ""
	}
	if info, err := os.Stat(value); err != nil || !info.IsDir() {
		r.fail(name, "is no directory that can be read")
	}
	return value
}

// duration reads a time from least to most.
func (r *settingsReader) duration(name, value string, least, most time.Duration) time.Duration {
	d, err := time.ParseDuration(value)
	if err != nil || d < least || d > most {
		r.fail(name, fmt.Sprintf("want a time from %s to %s, such as 5s", least, most))
	}
	return d
}

func (r *settingsReader) level(name, value string) slog.Level {
	var level slog.Level
	if err := level.UnmarshalText([]byte(value)); err != nil {
		r.fail(name, "want debug, info, warn or error")
	}
	return level
}

// list cuts a comma-separated setting.
func list(value string) []string {
	var items []string
	for item := range strings.SplitSeq(value, ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}

// texts cuts a comma-separated list of secrets.
func texts(value string) []secret.Text {
	var all []secret.Text
	for _, item := range list(value) {
		all = append(all, secret.New(item))
	}
	return all
}
