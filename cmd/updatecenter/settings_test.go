package main

import (
	"flag"
	"fmt"
	"io"
	"maps"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/limit"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/redistest"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit/check"
	"updatecenter/internal/web"
	"updatecenter/ivr"
	"updatecenter/voice/simulator"
)

// sound are settings that a server starts with.
var sound = map[string]string{
	"PUBLIC_URL":        "https://ivr.example.com",
	"REDIS_URL":         "redis://127.0.0.1:1",
	"TWILIO_AUTH_TOKEN": "token",
	"SECRET_KEYS":       "a:" + strings.Repeat("A", 43) + "=",
}

// readSettings reads the settings of an environment as serve does.
func readSettings(t *testing.T, environment map[string]string) (config, error) {
	t.Helper()
	for name, value := range environment {
		t.Setenv(name, value)
	}
	var cli struct {
		Serve serveCommand `cmd:""`
	}
	line := must(commandLineOf(&cli, terminal{out: io.Discard, err: io.Discard, getenv: os.Getenv}, func(int) {}))(t)
	_, err := line.parse([]string{"serve"})
	return cli.Serve.config, err
}

func TestSettings(t *testing.T) {
	c, err := readSettings(t, with(sound, map[string]string{
		"TWILIO_AUTH_TOKEN": "new, old", "SIP_DOMAINS": "A.sip.twilio.com,b.sip.us1.twilio.com",
		"TWILIO_ACCOUNT_SID": "AC00000000000000000000000000000001,AC00000000000000000000000000000002", "UNVOUCHED_FAILURES_PER_DAY": "0", "LOOKUPS_PER_MINUTE": "1000",
		"TWILIO_WEBHOOK_KEYS": "calls-2026:new:er, calls-2026:older",
		"DIAL_78_NUMBERS":     "612-555-7800", "REPAIR_TRANSFER": "+16125550100", "TRANSFER_CALLER_ID": "888-612-8052", "PIN_MAX_DIGITS": "8",
		"SHUTDOWN_DELAY": "1m", "VOICE_ES": "Polly.Mia-Neural", "VOICE_SPEED": "85",
	}))
	check.OK(t, err)
	if len(c.TwilioAuthTokens) != 2 || c.TwilioAuthTokens[1].Reveal() != "old" || len(c.SIPDomains) != 2 ||
		c.Dial78Numbers[0] != "+16125557800" || c.RepairTransfer != "+16125550100" || c.callerID() != "+18886128052" || c.RepairNumber != "+18005731311" ||
		c.SIPDomains[0] != "a.sip.twilio.com" || c.SIPDomains[1] != "b.sip.twilio.com" || len(c.TwilioAccounts) != 2 ||
		len(c.WebhookKeys) != 2 || c.WebhookKeys[0].Name != "calls-2026" || c.WebhookKeys[0].Secret.Reveal() != "new:er" ||
		c.unvouched() != (limit.Rate{Within: 24 * time.Hour}) || c.LookupsPerMinute != 1000 ||
		c.VoiceEN.Name != "Polly.Joanna-Neural" || c.VoiceES.Name != "Polly.Mia-Neural" || c.VoiceES.Language != "es-MX" || c.VoiceSpeed != 85 || c.ShutdownDelay != time.Minute || c.PINMaxDigits != 8 || c.ListenAddr != "127.0.0.1:8080" {
		t.Errorf("read %+v", c)
	}
}

// Where calls are made, Twilio must be able to reach the server.
func TestPublicURLOfCalls(t *testing.T) {
	calling := map[string]string{"CALL_FROM": "888-612-8052", "TWILIO_ACCOUNT_SID": "AC" + strings.Repeat("0", 32)}
	for url, ok := range map[string]bool{
		"https://ivr.example.com": true, "https://[::]": false, "http://0.0.0.0:8080": false, "https://ivr": false,
		"https://ivr.example.com:65536": false, "http://127.0.0.1:8080": false,
	} {
		settings := with(sound, map[string]string{"PUBLIC_URL": url})
		if _, err := readSettings(t, settings); err != nil {
			t.Errorf("%s without calls: %v", url, err)
		}
		_, err := readSettings(t, with(settings, calling))
		if _, all := readSettings(t, with(settings, with(calling, map[string]string{"METRICS_ADDR": "9090"}))); !ok && !strings.Contains(all.Error(), "PUBLIC_URL: ") {
			t.Errorf("%s is not told beside what else is wrong: %v", url, all)
		}
		if (err == nil) != ok || err != nil && !strings.Contains(err.Error(), "PUBLIC_URL: ") {
			t.Errorf("%s: %v", url, err)
		}
		t.Setenv("CALL_FROM", "")
		t.Setenv("METRICS_ADDR", "")
	}
}

