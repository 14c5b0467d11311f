package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	netmail "net/mail"
	"net/netip"
	"net/url"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"updatecenter/internal/accounts"
	"updatecenter/internal/nanp"
	"updatecenter/internal/provisioning/dispatch"
	"updatecenter/internal/secret"
	"updatecenter/internal/typed"
	"updatecenter/internal/web"
	"updatecenter/ivr"
	"updatecenter/ivr/calls/helpline"
	"updatecenter/pins"
	"updatecenter/voice"
	"updatecenter/voice/signature"
)

// texts are those of the settings on a command line. They are read when kong has found all of them, so that
// everything wrong can be told at once.
type texts map[*kong.Value]string

// Decode implements [kong.Mapper]. The command line, which kong reads first and into a copy of the field,
// counts more than the environment and the default.
func (t texts) Decode(ctx *kong.DecodeContext, target reflect.Value) error {
	var text string
	if err := ctx.Scan.PopValueInto("text", &text); err != nil {
		return err
	}
	if _, given := t[ctx.Value]; !given || target.Addr().Pointer() != ctx.Value.Target.Addr().Pointer() {
		t[ctx.Value] = text
	}
	return nil
}

// read fills in the settings of a command, or tells everything that is wrong with them, a line each. No
// secret stands in what it tells.
func (t texts) read(command *kong.Context, getenv func(string) string) error {
	r := &settingsReader{getenv: getenv}
	for _, part := range command.Path {
		for _, flag := range part.Flags {
			if readers[flag.Tag.Type] != nil {
				r.read(flag, t[flag.Value])
			}
		}
	}
	if checks, is := command.Selected().Target.Addr().Interface().(interface{ check(*settingsReader) }); is {
		checks.check(r)
	}
	return r.err()
}

// settingsReader reads settings and gathers what is wrong.
type settingsReader struct {
	getenv func(string) string
	wrong  []error
}

// read fills in the setting of a flag.
func (r *settingsReader) read(flag *kong.Flag, text string) {
	name := "--" + flag.Name
	if len(flag.Envs) > 0 {
		name = flag.Envs[0]
	}
	if flag.Tag.Has("secret") {
		text = r.secret(name, text)
	}
	if flag.Target.SetZero(); text != "" || flag.HasDefault {
		value, err := readers[flag.Tag.Type](text, flag.Tag)
		if err != nil {
			r.fail(name, err.Error())
			return
		}
		flag.Target.Set(reflect.ValueOf(value).Convert(flag.Target.Type()))
	}
	if flag.Tag.Has("needed") && flag.Target.IsZero() {
		r.fail(name, "is required")
	}
}

func (r *settingsReader) fail(name, why string) {
	r.wrong = append(r.wrong, fmt.Errorf("%s: %s", name, why))
}

