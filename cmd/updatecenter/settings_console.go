package main

import (
	"net"
	"net/netip"
	"net/url"
	"strings"
	"time"
	_ "time/tzdata" // for machines without the files of time zones
)

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
