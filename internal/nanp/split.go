package nanp

import "strings"

// split takes a written number apart into area code, exchange and station, all digits.
func split(s string) (area, exchange, station string, ok bool) {
	r := reader{rest: s}
	if r.skip("+1") || r.skip("1") {
		r.separator()
	}
	open := r.skip("(")
	area = r.digits(3)
	closed := r.skip(")")
	r.separator()
	exchange = r.digits(3)
	r.separator()
	station = r.digits(4)
	ok = !r.failed && r.rest == "" && open == closed
	return area, exchange, station, ok
}

// A reader holds what is still to be read, and whether digits were missing.
type reader struct {
	rest   string
	failed bool
}

func (r *reader) skip(prefix string) bool {
	rest, found := strings.CutPrefix(r.rest, prefix)
	r.rest = rest
	return found
}

func (r *reader) separator() {
	if r.rest != "" && strings.IndexByte(" -.", r.rest[0]) >= 0 {
		r.rest = r.rest[1:]
	}
}

// digits takes n ASCII digits; without them the reader has failed.
func (r *reader) digits(n int) string {
	if len(r.rest) < n || strings.Trim(r.rest[:n], "0123456789") != "" {
		r.failed = true
		return ""
	}
	taken := r.rest[:n]
	r.rest = r.rest[n:]
	return taken
}