func TestMetricsAreElsewhere(t *testing.T) {
	_, err := readSettings(t, with(sound, map[string]string{"LISTEN_ADDR": "127.0.0.1:8080", "METRICS_ADDR": "127.0.0.1:8080"}))
	if err == nil || !strings.Contains(err.Error(), "METRICS_ADDR: want another address than LISTEN_ADDR") {
		t.Errorf("METRICS_ADDR is LISTEN_ADDR: %v", err)
	}
}

// Each number reaches one thing, and the help line puts nobody through to itself.
func TestNumbersOfTheHelpLine(t *testing.T) {
	directory := filepath.Join(t.TempDir(), "directory.csv")
	const table = "topic,english,spanish,number,transfer\nperson,a,a,,no\nrepair,b,b,,no\nonline-account,c,c,,no\nemail,d,d,,no\nvoice-mail,e,e,,no\n" +
		"long-distance,f,f,612-555-0105,no\ntv,g,g,,no\nantivirus,h,h,,no\nother,i,i,612-555-0106,no\n"
	check.OK(t, os.WriteFile(directory, []byte(table), 0o600))
	for name, c := range map[string]struct {
		settings map[string]string
		want     string
	}{
		"sound":             {map[string]string{"HELP_LINE_NUMBERS": "612-555-0100,612-555-0101", "LONG_DISTANCE_NUMBERS": "612-555-0102", "HELP_DIRECTORY": directory, "ACCOUNT_NUMBER_FORMS": "3-7-3,4-4"}, ""},
		"for both":          {map[string]string{"HELP_LINE_NUMBERS": "612-555-0100", "LONG_DISTANCE_NUMBERS": "612-555-0100"}, "one number stands twice"},
		"78 as well":        {map[string]string{"HELP_LINE_NUMBERS": "612-555-0100", "DIAL_78_NUMBERS": "612-555-0100"}, "one number stands twice"},
		"where persons are": {map[string]string{"HELP_LINE_NUMBERS": "612-555-0100", "HELP_LINE": "612-555-0100"}, "the help line at none of them"},
		"repair":            {map[string]string{"LONG_DISTANCE_NUMBERS": "612-555-0100", "REPAIR_NUMBER": "612-555-0100"}, "the help line at none of them"},
		"of the directory":  {map[string]string{"HELP_LINE_NUMBERS": "612-555-0106", "HELP_DIRECTORY": directory}, "the help line at none of them"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := readSettings(t, with(sound, c.settings))
			if (c.want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Error(err)
			}
		})
	}
}

