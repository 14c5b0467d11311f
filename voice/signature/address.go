package signature

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"strings"
)

// An address is a URL cut around its port, its fragment taken off. Its bytes are those of the
// URL: before + port + path + query is the URL again.
type address struct {
	before string // scheme, user and password, host
	port   string // with its colon; "" if the URL has none
	path   string
	query  string // with its question mark; "" if the URL has none
}

func cut(publicURL string) address {
	publicURL, _, _ = strings.Cut(publicURL, "#")
	scheme := strings.Index(publicURL, "://")
	if scheme < 0 {
		return address{before: publicURL}
	}
	start := scheme + len("://")
	end := len(publicURL)
	if i := strings.IndexAny(publicURL[start:], "/?"); i >= 0 {
		end = start + i
	}
	colon := portAt(publicURL[start:end]) + start
	query := len(publicURL)
	if i := strings.IndexByte(publicURL[end:], '?'); i >= 0 {
		query = end + i
	}
	return address{
		before: publicURL[:colon], port: publicURL[colon:end], path: publicURL[end:query], query: publicURL[query:],
	}
}

// queries are those that the same request may have been signed with: the query as it is, with
// all apostrophes escaped, and with none. In most there are no apostrophes, and all are the same.
func (a address) queries() [3]string {
	return [3]string{a.query, strings.ReplaceAll(a.query, "'", "%27"), strings.ReplaceAll(a.query, "%27", "'")}
}

// portAt returns where the port of user:password@host:port begins, with its colon. The colons
// of a password and of an IPv6 address in brackets begin none.
func portAt(authority string) int {
	host := strings.LastIndexAny(authority, "@]") + 1
	if i := strings.LastIndexByte(authority[host:], ':'); i >= 0 {
		return host + i
	}
	return len(authority)
}

// otherPort is the port that the same address may have been signed with instead: none for one
// that has a port, else that of its scheme.
func (a address) otherPort() string {
	scheme, _, _ := strings.Cut(a.before, "://")
	switch {
	case a.port != "":
		return ""
	case strings.EqualFold(scheme, "https"), strings.EqualFold(scheme, "wss"):
		return ":443"
	case strings.EqualFold(scheme, "http"), strings.EqualFold(scheme, "ws"):
		return ":80"
	}
	return ""
}

// hasBody reports whether the query holds the SHA-256 of body.
func (a address) hasBody(body []byte) bool {
	for parameter := range strings.SplitSeq(strings.TrimPrefix(a.query, "?"), "&") {
		if claimed, ok := strings.CutPrefix(parameter, "bodySHA256="); ok {
			sum := sha256.Sum256(body)
			want, err := hex.DecodeString(claimed)
			return err == nil && subtle.ConstantTimeCompare(want, sum[:]) == 1
		}
	}
	return false
}