// failed says whether something is wrong with one of these settings.
func (r *settingsReader) failed(names ...string) bool {
	return slices.ContainsFunc(r.wrong, func(err error) bool {
		name, _, _ := strings.Cut(err.Error(), ": ")
		return slices.Contains(names, name)
	})
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

// A reader reads the text of a setting, within the bounds of its tags. Its error says what is wanted, and
// nothing of the text, which can be a secret.
type reader func(text string, tag *kong.Tag) (any, error)

// readers are those of settings, by the tag "type".
var readers = map[string]reader{
	"text":     as(readText),
	"texts":    listOf(",", readText),
	"lines":    listOf("|", readText),
	"count":    readCount,
	"rate":     as(readRate),
	"duration": readDuration,
	"choice":   readChoice,
	"level":    as(readLevel),
	"voice": func(text string, tag *kong.Tag) (any, error) {
		return ivr.ParseVoice(ivr.Language(tag.Get("language")), text)
	},
	"zone":           as(readZone),
	"directory":      as(readDirectory),
	"help-directory": as(readHelpDirectory),
	"keyed-forms":    as(accounts.ParseKeyedForms),
	"address":        as(readAddress),
	"url":            as(readURL),
	"console-url":    as(readConsoleURL),
	"password-url":   as(readPasswordURL),
	"switch-url":     as(func(text string) (string, error) { return text, dispatch.CheckURL(text) }),
	"proxies":        listOf(",", readProxy),
	"domains":        listOf(",", readDomain),
	"accounts":       listOf(",", readAccountSID),
	"number":         as(readNumber),
	"numbers":        listOf(",", readNumber),
	"destinations":   as(nanp.ParseDestinations),
	"secret":         as(readSecret),
	"secrets":        listOf(",", readSecret),
	"pin":            as(readPIN),
	"keyring":        as(secret.ParseKeyring),
	"shared-keys":    listOf(",", readSharedKey),
	"mail-server":    as(readMailServer),
	"mail-address":   as(readMailAddress),
}

func as[T any](read func(string) (T, error)) reader {
	return func(text string, _ *kong.Tag) (any, error) { return read(text) }
}

// listOf reads items between separators. Empty ones don't count.
func listOf[T any](separator string, read func(string) (T, error)) reader {
	return as(func(text string) ([]T, error) {
		var all []T
		for item := range strings.SplitSeq(text, separator) {
			if item = strings.TrimSpace(item); item == "" {
				continue
			}
			value, err := read(item)
			if err != nil {
				return nil, err
			}
			all = append(all, value)
		}
		return all, nil
	})
}

func readText(text string) (string, error) { return text, nil }

func readCount(text string, tag *kong.Tag) (any, error) {
	least, _ := tag.GetInt("least")
	most, _ := tag.GetInt("most")
	n, err := strconv.Atoi(text)
	if err != nil || int64(n) < least || int64(n) > most {
		return 0, fmt.Errorf("want a number from %d to %d", least, most)
	}
	return n, nil
}

func readRate(text string) (float64, error) {
	rate, err := strconv.ParseFloat(text, 64)
	if err != nil || !(rate > 0 && rate <= 100) {
		return 0, errors.New("want a number above 0, and 100 at most")
	}
	return rate, nil
}

func readDuration(text string, tag *kong.Tag) (any, error) {
	least, _ := time.ParseDuration(tag.Get("least"))
	most, _ := time.ParseDuration(tag.Get("most"))
	d, err := time.ParseDuration(text)
	if err != nil || d < least || d > most {
		return d, fmt.Errorf("want a time from %s to %s, such as 5s", least, most)
	}
	return d, nil
}

func readChoice(text string, tag *kong.Tag) (any, error) {
	choices := strings.Split(tag.Get("choices"), ",")
	if !slices.Contains(choices, text) {
		last := len(choices) - 1
		return "", errors.New("want " + strings.Join(choices[:last], ", ") + " or " + choices[last])
	}
	return text, nil
}

func readLevel(text string) (level slog.Level, err error) {
	if err := level.UnmarshalText([]byte(text)); err != nil {
		return level, errors.New("want debug, info, warn or error")
	}
	return level, nil
}

// readZone reads an IANA name, which is the same everywhere, and not "Local", which is another zone on each
// machine.
func readZone(text string) (*time.Location, error) {
	zone, err := time.LoadLocation(text)
	if err != nil || text == "Local" {
		return nil, errors.New("want the IANA name of a time zone, such as America/Chicago, or UTC")
	}
	return zone, nil
}

func readDirectory(text string) (string, error) {
	if info, err := os.Stat(text); err != nil || !info.IsDir() {
		return "", errors.New("is no directory that can be read")
	}
	return text, nil
}

func readHelpDirectory(text string) (helpline.Directory, error) {
	file, err := os.Open(text)
	if err != nil {
		return helpline.Directory{}, errors.New("is no file that can be read")
	}
	defer file.Close() //nolint:errcheck // it is only read
	return helpline.ReadDirectory(file)
}

func readAddress(text string) (string, error) {
	if _, _, err := net.SplitHostPort(text); err != nil {
		return "", errors.New("want host:port")
	}
	return text, nil
}

func readURL(text string) (string, error) {
	u, err := url.Parse(text)
	switch {
	case text == "":
		return "", nil
	case err != nil, u.Scheme != "https" && u.Scheme != "http", u.Host == "", u.RawQuery != "", u.Fragment != "":
		return "", errors.New("want an http or https URL without a query")
	}
	return strings.TrimSuffix(text, "/"), nil
}

// readConsoleURL reads where agents' browsers find us. Without TLS that is only this machine, since what they
// send is passwords.
func readConsoleURL(text string) (string, error) {
	u, err := url.Parse(text)
	bare := err == nil && u.Host != "" && u.User == nil && strings.Trim(u.Path, "/") == "" &&
		!strings.ContainsAny(text, "?#")
	if !bare || u.Scheme != "https" && (u.Scheme != "http" || !web.ThisMachine(u.Hostname())) {
		return "", errors.New("want https and a host, such as https://repair.example.com, or http://127.0.0.1:8080 on this machine")
	}
	return strings.TrimRight(text, "/"), nil
}

// maxPasswordURL is what fits on a line of a letter.
const maxPasswordURL = 80

// readPasswordURL reads the page on which customers choose a new password. Without TLS that is only this machine.
func readPasswordURL(text string) (string, error) {
	u, err := url.Parse(text)
	switch {
	case text == "":
		return "", nil
	case err != nil, u.Host == "", u.User != nil, strings.ContainsAny(text, "?# "), len(text) > maxPasswordURL,
		u.Scheme != "https" && (u.Scheme != "http" || !web.ThisMachine(u.Hostname())):
		return "", fmt.Errorf("want https and a page, %d characters at most and without ? and #, such as https://www.example.com/new-password", maxPasswordURL)
	}
	return text, nil
}

// readProxy reads a network, or an address as the smallest one. One that is every address would have anybody
// believed.
func readProxy(text string) (netip.Prefix, error) {
	network, err := netip.ParsePrefix(text)
	if address, addressErr := netip.ParseAddr(text); addressErr == nil && address.Zone() == "" {
		network, err = netip.PrefixFrom(address, address.BitLen()), nil
	}
	if err != nil || network.Bits() == 0 {
		return netip.Prefix{}, errors.New("want addresses and networks such as 192.0.2.7, 10.1.0.0/16, separated by commas")
	}
	return network.Masked(), nil
}

var domainNames = regexp.MustCompile(`^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$`)

func readDomain(text string) (string, error) {
	if !domainNames.MatchString(text) {
		return "", errors.New("want names such as example.sip.twilio.com, separated by commas")
	}
	return voice.SIPDomain(text), nil
}

var accountSIDs = regexp.MustCompile(`^AC[0-9a-f]{32}$`)

func readAccountSID(text string) (string, error) {
	if !accountSIDs.MatchString(text) {
		return "", errors.New("want AC and 32 hexadecimal digits")
	}
	return text, nil
}

func readNumber(text string) (nanp.Number, error) {
	if text == "" {
		return "", nil
	}
	number, err := typed.Number(text)
	if err != nil {
		return "", errors.New("want a North American telephone number of ten digits")
	}
	return number, nil
}

func readSecret(text string) (secret.Text, error) { return secret.New(text), nil }

func readPIN(text string) (secret.Text, error) {
	pin := secret.New(text)
	if digits, ok := typed.Digits(pin, pins.MinDigits, pins.MaxDigits); ok {
		pin = digits
	}
	return pin, nil
}

var keyNames = regexp.MustCompile(`^[A-Za-z0-9._-]+$`)

func readSharedKey(text string) (signature.SharedKey, error) {
	key, hidden, _ := strings.Cut(text, ":")
	if !keyNames.MatchString(key) || hidden == "" {
		return signature.SharedKey{}, errors.New("want name:secret, comma-separated, of names such as calls-2026")
	}
	return signature.SharedKey{Name: key, Secret: secret.New(hidden)}, nil
}

func readMailAddress(text string) (string, error) {
	address, err := netmail.ParseAddress(text)
	if err != nil || address.Name != "" {
		return "", errors.New("want an e-mail address")
	}
	return address.Address, nil
}
