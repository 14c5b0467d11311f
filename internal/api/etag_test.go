package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"updatecenter/internal/features"
	"updatecenter/internal/storage"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
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
	for _, value := range []string{"0", `"`, `"0`, `""0""`, "**", `*, "0"`, `"0" "1"`, `w/"0"`, `W/ "0"`, `"0";"1"`, `"a b"`} {
		put(value, `{"on":true}`).is(http.StatusBadRequest, "bad-if-match")
	}
	// A weak tag never matches, nor does what is no revision of ours.
	for _, value := range []string{`"1"`, `W/"0"`, `"00"`, `"+0"`, `"-1"`, `"x"`, `""`, `"12345678901234567"`, `W/"0", "1"`, ","} {
		put(value, `{"on":true}`).is(http.StatusPreconditionFailed, "changed-meanwhile")
	}

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
	now = put("*", `{"on":false}`).is(http.StatusOK, "").header.Get("ETag")
	now = put(" , W/\"1\" ,\t"+now+",", `{"on":true}`).is(http.StatusOK, "").header.Get("ETag")
	put(`"a,b",`+now, `{"on":false}`).is(http.StatusOK, "")
}

func TestTwoIfMatches(t *testing.T) {
	r := newRig(t)
	r.add("", pins.SecurityScreen)
	for _, c := range []struct {
		values  []string
		status  int
		problem string
	}{
		{[]string{`"0"`, "*"}, http.StatusBadRequest, "bad-if-match"},
		{[]string{`"1"`, `"2"`}, http.StatusPreconditionFailed, "changed-meanwhile"},
		{[]string{""}, http.StatusPreconditionFailed, "changed-meanwhile"}, // a list without tags
		{[]string{`"1"`, `"0"`}, http.StatusOK, ""},
	} {
		r.unlike = true // as openapi.yaml looks at the first alone
		request := r.request(http.MethodPut, featuresPath+"/security-screen", `{"on":true}`)
		request.Header["If-Match"] = c.values
		r.send(request).is(c.status, c.problem)
	}
}

// TestConditionalGet: who follows a feature is told in few bytes that it is as it was.
func TestConditionalGet(t *testing.T) {
	r := newRig(t)
	r.add("", pins.SecurityScreen)
	path := featuresPath + "/security-screen"
	tag := r.set(pins.SecurityScreen, "*", `{"on":true}`).header.Get("ETag")
	for _, c := range []struct {
		header, value string
		status        int
		problem       string
	}{
		{"If-None-Match", tag, http.StatusNotModified, ""},
		{"If-None-Match", "W/" + tag, http.StatusNotModified, ""},
		{"If-None-Match", `"0", ` + tag, http.StatusNotModified, ""},
		{"If-None-Match", "*", http.StatusNotModified, ""},
		{"If-None-Match", `"0"`, http.StatusOK, ""},
		{"If-None-Match", tag[1:], http.StatusBadRequest, "bad-if-match"},
		{"If-Match", tag, http.StatusOK, ""},
		{"If-Match", "W/" + tag, http.StatusPreconditionFailed, "changed-meanwhile"},
		{"If-Match", "7", http.StatusBadRequest, "bad-if-match"},
	} {
		request := r.request(http.MethodGet, path, "")
		request.Header.Set(c.header, c.value)
		got := r.send(request).is(c.status, c.problem)
		if c.status == http.StatusNotModified && (got.body != "" || got.header.Get("ETag") != tag) {
			t.Errorf("%s: %s: ETag %s, body %q", c.header, c.value, got.header.Get("ETag"), got.body)
		}
	}
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
	r.world.Set(start.Add(time.Hour))
	r.phone(pins.SecurityScreen, features.Switch(true))
	r.askWith(old, http.MethodPut, featuresPath+"/security-screen", `{"on":false}`).is(http.StatusPreconditionFailed, "changed-meanwhile")
}

// TestOvertakenForever: who asks for no revision is not told that it has changed.
func TestOvertakenForever(t *testing.T) {
	r := newRig(t)
	r.add("", pins.SecurityScreen)
	r.world.Calls.Fail("Features.Change", storage.ErrStale)
	path := featuresPath + "/security-screen"
	r.askWith("*", http.MethodPut, path, `{"on":true}`).is(http.StatusServiceUnavailable, "unavailable")
	r.askWith(`"0"`, http.MethodPut, path, `{"on":true}`).is(http.StatusPreconditionFailed, "changed-meanwhile")
}

