package simulator_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/testkit/check"
	"updatecenter/voice/simulator"
)

func scripts(t *testing.T, texts ...string) []simulator.Script {
	t.Helper()
	var parsed []simulator.Script
	for i, text := range texts {
		script, err := simulator.Parse(fmt.Sprintf("load-%d.call", i), strings.NewReader(text))
		check.OK(t, err)
		parsed = append(parsed, script)
	}
	return parsed
}

func TestLoad(t *testing.T) {
	app := center(t)
	config := app.config()
	config.DeliverTwice = true
	clock := simulator.NewVirtualClock(time.Unix(0, 0))
	told := 0
	report, err := simulator.Load(t.Context(), newExchange(t, config), simulator.LoadPlan{
		Calls: 50, Rate: 10, AtOnce: 8, Clock: clock,
		Scripts:  scripts(t, "dial 78 from 612-555-0142\npress 1234\npress 8265#\nended", "dial 888-612-8052 from x\nhear \"PIN\"\nhear \"balloon\""),
		Line:     func(i int) string { return fmt.Sprintf("612555%04d", i) },
		Progress: func(done int) { told = done },
	})
	check.OK(t, err)
	if report.Calls != 50 || report.Scripts != 50 || report.Turns != 25*3+25 || report.Failed != 25 || told != 50 {
		t.Errorf("report %+v, told %d", report, told)
	}
	if len(report.Reasons) != 5 || !strings.Contains(report.Reasons[0], `load-1.call:3: expected to hear "balloon"`) {
		t.Errorf("reasons %q", report.Reasons)
	}
	if report.Duration < 4*time.Second || report.Duration > 6*time.Second {
		t.Errorf("50 calls at 10 a second took %v", report.Duration)
	}
	if report.P50 <= 0 || report.P50 > report.P95 || report.P95 > report.P99 || report.P99 > report.Max {
		t.Errorf("latencies %v %v %v %v", report.P50, report.P95, report.P99, report.Max)
	}
	lines, calls := map[string]bool{}, map[string]bool{}
	for _, p := range app.got("/voice/incoming") {
		lines[numberIn.FindString(p.form.Get("From"))] = true
		calls[p.form.Get("CallSid")] = true
	}
	if len(lines) != 50 || len(calls) != 50 || !lines["6125550049"] {
		t.Errorf("%d calls from %v", len(calls), lines)
	}
}

var numberIn = regexp.MustCompile(`612555[0-9]{4}`)

// TestLoadCounts plays a script that names no words to hear. Of status callbacks that fail no caller hears.
func TestLoadCounts(t *testing.T) {
	away := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) }
	for name, test := range map[string]struct {
		incoming, fallback, status http.HandlerFunc
		failed, errors             int // of three calls; errors at the least
	}{
		"an application that fails": {away, away, nil, 3, 6},
		"the fallback":              {away, twimlAnswer(goodbye), nil, 3, 3},
		"lost status callbacks":     {twimlAnswer(goodbye), nil, http.NotFound, 0, 3},
	} {
		app := newApplication(t, nil)
		app.answers["/voice/incoming"], app.answers["/voice/fallback"] = test.incoming, test.fallback
		if test.status != nil {
			app.answers["/voice/status"] = test.status
		}
		report, err := simulator.Load(t.Context(), newExchange(t, app.config()), simulator.LoadPlan{
			Calls: 3, Scripts: scripts(t, "dial 78 from 612-555-0142\nended"),
		})
		if err != nil || report.Failed != test.failed || report.Errors < test.errors || test.failed > 0 && !strings.Contains(report.Reasons[0], "status 503") {
			t.Errorf("%s: %+v, %v", name, report, err)
		}
	}
}

func TestLoadEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	report, err := simulator.Load(ctx, newExchange(t, center(t).config()), simulator.LoadPlan{
		Calls: 1000, AtOnce: 2, Scripts: scripts(t, "dial 78 from 612-555-0142\nhear \"PIN\""),
		Progress: func(done int) {
			if done == 5 {
				cancel()
			}
		},
	})
	if !errors.Is(err, context.Canceled) || report.Failed != 0 || report.Scripts < 5 || report.Scripts > 10 {
		t.Errorf("%+v, %v", report, err)
	}
}

func TestLoadRefuses(t *testing.T) {
	good := simulator.LoadPlan{Calls: 1, Scripts: scripts(t, "silence")}
	for name, change := range map[string]func(*simulator.LoadPlan){
		"no calls":       func(p *simulator.LoadPlan) { p.Calls = 0 },
		"too many calls": func(p *simulator.LoadPlan) { p.Calls = 1_000_001 },
		"negative rate":  func(p *simulator.LoadPlan) { p.Rate = -1 },
		"no rate":        func(p *simulator.LoadPlan) { p.Rate = math.NaN() },
		"too many":       func(p *simulator.LoadPlan) { p.AtOnce = 10_001 },
		"no scripts":     func(p *simulator.LoadPlan) { p.Scripts = nil },
	} {
		plan := good
		change(&plan)
		if _, err := simulator.Load(t.Context(), newExchange(t, center(t).config()), plan); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestReportTable(t *testing.T) {
	report := simulator.Report{Calls: 2, Turns: 7, Errors: 3, Failed: 1, Reasons: []string{"x.call:1: no"}, P50: 1234 * time.Microsecond, Duration: time.Second}
	want := "calls             2\nturns             7\nerrors            3\nfailed            1\ntook             1s\n" +
		"p50          1.23ms\np95              0s\np99              0s\nmax              0s\nfailed: x.call:1: no\n"
	if got := report.String(); got != want {
		t.Errorf("got\n%s", got)
	}
}
