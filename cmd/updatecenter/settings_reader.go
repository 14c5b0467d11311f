package main

import (
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

	"updatecenter/internal/nanp"
	"updatecenter/internal/provisioning/dispatch"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/secret"
	"updatecenter/internal/typed"
	"updatecenter/pins"
	"updatecenter/voice"
	"updatecenter/voice/signature"
)

// settingsReader reads settings and gathers what is wrong.
type settingsReader struct {
	getenv func(string) string
	wrong  []error
}

func (r *settingsReader) fail(name, why string) {
	r.wrong = append(r.wrong, fmt.Errorf("%s: %s", name, why))
}

func (r *settingsReader) durability(value string) redisstore.Durability {
	level := redisstore.Durability(value)
	if !slices.Contains([]redisstore.Durability{redisstore.Memory, redisstore.Replica, redisstore.Disk}, level) {
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
