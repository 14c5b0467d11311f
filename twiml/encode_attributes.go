package twiml

import "strconv"

// The names of attributes are given to the functions below as they are written,
// such as ` timeout="`.

// count writes a number of 1 to limit; 0 leaves the attribute out.
func (w *writer) count(b []byte, verb, name string, n, limit int) []byte {
	if n == 0 {
		return b
	}
	if n < 1 || n > limit {
		w.invalid(verb, name[1:len(name)-2]+" is not within 1 to "+strconv.Itoa(limit))
		return b
	}
	return appendNumber(b, name, n)
}

func appendNumber(b []byte, name string, n int) []byte {
	b = append(b, name...)
	b = strconv.AppendInt(b, int64(n), 10)
	return append(b, `"`...)
}

// loop writes how often a verb repeats itself; Twilio's number for endlessly is 0.
func (w *writer) loop(b []byte, verb string, n int) []byte {
	if n == Forever {
		return append(b, ` loop="0"`...)
	}
	return w.count(b, verb, ` loop="`, n, MaxLoop)
}

func (w *writer) method(b []byte, verb string, m Method) []byte {
	switch m {
	case "":
	case GET:
		b = append(b, ` method="GET"`...)
	case POST:
		b = append(b, ` method="POST"`...)
	default:
		w.invalid(verb, "method is neither GET nor POST")
	}
	return b
}

// action writes the URL that is asked when the verb is done; empty leaves it out.
func (w *writer) action(b []byte, verb, url string) []byte {
	switch {
	case url == "":
	case !isURL(url):
		w.invalid(verb, "action holds a character that no URL may hold, or is too long")
	default:
		b = append(b, ` action="`...)
		b = appendURL(b, url)
		b = append(b, `"`...)
	}
	return b
}

// required writes the URL that a verb is about.
func (w *writer) required(b []byte, verb, url string) []byte {
	switch {
	case url == "":
		w.invalid(verb, "URL is empty")
	case !isURL(url):
		w.invalid(verb, "URL holds a character that no URL may hold, or is too long")
	default:
		b = appendURL(b, url)
	}
	return b
}

// word writes a name or number without spaces; empty leaves the attribute out.
func (w *writer) word(b []byte, verb, name, value string) []byte {
	switch {
	case value == "":
	case len(value) > maxWord || !consistsOf(value, ofWord):
		w.invalid(verb, name[1:len(name)-2]+" is not of letters, digits and + - . _ : @, at most 255")
	default:
		b = append(b, name...)
		b = append(b, value...)
		b = append(b, `"`...)
	}
	return b
}
