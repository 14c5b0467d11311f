package main

import (
	"encoding/base64"
	"path/filepath"
	"strings"
	"testing"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/redistest"
	"updatecenter/internal/secret"
	"updatecenter/internal/tickets"
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
					learning(c)
					c.LettersDir = t.TempDir()
					c.Mail, c.MailFrom = mailServer{host: "127.0.0.1", port: 1}, "help@example.com"
				})
				do(t, s, exchange)
				holdsDocumentedKeys(t, server)
				for _, hidden := range []string{"10004821", string(demoAccount), "55401", demoCode, demoAnswer} {
					if holdsToken(s.logs.String(), hidden) { // a MAC or a CallSid can have its digits
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

// learning is of an operator whose system takes events.
func learning(c *config) {
	c.ProvisioningURL = "https://switch.test/events"
	c.ProvisioningSecret = secret.New("whsec_" + base64.StdEncoding.EncodeToString(make([]byte, 32)))
}

// TestWhatATicketHasCalled changes a ticket by the help line, and answers the calls that come of it.
func TestWhatATicketHasCalled(t *testing.T) {
	for name, play := range map[string]func(*testing.T, *stage, *simulator.Exchange){
		"the technician with the result of a test": func(t *testing.T, s *stage, exchange *simulator.Exchange) {
			for result, words := range map[tickets.Result]string{
				tickets.LineGood: "The test found no trouble.", tickets.TroubleFound: "The test found trouble on the line.", tickets.NotTested: "could not do it",
			} {
				c := byPIN(t, exchange)
				c.press("3")
				c.press("1")
				c.hears("We will call the number that the technician has")
				c.call.HangUp(t.Context())
				endTest(t, s, result)
				s.Advance(phoneApart)
				s.isCalled(t, exchange, words)
			}
		},
		"the technician once no result came": func(t *testing.T, s *stage, exchange *simulator.Exchange) {
			c := byPIN(t, exchange)
			c.press("3")
			c.press("1")
			c.call.HangUp(t.Context())
			s.Advance(tickets.TestLasts)
			s.isCalled(t, exchange, "could not do it")
		},
		"the number that the technician had": func(t *testing.T, s *stage, exchange *simulator.Exchange) {
			c := byPIN(t, exchange)
			for _, keys := range []string{"1", "6515550123#", "1"} {
				c.press(keys)
			}
			c.hears("The technician now has the number")
			c.call.HangUp(t.Context())
			s.isCalled(t, exchange, "The telephone number that our technician has for your repair ticket was changed.")
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, exchange := newCallingStage(t, redistest.StartMini(t), func(c *config) {
				learning(c)
				c.Notices = deliveries.Voice
			})
			play(t, s, exchange)
		})
	}
}

// isCalled answers the telephone that the technician has for the ticket, and has it said once more.
func (s *stage) isCalled(t *testing.T, exchange *simulator.Exchange, words string) {
	t.Helper()
	c := s.pickUp(t, exchange, simulator.Human)
	c.hears(words)
	c.press("1")
	c.hears(words)
	c.call.HangUp(t.Context())
}
