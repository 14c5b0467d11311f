package api

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"updatecenter/internal/accounts"
	"updatecenter/internal/audit"
	"updatecenter/internal/repair"
	"updatecenter/internal/testkit/check"
)

func (a answer) verification() Verification {
	a.t.Helper()
	var v Verification
	a.read(&v)
	return v
}

// verify sends a claim to the account.
func (r *rig) verify(claim string) Verification {
	r.Helper()
	return r.ask(http.MethodPost, accountPath+"/verify", claim).is(http.StatusOK, "").verification()
}

func left(tries int) Verification { return Verification{TriesLeft: &tries} }

func TestVerify(t *testing.T) {
	r := newRig(t)
	r.provision()
	for _, test := range []struct {
		body string
		want Verification
	}{
		{`{"zip":"55403"}`, Verification{Verified: true}},
		{`{"zip":"55403-9999"}`, Verification{Verified: true}},
		{`{"zip":"55401"}`, left(4)},
		{`{"security_code":"999999"}`, left(3)},
		{`{"security_answer":"` + luz + `"}`, left(2)},
		{`{"zip":"55403"}`, Verification{Verified: true}},
		{`{"security_code":"999 998"}`, left(1)},
		{`{"security_code":"\u2066８２６–517\u2069"}`, Verification{Verified: true}},
		{`{"security_code":"999997"}`, left(4)},
	} {
		r.secrets = append(r.secrets, "55401", "999999", "999997")
		got := r.verify(test.body)
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: %s", test.body, diff)
		}
	}
	r.world.Log.Holds(t, "claim to an account judged", `"verified":true`, "ordering")
}

// TestVerifyAnswer: case, accents, spacing and punctuation don't count, and the code is retired.
func TestVerifyAnswer(t *testing.T) {
	r := newRig(t)
	r.provision()
	r.ask(http.MethodPut, accountPath+"/security-question", `{"question":"Who?","answer":"`+luz+`"}`).is(http.StatusOK, "")
	if got := r.verify(`{"security_answer":"dona LUZ of st paul"}`); !got.Verified {
		t.Errorf("got %+v", got)
	}
	if got := r.verify(`{"security_code":"` + code + `"}`); got.Verified {
		t.Error("the retired code counts")
	}
}

// TestLock: an account, one that doesn't exist, and one with another name for it are locked
// and answered alike.
func TestLock(t *testing.T) {
	r := newRig(t)
	r.provision()
	for _, path := range []string{accountPath, "/v1/accounts/" + string(missing)} {
		verify := func(body string) Verification {
			return r.ask(http.MethodPost, path+"/verify", body).is(http.StatusOK, "").verification()
		}
		for tries := 4; tries > 0; tries-- {
			check.Same(t, verify(`{"security_code":"999999"}`), left(tries))
		}
		want := left(0)
		want.LockedUntil = r.now().Add(30 * time.Minute)
		for _, body := range []string{`{"security_code":"999999"}`, `{"security_code":"` + code + `"}`, `{"zip":"55403"}`} {
			if diff := cmp.Diff(want, verify(body)); diff != "" {
				t.Errorf("%s: %s", body, diff)
			}
		}
	}
	r.world.Pass(30 * time.Minute)
	if got := r.verify(`{"zip":"55403"}`); !got.Verified {
		t.Errorf("after the lock: %+v", got)
	}
}

// TestDeliveryClearsNothing: whoever asks for the code gets no more guesses by that.
func TestDeliveryClearsNothing(t *testing.T) {
	r := newRig(t)
	r.provision()
	r.ask(http.MethodPost, accountPath+"/verify", `{"zip":"55401"}`).is(http.StatusOK, "")
	r.ask(http.MethodPost, accountPath+"/deliveries", callNow).is(http.StatusAccepted, "")
	check.Same(t, r.verify(`{"zip":"55401"}`), left(3))
}

