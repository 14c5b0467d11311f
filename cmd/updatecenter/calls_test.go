package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"updatecenter/internal/redistest"
	"updatecenter/ivr"
	"updatecenter/voice/touchtone"
)

// TestCalls plays every call script of the repository, each on a server of its own, and the
// rare calls. All of them together must take every exit of the flow. After each script no
// PIN that it keyed stands in logs or metrics.
func TestCalls(t *testing.T) {
	redistest.Both(t, func(t *testing.T, server *redistest.Server) {
		taken, played := map[ivr.Exit]bool{}, 0
		files, rare := callScripts(t), allRareCalls()
		for _, file := range files {
			t.Run(strings.TrimSuffix(filepath.Base(file), ".call"), func(t *testing.T) {
				flush(t, server)
				s := newStage(t, server, settingsOf(file))
				playScript(t, s, file)
				s.searchEntries(t, file)
				collect(taken, s)
				played++
			})
		}
		for name, play := range rare {
			t.Run(name, func(t *testing.T) {
				flush(t, server)
				s := newStage(t, server, nil)
				play(t, s)
				collect(taken, s)
				played++
			})
		}
		if played < len(files)+len(rare) {
			return // some were left out by -run, or failed
		}
		for _, exit := range allFlows()[0].Exits() {
			if !taken[exit] {
				t.Errorf("no call took the exit %q of %s, to %s", exit.Name, exit.From, exit.To)
			}
		}
	})
}

func callScripts(t testing.TB) []string {
	t.Helper()
	files := must(filepath.Glob("../../testdata/calls/*.call"))(t)
	files = slices.DeleteFunc(files, func(file string) bool { // those of TestCallbacks
		return strings.HasPrefix(filepath.Base(file), "callback-")
	})
	if len(files) < 25 {
		t.Fatalf("found %d call scripts", len(files))
	}
	return files
}

// settingsOf gives the scripts about transfers a number to transfer to.
func settingsOf(file string) func(*config) {
	if !strings.HasPrefix(filepath.Base(file), "transfer") {
		return nil
	}
	return func(c *config) { c.transfer = "+16125550100" }
}

func playScript(t *testing.T, s *stage, file string) {
	t.Helper()
	script := readCall(t, file)
	result := touchtone.Play(t.Context(), s.exchange(nil), script, s)
	for _, problem := range result.Problems {
		t.Error(problem)
	}
	if result.Err != nil {
		var transcript strings.Builder
		_ = result.Transcript.Write(&transcript, true)
		t.Errorf("%v\n%s", result.Err, transcript.String())
	}
}

func readCall(t testing.TB, file string) touchtone.Script {
	t.Helper()
	f := must(os.Open(file))(t)
	defer f.Close()
	return must(touchtone.Parse(filepath.Base(file), f))(t)
}

func collect(taken map[ivr.Exit]bool, s *stage) {
	s.taken.mu.Lock()
	defer s.taken.mu.Unlock()
	for exit := range s.taken.seen {
		taken[exit] = true
	}
}
