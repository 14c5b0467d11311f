package api

import (
	"errors"
	"net/http"
	"regexp"
	"strconv"
	"testing"
	"time"

	"updatecenter/features"
	"updatecenter/pins"
)

func TestIfMatch(t *testing.T) {
	r := newRig(t)
	r.add("", pins.SecurityScreen)
	path := featuresPath + "/security-screen"
	put := func(ifMatch, body string) answer {
		t.Helper()
		return r.askWith(ifMatch, http.MethodPut, path, body)
	}
	put("", `{"on":true}`).is(http.StatusPreconditionRequired, "if-match-required")
	for _, value := range []string{
		"0", `W/"0"`, `"0", "1"`, `"00"`, `"+0"`, `"-1"`, `"x"`, `""`, `"`, `"0`, `""0""`, `"12345678901234567"`, "**",
	} {
		put(value, `{"on":true}`).is(http.StatusBadRequest, "bad-if-match")
	}
	put(`"1"`, `{"on":true}`).is(http.StatusPreconditionFailed, "changed-meanwhile")

	first := put(`"0"`, `{"on":true}`).is(http.StatusOK, "").header.Get("ETag")
	put(`"0"`, `{"on":false}`).is(http.StatusPreconditionFailed, "changed-meanwhile")
	if !r.setting(pins.SecurityScreen).On {
		t.Error("refused, and yet changed")
	}
	// What the rules refuse at any revision is not worth reading again.
	put(`"0"`, `{"on":true,"list":[]}`).is(http.StatusUnprocessableEntity, "settings-refused")

	r.phone(pins.SecurityScreen, features.Switch(false))
	put(first, `{"on":true}`).is(http.StatusPreconditionFailed, "changed-meanwhile")
	now := r.ask(http.MethodGet, path, "").is(http.StatusOK, "").header.Get("ETag")
	put(now, `{"on":true}`).is(http.StatusOK, "")
	put("*", `{"on":false}`).is(http.StatusOK, "")
}

func TestTwoIfMatches(t *testing.T) {
	r := newRig(t)
	r.add("", pins.SecurityScreen)
	r.unlike = true // as openapi.yaml looks at the first alone
	request := r.request(http.MethodPut, featuresPath+"/security-screen", `{"on":true}`)
	request.Header["If-Match"] = []string{`"0"`, `"1"`}
	r.send(request).is(http.StatusBadRequest, "bad-if-match")
}

// TestRevisionOfAnotherLife: a line that was removed and came again, or a feature that was,
// has settings of which an old ETag knows nothing.
func TestRevisionOfAnotherLife(t *testing.T) {
	r := newRig(t)
	r.add("", pins.SecurityScreen)
	old := r.set(pins.SecurityScreen, "*", `{"on":true}`).header.Get("ETag")
	for _, body := range []string{`{"features":[]}`, `{"features":["security-screen"]}`} {
		r.ask(http.MethodPut, linePath, body).is(http.StatusOK, "")
	}
	r.now = start.Add(time.Hour)
	r.phone(pins.SecurityScreen, features.Switch(true))
	r.askWith(old, http.MethodPut, featuresPath+"/security-screen", `{"on":false}`).is(http.StatusPreconditionFailed, "changed-meanwhile")
}

// TestOvertakenForever: who asks for no revision is not told that it has changed.
func TestOvertakenForever(t *testing.T) {
	r := newRig(t)
	r.add("", pins.SecurityScreen)
	r.sets.overtaken = true
	path := featuresPath + "/security-screen"
	r.askWith("*", http.MethodPut, path, `{"on":true}`).is(http.StatusServiceUnavailable, "unavailable")
	r.askWith(`"0"`, http.MethodPut, path, `{"on":true}`).is(http.StatusPreconditionFailed, "changed-meanwhile")
}

// FuzzIfMatch: a revision is read from the tag that is written of it, and from nothing else,
// as openapi.yaml says.
func FuzzIfMatch(f *testing.F) {
	for _, s := range []string{"*", `"0"`, `"7"`, `W/"7"`, `"1772632800000"`, `"07"`, `"7", "8"`, `""`, "7", `"99999999999999999999"`} {
		f.Add(s)
	}
	described := regexp.MustCompile(`^(?:\*|"(?:0|[1-9][0-9]{0,15})")$`)
	f.Fuzz(func(t *testing.T, value string) {
		revision, err := ifMatch(http.Header{"If-Match": {value}})
		if (err == nil) != described.MatchString(value) {
			t.Fatalf("%q: %v", value, err)
		}
		var no *refusal
		switch {
		case err != nil && (!errors.As(err, &no) || no.name != "bad-if-match"):
			t.Errorf("%q: %v", value, err)
		case err == nil && revision == nil && value != "*":
			t.Errorf("%q is any revision", value)
		case revision != nil && value != strconv.Quote(strconv.FormatInt(*revision, 10)):
			t.Errorf("%q: revision %d", value, *revision)
		}
	})
}
