package main

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestConsoleSettings(t *testing.T) {
	c, err := readSettings(t, with(sound, map[string]string{
		"CONSOLE_URL": "https://repair.example.com/", "TRUSTED_PROXIES": "10.1.2.3/16, 192.0.2.7,2001:db8::/32, ::1",
	}))
	want := []netip.Prefix{
		netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("192.0.2.7/32"),
		netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("::1/128"),
	}
	if err != nil || c.console.url != "https://repair.example.com" || !slices.Equal(c.console.proxies, want) {
		t.Errorf("read %+v, %v", c.console, err)
	}
}

// TestConsoleURLs takes where browsers can reach us safely, and nothing else.
func TestConsoleURLs(t *testing.T) {
	for address, good := range map[string]bool{
		"":                                true, // no console
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
		r := &settingsReader{}
		got := r.consoleURL(address)
		if err := r.err(); (err == nil) != good || !good && got != "" {
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
		if err != nil || winter.In(c.console.zone).Format("15:04 MST") != want {
			t.Errorf("%q: %v, %v", name, c.console.zone, err)
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
		r := &settingsReader{}
		if got := r.proxies(wrong); r.err() == nil || got != nil {
			t.Errorf("%q: %v", wrong, got)
		}
	}
	r := &settingsReader{}
	if got := r.proxies(" , "); len(got) != 0 || r.err() != nil {
		t.Errorf("none: %v, %v", got, r.err())
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
		r := &settingsReader{}
		if got := r.consoleURL(address); got != "" {
			u, err := url.Parse(got)
			if err != nil || u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil ||
				u.Scheme != "https" && (u.Scheme != "http" || !isThisMachine(u.Hostname())) {
				t.Errorf("%q was taken as %q", address, got)
			}
		}
		for _, network := range r.proxies(proxies) {
			if !network.IsValid() || network.Bits() < 1 || network != network.Masked() {
				t.Errorf("%q has %v", proxies, network)
			}
		}
	})
}