// FuzzIfMatch: what is a list of tags, and what isn't, is as openapi.yaml says, and a list that is
// written of its tags is the same one.
func FuzzIfMatch(f *testing.F) {
	for _, s := range []string{"*", `"0"`, `"7"`, `W/"7"`, `"1772632800000"`, `"07"`, `"7", "8"`, `""`, "7", `"a,b" ,, W/""`, `*,"7"`, "\"\xff\""} {
		f.Add(s)
	}
	doc, err := contract()
	check.OK(f, err)
	described := regexp.MustCompile(doc.Components.Parameters["ifMatch"].Value.Schema.Value.Pattern)
	f.Fuzz(func(t *testing.T, value string) {
		list, err := readETags(http.Header{"If-Match": {value}}, "If-Match")
		if (err == nil) != described.MatchString(value) {
			t.Fatalf("%q: %v", value, err)
		}
		if err != nil {
			var no *refusal
			if !errors.As(err, &no) || no.name != "bad-if-match" {
				t.Errorf("%q: %v", value, err)
			}
			return
		}
		again, err := readETags(http.Header{"If-Match": list.tags}, "If-Match")
		switch {
		case list.any && len(list.tags) == 0:
		case len(list.tags) == 0 && again == nil:
		case err != nil || !slices.Equal(again.tags, list.tags):
			t.Errorf("%q: %q, again: %v", value, list.tags, err)
		}
	})
}

// TestTogether: two programs and a caller add to one list, each several entries, all at
// once. The programs read, change and send, and start over when they are told that somebody
// else was faster. Nothing is lost, and nothing stands twice.
func TestTogether(t *testing.T) {
	const each = 8
	r := newRig(t)
	r.add("", pins.NoSolicitation)
	server := httptest.NewServer(r.handler)
	defer server.Close()
	var want []features.Entry
	var wait sync.WaitGroup
	for i := range 3 {
		var entries []string
		for j := range each {
			entries = append(entries, fmt.Sprintf("+1651555%04d", 100*i+j))
			want = append(want, features.Entry(entries[j]))
		}
		if i == 0 {
			lines := r.settings()
			wait.Go(func() { callerAdds(t, lines, entries) })
			continue
		}
		program := program{T: t, url: server.URL + featuresPath + "/no-solicitation", token: r.allowed(), client: server.Client()}
		wait.Go(func() {
			for _, entry := range entries {
				program.adds(entry)
			}
		})
	}
	wait.Wait()
	got := r.setting(pins.NoSolicitation).List
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
	if events := len(testkit.Events(t, r.world.DB, line)); events != 3*each {
		t.Errorf("%d events, want %d", events, 3*each)
	}
}

func callerAdds(t *testing.T, lines *features.Lines, entries []string) {
	for i, entry := range entries {
		_, err := lines.Change(t.Context(), features.Request{
			Number: line, Feature: pins.NoSolicitation, Edit: features.Add(features.Entry(entry)),
			Turn: pins.Turn{Call: "CA4", Number: i}, By: pins.ByCaller, Side: pins.FromLine, From: string(line),
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// A program is a client that changes one feature.
type program struct {
	*testing.T
	url, token string
	client     *http.Client
}

// adds reads, changes and sends until it was not overtaken. Each time, somebody else got
// through, so it ends.
func (p program) adds(entry string) {
	for {
		read, status, tag := p.do(http.MethodGet, "", "")
		if status != http.StatusOK || read.List == nil {
			p.Errorf("read: status %d", status)
			return
		}
		body, err := json.Marshal(map[string]any{"on": read.On, "list": append(*read.List, entry)})
		if err != nil {
			p.Error(err)
			return
		}
		_, status, _ = p.do(http.MethodPut, tag, string(body))
		switch status {
		case http.StatusOK:
			return
		case http.StatusPreconditionFailed:
		default:
			p.Errorf("change: status %d", status)
			return
		}
	}
}

func (p program) do(method, ifMatch, body string) (Feature, int, string) {
	request, err := http.NewRequestWithContext(p.Context(), method, p.url, strings.NewReader(body))
	if err != nil {
		p.Error(err)
		return Feature{}, 0, ""
	}
	request.Header.Set("Authorization", "Bearer "+p.token)
	request.Header.Set("Content-Type", "application/json")
	if ifMatch != "" {
		request.Header.Set("If-Match", ifMatch)
	}
	response, err := p.client.Do(request)
	if err != nil {
		p.Error(err)
		return Feature{}, 0, ""
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	var got Feature
	if err == nil {
		err = json.Unmarshal(text, &got)
	}
	if err != nil {
		p.Error(err)
	}
	return got, response.StatusCode, response.Header.Get("ETag")
}
