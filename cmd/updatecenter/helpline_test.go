package main

import (
	"encoding/base64"
	"path/filepath"
	"strings"
	"testing"

	"updatecenter/internal/redistest"
	"updatecenter/internal/secret"
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
				s, exchange := newCallingStage(t, server, func(c *config) {
					c.ProvisioningURL, c.LettersDir = "https://switch.test/events", t.TempDir()
					c.ProvisioningSecret = secret.New("whsec_" + base64.StdEncoding.EncodeToString(make([]byte, 32)))
					c.Mail, c.MailFrom = mailServer{host: "127.0.0.1", port: 1}, "help@example.com"
				})
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
