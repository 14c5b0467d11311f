package main

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"updatecenter/internal/redistest"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit/check"
	"updatecenter/ivr"
	"updatecenter/voice/signature"
	"updatecenter/voice/simulator"
)

// TestCalls plays every call script of the repository, each on a Redis that has the demo's lines alone, and the
// rare calls. All of them together must take every exit of the flow. After each script no
// PIN that it keyed stands in logs or metrics.
//
// They are played on a Redis whose user has the documented rights: nothing is refused, and no key begins
// otherwise than the documents say.
func TestCalls(t *testing.T) {
	redistest.Both(t, func(t *testing.T, server *redistest.Server) {
		played, files, rare := 0, callScripts(t), allRareCalls()
		restrict(t, server)
		stages := callStages(t, server)
		for _, file := range files {
			t.Run(strings.TrimSuffix(filepath.Base(file), ".call"), func(t *testing.T) {
				if !playedOn(t, server, file) {
					return
				}
				s := stages[settingsOf(file)]
				s.anew(t)
				s.plays(t, s.exchange(nil), file)
				holdsDocumentedKeys(t, server)
				s.searchEntries(t, file)
				played++
			})
		}
		if server.Mini() != nil {
			return
		}
		for name, play := range rare {
			t.Run(name, func(t *testing.T) {
				stages[""].anew(t)
				play(t, stages[""])
				played++
			})
		}
		refusedNothing(t, server)
		if played < len(files)+len(rare) {
			return // some failed
		}
		taken := map[ivr.Exit]bool{}
		for _, s := range stages {
			collect(taken, s)
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
		c.UnvouchedFailures = 2
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
		c.WebhookKeys = []signature.SharedKey{{Name: "calls", Secret: secret.New("the shared key")}}
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

// With other voices, and slower, calls go as before: the exchange plays nothing that a voice can't speak.
func TestCallsInOtherVoices(t *testing.T) {
	s := newStage(t, redistest.StartMini(t), func(c *config) {
		c.VoiceEN, c.VoiceES = must(ivr.ParseVoice(ivr.English, "Polly.Matthew-Neural"))(t), must(ivr.ParseVoice(ivr.Spanish, "Polly.Mia"))(t)
		c.VoiceSpeed = 85
	})
	for _, file := range []string{"new-customer", "new-customer-in-spanish", "feature-lists-in-spanish"} {
		s.anew(t)
		s.plays(t, s.exchange(nil), "../../testdata/calls/"+file+".call")
	}
}

func callScripts(t testing.TB) []string {
	t.Helper()
	files := must(filepath.Glob("../../testdata/calls/*.call"))(t)
	files = slices.DeleteFunc(files, func(file string) bool { // those of TestCallbacks and TestHelpLine
		name := filepath.Base(file)
		return strings.HasPrefix(name, "callback-") || strings.HasPrefix(name, "helpline-")
	})
	if len(files) < 25 {
		t.Fatalf("found %d call scripts", len(files))
	}
	return files
}

// callSettings gives the scripts about transfers a number to transfer to, and those about callers
// for whom nobody vouches three failures a day.
var callSettings = map[string]func(*config){
	"":          nil,
	"transfer":  func(c *config) { c.RepairTransfer = "+16125550100" },
	"unvouched": func(c *config) { c.UnvouchedFailures = 3 },
}

// callStages are a stage for each kind of settings.
func callStages(t *testing.T, server *redistest.Server) map[string]*stage {
	t.Helper()
	stages := map[string]*stage{}
	for kind, change := range callSettings {
		flush(t, server)
		stages[kind] = newStage(t, server, change)
	}
	return stages
}

// settingsOf is the kind of settings of a script, by which its name begins.
func settingsOf(file string) string {
	for kind := range callSettings {
		if kind != "" && strings.HasPrefix(filepath.Base(file), kind) {
			return kind
		}
	}
	return ""
}

// plays plays a script, which must go as it says, and returns what was said.
func (s *stage) plays(t *testing.T, exchange *simulator.Exchange, file string) simulator.Transcript {
	t.Helper()
	result := simulator.Play(t.Context(), exchange, readCall(t, file), s)
	for _, problem := range result.Problems {
		t.Error(problem)
	}
	if result.Err != nil {
		var transcript strings.Builder
		_ = result.Transcript.Write(&transcript, true)
		t.Errorf("%v\n%s", result.Err, transcript.String())
	}
	return result.Transcript
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

// redis is a client for doing damage.
func (s *stage) redis(t testing.TB) *redis.Client {
	t.Helper()
	client := redis.NewClient(must(redis.ParseURL(s.server.DirectURL()))(t))
	t.Cleanup(func() { client.Close() })
	return client
}

// flush empties a Redis for the next test.
func flush(t testing.TB, server *redistest.Server) {
	t.Helper()
	client := redis.NewClient(must(redis.ParseURL(server.DirectURL()))(t))
	defer client.Close()
	check.OK(t, client.FlushAll(t.Context()).Err())
}

// phone is a call by hand.
type phone struct {
	t     *testing.T
	call  *simulator.Call
	heard []simulator.Event
}

// dial calls 78 from a line.
func (s *stage) dial(t *testing.T, from string) *phone {
	t.Helper()
	p := &phone{t: t, call: must(s.exchange(nil).Dial(t.Context(), "78", from, simulator.NoPassport))(t)}
	p.listen()
	return p
}

func (p *phone) listen() {
	p.t.Helper()
	p.heard = must(p.call.Listen(p.t.Context()))(p.t)
}

// press presses keys; none: it lets the question time out.
func (p *phone) press(keys string) {
	p.t.Helper()
	if keys == "" {
		check.OK(p.t, p.call.Silence())
	}
	for _, key := range []byte(keys) {
		check.OK(p.t, p.call.Press(key))
	}
	p.listen()
}

func (p *phone) hears(words string) {
	p.t.Helper()
	if heard := p.said(); !strings.Contains(heard, words) {
		p.t.Errorf("want %q, heard %q", words, heard)
	}
}

// said is what was spoken since the last key.
func (p *phone) said() string {
	var all []string
	for _, event := range p.heard {
		if spoken, ok := event.(simulator.Spoken); ok {
			all = append(all, spoken.Words)
		}
	}
	return strings.Join(all, " ")
}

// TestALiveCallIsSmall holds that a call under way takes no more than 600 bytes in Redis, after any of its turns.
func TestALiveCallIsSmall(t *testing.T) {
	server := redistest.Start(t)
	s := newStage(t, server, nil)
	p, client := newPoster(t, s.app.handler), redis.NewClient(must(redis.ParseURL(server.DirectURL()))(t))
	defer client.Close()
	const call = "CA0123456789abcdef0123456789abcdef"
	p.postAll(t, incomingCalls([]string{call}), 1)
	for turn := range 3 {
		if turn > 0 {
			silence := newWebhook(fmt.Sprintf("/voice/turn/%d?lang=en", turn), call, url.Values{"Digits": {""}, "msg": {"Gather End"}})
			p.postAll(t, []webhook{silence}, 1)
		}
		size := client.MemoryUsage(t.Context(), "uc:call:{"+call+"}").Val()
		if t.Logf("%d bytes after turn %d", size, turn); size == 0 || size > 600 {
			t.Errorf("%d bytes after turn %d", size, turn)
		}
	}
}
