package twilio

import (
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// CheckPublicURL says why Twilio could not reach webhooks at a URL, so that no call would work: it
// refuses to make calls with such (error 21205), or finds nobody there (11200). Addresses of this
// machine and of private networks are taken only where baseURL is that of an exchange on this machine,
// as in a demo. Every error is [ErrConfig].
func CheckPublicURL(publicURL, baseURL string) error {
	base, err := parseURL(baseURL)
	if err == nil {
		_, err = checkPublicURL(publicURL, base)
	}
	return err
}

func checkPublicURL(written string, base *url.URL) (*url.URL, error) {
	public, err := parseURL(written)
	if err != nil {
		return nil, err
	}
	if port := public.Port(); port != "" {
		if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
			return nil, fmt.Errorf("a port is 1 to 65535: %w", ErrConfig)
		}
	}
	if fault := hostFault(public.Hostname(), onThisMachine(base)); fault != "" {
		return nil, fmt.Errorf("%s: %w", fault, ErrConfig)
	}
	return public, nil
}

// hostFault says why Twilio can't reach a host; "" if it may.
func hostFault(host string, simulated bool) string {
	address, err := netip.ParseAddr(host)
	switch {
	case err != nil && strings.Contains(host, "_"):
		return "an underscore in the host's name"
	case err != nil && !strings.Contains(strings.Trim(host, "."), "."):
		return "the host's name has a single label, which only machines nearby know"
	case err != nil:
		return ""
	case address.IsUnspecified() || address.IsMulticast():
		return "the address is no machine's"
	case !simulated && !address.Unmap().IsGlobalUnicast(), !simulated && address.Unmap().IsPrivate():
		return "the address can't be reached from the Internet"
	}
	return ""
}

// onThisMachine says whether a URL is that of an exchange which runs beside us.
func onThisMachine(u *url.URL) bool {
	address, err := netip.ParseAddr(u.Hostname())
	return u.Hostname() == "localhost" || err == nil && address.IsLoopback()
}
