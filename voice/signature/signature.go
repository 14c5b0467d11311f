// Package signature makes and checks the X-Twilio-Signature header, by which a webhook proves
// that it comes from Twilio and that nobody changed it on its way.
//
// The rules are those of Twilio's page on webhook security
// (https://www.twilio.com/docs/usage/security#validating-requests):
//
//   - The signature is the HMAC-SHA1, in base64, of a message under the auth token of the
//     account. A subaccount signs with its own token.
//   - The message is the URL, and for a form each of its keys followed by the key's value, with
//     nothing between them, in the order of the keys' bytes (capital letters first). Of a key
//     sent more than once, each distinct value is taken once, in order, with the key before it.
//   - The URL is the public one that Twilio was given, with its query and its user:password@,
//     without its fragment. Every byte counts as it was received: an apostrophe isn't %27, a
//     plus isn't %20. So it is never rebuilt from a parsed URL here.
//   - Twilio signs some requests with the port in the URL and some without. Both are tried: the
//     URL without its port if it has one, with the port of its scheme if it has none.
//   - A body that isn't a form, such as JSON, isn't part of the message. Instead the query
//     holds its SHA-256 as bodySHA256, in hexadecimal.
//
// What a signature doesn't say: when it was made, so a request can be sent again (the turns of
// a call are counted for that reason); and where one key or value ends and the next begins.
package signature

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // Twilio's choice; HMAC doesn't rest on a hash without collisions
	"crypto/subtle"
	"encoding/base64"
	"hash"
	"net/url"
	"sync"

	"updatecenter/internal/secret"
)

// Header is the name of the HTTP header that carries a signature.
const Header = "X-Twilio-Signature"

// encodedSize is that of every signature: 20 bytes in base64.
var encodedSize = base64.StdEncoding.EncodedLen(sha1.Size)

// Sign returns the signature of a request to publicURL with that form (nil for none, and for a
// body that isn't a form), as Twilio would send it. The URL is signed as it stands, with a
// port only if it has one.
func Sign(token secret.Text, publicURL string, form url.Values) string {
	w := newWorkspace([]secret.Text{token})
	address := cut(publicURL)
	w.compose(address, address.port, form)
	return string(w.sign(w.macs[0]))
}

// A Validator checks signatures made with any of its tokens. Any number of goroutines may use
// it at once. The zero value has no tokens, and refuses everything.
type Validator struct {
	tokens     []secret.Text
	workspaces sync.Pool
}

// New returns a Validator for one or more auth tokens: the current one and, while it is being
// replaced, the other; or one for each subaccount. Empty tokens are left out, as anybody could
// sign with them.
func New(tokens ...secret.Text) *Validator {
	v := &Validator{}
	for _, token := range tokens {
		if !token.IsZero() {
			v.tokens = append(v.tokens, token)
		}
	}
	return v
}

// Valid reports whether header is the signature of a request to publicURL with that form. The
// URL is the one that Twilio was given, with the query as it was received; never take its
// host from the request. The time it takes doesn't depend on how much of header is right.
//
// The form is the body's alone (http.Request.PostForm), as the query is part of the URL. The
// caller bounds its size.
func (v *Validator) Valid(publicURL string, form url.Values, header string) bool {
	if len(header) != encodedSize || len(v.tokens) == 0 {
		return false
	}
	w := v.workspace()
	defer v.workspaces.Put(w)
	defer w.wipe()

	address := cut(publicURL)
	for _, port := range [...]string{address.port, address.otherPort()} {
		w.compose(address, port, form)
		for _, mac := range w.macs {
			if subtle.ConstantTimeCompare(w.sign(mac), []byte(header)) == 1 {
				return true
			}
		}
	}
	return false
}

// ValidBody reports whether header is the signature of a request to publicURL with a body that
// isn't a form: the URL's query must hold the body's bodySHA256. Twilio's webhooks for calls are
// forms, so no route asks this yet.
func (v *Validator) ValidBody(publicURL string, body []byte, header string) bool {
	return v.Valid(publicURL, nil, header) && cut(publicURL).hasBody(body)
}

func (v *Validator) workspace() *workspace {
	if w, ok := v.workspaces.Get().(*workspace); ok {
		return w
	}
	return newWorkspace(v.tokens)
}

// A workspace is what checking a signature needs: memory, and a MAC for each token whose key
// is already set up. Keeping it saves two thirds of the time and every allocation.
type workspace struct {
	macs         []hash.Hash
	message      []byte
	keys, values []string
	sum, encoded []byte
}

func newWorkspace(tokens []secret.Text) *workspace {
	w := &workspace{encoded: make([]byte, encodedSize)}
	for _, token := range tokens {
		w.macs = append(w.macs, hmac.New(sha1.New, []byte(token.Reveal())))
	}
	return w
}

// sign returns the signature of the message, valid until the next call.
func (w *workspace) sign(mac hash.Hash) []byte {
	mac.Reset()
	mac.Write(w.message)
	w.sum = mac.Sum(w.sum[:0])
	base64.StdEncoding.Encode(w.encoded, w.sum)
	return w.encoded
}

// wipe forgets the message, which can hold what a caller keyed.
func (w *workspace) wipe() {
	clear(w.message[:cap(w.message)])
	clear(w.keys[:cap(w.keys)])
	clear(w.values[:cap(w.values)])
}
