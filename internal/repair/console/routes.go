package console

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gorilla/mux"

	"updatecenter/internal/agents"
)

// Bounds of one request.
const (
	answerWithin = 10 * time.Second // a password may wait for others to be hashed
	maxBody      = 64 << 10
)

// access is who may open a page.
type access int

const (
	anybody   access = iota
	settingUp        // any session, also one whose set-up is unfinished
	forAgents
	forSupervisors
	forAdministrators
)

// allows says whether an agent of that role, all set up, may open the page.
func (a access) allows(role agents.Role) bool {
	switch a {
	case anybody, settingUp, forAgents:
		return true
	case forSupervisors:
		return role == agents.Supervisor || role == agents.Administrator
	case forAdministrators:
		return role == agents.Administrator
	}
	return false
}

// A handler answers one method of a page. Once it has written anything it returns nil; any other
// end is an error, which explain turns into a page.
type handler func(v *visit) error

// A route is a path, who may open it, and what it answers.
type route struct {
	path  string // as mux has it
	least access
	get   handler // nil: the method is not allowed; HEAD stands where GET does
	post  handler
	// keeps are the fields of the form that are kept when the session has run out meanwhile. What
	// is secret never stands here.
	keeps []string
	// cut is what stands in the path of a form behind that of the page that shows it.
	cut string
	// told hears of a POST by an agent whose role is too low for the page; nil: nobody. Its error is
	// the answer.
	told handler
	// stream: an answer that goes on and on, and no page to come back to.
	stream bool
}

// table is every path of the console.
func (c *Console) table() []route {
	return slices.Concat(
		c.signInRoutes(), c.setUpRoutes(), c.profileRoutes(),
		c.customerRoutes(), c.peopleRoutes(), c.keyRoutes(),
	)
}

// Routes adds the console to a router: everything at and below /repair.
func (c *Console) Routes(r *mux.Router) {
	for _, rt := range c.table() {
		r.Handle(rt.path, c.guard(rt))
	}
	r.Handle("/repair/static/{file}", c.guard(route{get: c.serveFile}))
	r.Handle("/repair", c.guard(route{get: func(v *visit) error { return v.redirect(home) }}))
	r.PathPrefix("/repair/").Handler(c.guard(route{get: nowhere, post: nowhere}))
}

func nowhere(*visit) error { return noPage() }

// serve answers a request that the guard let through.
func (c *Console) serve(v *visit, rt route) error {
	serve, err := rt.method(v.r.Method)
	if err != nil {
		return err
	}
	if v.r.Method == http.MethodPost {
		if err := v.readBody(); err != nil {
			return err
		}
	}
	if !rt.stream {
		ctx, cancel := context.WithTimeout(v.r.Context(), answerWithin)
		defer cancel()
		v.r = v.r.WithContext(ctx)
	}
	admitted, err := c.admit(v, rt)
	if err != nil || !admitted {
		return err
	}
	if v.r.Method != http.MethodPost && len(rt.keeps) > 0 {
		c.takeDraft(v)
	}
	return serve(v)
}

// matches says whether a path is one of the route, as mux would find it.
func (rt route) matches(at string) bool {
	return slices.EqualFunc(strings.Split(rt.path, "/"), strings.Split(at, "/"), func(want, part string) bool {
		return want == part || strings.HasPrefix(want, "{") && part != ""
	})
}

// method finds what answers a method. A header that names another method counts for nothing.
func (rt route) method(method string) (handler, error) {
	var allowed []string
	if rt.get != nil {
		allowed = append(allowed, http.MethodGet, http.MethodHead)
	}
	if rt.post != nil {
		allowed = append(allowed, http.MethodPost)
	}
	if !slices.Contains(allowed, method) {
		return nil, badMethod(strings.Join(allowed, ", "))
	}
	if method == http.MethodPost {
		return rt.post, nil
	}
	return rt.get, nil
}
