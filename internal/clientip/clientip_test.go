package clientip_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"updatecenter/internal/clientip"
)

var proxies = []netip.Prefix{
	netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8"), netip.MustParsePrefix("fe80::/10"),
}

func request(t *testing.T, remote string, forwarded ...string) *http.Request {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	r.RemoteAddr = remote
	if forwarded != nil {
		r.Header["X-Forwarded-For"] = forwarded
	}
	return r
}

func TestAddress(t *testing.T) {
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
		"through two headers":   {"10.1.2.3:80", []string{"1.2.3.4, 203.0.113.9", "10.9.9.9"}, "203.0.113.9"},
		"a proxy says nothing":  {"10.1.2.3:80", nil, "10.1.2.3"},
		"a proxy says nonsense": {"10.1.2.3:80", []string{"unknown"}, "10.1.2.3"},
		"nonsense hides lies":   {"10.1.2.3:80", []string{"1.2.3.4, unknown"}, "10.1.2.3"},
		"nothing hides lies":    {"10.1.2.3:80", []string{"1.2.3.4, "}, "10.1.2.3"},
		"an empty header":       {"10.1.2.3:80", []string{"1.2.3.4", ""}, "10.1.2.3"},
		"proxies alone":         {"10.1.2.3:80", []string{"10.4.4.4"}, "10.4.4.4"},
		"IPv6":                  {"[2001:db8::1]:443", nil, "2001:db8::1"},
		"IPv4 in IPv6":          {"[::ffff:10.1.2.3]:443", []string{"::ffff:203.0.113.9"}, "203.0.113.9"},
		"a proxy with IPv6":     {"[fd00::1]:443", []string{"2001:db8::2%eth0"}, "2001:db8::2"},
		"a proxy with a zone":   {"[fe80::1%eth0]:443", []string{"2001:db8::2"}, "2001:db8::2"},
		"no address":            {"@", []string{"203.0.113.9"}, ""},

		"with a port":               {"10.1.2.3:80", []string{"203.0.113.9:5678"}, "203.0.113.9"},
		"ports on the way":          {"10.1.2.3:80", []string{"1.2.3.4:1, 203.0.113.9:5678,\t10.9.9.9:80 "}, "203.0.113.9"},
		"IPv6 in brackets":          {"10.1.2.3:80", []string{"[2001:db8::1]"}, "2001:db8::1"},
		"IPv6 and a port":           {"10.1.2.3:80", []string{"[2001:db8::1]:443"}, "2001:db8::1"},
		"IPv6 alone":                {"10.1.2.3:80", []string{"2001:db8::1:443"}, "2001:db8::1:443"},
		"IPv4 in IPv6 and a port":   {"10.1.2.3:80", []string{"[::ffff:203.0.113.9]:443"}, "203.0.113.9"},
		"a zone and a port":         {"10.1.2.3:80", []string{"[fe80::2%eth0]:443"}, "fe80::2"},
		"a port that is none":       {"10.1.2.3:80", []string{"203.0.113.9:65536"}, "10.1.2.3"},
		"a colon and no port":       {"10.1.2.3:80", []string{"203.0.113.9:"}, "10.1.2.3"},
		"IPv4 in brackets":          {"10.1.2.3:80", []string{"[203.0.113.9]"}, "10.1.2.3"},
		"half a bracket":            {"10.1.2.3:80", []string{"[2001:db8::1"}, "10.1.2.3"},
		"the other half":            {"10.1.2.3:80", []string{"2001:db8::1]"}, "10.1.2.3"},
		"in quotes":                 {"10.1.2.3:80", []string{`"203.0.113.9"`}, "10.1.2.3"},
		"a name":                    {"10.1.2.3:80", []string{"client.example.com"}, "10.1.2.3"},
		"a port, trusted and lying": {"10.1.2.3:80", []string{"1.2.3.4, 10.9.9.9:80"}, "1.2.3.4"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := clientip.New(proxies, nil).Address(request(t, tt.remote, tt.forwarded...)); got != tt.want {
				t.Errorf("address = %q; want %q", got, tt.want)
			}
		})
	}
}

// TestWatch holds of whom the log is told, and that it is told once of each, and not without end.
func TestWatch(t *testing.T) {
	var log bytes.Buffer
	served := 0
	watched := clientip.New(proxies, slog.New(slog.NewTextHandler(&log, nil))).
		Watch(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { served++ }))
	send := func(remote string, forwarded ...string) {
		watched.ServeHTTP(httptest.NewRecorder(), request(t, remote, forwarded...))
	}
	send("192.0.2.7:1")                           // sends none
	send("10.1.2.3:80", "203.0.113.9", "1.2.3.4") // is trusted
	send("@", "203.0.113.9")                      // can't be told
	if log.Len() > 0 {
		t.Fatalf("the log says %s", log.String())
	}
	send("192.0.2.7:1", "203.0.113.9")
	send("[::ffff:192.0.2.7]:2", "203.0.113.9")
	if got := log.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got, "level=WARN") || !strings.Contains(got, "peer=192.0.2.7") ||
		!strings.Contains(got, "TRUSTED_PROXIES") || strings.Contains(got, "203.0.113.9") {
		t.Errorf("the log says %s", got)
	}
	for n := range 100 {
		send(fmt.Sprintf("198.51.100.%d:1", n), "203.0.113.9")
	}
	if n := strings.Count(log.String(), "\n"); n != 16 || served != 105 {
		t.Errorf("%d lines of the log, %d requests served", n, served)
	}
}

// FuzzAddress holds that whatever a header says, the answer is the peer's address or one that a
// trusted proxy named, in its plain form.
func FuzzAddress(f *testing.F) {
	for _, header := range []string{
		"", "1.2.3.4, 203.0.113.9:5678", "[2001:db8::1]:443", "[::1", "::ffff:10.0.0.1, [fe80::1%25eth0]:1", "a,,b", "10.9.9.9, 10.1.1.1:99999",
	} {
		f.Add(header)
	}
	f.Fuzz(func(t *testing.T, header string) {
		clients := clientip.New(proxies, nil)
		if got := clients.Address(request(t, "192.0.2.7:1", header)); got != "192.0.2.7" {
			t.Errorf("somebody who is not trusted is believed to be %q", got)
		}
		got := clients.Address(request(t, "10.1.2.3:80", header))
		address, err := netip.ParseAddr(got)
		if err != nil || address.String() != got || address.Zone() != "" || address.Is4In6() {
			t.Fatalf("%q is not written as an address is", got)
		}
		if behind := clients.Address(request(t, "10.1.2.3:80", "1.2.3.4,unknown,"+header)); behind != got {
			t.Errorf("%q becomes %q by what stands before it", got, behind)
		}
	})
}
