package api

import "net/http"

// maxIdempotencyKey bounds the key that a client makes up, in bytes.
const maxIdempotencyKey = 255

// idempotencyKey reads the one Idempotency-Key header, by which a request that is sent again,
// as nobody heard the answer, rings no telephone twice. It is 1 to 255 characters of ASCII
// that can be seen.
func idempotencyKey(header http.Header) (string, error) {
	values := header.Values("Idempotency-Key")
	if len(values) != 1 || values[0] == "" || len(values[0]) > maxIdempotencyKey {
		return "", badIdempotencyKey()
	}
	for _, c := range []byte(values[0]) {
		if c < '!' || c > '~' {
			return "", badIdempotencyKey()
		}
	}
	return values[0], nil
}
