package proxied_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"updatecenter/internal/proxied"
)

func TestClient(t *testing.T) {
	proxies := proxied.Networks{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for name, tt := range map[string]struct {
		remote    string
		forwarded []string
		want      string
	}{
		"direct":                {"192.0.2.7:4711", nil, "192.0.2.7"},
		"direct, and lies":      {"192.0.2.7:4711", []string{"203.0.113.9"}, "192.0.2.7"},
		"by a proxy":            {"10.1.2.3:80", []string{"203.0.113.9"}, "203.0.113.9"},
		"lies to a proxy":       {"10.1.2.3:80", []string{"1.2.3.4, 203.0.113.9"}, "203.0.113.9"},
		"by two proxies":        {"10.1.2.3:80", []string{"1.2.3.4, 203.0.113.9, 10.9.9.9"}, "203.0.113.9"},
		"in two headers":        {"10.1.2.3:80", []string{"1.2.3.4", "203.0.113.9"}, "203.0.113.9"},
		"a proxy says nothing":  {"10.1.2.3:80", nil, "10.1.2.3"},
		"a proxy says nonsense": {"10.1.2.3:80", []string{"unknown"}, "10.1.2.3"},
		"proxies alone":         {"10.1.2.3:80", []string{"10.4.4.4"}, "10.4.4.4"},
		"IPv6":                  {"[2001:db8::1]:443", nil, "2001:db8::1"},
		"IPv4 in IPv6":          {"[::ffff:10.1.2.3]:443", []string{"::ffff:203.0.113.9"}, "203.0.113.9"},
		"a proxy with IPv6":     {"[fd00::1]:443", []string{"2001:db8::2%eth0"}, "2001:db8::2"},
		"no address":            {"@", []string{"203.0.113.9"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
			r.RemoteAddr = tt.remote
			r.Header["X-Forwarded-For"] = tt.forwarded
			if got := proxies.Client(r); got != tt.want {
				t.Errorf("client = %q; want %q", got, tt.want)
			}
		})
	}
}
