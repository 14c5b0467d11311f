package api

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"updatecenter/internal/durability"
)

// storesWithin bounds all that one request asks of the stores. A client's own time-out is
// seldom shorter.
const storesWithin = 3 * time.Second

// A handler answers one method of a resource. Once it has written anything it returns nil;
// any other end is an error, which explain turns into a problem.
type handler func(w http.ResponseWriter, r *http.Request) error

// methods are the handlers of a resource. HEAD and OPTIONS need none.
type methods map[string]handler

// allow lists the methods for the Allow header, in a fixed order.
func (m methods) allow() string {
	names := append(slices.Collect(maps.Keys(m)), http.MethodOptions)
	if _, ok := m[http.MethodGet]; ok {
		names = append(names, http.MethodHead)
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// A resource is what stands at one path; without methods, nothing does.
type resource struct {
	api       *API
	methods   methods
	unbounded bool // an answer goes on and on: what asks the stores bounds each question itself
}

func (a *API) resource(m methods) resource { return resource{api: a, methods: m} }

func (a *API) unbounded(m methods) resource { return resource{api: a, methods: m, unbounded: true} }

// ServeHTTP answers within the stores' time and the client's.
func (s resource) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	if !s.unbounded {
		bounded, cancel := context.WithTimeout(ctx, storesWithin)
		defer cancel()
		ctx, w = answering(bounded, w)
	}
	// Lines change at any moment, and are no business of a cache's.
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if err := s.serve(w, r.WithContext(ctx)); err != nil {
		s.api.refuse(w, r, explain(err))
	}
}

// DurabilityHeader stands, as "uncertain", in the answer to a request that made a change which may not
// last. See [durability.Watch].
const DurabilityHeader = "Durability"

// answering returns the context and the writer of an answer that tells of such a change.
func answering(ctx context.Context, w http.ResponseWriter) (context.Context, http.ResponseWriter) {
	ctx, doubt := durability.Watch(ctx)
	return ctx, &doubting{w, doubt}
}

type doubting struct {
	http.ResponseWriter
	doubt *durability.Doubt
}

// WriteHeader implements [http.ResponseWriter]. All answers come to it.
func (d *doubting) WriteHeader(status int) {
	if d.doubt.Any() {
		d.Header().Set(DurabilityHeader, "uncertain")
	}
	d.ResponseWriter.WriteHeader(status)
}

func (s resource) serve(w http.ResponseWriter, r *http.Request) error {
	if s.methods == nil {
		return noPath()
	}
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet // net/http leaves the body away
	}
	if serve, ok := s.methods[method]; ok {
		return serve(w, r)
	}
	if method != http.MethodOptions {
		return badMethod(s.methods.allow())
	}
	w.Header().Set("Allow", s.methods.allow())
	w.WriteHeader(http.StatusNoContent)
	return nil
}
