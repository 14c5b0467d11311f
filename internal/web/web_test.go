package web_test

import (
	"net/http"
	"testing"
	"time"

	"updatecenter/internal/testkit/check"
	"updatecenter/internal/web"
)

func TestThisMachine(t *testing.T) {
	for host, want := range map[string]bool{
		"localhost": true, "127.0.0.1": true, "127.8.9.1": true, "::1": true, "::ffff:127.0.0.1": true,
		"": false, "127.1": false, "0.0.0.0": false, "::": false, "192.0.2.1": false,
		"localhost.example.com": false, "127.0.0.1.example.com": false,
	} {
		if web.ThisMachine(host) != want {
			t.Errorf("%q: want %t", host, want)
		}
	}
}

func FuzzRetryAfter(f *testing.F) {
	now := time.Date(2031, 3, 4, 5, 6, 7, 0, time.UTC)
	minute := now.Add(time.Minute).Format(http.TimeFormat)
	after := func(written string, now time.Time) time.Duration {
		return web.RetryAfter(http.Header{"Retry-After": {written}}, now)
	}
	check.Same(f, after("120", now), 2*time.Minute)
	check.Same(f, after(minute, now), time.Minute)
	check.Same(f, after(minute, time.Time{}), time.Duration(0))
	for _, header := range []string{
		"", "0", "86400", "99999999999999999999", "-1", "1.5", " 5", minute,
		now.Add(-time.Minute).Format(http.TimeFormat), "Fri, 31 Dec 9999 23:59:59 GMT", "Mon, 01 Jan 0001 00:00:00 GMT",
	} {
		f.Add(header)
	}
	f.Fuzz(func(t *testing.T, header string) {
		if got := after(header, now); got < 0 {
			t.Errorf("%q: %v", header, got)
		}
	})
}
