package main

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/nanp"
	"updatecenter/internal/redistest"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit/check"
	"updatecenter/ivr"
	"updatecenter/voice/simulator"
)

// TestHelpLine plays the call scripts of the help line. With the rare calls, all of them together must take every
// exit of its flow, and what was keyed to prove an account stands in no log.
func TestHelpLine(t *testing.T) {
	redistest.Both(t, func(t *testing.T, server *redistest.Server) {
		taken, played := map[ivr.Exit]bool{}, 0
		restrict(t, server)
		play := func(name string, do func(*testing.T, *stage, *simulator.Exchange)) {
			t.Run(name, func(t *testing.T) {
				flush(t, server)
				s, exchange := newCallingStage(t, server, nil)
				do(t, s, exchange)
				holdsDocumentedKeys(t, server)
				for _, hidden := range []string{"10004821", string(demoAccount), "55401", demoCode, demoAnswer} {
					if strings.Contains(s.logs.String(), hidden) {
						t.Errorf("the log tells %s", hidden)
					}
				}
				collect(taken, s)
				played++
			})
		}
		files := must(filepath.Glob("../../testdata/calls/helpline-*.call"))(t)
		for _, file := range files {
			if playedOn(t, server, file) {
				play(strings.TrimSuffix(filepath.Base(file), ".call"), func(t *testing.T, s *stage, exchange *simulator.Exchange) {
					s.plays(t, exchange, file)
				})
			}
		}
		if server.Mini() != nil {
			return
		}
		for name, do := range rareHelp {
			play(name, do)
		}
		refusedNothing(t, server)
		if played < len(files)+len(rareHelp) {
			return // some failed
		}
		for _, exit := range allFlows()[1].Exits() {
			if !taken[exit] {
				t.Errorf("no call took the exit %q of %s, to %s", exit.Name, exit.From, exit.To)
			}
		}
	})
}

// rareHelp are calls to the help line that no script can play.
var rareHelp = map[string]func(*testing.T, *stage, *simulator.Exchange){
	"an account that wrong claims have closed": func(t *testing.T, s *stage, exchange *simulator.Exchange) {
		for result := (accounts.Result{}); !result.Closed; s.Advance(time.Hour) {
			result = must(s.app.accounts.Verify(t.Context(), demoAccount, accounts.Claim{ZIP: secret.New("55402")}))(t)
		}
		helpCall(t, exchange, demoHelpLine, "1", "2", "1", "10004821#", "55401#").hears("nothing is checked by telephone any more")
	},
	"an account that can't be read": func(t *testing.T, s *stage, exchange *simulator.Exchange) {
		id := must(s.app.accounts.Get(t.Context(), demoAccount))(t).ID
		check.OK(t, s.redis(t).HSet(t.Context(), "uc:account:{"+string(id)+"}", "v", "2").Err())
		c := helpCall(t, exchange, demoHelpLine, "1", "2", "1", "10004821#", "55401#")
		c.hears("something went wrong on our side")
		c.hears("To talk to a person, call")
	},
	"the state of a call to long distance is lost": func(t *testing.T, s *stage, exchange *simulator.Exchange) {
		c := helpCall(t, exchange, demoDistance)
		client := s.redis(t)
		check.OK(t, client.Del(t.Context(), must(client.Keys(t.Context(), "uc:call:*").Result())(t)...).Err())
		c.press("1")
		c.hears("we lost our place")
		c.press("1")
		c.hears("our long distance help")
	},
}

// helpCall calls a number from a telephone that is no line, and presses keys.
func helpCall(t *testing.T, exchange *simulator.Exchange, number nanp.Number, keys ...string) *phone {
	t.Helper()
	c := &phone{t: t, call: must(exchange.Dial(t.Context(), string(number), "651-555-0199", simulator.NoPassport))(t)}
	c.listen()
	for _, pressed := range keys {
		c.press(pressed)
	}
	return c
}
