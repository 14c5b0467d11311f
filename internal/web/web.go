// Package web has the rules of the web that hold whomever we talk to: which hosts are this machine, and how
// long an answer asks us to wait.
package web

import (
	"net/http"
	"net/netip"
	"strconv"
	"time"
)

// ThisMachine says whether a host is this machine to whichever machine asks: "localhost", or a loopback address.
// What is sent to it needs no encryption.
func ThisMachine(host string) bool {
	address, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && address.IsLoopback()
}

// RetryAfter reads the header Retry-After of an answer, seconds or a date (RFC 9110, section 10.2.3), as a delay
// from the time now; 0 if there is none, it can't be read, or its date is over. Where now is zero a date can't
// be read.
func RetryAfter(header http.Header, now time.Time) time.Duration {
	written := header.Get("Retry-After")
	if seconds, err := strconv.ParseUint(written, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	at, err := http.ParseTime(written)
	if err != nil || now.IsZero() {
		return 0
	}
	return max(0, at.Sub(now))
}