func TestEnroll(t *testing.T) {
	r := newRig(t)
	r.provision()
	r.ask(http.MethodPut, "/v1/accounts/MN-2", newAccount).is(http.StatusCreated, "")
	claim := func(account accounts.Number, zip string) string {
		return fmt.Sprintf(`{"account":%q,"zip":%q}`, account, zip)
	}
	for _, wrong := range []string{claim(coded, "55401"), claim(missing, "55401")} {
		if diff := cmp.Diff(left(4), r.ask(http.MethodPost, "/v1/enrollments", wrong).is(http.StatusOK, "").verification()); diff != "" {
			t.Errorf("%s: %s", wrong, diff)
		}
	}
	began := r.ask(http.MethodPost, "/v1/enrollments", claim("mn-1000-4", "55403")).is(http.StatusCreated, "")
	path := began.header.Get("Location")
	want := Enrollment{ID: accounts.EnrollmentID(strings.TrimPrefix(path, "/v1/enrollments/")), Accounts: []accounts.Number{coded}, Since: start}
	check.Same(t, began.verification(), Verification{Verified: true, Enrollment: &want})
	check.Same(t, r.ask(http.MethodPost, path+"/accounts", claim("MN-2", "55401")).is(http.StatusOK, "").verification(), left(4))
	want.Accounts = append(want.Accounts, "MN-2")
	for range 2 {
		added := r.ask(http.MethodPost, path+"/accounts", claim("MN-2", "55403")).is(http.StatusOK, "").verification()
		check.Same(t, added, Verification{Verified: true, Enrollment: &want})
	}
	// An account keeps its enrollments when it gets another number.
	r.ask(http.MethodPost, accountPath+"/renumber", `{"account":"MN-3"}`).is(http.StatusOK, "")
	want.Accounts[0] = "MN-3"
	var got Enrollment
	r.ask(http.MethodGet, path, "").is(http.StatusOK, "").read(&got)
	check.Same(t, got, want)
}

func TestNoSuchEnrollment(t *testing.T) {
	r := newRig(t)
	r.provision()
	for _, id := range []string{"enr_bbbbbbbbbbbbbbbbbbbbbbbbbb", "enr_1", "x", "%20", strings.Repeat("x", 3000)} {
		r.ask(http.MethodGet, "/v1/enrollments/"+id, "").is(http.StatusNotFound, "no-such-enrollment")
		r.ask(http.MethodPost, "/v1/enrollments/"+id+"/accounts", `{"account":"MN-1000-4","zip":"55403"}`).is(http.StatusNotFound, "no-such-enrollment")
	}
}

func TestEnrollmentFull(t *testing.T) {
	r := newRig(t)
	r.provision()
	for i := range accounts.MaxEnrolled {
		number := fmt.Sprintf("N-%d", i)
		r.ask(http.MethodPut, "/v1/accounts/"+number, newAccount).is(http.StatusCreated, "")
		got := r.ask(http.MethodPost, enrollmentPath+"/accounts", `{"account":"`+number+`","zip":"55403"}`)
		if i < accounts.MaxEnrolled-1 {
			got.is(http.StatusOK, "")
		} else {
			got.is(http.StatusConflict, "enrollment-full")
		}
	}
}

func TestEnrollBodies(t *testing.T) {
	r := newRig(t)
	r.provision()
	for _, body := range []string{
		`{"account":"MN-1000-4"}`, `{"zip":"55403"}`, `{"account":"","zip":"55403"}`, `{"account":"No. 7","zip":"55403"}`,
		`{"account":"MN-1000-4","zip":null}`, `{"account":"MN-1000-4","zip":"55403","security_answer":null}`,
		`{"account":"MN-1000-4","zip":"55403","security_code":""}`, `{"account":"MN-1000-4","zip":7}`,
		`{"account":"MN-1000-4","zip":""}`, `{"account":"MN-1000-4","zip":"55403","security_code":"1"}`,
		`{"account":"MN-1000-4","zip":"55403","name":"x"}`, `{"account":"MN-1000-4","security_answer":"` + strings.Repeat("x", 401) + `"}`,
	} {
		r.ask(http.MethodPost, "/v1/enrollments", body).is(http.StatusBadRequest, "bad-body")
		r.ask(http.MethodPost, enrollmentPath+"/accounts", body).is(http.StatusBadRequest, "bad-body")
	}
}

// TestVerifyBodies: exactly one field, and it is text. What is refused doesn't count.
func TestVerifyBodies(t *testing.T) {
	r := newRig(t)
	r.provision()
	for _, body := range []string{
		`{}`, `null`, `[]`, `{"zip":null}`, `{"zip":""}`, `{"zip":"55403","security_code":""}`, `{"zip":"55403","security_code":null}`,
		`{"zip":"","security_answer":"` + luz + `"}`, `{"zip":55403}`, `{"zip":["55403"]}`, `{"zip":"55403","account":"MN-1000-4"}`,
	} {
		r.ask(http.MethodPost, accountPath+"/verify", body).is(http.StatusBadRequest, "bad-body")
	}
	check.Same(t, r.verify(`{"zip":"55401"}`), left(4))
}

