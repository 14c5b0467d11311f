package main

import (
	"cmp"
	"log/slog"
	"net/netip"
	"strconv"
	"time"
	_ "time/tzdata" // for machines without the files of time zones

	"github.com/alecthomas/kong"

	"updatecenter/internal/accounts"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/limit"
	"updatecenter/internal/nanp"
	"updatecenter/internal/outbound/twilio"
	"updatecenter/internal/provisioning/dispatch"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/repair"
	"updatecenter/internal/secret"
	"updatecenter/ivr"
	"updatecenter/ivr/calls/helpline"
	"updatecenter/pins"
	"updatecenter/twiml"
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

// defaults are those of settings that are numbers of other packages, for the tag "default".
var defaults = kong.Vars{
	"repair": defaultRepair.Display(), "temporary_pin": defaultTemporary, "digits": strconv.Itoa(defaultDigits),
	"lookups":   strconv.Itoa(repair.DefaultLimits().Program),
	"parallel":  strconv.Itoa(dispatch.DefaultParallel),
	"unvouched": strconv.Itoa(pins.DefaultUnvouched().Most),
	"voice_en":  ivr.DefaultVoices[ivr.English], "voice_es": ivr.DefaultVoices[ivr.Spanish],
}

// config is the settings of a server; the demo and the simulated telephone have flags of their own by the names
// of some. Of each setting, the tags have the name in the environment
// and that of the flag, the default and the meaning; type names what reads its text, in readers, and least,
// most or choices are the bounds of that; needed is of what can't be empty. A secret can also stand in a file
// that NAME_FILE names.
type config struct {
	ListenAddr           string        `name:"listen-addr" env:"LISTEN_ADDR" type:"address" needed:"" default:"127.0.0.1:8080" help:"Address to listen on."`
	MetricsAddr          string        `name:"metrics-addr" env:"METRICS_ADDR" type:"address" help:"Address, such as 127.0.0.1:9090, of a listener of its own for /metrics, /readyz and /healthz. LISTEN_ADDR then has /healthz alone of these. Empty: all are on LISTEN_ADDR."`
	ShutdownDelay        time.Duration `name:"shutdown-delay" env:"SHUTDOWN_DELAY" type:"duration" least:"0s" most:"1m" default:"5s" help:"For how long, from SIGTERM on, /healthz and /readyz answer 503 while everything else is served as before, so that balancers send calls elsewhere; 0s to 1m. Longer than a balancer takes to notice. A second SIGTERM ends it."`
	twilioSettings       `embed:""`
	WebhookKeys          []signature.SharedKey `name:"twilio-webhook-keys" env:"TWILIO_WEBHOOK_KEYS" type:"shared-keys" secret:"" help:"Shared keys with which Twilio signs webhooks by SHA-256, if its webhooks API was told to: name:secret, comma-separated; a name twice while its key is being replaced."`
	redisSettings        `embed:""`
	TemporaryPIN         secret.Text        `name:"temporary-pin" env:"TEMPORARY_PIN" type:"pin" default:"${temporary_pin}" secret:"" help:"PIN of every new line."`
	PINMinDigits         int                `name:"pin-min-digits" env:"PIN_MIN_DIGITS" type:"count" least:"4" most:"8" default:"${digits}" help:"Fewest digits of a new PIN, at least 4."`
	PINMaxDigits         int                `name:"pin-max-digits" env:"PIN_MAX_DIGITS" type:"count" least:"4" most:"8" default:"${digits}" help:"Most digits of a new PIN, at most 8."`
	UnvouchedFailures    int                `name:"unvouched-failures-per-day" env:"UNVOUCHED_FAILURES_PER_DAY" type:"count" least:"0" most:"100000" default:"${unvouched}" help:"Wrong PINs in 24 hours, over all lines, of all callers together from elsewhere without full STIR/SHAKEN attestation; beyond it none of their PINs is taken. 0: never."`
	LookupsPerMinute     int                `name:"lookups-per-minute" env:"LOOKUPS_PER_MINUTE" type:"count" least:"1" most:"10000" default:"${lookups}" help:"How many lines and accounts an API key may look up in a minute by itself, for no agent."`
	RepairNumber         nanp.Number        `name:"repair-number" env:"REPAIR_NUMBER" type:"number" needed:"" default:"${repair}" help:"Telephone number that callers are told who need a person."`
	RepairTransfer       nanp.Number        `name:"repair-transfer" env:"REPAIR_TRANSFER" type:"number" help:"Telephone number to which 0 puts callers through. Needs TRANSFER_CALLER_ID or CALL_FROM. Empty: REPAIR_NUMBER is only told."`
	ProvisioningURL      string             `name:"provisioning-url" env:"PROVISIONING_URL" type:"switch-url" help:"Where changes of calling features are posted for the switch, https or on this machine. Empty: nowhere; the last 1000 of each line are kept."`
	ProvisioningSecret   secret.Text        `name:"provisioning-secret" env:"PROVISIONING_SECRET" type:"secret" secret:"" help:"Key that signs them as Standard Webhooks do: whsec_ and base64 of 24 to 64 random bytes. Required with PROVISIONING_URL."`
	ProvisioningParallel int                `name:"provisioning-parallel" env:"PROVISIONING_PARALLEL" type:"count" least:"1" most:"1000" default:"${parallel}" help:"How many lines' changes are posted at once by each server, 1 to 1000; those of a line come one after the other. At 50 ms a request 200 are more than 2,000 a second."`
	HelpDirectory        helpline.Directory `name:"help-directory" env:"HELP_DIRECTORY" type:"help-directory" help:"CSV file that says who helps with what on the help line, by which number, and whether callers are put through; README has its columns. Empty: the one that is built in."`
	RecordingsDir        string             `name:"recordings-dir" env:"RECORDINGS_DIR" type:"directory" help:"Directory of recorded prompts, PROMPT.en.mp3 or PROMPT.es.wav and so on, which are played instead of spoken. Prompts with variables are always spoken."`
	voiceSettings        `embed:""`
	deliverySettings     `embed:""`
	consoleSettings      `embed:""`
	TrustedProxies       []netip.Prefix `name:"trusted-proxies" env:"TRUSTED_PROXIES" type:"proxies" help:"Addresses of the proxies in front of the console and the API, comma-separated, each an address or a network such as 10.1.0.0/16. From them alone X-Forwarded-For tells where an agent is, for the audit and for limits. Empty: the server is reached directly."`
	LogLevel             slog.Level     `name:"log-level" env:"LOG_LEVEL" type:"level" default:"info" help:"debug, info, warn or error."`
}

// voiceSettings are those of what is spoken. The zero value is their defaults.
type voiceSettings struct {
	VoiceEN    twiml.Voice `name:"voice-en" env:"VOICE_EN" type:"voice" language:"en" default:"${voice_en}" help:"Twilio's voice for English, such as Polly.Matthew-Neural; one that Twilio has for en-US, and that reads digits, spells, pauses and slows down by SSML. Neural voices have sentences in which something is spelled spoken by the standard voice of the same name."`
	VoiceES    twiml.Voice `name:"voice-es" env:"VOICE_ES" type:"voice" language:"es" default:"${voice_es}" help:"Its voice for Spanish, likewise, for es-US or es-MX."`
	VoiceSpeed int         `name:"voice-speed" env:"VOICE_SPEED" type:"count" least:"70" most:"120" default:"100" help:"How fast they speak, 70 to 120 percent of their own pace."`
}

// speaking is an engine's config with them.
func (s voiceSettings) speaking(c ivr.Config) ivr.Config {
	c.Voices, c.Speed = make(map[ivr.Language]twiml.Voice), s.VoiceSpeed
	for l, v := range map[ivr.Language]twiml.Voice{ivr.English: s.VoiceEN, ivr.Spanish: s.VoiceES} {
		if v != (twiml.Voice{}) {
			c.Voices[l] = v
		}
	}
	return c
}

// twilioSettings are those that twilio check reads as well.
type twilioSettings struct {
	PublicURL        string        `name:"public-url" env:"PUBLIC_URL" type:"url" needed:"" help:"URL by which Twilio reaches this server, such as https://ivr.example.com. Signatures are checked against it. Required."`
	TwilioAccounts   []string      `name:"twilio-account-sid" env:"TWILIO_ACCOUNT_SID" type:"accounts" help:"The Twilio account, AC and 32 hexadecimal digits; a comma-separated list with subaccounts, of which we sign in at Twilio as the first. Webhooks of other accounts are refused; empty: of none that TWILIO_AUTH_TOKEN has signed. Required with CALL_FROM, and by twilio check."`
	TwilioAuthTokens []secret.Text `name:"twilio-auth-token" env:"TWILIO_AUTH_TOKEN" type:"secrets" needed:"" secret:"" help:"The auth token that signs Twilio's webhooks; a comma-separated list while one is being replaced, of which we sign in at Twilio with the first. Required."`
	TwilioURL        string        `name:"twilio-api-base-url" env:"TWILIO_API_BASE_URL" type:"url" default:"https://api.twilio.com" help:"Where Twilio's REST API is."`
	SIPDomains       []string      `name:"sip-domains" env:"SIP_DOMAINS" type:"domains" help:"SIP domains, comma-separated, over which the operator's switch sends calls to 78. Such calls are from the line that From names: list only domains whose calls are authenticated."`
	Dial78Numbers    []nanp.Number `name:"dial-78-numbers" env:"DIAL_78_NUMBERS" type:"numbers" help:"Telephone numbers, comma-separated, to which the switch maps 78. A call to them is from the line if it has full STIR/SHAKEN attestation (A)."`
	HelpLines        []nanp.Number `name:"help-line-numbers" env:"HELP_LINE_NUMBERS" type:"numbers" help:"Telephone numbers, comma-separated, of the help line, which helps whoever cannot sign in somewhere. Empty: there is none."`
	LongDistance     []nanp.Number `name:"long-distance-numbers" env:"LONG_DISTANCE_NUMBERS" type:"numbers" help:"Telephone numbers, comma-separated, of the help line for long distance: it begins with that."`
	CallFrom         nanp.Number   `name:"call-from" env:"CALL_FROM" type:"number" help:"Number of the Twilio account from which customers are called. Empty: nobody is called."`
	TransferCallerID nanp.Number   `name:"transfer-caller-id" env:"TRANSFER_CALLER_ID" type:"number" help:"Number that the telephone at REPAIR_TRANSFER shows: one that the Twilio account owns or has verified. Empty: CALL_FROM."`
}

// redisSettings are those of all commands that read or change what a server keeps.
type redisSettings struct {
	RedisURL   string                `name:"redis-url" env:"REDIS_URL" type:"text" needed:"" secret:"" help:"Redis: redis://host:6379/0; a cluster by some of its nodes, redis://host1:7000?addr=host2:7000; through sentinels, redis://sentinel1:26379?master_name=main&addr=sentinel2:26379; rediss:// for TLS. Required."`
	Durability redisstore.Durability `name:"durability" env:"DURABILITY" type:"choice" choices:"memory,replica,disk" default:"memory" help:"When a change of a PIN, a code, a feature, an account, an agent or a key, a reset, or a record of the audit is confirmed: memory, at once; replica, once one replica of Redis has it, for which 0.3 seconds are waited; disk, once it is on the disk of Redis, which needs appendfsync always. When that can't be had in time, the change stays made, and whoever asked for it is told that it may not last."`
	SecretKeys secret.Keyring        `name:"secret-keys" env:"SECRET_KEYS" type:"keyring" needed:"" secret:"" help:"Keys that protect PINs and calls: id:base64 of 32 random bytes, comma-separated, the first is the current one. Required."`
}

// deliverySettings are those of accounts, and of how codes and notices reach customers.
type deliverySettings struct {
	companySetting        `embed:""`
	ReturnAddress         []string    `name:"return-address" env:"RETURN_ADDRESS" type:"lines" help:"Where letters come back to, its lines separated by |. Required with LETTERS_DIR."`
	HelpLine              nanp.Number `name:"help-line" env:"HELP_LINE" type:"number" help:"Telephone number for all about accounts. Empty: REPAIR_NUMBER."`
	PasswordURL           string      `name:"password-url" env:"PASSWORD_URL" type:"password-url" help:"Page of the company's web site on which customers choose a new password, https, such as https://www.example.com/new-password. Links that are sent to them lead there, with the token of POST /v1/passwords after a #. Empty: no links are sent."`
	MailboxPasswordDigits int         `name:"mailbox-password-digits" env:"MAILBOX_PASSWORD_DIGITS" type:"count" least:"6" most:"10" default:"6" help:"Digits of the temporary passwords of voice mailboxes, 6 to 10: as many as the voice-mail platform takes."`
	accountSettings       `embed:""`
	KeyedForms            accounts.KeyedForms `name:"account-number-forms" env:"ACCOUNT_NUMBER_FORMS" type:"keyed-forms" help:"How account numbers stand on the bill, as callers key only their digits: the groups between hyphens, such as 3-7-3; several of different lengths are separated by commas. Empty: without hyphens."`
	CallRate              float64             `name:"call-rate" env:"CALL_RATE" type:"rate" default:"1" help:"Calls begun in a second, by each server; what Twilio allows the account."`
	DetectMachines        string              `name:"detect-machines" env:"DETECT_MACHINES" type:"choice" choices:"on,off" default:"off" help:"on has Twilio listen for answering machines, and wait for the end of their greeting, before anything is said: persons wait for some seconds. off: machines are spoken to like persons who press no key."`
	Voicemail             string              `name:"voicemail" env:"VOICEMAIL" type:"choice" choices:"notice,code" default:"notice" help:"What a recognized answering machine is told: notice, who called and where to call back; or code, the code as well, which implies DETECT_MACHINES=on."`
	LettersDir            string              `name:"letters-dir" env:"LETTERS_DIR" type:"directory" help:"Directory into which letters are printed for the mail house. Empty: no letters."`
	mailSettings          `embed:""`
	Notices               deliveries.Method `name:"notices" env:"NOTICES" type:"choice" choices:"voice,letter,email,off" default:"voice" help:"How customers are told that a code, question or address was changed: voice, which wants CALL_FROM, letter or email; off if another system tells them. Of a PIN that was changed or reset they are always told by a call to its line."`
	PerMinute             int               `name:"deliveries-per-minute" env:"DELIVERIES_PER_MINUTE" type:"count" least:"1" most:"100000" help:"Most deliveries of all accounts together that are taken on in a minute. Empty: as many as CALL_RATE can ring."`
}

type companySetting struct {
	Company string `name:"company" env:"COMPANY" type:"text" needed:"" default:"Update Center" help:"The company's name, as calls, letters and e-mail say it, in every language."`
}

// accountSettings are those of all accounts, destinationSetting of their telephones and of lines.
type accountSettings struct {
	CodeDigits         int `name:"code-digits" env:"CODE_DIGITS" type:"count" least:"6" most:"10" default:"6" help:"Digits of the security codes that are made here, 6 to 10."`
	destinationSetting `embed:""`
}

// helpLine is where a person answers who knows all about accounts.
func (c *config) helpLine() nanp.Number { return cmp.Or(c.HelpLine, c.RepairNumber) }

type destinationSetting struct {
	CallDestinations nanp.Destinations `name:"call-destinations" env:"CALL_DESTINATIONS" type:"destinations" help:"Whom we call besides US and Canadian geographic and toll-free numbers, and so whose numbers accounts and lines can have: area codes, and countries of +1 by two letters, comma-separated, such as PR,340. Premium numbers (900, 976) are never called."`
}

type mailSettings struct {
	Mail     mailServer `name:"smtp-url" env:"SMTP_URL" type:"mail-server" secret:"" help:"Mail server: smtp://user:password@host:587 with STARTTLS, smtps://host:465, or smtp://127.0.0.1:1025 without TLS on this machine. Empty: no e-mail."`
	MailFrom string     `name:"mail-from" env:"MAIL_FROM" type:"mail-address" help:"Address from which e-mail comes. Required with SMTP_URL."`
}

// consoleSettings are those of the console, at which repair agents help customers, and of the links to it.
type consoleSettings struct {
	ConsoleURL string         `name:"console-url" env:"CONSOLE_URL" type:"console-url" help:"URL by which the browsers of repair agents reach this server, https, such as https://repair.example.com; or http on this machine. The console is at /repair below it, and links in e-mails to agents lead there. Empty: no console; required of commands that make links."`
	Zone       *time.Location `name:"console-time-zone" env:"CONSOLE_TIME_ZONE" type:"zone" default:"UTC" help:"Time zone of the times that the console and e-mails to agents show, by its IANA name, such as America/Chicago. Reports are of its days."`
}

// check says what settings want of others.
func (c *config) check(r *settingsReader) {
	c.mailSettings.check(r)
	if err := c.policy().Validate(); err != nil && !r.failed("TEMPORARY_PIN", "PIN_MIN_DIGITS", "PIN_MAX_DIGITS") {
		r.fail("TEMPORARY_PIN, PIN_MIN_DIGITS, PIN_MAX_DIGITS", err.Error())
	}
	if err := dispatch.CheckSecret(c.ProvisioningSecret); err != nil && c.ProvisioningURL != "" {
		r.fail("PROVISIONING_SECRET", err.Error())
	}
	for _, want := range []struct {
		missing   bool
		name, why string
	}{
		{
			c.RepairTransfer != "" && c.callerID() == "" && !r.failed("CALL_FROM", "TRANSFER_CALLER_ID"), "REPAIR_TRANSFER",
			"also set TRANSFER_CALLER_ID, or CALL_FROM, to a number of the Twilio account: without a caller ID of its own " +
				"Twilio puts no call over SIP through, and none whose number is withheld",
		},
		{
			c.dialedTwice() && !r.failed("DIAL_78_NUMBERS", "HELP_LINE_NUMBERS", "LONG_DISTANCE_NUMBERS"),
			"HELP_LINE_NUMBERS, LONG_DISTANCE_NUMBERS, DIAL_78_NUMBERS", "one number stands twice: each is of one of them",
		},
		{
			c.callsItself() && !r.failed("HELP_LINE_NUMBERS", "LONG_DISTANCE_NUMBERS", "HELP_LINE", "REPAIR_NUMBER", "HELP_DIRECTORY"),
			"HELP_LINE_NUMBERS, LONG_DISTANCE_NUMBERS", "persons answer at HELP_LINE, REPAIR_NUMBER and the numbers of HELP_DIRECTORY, and the help line at none of them",
		},
		{c.LettersDir != "" && len(c.ReturnAddress) == 0, "RETURN_ADDRESS", "is required with LETTERS_DIR"},
		{c.Notices == "letter" && c.LettersDir == "", "NOTICES", "letters want a LETTERS_DIR"},
		{c.Notices == "email" && c.Mail.host == "", "NOTICES", "e-mail wants an SMTP_URL"},
		{
			c.CallFrom != "" && len(c.TwilioAccounts) == 0 && !r.failed("TWILIO_ACCOUNT_SID"),
			"TWILIO_ACCOUNT_SID", "is required with CALL_FROM",
		},
		{
			c.MetricsAddr != "" && c.MetricsAddr == c.ListenAddr,
			"METRICS_ADDR", "want another address than LISTEN_ADDR; empty, all are on LISTEN_ADDR",
		},
	} {
		if want.missing {
			r.fail(want.name, want.why)
		}
	}
	if c.CallFrom != "" && !r.failed("PUBLIC_URL", "TWILIO_API_BASE_URL") {
		if err := twilio.CheckPublicURL(c.PublicURL, c.TwilioURL); err != nil {
			r.fail("PUBLIC_URL", err.Error()+": Twilio must reach it to make calls from CALL_FROM")
		}
	}
}

func (s *mailSettings) check(r *settingsReader) {
	if s.Mail.host != "" && s.MailFrom == "" && !r.failed("MAIL_FROM") {
		r.fail("MAIL_FROM", "want an e-mail address")
	}
}

func (c *config) policy() pins.Policy {
	return pins.Policy{Temporary: c.TemporaryPIN, MinDigits: c.PINMinDigits, MaxDigits: c.PINMaxDigits}
}

func (c *config) unvouched() limit.Rate {
	return limit.Rate{Most: c.UnvouchedFailures, Within: pins.DefaultUnvouched().Within}
}

// callerID is that of transfers.
func (c *config) callerID() nanp.Number { return cmp.Or(c.TransferCallerID, c.CallFrom) }

// notices is how customers are told of changes; empty: they are not. As voice is the default, a server that
// calls nobody tells nobody.
func (c *config) notices() deliveries.Method {
	if c.Notices == "off" || c.Notices == deliveries.Voice && c.CallFrom == "" {
		return ""
	}
	return c.Notices
}

// detects says whether Twilio listens for answering machines in the calls that we make.
func (s deliverySettings) detects() bool { return s.DetectMachines == "on" || s.codeToMailbox() }

func (s deliverySettings) codeToMailbox() bool { return s.Voicemail == "code" }

func (s deliverySettings) limits() deliveries.Limits {
	limits := deliveries.DefaultLimits()
	limits.Global = limit.Rate{Most: cmp.Or(s.PerMinute, max(1, int(60*s.CallRate))), Within: time.Minute}
	return limits
}
