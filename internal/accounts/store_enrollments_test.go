package accounts_test

import (
	"errors"
	"sync/atomic"

	"updatecenter/internal/accounts"
)

// enrollmentID is the one of the tests.
const enrollmentID accounts.EnrollmentID = "enr_abcdefghijklmnopqrstuvwxyz"

// begin begins the enrollment of the tests, with the first account.
func (p play) begin() accounts.Enrollment {
	p.t.Helper()
	e := accounts.Enrollment{ID: enrollmentID, Accounts: []accounts.ID{id(1)}, Since: p.start}
	p.t.OK(p.db.Accounts().Begin(p.t.Context(), e))
	return e
}

func (p play) enrolled(want accounts.Enrollment) {
	p.t.Helper()
	got, err := p.db.Accounts().Enrollment(p.t.Context(), want.ID)
	p.t.OK(err)
	p.t.Same(got, want)
}

func (p play) join(n int) accounts.Enrollment {
	p.t.Helper()
	e, err := p.db.Accounts().Join(p.t.Context(), enrollmentID, id(n), accounts.MaxEnrolled)
	p.t.OK(err)
	return e
}

var enrollmentTests = map[string]func(play){
	"it is found as it was begun": func(p play) { p.enrolled(p.begin()) },
	"one that was never begun is not there": func(p play) {
		_, err := p.db.Accounts().Enrollment(p.t.Context(), enrollmentID)
		p.t.Is(err, accounts.ErrNoEnrollment)
		_, err = p.db.Accounts().Join(p.t.Context(), enrollmentID, id(1), accounts.MaxEnrolled)
		p.t.Is(err, accounts.ErrNoEnrollment)
		_, err = p.db.Accounts().Enrollment(p.t.Context(), enrollmentID)
		p.t.Is(err, accounts.ErrNoEnrollment)
	},
	"begun again it stays as it is": func(p play) {
		e := p.begin()
		e.Accounts = append(e.Accounts, id(2))
		p.join(2)
		p.begin()
		p.enrolled(e)
	},
	"accounts are added in order, each once": func(p play) {
		e := p.begin()
		for _, n := range []int{3, 2, 3, 1, 2} {
			p.join(n)
		}
		e.Accounts = append(e.Accounts, id(3), id(2))
		p.enrolled(e)
		p.t.Same(p.join(2), e)
	},
	"a full one takes no other, but knows those it has": func(p play) {
		p.begin()
		for n := 2; n <= accounts.MaxEnrolled; n++ {
			p.join(n)
		}
		_, err := p.db.Accounts().Join(p.t.Context(), enrollmentID, id(99), accounts.MaxEnrolled)
		p.t.Is(err, accounts.ErrFull)
		p.t.Same(len(p.join(2).Accounts), accounts.MaxEnrolled)
	},
	"of a hundred that join at once no more get in than may": func(p play) {
		p.begin()
		var joined atomic.Int64
		p.together(func(i int) {
			_, err := p.db.Accounts().Join(p.t.Context(), enrollmentID, id(100+i), accounts.MaxEnrolled)
			switch {
			case err == nil:
				joined.Add(1)
			case !errors.Is(err, accounts.ErrFull):
				p.t.Error(err)
			}
		})
		p.t.Same(int(joined.Load()), accounts.MaxEnrolled-1)
		p.t.Same(len(p.join(1).Accounts), accounts.MaxEnrolled)
	},
}
