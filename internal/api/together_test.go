package api

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"updatecenter/internal/features"
	"updatecenter/pins"
)

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
	if events := len(r.sets.Events(line)); events != 3*each {
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