// TestWrongSettings finds each mistake by itself, and all of them at once.
func TestWrongSettings(t *testing.T) {
	wrong := map[string]string{
		"UNVOUCHED_FAILURES_PER_DAY": "-1", "LOOKUPS_PER_MINUTE": "0", "TWILIO_WEBHOOK_KEYS": "hidden", "LISTEN_ADDR": "8080", "SHUTDOWN_DELAY": "61s", "METRICS_ADDR": "9090", "PUBLIC_URL": "ivr.example.com", "REDIS_URL": "", "TWILIO_AUTH_TOKEN": " ",
		"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_API_BASE_URL": "ftp://x", "SIP_DOMAINS": "nodots", "DIAL_78_NUMBERS": "911",
		"SECRET_KEYS": "a:short-hidden", "TEMPORARY_PIN": "12a4", "REPAIR_NUMBER": "+442079460123", "REPAIR_TRANSFER": "0", "TRANSFER_CALLER_ID": "anonymous",
		"RECORDINGS_DIR": "/does/not/exist", "LOG_LEVEL": "loud", "CODE_DIGITS": "5", "CALL_FROM": "911", "CALL_DESTINATIONS": "900", "CALL_RATE": "0", "DETECT_MACHINES": "yes", "VOICEMAIL": "both",
		"LETTERS_DIR": "/does/not/exist", "SMTP_URL": "http://hidden@mail.example.com", "MAIL_FROM": "nobody", "NOTICES": "pigeon",
		"VOICE_EN": "alice", "VOICE_ES": "Polly.Joanna-Neural", "VOICE_SPEED": "69",
		"CONSOLE_URL": "http://hidden@repair.example.com", "TRUSTED_PROXIES": "everybody",
		"DELIVERIES_PER_MINUTE": "0", "PROVISIONING_PARALLEL": "0", "HELP_LINE": "9", "HELP_LINE_NUMBERS": "911", "LONG_DISTANCE_NUMBERS": "0",
		"HELP_DIRECTORY": "/does/not/exist", "ACCOUNT_NUMBER_FORMS": "3-x", "PASSWORD_URL": "nowhere", "PROVISIONING_URL": "http://switch.example.com/events",
	}
	for name, value := range wrong {
		t.Run(name, func(t *testing.T) {
			_, err := readSettings(t, with(sound, map[string]string{name: value}))
			if err == nil || !strings.Contains(err.Error(), name) {
				t.Errorf("%s=%q: %v", name, value, err)
			}
		})
	}
	for _, name := range []string{"REDIS_URL", "REPAIR_NUMBER", "SECRET_KEYS", "COMPANY", "LISTEN_ADDR"} {
		if _, err := readSettings(t, with(sound, map[string]string{name: ""})); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s is empty: %v", name, err)
		}
	}
	_, err := readSettings(t, wrong)
	if err == nil {
		t.Fatal("all wrong, and no error")
	}
	for name := range wrong {
		if strings.Count(err.Error(), name) < 1 {
			t.Errorf("%s is not told: %v", name, err)
		}
	}
	for _, hidden := range []string{"hidden", "12a4"} {
		if strings.Contains(err.Error(), hidden) {
			t.Errorf("a secret is told: %v", err)
		}
	}
}

