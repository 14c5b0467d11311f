package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/redistest"
	"updatecenter/internal/secret"
	"updatecenter/ivr"
	"updatecenter/pins"
	"updatecenter/voice/signature"
	"updatecenter/voice/simulator"
)

// TestCalls plays every call script of the repository, each on a server of its own, and the
// rare calls. All of them together must take every exit of the flow. After each script no
// PIN that it keyed stands in logs or metrics.
//
// They are played on a Redis whose user has the documented rights: nothing is refused, and no key begins
// otherwise than the documents say.
func TestCalls(t *testing.T) {
	redistest.Both(t, func(t *testing.T, server *redistest.Server) {
		taken, played := map[ivr.Exit]bool{}, 0
		files, rare := callScripts(t), allRareCalls()
		restrict(t, server)
		for _, file := range files {
			t.Run(strings.TrimSuffix(filepath.Base(file), ".call"), func(t *testing.T) {
				if !playedOn(t, server, file) {
					return
				}
				flush(t, server)
				s := newStage(t, server, settingsOf(file))
				playScript(t, s, file)
				holdsDocumentedKeys(t, server)
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
		refusedNothing(t, server)
		if played < len(files)+len(rare) {
			return // some were left out, or failed
		}
		for _, exit := range allFlows()[0].Exits() {
			if !taken[exit] {
				t.Errorf("no call took the exit %q of %s, to %s", exit.Name, exit.From, exit.To)
			}
		}
	})
}

// restrict has a real Redis be reached by a user who has the documented rights.
func restrict(t *testing.T, server *redistest.Server) {
	t.Helper()
	if server.Mini() == nil {
		server.Restrict(t, redisRules()...)
	}
}

// playedOn says whether a script is played on a kind of Redis: a real one has all. On miniredis, on which
// package redisstore's scripts are tested as well, it is those that let time pass, as only there keys expire by
// the clock of the calls.
func playedOn(t *testing.T, server *redistest.Server, file string) bool {
	t.Helper()
	return server.Mini() == nil || strings.Contains(string(must(os.ReadFile(file))(t)), "\nadvance ")
}

// TestUnvouchedAlarm holds that whoever watches metrics or the log learns of it when PINs of
// callers for whom nobody vouches are not taken.
func TestUnvouchedAlarm(t *testing.T) {
	s := newStage(t, redistest.StartMini(t), func(c *config) {
		c.unvouched = pins.CallerRule{Failures: 2, Window: 24 * time.Hour}
	})
	const words = "theirs are not taken"
	for n, want := range []struct {
		left   string
		logged int
	}{{"1", 0}, {"0", 0}, {"0", 1}, {"0", 1}} {
		c := &phone{t: t, call: must(s.exchange(nil).Dial(t.Context(), "888-612-8052", "anonymous", simulator.NoPassport))(t)}
		c.listen()
		c.press("1")
		c.press(demoChosen.National() + "#")
		c.press(demoMistake + "#")
		if got := string(s.metrics(t)); !strings.Contains(got, "\nupdatecenter_unvouched_failures_left "+want.left+"\n") {
			t.Errorf("after failure %d: %s are not left", n+1, want.left)
		}
		if got := strings.Count(s.logs.String(), words); got != want.logged {
			t.Errorf("after failure %d: logged %d times, want %d", n+1, got, want.logged)
		}
	}
	s.RedisDown()
	if got := string(s.metrics(t)); !strings.Contains(got, "updatecenter_unvouched_failures_left NaN") {
		t.Error("without Redis a number is told")
	}
}

// TestWebhooksOfOurs holds that a call over a listed domain is from the line at whatever edge it
// comes in and whichever key signs it, and in no other account.
func TestWebhooksOfOurs(t *testing.T) {
	s := newStage(t, redistest.StartMini(t), func(c *config) {
		c.sharedKeys = []signature.SharedKey{{Name: "calls", Secret: secret.New("the shared key")}}
	})
	dial := func(change func(*simulator.Config)) *phone {
		c := &phone{t: t, call: must(s.exchange(change).Dial(t.Context(), "78", demoChosen.Display(), simulator.NoPassport))(t)}
		c.listen()
		return c
	}
	c := dial(func(c *simulator.Config) { c.SIPDomain = "demo.sip.ashburn.twilio.com" })
	c.press(demoPIN + "#")
	c.hears("Main menu")
	c = dial(func(c *simulator.Config) { c.SharedKey, c.KeyName = secret.New("the shared key"), "calls" })
	c.hears("enter your PIN")
	c = dial(func(c *simulator.Config) { c.AccountSID = "AC00000000000000000000000000000099" })
	for _, err := range c.call.Problems() {
		if !strings.Contains(err.Error(), "403") {
			t.Errorf("a call in another account: %v", err)
		}
	}
	c.hears("an application error has occurred")
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

// settingsOf gives the scripts about transfers a number to transfer to, and those about callers
// for whom nobody vouches three failures a day.
func settingsOf(file string) func(*config) {
	switch name := filepath.Base(file); {
	case strings.HasPrefix(name, "transfer"):
		return func(c *config) { c.transfer = "+16125550100" }
	case strings.HasPrefix(name, "unvouched"):
		return func(c *config) { c.unvouched = pins.CallerRule{Failures: 3, Window: 24 * time.Hour} }
	}
	return nil
}

func playScript(t *testing.T, s *stage, file string) {
	t.Helper()
	script := readCall(t, file)
	result := simulator.Play(t.Context(), s.exchange(nil), script, s)
	for _, problem := range result.Problems {
		t.Error(problem)
	}
	if result.Err != nil {
		var transcript strings.Builder
		_ = result.Transcript.Write(&transcript, true)
		t.Errorf("%v\n%s", result.Err, transcript.String())
	}
}

func readCall(t testing.TB, file string) simulator.Script {
	t.Helper()
	f := must(os.Open(file))(t)
	defer f.Close()
	return must(simulator.Parse(filepath.Base(file), f))(t)
}

func collect(taken map[ivr.Exit]bool, s *stage) {
	s.taken.mu.Lock()
	defer s.taken.mu.Unlock()
	for exit := range s.taken.seen {
		taken[exit] = true
	}
}
