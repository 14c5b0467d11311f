package main

import (
	"net"
	netmail "net/mail"
	"net/url"
	"strconv"
	"strings"
	"time"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/limit"
	"updatecenter/internal/nanp"
	"updatecenter/internal/outbound/mail"
	"updatecenter/internal/secret"
)

// deliverySettings are those of accounts, and of how codes and notices reach customers.
type deliverySettings struct {
	Company       string `name:"company" env:"COMPANY" default:"Update Center" help:"The company's name, as calls, letters and e-mail say it, in every language."`
	ReturnAddress string `name:"return-address" env:"RETURN_ADDRESS" help:"Where letters come back to, its lines separated by |. Required with LETTERS_DIR."`
	HelpLine      string `name:"help-line" env:"HELP_LINE" help:"Telephone number for all about accounts. Empty: REPAIR_NUMBER."`
	CodeDigits    string `name:"code-digits" env:"CODE_DIGITS" default:"6" help:"Digits of the security codes that are made here, 6 to 10."`
	CallMore      string `name:"call-destinations" env:"CALL_DESTINATIONS" help:"Whom we call besides US and Canadian geographic and toll-free numbers, and so whose numbers accounts and lines can have: area codes, and countries of +1 by two letters, comma-separated, such as PR,340. Premium numbers (900, 976) are never called."`
	CallRate      string `name:"call-rate" env:"CALL_RATE" default:"1" help:"Calls begun in a second, by each server; what Twilio allows the account."`
	DetectMachine string `name:"detect-machines" env:"DETECT_MACHINES" default:"off" help:"on has Twilio listen for answering machines, and wait for the end of their greeting, before anything is said: persons wait for some seconds. off: machines are spoken to like persons who press no key."`
	Voicemail     string `name:"voicemail" env:"VOICEMAIL" default:"notice" help:"What a recognized answering machine is told: notice, who called and where to call back; or code, the code as well, which implies DETECT_MACHINES=on."`
	LettersDir    string `name:"letters-dir" env:"LETTERS_DIR" help:"Directory into which letters are printed for the mail house. Empty: no letters."`
	SMTPURL       string `name:"smtp-url" env:"SMTP_URL" secret:"" help:"Mail server: smtp://user:password@host:587 with STARTTLS, smtps://host:465, or smtp://127.0.0.1:1025 without TLS on this machine. Empty: no e-mail."`
	MailFrom      string `name:"mail-from" env:"MAIL_FROM" help:"Address from which e-mail comes. Required with SMTP_URL."`
	Notices       string `name:"notices" env:"NOTICES" default:"voice" help:"How customers are told that a code, question or address was changed: voice, which wants CALL_FROM, letter or email; off if another system tells them. Of a PIN that was changed or reset they are always told by a call to its line."`
	PerMinute     string `name:"deliveries-per-minute" env:"DELIVERIES_PER_MINUTE" help:"Most deliveries of all accounts together that are taken on in a minute. Empty: as many as CALL_RATE can ring."`
}

// outbound is what they mean.
type outbound struct {
	company       string
	returnAddress []string
	helpLine      nanp.Number
	codeDigits    int
	from          nanp.Number
	destinations  nanp.Destinations
	rate          float64 // calls a second
	detect        bool
	codeToMailbox bool
	lettersDir    string
	mail          mailServer
	mailFrom      string
	notices       deliveries.Method // empty: none
	limits        deliveries.Limits
}

// detects says whether Twilio listens for answering machines in the calls that we make.
func (o outbound) detects() bool { return o.detect || o.codeToMailbox }

// mailServer is where e-mail is handed over. Without a host there is none.
type mailServer struct {
	host     string
	port     int
	user     string
	password secret.Text
	tls      bool // from the first byte, not by STARTTLS
}

// policy is how a connection to the server is encrypted: without TLS only on this machine.
func (s mailServer) policy() mail.TLSPolicy {
	address := net.ParseIP(s.host)
	switch {
	case s.tls:
		return mail.Implicit
	case s.host == "localhost", address != nil && address.IsLoopback():
		return mail.None
	}
	return mail.Mandatory
}