// TestEnrolledAccountLost: an enrollment whose account is not there any more is damaged.
func TestEnrolledAccountLost(t *testing.T) {
	r := newRig(t)
	lost := accounts.Enrollment{ID: enrolled, Accounts: []accounts.ID{"acc_bbbbbbbbbbbbbbbbbbbbbbbbbb"}, Since: start}
	check.OK(t, r.world.DB.Accounts().Begin(t.Context(), lost))
	r.ask(http.MethodGet, enrollmentPath, "").is(http.StatusInternalServerError, "internal")
}

// TestWrongClaimsOfAKeyHaveABudget, over all accounts and ways to claim one.
func TestWrongClaimsOfAKeyHaveABudget(t *testing.T) {
	r := newRig(t)
	r.provision()
	for n := range 100 {
		account := fmt.Sprintf("MN-%d", n/4)
		path, body := "/v1/accounts/"+account+"/verify", `{"security_code":"999999"}`
		if n%3 > 0 {
			path, body = []string{"/v1/enrollments", enrollmentPath + "/accounts"}[n%3-1], `{"account":"`+account+`","zip":"55401"}`
		}
		r.serve(r.request(http.MethodPost, path, body)).is(http.StatusOK, "")
	}
	for _, request := range []struct{ path, body string }{
		{accountPath + "/verify", `{"zip":"55403"}`},
		{"/v1/accounts/" + string(missing) + "/verify", `{"zip":"55403"}`},
		{"/v1/enrollments", `{"account":"MN-1000-4","zip":"55403"}`},
		{enrollmentPath + "/accounts", `{"account":"MN-1000-4","zip":"55403"}`},
	} {
		got := r.ask(http.MethodPost, request.path, request.body).is(http.StatusTooManyRequests, "limit-reached")
		if got.header.Get("Retry-After") != "3600" {
			t.Errorf("%s: Retry-After: %s", request.path, got.header.Get("Retry-After"))
		}
	}
	if len(r.alerts) != 1 || r.alerts[0].What != repair.WrongClaims {
		t.Errorf("alerts %+v", r.alerts)
	}
	r.world.Pass(time.Hour)
	if got := r.verify(`{"zip":"55403"}`); !got.Verified {
		t.Errorf("after an hour: %+v", got)
	}
}

// looksUp bounds the look-ups of a key in a minute.
func (r *rig) looksUp(most int) {
	limits := repair.DefaultLimits()
	limits.Program = most
	r.config.Desk = r.desk(r.config.Provisioning, limits)
	r.restart()
}

// TestNoWayToAskForAccountsWithoutLimit: whatever tells that there is no account with a number comes to an
// end, from which on an account is refused as well.
func TestNoWayToAskForAccountsWithoutLimit(t *testing.T) {
	for name, ask := range map[string]func(r *rig, path string) answer{
		"show": func(r *rig, path string) answer { return r.ask(http.MethodGet, path, "") },
		"renumber": func(r *rig, path string) answer {
			return r.ask(http.MethodPost, path+"/renumber", `{"account":"MN-7"}`)
		},
		"new code": func(r *rig, path string) answer { return r.ask(http.MethodPost, path+"/security-code", "") },
		"question": func(r *rig, path string) answer {
			return r.ask(http.MethodPut, path+"/security-question", `{"question":"Who?","answer":"`+luz+`"}`)
		},
		"delivery": func(r *rig, path string) answer { return r.ask(http.MethodPost, path+"/deliveries", callNow) },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.provision()
			r.looksUp(20)
			for n := range 20 {
				ask(r, fmt.Sprintf("/v1/accounts/NO-%d", n%2)).is(http.StatusNotFound, "no-such-account")
			}
			for _, path := range []string{accountPath, "/v1/accounts/" + string(missing)} {
				if got := ask(r, path).is(http.StatusTooManyRequests, "limit-reached"); got.header.Get("Retry-After") != "60" {
					t.Errorf("Retry-After: %s", got.header.Get("Retry-After"))
				}
			}
			if len(r.alerts) != 1 || r.alerts[0].What != repair.LookUps || len(r.notices) > 0 {
				t.Errorf("alerts %+v, notices %+v", r.alerts, r.notices)
			}
			r.world.Pass(time.Minute)
			r.ask(http.MethodGet, accountPath, "").is(http.StatusOK, "")
		})
	}
}

