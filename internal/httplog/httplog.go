// Package httplog says what a log may hold of a request: neither its path nor a method that a client made up,
// either of which can be anything.
package httplog

import (
	"net/http"

	"github.com/gorilla/mux"
)

// Route is the pattern that the path of a request fits, as the router has it; "" without one.
func Route(r *http.Request) string {
	current := mux.CurrentRoute(r)
	if current == nil {
		return ""
	}
	pattern, err := current.GetPathTemplate()
	if err != nil {
		return ""
	}
	return pattern
}

// Method is the method of a request, or "other".
func Method(r *http.Request) string {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch,
		http.MethodDelete, http.MethodOptions:
		return r.Method
	}
	return "other"
}
