package api

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// etag is the entity tag of a feature's settings at a revision: "7".
func etag(revision int64) string { return `"` + strconv.FormatInt(revision, 10) + `"` }

// An etagList is the value of If-Match or If-None-Match (RFC 9110, sections 13.1.1 and 13.1.2).
type etagList struct {
	any  bool     // "*"
	tags []string // as they are written: "7", W/"7"
}

// entityTag is one tag at the start of a list (RFC 9110, section 8.8.3).
var entityTag = regexp.MustCompile(`^(?:W/)?"[^\x00-\x20"\x7f]*"`)

// readETags reads a header; nil: it is not there. One that is repeated is one list, and empty
// elements do not count (RFC 9110, sections 5.3 and 5.6.1).
func readETags(header http.Header, name string) (*etagList, error) {
	values := header.Values(name)
	if len(values) == 0 {
		return nil, nil
	}
	rest := strings.Trim(strings.Join(values, ","), " \t")
	if rest == "*" {
		return &etagList{any: true}, nil
	}
	list := &etagList{}
	for {
		rest = strings.TrimLeft(rest, " \t,")
		if rest == "" {
			return list, nil
		}
		tag := entityTag.FindString(rest)
		rest = strings.TrimLeft(rest[len(tag):], " \t")
		if tag == "" || rest != "" && rest[0] != ',' {
			return nil, badIfMatch(name)
		}
		list.tags = append(list.tags, tag)
	}
}

// strong compares as If-Match does: a weak tag never matches.
func (l *etagList) strong(revision int64) bool {
	return l.any || slices.Contains(l.tags, etag(revision))
}

// weak compares as If-None-Match does.
func (l *etagList) weak(revision int64) bool {
	return l.strong(revision) || slices.Contains(l.tags, "W/"+etag(revision))
}
