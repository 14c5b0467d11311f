// Package signature makes and checks the X-Twilio-Signature header, by which a webhook proves
// that it comes from Twilio and that nobody changed it on its way.
//
// The rules are those of Twilio's pages on webhook security
// (https://www.twilio.com/docs/usage/security#validating-requests,
// https://www.twilio.com/docs/usage/webhooks/webhook-shared-keys):
//
//   - The signature is the HMAC-SHA1, in base64, of a message under the auth token of the
//     account. A subaccount signs with its own token.
//   - A webhook that is set up so is signed with HMAC-SHA256 under a shared key instead. A second
//     header, [SettingsHeader], then names the key and the algorithm. What is signed is the same.
//     The header never makes a check weaker: a shared key is for SHA-256 alone, and an auth token
//     counts only where there is no such header.
//   - The message is the URL, and for a form each of its keys followed by the key's value, with
//     nothing between them, in the order of the keys' bytes (capital letters first). Of a key
//     sent more than once, each distinct value is taken once, in order, with the key before it.
//   - The URL is the public one that Twilio was given, with its query and its user:password@,
//     without its fragment. Every byte counts as it was received: a plus isn't %20. So it is
//     never rebuilt from a parsed URL here.
//   - Some of Twilio's clients sign an apostrophe in the query as it is and some as %27, whichever
//     was sent. Both are tried.
//   - Twilio signs some requests with the port in the URL and some without. Both are tried: the
//     URL without its port if it has one, with the port of its scheme if it has none.
//   - A body that isn't a form, such as JSON, isn't part of the message. Twilio's webhooks for calls
//     are forms, and no others are taken.
//
// What a signature doesn't say: when it was made, so a request can be sent again (the turns of
// a call are counted for that reason); and where one key or value ends and the next begins.
package signature

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // Twilio's choice; HMAC doesn't rest on a hash without collisions
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"hash"
	"maps"
	"net/url"
	"slices"
	"strings"

	"updatecenter/internal/secret"
)

// fields are the form as it is signed.
func fields(form url.Values) []byte {
	var all []byte
	for _, key := range slices.Sorted(maps.Keys(form)) {
		for _, value := range slices.Compact(slices.Sorted(slices.Values(form[key]))) {
			all = append(append(all, key...), value...)
		}
	}
	return all
}

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

// Header is the name of the HTTP header that carries a signature.
const Header = "X-Twilio-Signature"

// SettingsHeader is the name of the HTTP header that says which shared key has signed, and how.
// Without it an auth token has.
const SettingsHeader = "X-Twilio-Webhooks-Signature-Settings"

// algorithm is the only one of shared keys.
const algorithm = "HMAC_SHA256"

// Settings is the value of [SettingsHeader] for a signature under the shared key of that name.
func Settings(name string) string { return "key=" + name + ",algorithm=" + algorithm }

// keyOf reads the value of [SettingsHeader]: the name of the shared key, or none if the header
// doesn't name exactly one key and the algorithm of shared keys. What else it says is passed over.
func keyOf(settings string) string {
	said := map[string]string{}
	for setting := range strings.SplitSeq(settings, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(setting), "=")
		if _, again := said[name]; again {
			return ""
		}
		said[name] = value
	}
	if said["algorithm"] != algorithm {
		return ""
	}
	return said["key"]
}

// Sign returns the signature under an auth token of a request to publicURL with that form (nil
// for none, and for a body that isn't a form), as Twilio would send it. The URL is signed as it
// stands, with a port only if it has one.
func Sign(token secret.Text, publicURL string, form url.Values) string {
	return sign(hmac.New(sha1.New, []byte(token.Reveal())), publicURL, fields(form))
}

// SignShared returns the signature under a shared key; with it goes a [SettingsHeader].
func SignShared(key secret.Text, publicURL string, form url.Values) string {
	return sign(hmac.New(sha256.New, []byte(key.Reveal())), publicURL, fields(form))
}

// sign returns the signature of a URL as it stands, and of the fields of a form.
func sign(mac hash.Hash, publicURL string, fields []byte) string {
	publicURL, _, _ = strings.Cut(publicURL, "#")
	mac.Reset()
	mac.Write([]byte(publicURL))
	mac.Write(fields)
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// A SharedKey is a key that Twilio was told to sign webhooks with.
type SharedKey struct {
	Name   string
	Secret secret.Text
}

// A Validator checks signatures made with any of its tokens or shared keys. Any number of
// goroutines may use it at once. The zero value has none, and refuses everything.
type Validator struct {
	tokens []secret.Text
	shared []SharedKey
}

// New returns a Validator for shared keys, of which several can have the same name while one is being
// replaced, and auth tokens: the current one and, while it is being replaced, the other; or one for each
// subaccount. Tokens and keys that are empty are left out, as anybody could sign with them, and keys
// without a name.
func New(keys []SharedKey, tokens ...secret.Text) *Validator {
	return &Validator{
		tokens: slices.DeleteFunc(slices.Clone(tokens), secret.Text.IsZero),
		shared: slices.DeleteFunc(slices.Clone(keys), func(k SharedKey) bool { return k.Name == "" || k.Secret.IsZero() }),
	}
}

// Valid reports whether header is the signature of a request to publicURL with that form. The
// URL is the one that Twilio was given, with the query as it was received; never take its
// host from the request. Settings is the value of [SettingsHeader], empty if the request has none.
// The time it takes doesn't depend on how much of header is right.
//
// The form is the body's alone (http.Request.PostForm), as the query is part of the URL. The
// caller bounds its size.
func (v *Validator) Valid(publicURL string, form url.Values, header, settings string) bool {
	macs := v.macs(settings)
	if len(macs) == 0 || len(header) != base64.StdEncoding.EncodedLen(macs[0].Size()) {
		return false // without the work of a form that anybody can send
	}
	address, fields := cut(publicURL), fields(form)
	defer clear(fields) // they hold what a caller keyed
	for _, mac := range macs {
		for i, query := range address.queries() {
			if i > 0 && query == address.query {
				continue
			}
			for _, port := range [...]string{address.port, address.otherPort()} {
				signed := sign(mac, address.before+port+address.path+query, fields)
				if subtle.ConstantTimeCompare([]byte(signed), []byte(header)) == 1 {
					return true
				}
			}
		}
	}
	return false
}

// macs are those that a request may have been signed with.
func (v *Validator) macs(settings string) []hash.Hash {
	var all []hash.Hash
	if settings == "" {
		for _, token := range v.tokens {
			all = append(all, hmac.New(sha1.New, []byte(token.Reveal())))
		}
		return all
	}
	name := keyOf(settings)
	for _, key := range v.shared {
		if key.Name == name {
			all = append(all, hmac.New(sha256.New, []byte(key.Secret.Reveal())))
		}
	}
	return all
}