// A voice that Twilio doesn't have for the language, or that can't read our prompts, is refused with those that can.
func TestWrongVoices(t *testing.T) {
	for _, name := range []string{"", "man", "Polly.Joana-Neural", "Polly.Lupe-Neural", "Polly.Ruth-Neural", "Polly.Joanna-Generative", "Google.en-US-Neural2-F", "Google.en-US-Chirp3-HD-Kore"} {
		_, err := readSettings(t, with(sound, map[string]string{"VOICE_EN": name}))
		want := "VOICE_EN: want a voice that Twilio has for en-US and that reads digits, spells, pauses and slows down: Polly.Ivy, Polly.Joanna, "
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasSuffix(err.Error(), "Polly.Salli-Neural") {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// A transfer shows its own caller ID or that of calls to customers; without either it is a wrong
// setting.
func TestTransfersNeedACallerID(t *testing.T) {
	transfer := map[string]string{"REPAIR_TRANSFER": "612-555-0100", "SIP_DOMAINS": "a.sip.twilio.com"}
	_, err := readSettings(t, with(sound, transfer))
	if err == nil || !strings.Contains(err.Error(), "REPAIR_TRANSFER: also set TRANSFER_CALLER_ID, or CALL_FROM") {
		t.Errorf("without a caller ID: %v", err)
	}
	calls := with(transfer, map[string]string{"CALL_FROM": "612-555-7801", "TWILIO_ACCOUNT_SID": "AC" + strings.Repeat("0", 32)})
	if c, err := readSettings(t, with(sound, calls)); err != nil || c.callerID() != "+16125557801" {
		t.Errorf("with CALL_FROM it shows %s, %v", c.callerID(), err)
	}
	own := with(calls, map[string]string{"TRANSFER_CALLER_ID": "612-555-7802"})
	if c, err := readSettings(t, with(sound, own)); err != nil || c.callerID() != "+16125557802" || c.CallFrom != "+16125557801" {
		t.Errorf("with both it shows %s, %v", c.callerID(), err)
	}
}

// TestSettingsOfDeliveries finds settings that want others.
func TestSettingsOfDeliveries(t *testing.T) {
	spool := t.TempDir()
	for name, c := range map[string]struct {
		environment map[string]string
		want        string // in the error; empty: there is none
	}{
		"calls":                   {map[string]string{"CALL_FROM": "612-555-7801", "TWILIO_ACCOUNT_SID": "AC" + strings.Repeat("0", 32)}, ""},
		"calls without account":   {map[string]string{"CALL_FROM": "612-555-7801"}, "TWILIO_ACCOUNT_SID"},
		"letters":                 {map[string]string{"LETTERS_DIR": spool, "RETURN_ADDRESS": "1 Main Street | Edina, MN", "NOTICES": "letter"}, ""},
		"letters from nowhere":    {map[string]string{"LETTERS_DIR": spool}, "RETURN_ADDRESS"},
		"e-mail":                  {map[string]string{"SMTP_URL": "smtps://a:b@mail.example.com", "MAIL_FROM": "a@example.com", "NOTICES": "email"}, ""},
		"e-mail from nobody":      {map[string]string{"SMTP_URL": "smtp://mail.example.com"}, "MAIL_FROM"},
		"notices by no letters":   {map[string]string{"NOTICES": "letter"}, "LETTERS_DIR"},
		"notices by no e-mail":    {map[string]string{"NOTICES": "email"}, "SMTP_URL"},
		"nothing, as the default": {nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := readSettings(t, with(sound, c.environment))
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
}

func TestMailServers(t *testing.T) {
	for address, want := range map[string]mailServer{
		"smtp://mail.example.com":         {host: "mail.example.com", port: 587},
		"smtps://u:p%20@mail.example.com": {host: "mail.example.com", port: 465, user: "u", password: secret.New("p "), tls: true},
		"smtp://127.0.0.1:1025":           {host: "127.0.0.1", port: 1025},
	} {
		if got, err := readMailServer(address); err != nil || got.host != want.host || got.port != want.port || got.user != want.user ||
			!got.password.Equal(want.password) || got.tls != want.tls {
			t.Errorf("%s: %+v, %v", address, got, err)
		}
	}
}

func TestSecretFiles(t *testing.T) {
	file := filepath.Join(t.TempDir(), "token")
	check.OK(t, os.WriteFile(file, []byte("from-file\n"), 0o600))
	c, err := readSettings(t, with(sound, map[string]string{"TWILIO_AUTH_TOKEN": "", "TWILIO_AUTH_TOKEN_FILE": file}))
	if err != nil || c.TwilioAuthTokens[0].Reveal() != "from-file" {
		t.Errorf("read %v, %v", c.TwilioAuthTokens, err)
	}
	for name, environment := range map[string]map[string]string{
		"both":    {"TWILIO_AUTH_TOKEN_FILE": file},
		"missing": {"TWILIO_AUTH_TOKEN": "", "TWILIO_AUTH_TOKEN_FILE": file + "x"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := readSettings(t, with(sound, environment)); err == nil {
				t.Error("no error")
			}
		})
	}
}

func with(base, change map[string]string) map[string]string {
	all := maps.Clone(base)
	maps.Copy(all, change)
	return all
}

func TestConsoleSettings(t *testing.T) {
	c, err := readSettings(t, with(sound, map[string]string{
		"CONSOLE_URL": "https://repair.example.com/", "TRUSTED_PROXIES": "10.1.2.3/16, 192.0.2.7,2001:db8::/32, ::1",
	}))
	want := []netip.Prefix{
		netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("192.0.2.7/32"),
		netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("::1/128"),
	}
	if err != nil || c.ConsoleURL != "https://repair.example.com" || !slices.Equal(c.TrustedProxies, want) {
		t.Errorf("read %+v, %v", c.consoleSettings, err)
	}
}

// TestConsoleURLs takes where browsers can reach us safely, and nothing else.
func TestConsoleURLs(t *testing.T) {
	for address, good := range map[string]bool{
		"https://repair.example.com":      true,
		"https://repair.example.com:8443": true,
		"http://127.0.0.1:8080":           true,
		"http://localhost:8080":           true,
		"http://[::1]:8080":               true,
		"http://repair.example.com":       false, // passwords in the clear
		"http://127.0.0.1.example.com":    false,
		"http://localhost.example.com":    false,
		"https://":                        false,
		"repair.example.com":              false,
		"ftp://repair.example.com":        false,
		"javascript:alert(1)":             false,
		"https://hidden@a.example.com":    false,
		"https://a.example.com/console":   false,
		"https://a.example.com/?":         false,
		"https://a.example.com/#":         false,
		"https://a.example.com?x=1":       false,
	} {
		got, err := readConsoleURL(address)
		if (err == nil) != good || !good && got != "" {
			t.Errorf("%q: %q, %v", address, got, err)
		} else if err != nil && strings.Contains(err.Error(), "hidden") {
			t.Errorf("%v tells a password", err)
		}
	}
}

func TestConsoleTimeZone(t *testing.T) {
	winter := time.Date(2026, time.March, 2, 18, 15, 0, 0, time.UTC)
	for name, want := range map[string]string{
		"": "18:15 UTC", "UTC": "18:15 UTC", "America/Chicago": "12:15 CST", "America/Phoenix": "11:15 MST",
	} {
		c, err := readSettings(t, with(sound, map[string]string{"CONSOLE_TIME_ZONE": name}))
		if err != nil || winter.In(c.Zone).Format("15:04 MST") != want {
			t.Errorf("%q: %v, %v", name, c.Zone, err)
		}
	}
	for _, wrong := range []string{"Chicago", "CDT", "Local", "-06:00", "../etc/passwd", "America/Chicago "} {
		_, err := readSettings(t, with(sound, map[string]string{"CONSOLE_TIME_ZONE": wrong, "LOG_LEVEL": "loud"}))
		if err == nil || !strings.Contains(err.Error(), "CONSOLE_TIME_ZONE: want the IANA name") || !strings.Contains(err.Error(), "LOG_LEVEL") {
			t.Errorf("%q: %v", wrong, err)
		}
	}
}

func TestTrustedProxies(t *testing.T) {
	for _, wrong := range []string{
		"0.0.0.0/0", "::/0", "10.0.0.0/33", "10.1/16", "proxy.example.com", "10.0.0.0-10.0.0.9", "fe80::1%eth0", "10.0.0.1, all",
	} {
		if got, err := readers["proxies"](wrong, nil); err == nil {
			t.Errorf("%q: %v", wrong, got)
		}
	}
	if got, err := readers["proxies"](" , ", nil); err != nil || len(got.([]netip.Prefix)) != 0 {
		t.Errorf("none: %v, %v", got, err)
	}
}

// FuzzConsoleSettings holds that only this machine is reached without TLS, that a path or a
// password never comes in, and that nobody is trusted who was not named.
func FuzzConsoleSettings(f *testing.F) {
	for _, s := range [][2]string{
		{"https://repair.example.com", "10.0.0.0/8, ::1"}, {"http://[::1]:1/", "0.0.0.0/0"},
		{"http://localhost@example.com", "1.2.3.4"}, {"http://127.1", "::ffff:1.2.3.4/96"}, {"https://a/..//", "fe80::%1/10"},
	} {
		f.Add(s[0], s[1])
	}
	f.Fuzz(func(t *testing.T, address, proxies string) {
		if got, _ := readConsoleURL(address); got != "" {
			u, err := url.Parse(got)
			if err != nil || u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil ||
				u.Scheme != "https" && (u.Scheme != "http" || !web.ThisMachine(u.Hostname())) {
				t.Errorf("%q was taken as %q", address, got)
			}
		}
		networks, _ := listOf(",", readProxy)(proxies, nil)
		for _, network := range networks.([]netip.Prefix) {
			if !network.IsValid() || network.Bits() < 1 || network != network.Masked() {
				t.Errorf("%q has %v", proxies, network)
			}
		}
	})
}

// settingsTable is the Markdown table of serve's settings, made of the flags themselves.
func settingsTable() (string, error) {
	parser, err := commandLineOf(&serveCommand{}, terminal{out: io.Discard, err: io.Discard}, func(int) {})
	if err != nil {
		return "", fmt.Errorf("read settings: %w", err)
	}
	var b strings.Builder
	b.WriteString("| environment | flag | default | meaning |\n| --- | --- | --- | --- |\n")
	for _, f := range parser.Model.Flags {
		if len(f.Envs) == 0 {
			continue
		}
		fmt.Fprintf(&b, "| `%s` | `--%s` | %s | %s |\n", f.Envs[0], f.Name, code(f.Default), f.Help)
	}
	return b.String(), nil
}

// timesTable is the Markdown table of the times of a turn.
func timesTable() string {
	var b strings.Builder
	b.WriteString("| time | for |\n| --- | --- |\n")
	for _, row := range []struct {
		time time.Duration
		what string
	}{
		{ivr.DefaultTimes.Own, "a turn by itself: the claim, its lines, the commit"},
		{ivr.DefaultTimes.Commit, "of that: kept for the commit"},
		{ivr.DefaultTimes.Look, "after a failure: to look once more for the stored answer"},
		{ivr.DefaultTimes.Lease, "a claim, until its holder is taken for dead"},
		{ivr.DefaultTimes.Turn, "a turn with waits for claims of others"},
	} {
		fmt.Fprintf(&b, "| %v s | %s |\n", row.time.Seconds(), row.what)
	}
	return b.String()
}

// code sets a default apart; none is left empty.
func code(text string) string {
	if text == "" {
		return ""
	}
	return "`" + text + "`"
}

var update = flag.Bool("update", false, "write the generated parts of the documents anew")

// TestDocuments holds the generated parts of the documents against the code. A part
// stands between <!-- name --> and <!-- /name -->.
func TestDocuments(t *testing.T) {
	settings := must(settingsTable())(t)
	for _, part := range []struct{ file, name, want string }{
		{"../../README.md", "first-call", "```\n" + firstCall(t) + "```\n"},
		{"../../README.md", "settings", settings},
		{"../../ARCHITECTURE.md", "times", timesTable()},
		{"../../README.md", "redis-user", redisUser()},
		{"../../README.md", "findings", redisstore.FindingsTable()},
		{"../../docs/flows.md", "flows", drawingsPage()},
		{"../../docs/prompts.md", "prompts", promptTable()},
		{"../../docs/keys.md", "keys", redisstore.KindsTable()},
		{"../../docs/calls.md", "calls", lengthsTable(t)},
	} {
		t.Run(part.name, func(t *testing.T) {
			text := string(must(os.ReadFile(part.file))(t))
			begin, end := "<!-- "+part.name+" -->\n", "<!-- /"+part.name+" -->"
			before, rest, found := strings.Cut(text, begin)
			got, after, closed := strings.Cut(rest, end)
			if !found || !closed {
				t.Fatalf("%s lacks %q or %q", part.file, begin, end)
			}
			if got == part.want {
				return
			}
			if !*update {
				t.Fatalf("%s is out of date: run make draw", part.file)
			}
			check.OK(t, os.WriteFile(part.file, []byte(before+begin+part.want+end+after), 0o644))
		})
	}
}

// firstCall is what a new customer sees at the telephone in a terminal.
func firstCall(t *testing.T) string {
	t.Helper()
	keys, pressed := io.Pipe()
	exchange := newStage(t, redistest.StartMini(t), nil).exchange(func(c *simulator.Config) {
		c.Clock = &patientCaller{keys: "1234#8265#8265#", keypad: pressed}
	})
	var screen strings.Builder
	phone := simulator.Terminal{Exchange: exchange, In: keys, Out: &screen}
	check.OK(t, phone.Run(t.Context(), "78", demoNew.Display(), simulator.NoPassport))
	return screen.String()
}

// patientCaller is a clock on which words take no time, and a wait for keys ends with the
// next of them.
type patientCaller struct {
	simulator.RealClock
	keys   string
	keypad io.Writer
}

// After presses a key if the wait is one of a question, which are the long ones.
func (p *patientCaller) After(d time.Duration) <-chan time.Time {
	if d >= 5*time.Second && p.keys != "" {
		key := p.keys[:1]
		p.keys = p.keys[1:]
		go io.WriteString(p.keypad, key) //nolint:errcheck // a pipe in memory
		return nil
	}
	over := make(chan time.Time, 1)
	over <- time.Time{}
	return over
}
