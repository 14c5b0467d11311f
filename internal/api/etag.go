package api

import (
	"net/http"
	"strconv"
	"strings"
)

// maxETagDigits bounds the digits of a revision: milliseconds since 1970 have 13.
const maxETagDigits = 16

// etag is the entity tag of a feature's settings at a revision: "7".
func etag(revision int64) string { return `"` + strconv.FormatInt(revision, 10) + `"` }

// ifMatch reads the one If-Match header (RFC 9110, section 13.1.1): the revision that the
// settings must still have, or nil for "*". Lists of tags and weak tags, which never match,
// are refused with a word rather than never obeyed.
func ifMatch(header http.Header) (*int64, error) {
	values := header.Values("If-Match")
	switch {
	case len(values) == 0:
		return nil, noIfMatch()
	case len(values) > 1:
		return nil, badIfMatch()
	case values[0] == "*":
		return nil, nil
	}
	digits := strings.Trim(values[0], `"`)
	revision, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || len(digits) > maxETagDigits || values[0] != etag(revision) || revision < 0 {
		return nil, badIfMatch()
	}
	return &revision, nil
}
