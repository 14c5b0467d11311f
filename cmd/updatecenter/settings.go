package main

import (
	"cmp"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // for machines without the files of time zones

	"github.com/alecthomas/kong"

	"updatecenter/internal/limit"
	"updatecenter/internal/nanp"
	"updatecenter/internal/outbound/twilio"
	"updatecenter/internal/provisioning/dispatch"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/repair"
	"updatecenter/internal/secret"
	"updatecenter/pins"
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

// defaults are those of settings that are numbers of other packages, by the names of their flags.
var defaults = map[string]string{
	"repair-number": defaultRepair.Display(), "temporary-pin": defaultTemporary,
	"pin-min-digits": strconv.Itoa(defaultDigits), "pin-max-digits": strconv.Itoa(defaultDigits),
	"lookups-per-minute":         strconv.Itoa(repair.DefaultLimits().Program),
	"provisioning-parallel":      strconv.Itoa(dispatch.DefaultParallel),
	"unvouched-failures-per-day": strconv.Itoa(pins.DefaultUnvouched().Most),
}

// setDefaults writes them into a command line.
func setDefaults(line *kong.Kong) error {
	return kong.Visit(line.Model, func(node kong.Visitable, next kong.Next) error {
		if flag, is := node.(*kong.Flag); is && defaults[flag.Name] != "" {
			flag.Default, flag.HasDefault = defaults[flag.Name], true
		}
		return next(nil)
	})
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
	Durability         string `name:"durability" env:"DURABILITY" default:"memory" help:"When a change of a PIN, a code, a feature, an account, an agent or a key, a reset, or a record of the audit is confirmed: memory, at once; replica, once one replica of Redis has it, for which 0.3 seconds are waited; disk, once it is on the disk of Redis, which needs appendfsync always. When that can't be had in time, the change stays made, and whoever asked for it is told that it may not last."`
	SecretKeys         string `name:"secret-keys" env:"SECRET_KEYS" secret:"" help:"Keys that protect PINs and calls: id:base64 of 32 random bytes, comma-separated, the first is the current one. Required."`
	TemporaryPIN       string `name:"temporary-pin" env:"TEMPORARY_PIN" secret:"" help:"PIN of every new line."`
	PINMinDigits       string `name:"pin-min-digits" env:"PIN_MIN_DIGITS" help:"Fewest digits of a new PIN, at least 4."`
	PINMaxDigits       string `name:"pin-max-digits" env:"PIN_MAX_DIGITS" help:"Most digits of a new PIN, at most 8."`
	UnvouchedFailures  string `name:"unvouched-failures-per-day" env:"UNVOUCHED_FAILURES_PER_DAY" help:"Wrong PINs in 24 hours, over all lines, of all callers together from elsewhere without full STIR/SHAKEN attestation; beyond it none of their PINs is taken. 0: never."`
	LookupsPerMinute   string `name:"lookups-per-minute" env:"LOOKUPS_PER_MINUTE" help:"How many lines and accounts an API key may look up in a minute by itself, for no agent."`
	RepairNumber       string `name:"repair-number" env:"REPAIR_NUMBER" help:"Telephone number that callers are told who need a person."`
	RepairTransfer     string `name:"repair-transfer" env:"REPAIR_TRANSFER" help:"Telephone number to which 0 puts callers through. Needs TRANSFER_CALLER_ID or CALL_FROM. Empty: REPAIR_NUMBER is only told."`
	ProvisioningURL    string `name:"provisioning-url" env:"PROVISIONING_URL" help:"Where changes of calling features are posted for the switch, https or on this machine. Empty: nowhere; the last 1000 of each line are kept."`
	ProvisioningSecret string `name:"provisioning-secret" env:"PROVISIONING_SECRET" secret:"" help:"Key that signs them as Standard Webhooks do: whsec_ and base64 of 24 to 64 random bytes. Required with PROVISIONING_URL."`
	ProvisioningAtOnce string `name:"provisioning-parallel" env:"PROVISIONING_PARALLEL" help:"How many lines' changes are posted at once by each server, 1 to 1000; those of a line come one after the other. At 50 ms a request 200 are more than 2,000 a second."`
	RecordingsDir      string `name:"recordings-dir" env:"RECORDINGS_DIR" help:"Directory of recorded prompts, PROMPT.en.mp3 or PROMPT.es.wav and so on, which are played instead of spoken. Prompts with variables are always spoken."`
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
	durability    redisstore.Durability
	authTokens    []secret.Text
	sharedKeys    []signature.SharedKey
	sipDomains    []string
	dial78        []nanp.Number
	keys          secret.Keyring
	policy        pins.Policy
	unvouched     limit.Rate
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
	c.unvouched.Most = r.count("UNVOUCHED_FAILURES_PER_DAY", s.UnvouchedFailures, 0, 100_000)
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

// consoleSettings are those of the console, at which repair agents help customers.
type consoleSettings struct {
	ConsoleURL      string `name:"console-url" env:"CONSOLE_URL" help:"URL by which the browsers of repair agents reach this server, https, such as https://repair.example.com; or http on this machine. The console is at /repair below it, and links in e-mails to agents lead there. Empty: no console."`
	ConsoleTimeZone string `name:"console-time-zone" env:"CONSOLE_TIME_ZONE" default:"UTC" help:"Time zone of the times that the console and e-mails to agents show, by its IANA name, such as America/Chicago. Reports are of its days."`
	TrustedProxies  string `name:"trusted-proxies" env:"TRUSTED_PROXIES" help:"Addresses of the proxies in front of the console and the API, comma-separated, each an address or a network such as 10.1.0.0/16. From them alone X-Forwarded-For tells where an agent is, for the audit and for limits. Empty: the server is reached directly."`
}

// consoleConfig is what they mean.
type consoleConfig struct {
	url     string         // without a path; empty: there is no console
	zone    *time.Location // of times that agents read; nil: UTC
	proxies []netip.Prefix // in front of the server, that are believed
}

func (r *settingsReader) console(s consoleSettings) consoleConfig {
	return consoleConfig{
		url:     r.consoleURL(s.ConsoleURL),
		zone:    r.zone("CONSOLE_TIME_ZONE", s.ConsoleTimeZone),
		proxies: r.proxies(s.TrustedProxies),
	}
}

// consoleURL reads CONSOLE_URL, where agents' browsers find us. Without TLS that is only this machine, since
// what they send is passwords.
func (r *settingsReader) consoleURL(value string) string {
	if value == "" {
		return ""
	}
	u, err := url.Parse(value)
	bare := err == nil && u.Host != "" && u.User == nil && strings.Trim(u.Path, "/") == "" &&
		!strings.ContainsAny(value, "?#")
	if !bare || u.Scheme != "https" && (u.Scheme != "http" || !isThisMachine(u.Hostname())) {
		r.fail("CONSOLE_URL", "want https and a host, such as https://repair.example.com, or http://127.0.0.1:8080 on this machine")
		return ""
	}
	return strings.TrimRight(value, "/")
}

// zone reads a time zone: an IANA name, which is the same everywhere, and not "Local", which is
// another on each machine. Wrong or empty: UTC.
func (r *settingsReader) zone(name, value string) *time.Location {
	if value == "" {
		return time.UTC
	}
	zone, err := time.LoadLocation(value)
	if err != nil || value == "Local" {
		r.fail(name, "want the IANA name of a time zone, such as America/Chicago, or UTC")
		return time.UTC
	}
	return zone
}

func isThisMachine(host string) bool {
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}

// proxies reads TRUSTED_PROXIES: networks, and single addresses as the smallest ones. One that is
// every address would have anybody believed.
func (r *settingsReader) proxies(value string) []netip.Prefix {
	var networks []netip.Prefix
	for _, item := range list(value) {
		network, err := netip.ParsePrefix(item)
		if address, addressErr := netip.ParseAddr(item); addressErr == nil && address.Zone() == "" {
			network, err = netip.PrefixFrom(address, address.BitLen()), nil
		}
		if err != nil || network.Bits() == 0 {
			r.fail("TRUSTED_PROXIES", "want addresses and networks such as 192.0.2.7, 10.1.0.0/16, separated by commas")
			return nil
		}
		networks = append(networks, network.Masked())
	}
	return networks
}