// TestNoWayToReadAccountsByPuttingNothing: what shows an account, and changes nothing, is a look-up, also of
// what is no account.
func TestNoWayToReadAccountsByPuttingNothing(t *testing.T) {
	for name, ask := range map[string]func(r *rig, path string) answer{
		"nothing":   func(r *rig, path string) answer { return r.ask(http.MethodPut, path, `{}`) },
		"one field": func(r *rig, path string) answer { return r.ask(http.MethodPut, path, `{"language":"en"}`) },
		"nobody's":  func(r *rig, _ string) answer { return r.ask(http.MethodPut, "/v1/accounts/"+string(missing), `{}`) },
		"its own name": func(r *rig, path string) answer {
			return r.ask(http.MethodPost, path+"/renumber", `{"account":"MN-1000-4"}`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.provision()
			r.looksUp(20)
			for range 20 {
				if got := ask(r, accountPath); got.status == http.StatusTooManyRequests {
					t.Fatalf("refused early: %s", got.body)
				}
			}
			ask(r, accountPath).is(http.StatusTooManyRequests, "limit-reached")
		})
	}
}

// TestChangesOfAccountsAreNoLookUps: what does not tell more than was known is not counted.
func TestChangesOfAccountsAreNoLookUps(t *testing.T) {
	r := newRig(t)
	r.provision()
	r.looksUp(20)
	for range 21 {
		r.ask(http.MethodPost, accountPath+"/security-code", "").is(http.StatusOK, "")
	}
	r.ask(http.MethodGet, accountPath, "").is(http.StatusOK, "")
}

// TestClosed: twenty wrong claims close an account, and a number that is none is answered alike; an agent
// opens the account.
func TestClosed(t *testing.T) {
	r := newRig(t)
	r.provision()
	for _, path := range []string{accountPath, "/v1/accounts/" + string(missing)} {
		verify := func(body string) Verification {
			return r.ask(http.MethodPost, path+"/verify", body).is(http.StatusOK, "").verification()
		}
		var last Verification
		for range 20 {
			last = verify(`{"security_code":"999999"}`)
			r.world.Pass(30 * time.Minute)
		}
		want := left(0)
		want.Closed, want.Detail = true, closedDetail
		for _, got := range []Verification{last, verify(`{"security_code":"` + code + `"}`), verify(`{"zip":"55403"}`)} {
			check.Same(t, got, want)
		}
		if got := r.ask(http.MethodPost, "/v1/enrollments", fmt.Sprintf(`{"account":%q,"zip":"55403"}`, path[len("/v1/accounts/"):])).
			is(http.StatusOK, "").verification(); !got.Closed {
			t.Errorf("enrolled: %+v", got)
		}
	}
	for _, bad := range []string{`{"reason":"x"}`, `{"agent":"77"}`, `{"agent":"a b","reason":"x"}`, `{"agent":"77","reason":"a\nb"}`, `{}`} {
		r.ask(http.MethodPost, accountPath+"/verification/open", bad).is(http.StatusBadRequest, "bad-body")
	}
	r.ask(http.MethodPost, "/v1/accounts/"+string(missing)+"/verification/open", help).is(http.StatusNotFound, "no-such-account")
	r.world.Audit.Take()
	for range 2 {
		r.ask(http.MethodPost, accountPath+"/verification/open", help).is(http.StatusNoContent, "")
	}
	events := r.world.Audit.Take()
	if len(events) != 2 || events[0].Action != audit.AccountOpened || events[0].By != "ordering/77" || events[0].Subject != "account MN-1000-4" || events[0].Detail == "" {
		t.Errorf("recorded %+v", events)
	}
	check.Same(t, r.verify(`{"zip":"55401"}`), left(4))
}

// TestOpeningAccountsIsBounded, as resets are.
func TestOpeningAccountsIsBounded(t *testing.T) {
	r := newRig(t)
	r.provision()
	for range 20 {
		r.ask(http.MethodPost, accountPath+"/verification/open", help).is(http.StatusNoContent, "")
	}
	r.ask(http.MethodPost, accountPath+"/verification/open", help).is(http.StatusTooManyRequests, "limit-reached")
}