func (r *settingsReader) deliveries(s deliverySettings, from nanp.Number) outbound {
	o := outbound{
		company:       r.required("COMPANY", s.Company),
		helpLine:      r.number("HELP_LINE", s.HelpLine),
		codeDigits:    r.count("CODE_DIGITS", s.CodeDigits, 6, 10),
		from:          from,
		destinations:  r.destinations("CALL_DESTINATIONS", s.CallMore),
		rate:          r.rate("CALL_RATE", s.CallRate),
		detect:        r.choice("DETECT_MACHINES", s.DetectMachine, "on", "off") == "on",
		codeToMailbox: r.choice("VOICEMAIL", s.Voicemail, "notice", "code") == "code",
		lettersDir:    r.directory("LETTERS_DIR", s.LettersDir),
		mail:          r.mailServer("SMTP_URL", r.secret("SMTP_URL", s.SMTPURL)),
		limits:        deliveries.DefaultLimits(),
	}
	o.limits.Global = limit.Rate{Most: max(1, int(60*o.rate)), Within: time.Minute}
	if s.PerMinute != "" {
		o.limits.Global.Most = r.count("DELIVERIES_PER_MINUTE", s.PerMinute, 1, 100_000)
	}
	for line := range strings.SplitSeq(s.ReturnAddress, "|") {
		if line = strings.TrimSpace(line); line != "" {
			o.returnAddress = append(o.returnAddress, line)
		}
	}
	if o.lettersDir != "" && len(o.returnAddress) == 0 {
		r.fail("RETURN_ADDRESS", "is required with LETTERS_DIR")
	}
	o.mailFrom = r.mailAddress("MAIL_FROM", s.MailFrom, o.mail.host != "")
	o.notices = r.notices("NOTICES", s.Notices, o)
	return o
}

// notices reads the way of notices, which must be one that there is. As voice is the default, a
// server that calls nobody has none.
func (r *settingsReader) notices(name, value string, o outbound) deliveries.Method {
	switch r.choice(name, value, "voice", "letter", "email", "off") {
	case "letter":
		if o.lettersDir == "" {
			r.fail(name, "letters want a LETTERS_DIR")
		}
		return deliveries.ByMail
	case "email":
		if o.mail.host == "" {
			r.fail(name, "e-mail wants an SMTP_URL")
		}
		return deliveries.Email
	case "voice":
		if o.from != "" {
			return deliveries.Voice
		}
	}
	return ""
}

func (r *settingsReader) destinations(name, value string) nanp.Destinations {
	called, err := nanp.ParseDestinations(value)
	if err != nil {
		r.fail(name, err.Error())
	}
	return called
}

func (r *settingsReader) count(name, value string, least, most int) int {
	n, err := strconv.Atoi(value)
	if err != nil || n < least || n > most {
		r.fail(name, "want a number from "+strconv.Itoa(least)+" to "+strconv.Itoa(most))
	}
	return n
}

func (r *settingsReader) rate(name, value string) float64 {
	rate, err := strconv.ParseFloat(value, 64)
	if err != nil || !(rate > 0 && rate <= 100) {
		r.fail(name, "want a number above 0, and 100 at most")
	}
	return rate
}

func (r *settingsReader) choice(name, value string, choices ...string) string {
	for _, choice := range choices {
		if value == choice {
			return choice
		}
	}
	r.fail(name, "want "+strings.Join(choices[:len(choices)-1], ", ")+" or "+choices[len(choices)-1])
	return ""
}

func (r *settingsReader) mailAddress(name, value string, needed bool) string {
	if value == "" && !needed {
		return ""
	}
	address, err := netmail.ParseAddress(value)
	if err != nil || address.Name != "" {
		r.fail(name, "want an e-mail address")
		return ""
	}
	return address.Address
}

// mailServer reads the URL of a mail server. It never tells what is in it, as that can be a
// password.
func (r *settingsReader) mailServer(name, value string) mailServer {
	if value == "" {
		return mailServer{}
	}
	u, err := url.Parse(value)
	if err != nil || u.Hostname() == "" || (u.Scheme != "smtp" && u.Scheme != "smtps") {
		r.fail(name, "want smtp://user:password@host:587 or smtps://host:465")
		return mailServer{}
	}
	port, err := net.LookupPort("tcp", u.Port())
	if err != nil || port == 0 {
		port = map[string]int{"smtp": 587, "smtps": 465}[u.Scheme]
	}
	password, _ := u.User.Password()
	return mailServer{
		host: u.Hostname(), port: port, user: u.User.Username(), password: secret.New(password), tls: u.Scheme == "smtps",
	}
}
