package simulator

import (
	"net/http"
	"net/url"
	"testing"
	"time"
)

func FuzzReadOrder(f *testing.F) {
	f.Add("To=%2B16125550142&From=8886128052&Url=http://a.example/b&Timeout=20&StatusCallbackEvent=ringing")
	f.Add("To=911&From=&Url=:&TimeLimit=-1&MachineDetection=x")
	f.Fuzz(func(t *testing.T, body string) {
		form, err := url.ParseQuery(body)
		if err != nil {
			return
		}
		out, refusal := readOrder(form)
		if refusal != nil {
			if refusal.Status != http.StatusBadRequest || refusal.Code == 0 || refusal.Message == "" {
				t.Errorf("%q: refused with %+v", body, *refusal)
			}
			return
		}
		if !e164.MatchString(out.to) || !e164.MatchString(out.from) || out.url == "" ||
			out.timeout < time.Second || out.timeout > ringMost*time.Second || out.timeLimit < 0 {
			t.Errorf("%q: taken as %+v", body, out)
		}
	})
}

func FuzzReadListing(f *testing.F) {
	f.Add("StartTime>=2026-03-01T00:00:00Z&To=612-555-0142&PageSize=3&PageToken=PACA1")
	f.Add("StartTime=tomorrow&PageSize=0")
	f.Fuzz(func(t *testing.T, query string) {
		values, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		l, fine := readListing(values)
		if fine && (l.size < 1 || l.size > pageSizeMost) {
			t.Errorf("%q: %d a page", query, l.size)
		}
		if _, err := time.Parse(time.DateOnly, l.notBefore); l.notBefore != "" && fine && err != nil {
			t.Errorf("%q: day %q", query, l.notBefore)
		}
	})
}
