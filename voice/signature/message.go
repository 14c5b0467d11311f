package signature

import (
	"net/url"
	"slices"
)

// compose makes the message that is signed: the URL with that port and query, then the form.
func (w *workspace) compose(a address, port, query string, form url.Values) {
	w.message = append(w.message[:0], a.before...)
	w.message = append(w.message, port...)
	w.message = append(w.message, a.path...)
	w.message = append(w.message, query...)

	w.keys = w.keys[:0]
	for key := range form {
		w.keys = append(w.keys, key)
	}
	slices.Sort(w.keys)
	for _, key := range w.keys {
		for _, value := range w.distinct(form[key]) {
			w.message = append(w.message, key...)
			w.message = append(w.message, value...)
		}
	}
}

// distinct returns the values sorted, each once, and leaves the form as it is.
func (w *workspace) distinct(values []string) []string {
	if len(values) < 2 {
		return values
	}
	w.values = append(w.values[:0], values...)
	slices.Sort(w.values)
	return slices.Compact(w.values)
}
