package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/audit"
	"updatecenter/internal/mailboxes"
	"updatecenter/internal/nanp"
	"updatecenter/internal/recovery"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit/check"
	"updatecenter/internal/tickets"
	"updatecenter/ivr/calls/helpline"
	"updatecenter/pins"
	"updatecenter/voice/simulator"
)

// rareHelp are calls to the help line that no script can play.
var rareHelp = map[string]func(*testing.T, *stage, *simulator.Exchange){
	"an account that wrong claims have closed": func(t *testing.T, s *stage, exchange *simulator.Exchange) {
		for result := (accounts.Result{}); !result.Closed; s.Advance(time.Hour) {
			result = must(s.app.accounts.Verify(t.Context(), demoAccount, accounts.Claim{ZIP: secret.New("55402")}))(t)
		}
		helpCall(t, exchange, demoHelpLine, askForCode...).hears("nothing is checked by telephone any more")
		helpCall(t, exchange, demoHelpLine, byBill...).hears("nothing is checked by telephone any more")
		helpCall(t, exchange, demoHelpLine, strings.Fields("1 4 2 10004821# 730418#")...).hears("nothing is checked by telephone any more")
	},
	"an account that can't be read": func(t *testing.T, s *stage, exchange *simulator.Exchange) {
		id := must(s.app.accounts.Get(t.Context(), demoAccount))(t).ID
		check.OK(t, s.redis(t).HSet(t.Context(), "uc:account:{"+string(id)+"}", "v", "2").Err())
		c := helpCall(t, exchange, demoHelpLine, askForCode...)
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
		c.hears("help line for long distance")
	},
	"a caller who guesses at many accounts": func(t *testing.T, _ *stage, exchange *simulator.Exchange) {
		for n := range pins.DefaultCallers().Most {
			helpCall(t, exchange, demoHelpLine, "1", "2", "1", fmt.Sprintf("7000%04d#", n), "55401#").hears("do not match our records")
		}
		helpCall(t, exchange, demoHelpLine, askForCode...).hears("nothing is checked right now")
		helpCall(t, exchange, demoHelpLine, byBill...).hears("nothing is checked right now")
		helpCall(t, exchange, demoDistance, strings.Fields("1 3 6125550142# 730418# 1")...).hears("nothing is checked right now")
	},
	"what is not sent of a long-distance account": func(t *testing.T, s *stage, exchange *simulator.Exchange) {
		user, email := "", "new@example.com"
		_, err := s.app.accounts.Put(t.Context(), accounts.LongDistance(demoNew), accounts.Details{UserName: &user, Email: &email}, accounts.Note{By: "test"})
		check.OK(t, err)
		c := helpCall(t, exchange, demoDistance, strings.Fields("1 1 6125550142# 25834376642# 730418# 1")...)
		c.hears("We have had no such address of yours for thirty days")
		c.press("2")
		c.hears("There is no user name for that account yet")
		for _, words := range []string{"on its way", "on its way", "on its way", "was asked for several times already"} {
			helpCall(t, exchange, demoDistance, strings.Fields("1 4 6125550142# 2")...).hears(words)
		}
		flush(t, s.server)
		_, without := newCallingStage(t, s.server, func(c *config) { c.PasswordURL = "" }) // and no letters, and no e-mail
		helpCall(t, without, demoDistance, "1", "1").hears("To reach our long distance support")
		c = helpCall(t, without, demoHelpLine, "1", "2")
		c.hears("For your user name, automatic payment, or anything else about signing in, press 3.")
		c.press("3")
		c.hears("To reach our online account support")
	},
	"an online account without an e-mail address of record": func(t *testing.T, s *stage, exchange *simulator.Exchange) {
		email := "new@example.com"
		check.OK(t, check.Err(s.app.accounts.Put(t.Context(), demoAccount, accounts.Details{Email: &email}, accounts.Note{By: "test"})))
		c := helpCall(t, exchange, demoHelpLine, strings.Fields("1 2 2 10004821# 55401#")...)
		c.hears("We have had no e-mail address of yours for thirty days")
		c.hears("To reach our online account support")
	},
	"a long-distance account that guesses have closed": func(t *testing.T, s *stage, exchange *simulator.Exchange) {
		for result := (accounts.Result{}); !result.Closed; s.Advance(time.Hour) {
			result = must(s.app.accounts.Verify(t.Context(), accounts.LongDistance(demoNew), accounts.Claim{Code: secret.New("519275")}))(t)
		}
		helpCall(t, exchange, demoDistance, strings.Fields("1 3 6125550142# 730418# 1")...).hears("nothing is checked by telephone any more")
	},
	"a hundred callers who guess at one number at once": func(t *testing.T, s *stage, _ *simulator.Exchange) {
		exchange := s.exchange(func(c *simulator.Config) { c.Clock = simulator.NewVirtualClock(s.clock.Now()) }) // no lock ends while they speak
		var wrong, locked atomic.Int64
		check.AtOnce(100, func(i int) {
			call, err := exchange.Dial(t.Context(), string(demoDistance), fmt.Sprintf("651-555-%04d", 1000+i), simulator.AttestedA)
			if err != nil {
				t.Error(err)
				return
			}
			c := &phone{t: t, call: call}
			c.listen()
			for _, keys := range strings.Fields(fmt.Sprintf("1 3 6125550142# %d# 1", 520000+i)) {
				c.press(keys)
			}
			switch said := c.said(); {
			case strings.Contains(said, "does not match our records"):
				wrong.Add(1)
			case strings.Contains(said, "nothing is checked right now"):
				locked.Add(1)
			default:
				t.Errorf("it says %s", said)
			}
		})
		// The last one of those that are judged locks.
		if judged := int64(accounts.DefaultLock().LockAt); wrong.Load() != judged-1 || locked.Load() != 100-wrong.Load() {
			t.Errorf("%d were told that it is wrong, %d that it is locked; %d are to be judged", wrong.Load(), locked.Load(), judged)
		}
	},
	"resets of a mailbox": func(t *testing.T, s *stage, exchange *simulator.Exchange) {
		byCode := strings.Fields("1 4 2 10004821# 730418#")
		for range mailboxes.DefaultLimit().Most {
			helpCall(t, exchange, demoHelpLine, byCode...).hears("Your temporary password is")
			vouchedCall(t, exchange, "4", "1", demoPIN+"#").hears("Your temporary password is")
		}
		helpCall(t, exchange, demoHelpLine, byCode...).hears("several new passwords already")
		vouchedCall(t, exchange, "4", "1", demoPIN+"#").hears("several new passwords already")
		s.Advance(24 * time.Hour)
		client := s.redis(t)
		check.OK(t, client.Del(t.Context(), must(client.Keys(t.Context(), "uc:mailbox:*").Result())(t)...).Err())
		helpCall(t, exchange, demoHelpLine, byCode...).hears("That line has no mailbox")
		for n := range pins.DefaultCallers().Most {
			helpCall(t, exchange, demoHelpLine, "1", "4", "1", fmt.Sprintf("651555%04d#", 1000+n)).hears("we call it within five minutes")
		}
		helpCall(t, exchange, demoHelpLine, "1", "4", "1", "6515551999#").hears("We cannot do that right now")
		for n := range pins.DefaultCallers().Most { // what is asked for takes no guesses
			helpCall(t, exchange, demoHelpLine, "1", "2", "1", fmt.Sprintf("7000%04d#", n), "55401#").hears("do not match our records")
		}
		helpCall(t, exchange, demoHelpLine, byCode...).hears("nothing is checked right now")
	},
	"a mailbox that can't be reset": func(t *testing.T, s *stage, exchange *simulator.Exchange) {
		for _, outcome := range []mailboxes.Outcome{mailboxes.Busy, mailboxes.Overtaken} {
			s.refusing.outcome = string(outcome)
			vouchedCall(t, exchange, "4", "1", demoPIN+"#").hears("We cannot do that right now")
		}
		s.refusing.outcome = string(mailboxes.Busy)
		helpCall(t, exchange, demoHelpLine, strings.Fields("1 4 2 10004821# 730418#")...).hears("We cannot do that right now")
	},
	"an e-mail address of several": func(t *testing.T, s *stage, exchange *simulator.Exchange) {
		for _, name := range []string{"andy", "bob", "andrew", "_"} {
			put := demoEmails[0]
			put.Address, put.Note = name+"@example.com", pins.Note{By: "test"}
			check.OK(t, check.Err(s.app.mailboxes.PutEmail(t.Context(), put)))
		}
		toChoose := strings.Fields("1 3 1 6125550142#")
		c := helpCall(t, exchange, demoHelpLine, toChoose...)
		c.hears("There are several e-mail addresses. For the one that begins with A, N, N, press 1. " +
			"For the first one that begins with A, N, D, press 2. For the one that begins with B, O, press 3. " +
			"For the second one that begins with A, N, D, press 4. For the one that has no letters, press 5.")
		for n := range mailboxes.MaxEmails {
			c.press(fmt.Sprint(n + 1))
			c.hears("There are two secret questions")
			c.press("*#")
			c.press("6125550142#")
		}
		c.press("*")
		c.hears("billing telephone number")
		c.press("6125550142#")
		c.press("0")
		c.hears("To reach a representative")
		c = helpCall(t, exchange, demoHelpLine, toChoose...)
		for range 3 {
			c.press("")
		}
		c.hears("To reach our e-mail support")
	},
	"an e-mail address whose line can't be called": func(t *testing.T, s *stage, exchange *simulator.Exchange) {
		for _, outcome := range []recovery.Outcome{recovery.NotOfRecord, recovery.TooMany} {
			s.refusing.outcome = string(outcome)
			helpCall(t, exchange, demoHelpLine, strings.Fields("1 3 1 6125550142# 739# 385884#")...).hears("To reach our e-mail support")
		}
	},
	"a caller who asks for the e-mail of many": func(t *testing.T, s *stage, exchange *simulator.Exchange) {
		for n := range pins.DefaultCallers().Most {
			helpCall(t, exchange, demoHelpLine, "1", "3", "1", fmt.Sprintf("651555%04d#", 1000+n)).hears("There are two secret questions")
		}
		helpCall(t, exchange, demoHelpLine, strings.Fields("1 3 1 6125550142#")...).hears("nothing is checked right now")
	},
	"a hundred callers who guess at the answers of one number at once": func(t *testing.T, s *stage, _ *simulator.Exchange) {
		exchange := s.exchange(func(c *simulator.Config) { c.Clock = simulator.NewVirtualClock(s.clock.Now()) })
		var wrong, locked atomic.Int64
		check.AtOnce(100, func(i int) {
			call, err := exchange.Dial(t.Context(), string(demoHelpLine), fmt.Sprintf("651-555-%04d", 1000+i), simulator.AttestedA)
			if err != nil {
				t.Error(err)
				return
			}
			c := &phone{t: t, call: call}
			c.listen()
			for _, keys := range strings.Fields(fmt.Sprintf("1 3 1 6125550142# 739# %d#", 520000+i)) {
				c.press(keys)
			}
			switch said := c.said(); {
			case strings.Contains(said, "does not match our records"):
				wrong.Add(1)
			case strings.Contains(said, "no answers are checked now"):
				locked.Add(1)
			default:
				t.Errorf("it says %s", said)
			}
		})
		if wrong.Load() != 2 || locked.Load() != 98 { // the third one locks
			t.Errorf("%d were told that it is wrong, %d that it is locked", wrong.Load(), locked.Load())
		}
	},
	"what callers change stands in the audit": func(t *testing.T, s *stage, exchange *simulator.Exchange) {
		byTicket := byPIN(t, exchange)
		byTicket.press("3")
		byTicket.press("1")
		byTicket.hears("We will call the number that the technician has")
		vouchedCall(t, exchange, "4", "1", demoPIN+"#").hears("Your temporary password is")
		helpCall(t, exchange, demoHelpLine, strings.Fields("1 4 2 10004821# 730419#")...).hears("does not match our records")
		helpCall(t, exchange, demoHelpLine, strings.Fields("1 2 2 10004821# 55401#")...).hears("is on its way")
		helpCall(t, exchange, demoHelpLine, strings.Fields("1 3 1 6125550142# 739# 385884#")...).hears("works once")
		c := s.pickUp(t, exchange, simulator.Human)
		for range 2 { // the second time it is heard again
			c.press("1")
			c.hears("The temporary password of your e-mail address is")
		}
		helpCall(t, exchange, demoHelpLine, append(askForCode, "1")...).hears("the primary telephone of your account rings")
		var entries []string
		for _, e := range must(s.app.support.audit.Page(t.Context(), audit.Filter{}, 50))(t) {
			if e.Via == audit.ViaTelephone && strings.HasPrefix(e.From, "CA") {
				entries = append(entries, fmt.Sprint(e.By, " ", e.Action, " ", e.Subject, ": ", e.Detail))
			}
		}
		slices.Reverse(entries)
		check.Same(t, entries, []string{
			"caller service-test-requested ticket 48210145: ",
			"caller delivery-requested ticket 48210145: service_test, voice",
			"caller password-reset mailbox of line +16125550145: by PIN",
			"caller password-reset mailbox of account 1000-4821: by security code",
			"caller password-reset mailbox of account 1000-4821: failed, not done",
			"customer recovery-requested account 1000-4821: online_account, password, email",
			"caller recovery-requested e-mail of line +16125550142: questions",
			"customer recovery-requested e-mail of line +16125550142: email, password, voice",
			"caller password-reset e-mail of line +16125550142: by a call",
			"caller delivery-requested account 1000-4821: security_code, voice",
		})
	},
	"a ticket of several": func(t *testing.T, s *stage, exchange *simulator.Exchange) {
		for n := range 3 {
			putTicket(t, s, tickets.Number(fmt.Sprintf("4821%d", n)), func(*tickets.Details) {})
		}
		byPIN(t, exchange).hears("There are several tickets")
		for n := range 5 {
			c := helpCall(t, exchange, demoHelpLine, byBill...)
			c.hears(fmt.Sprintf("press %d", n+1))
			c.press(fmt.Sprint(n + 1))
			c.hears("The ticket number is " + []string{"4 8 2 1 0.", "4 8 2 1 0 1 4 2.", "4 8 2 1 0 1 4 5.", "4 8 2 1 1.", "4 8 2 1 2."}[n])
		}
	},
	"a ticket that goes while it is chosen": func(t *testing.T, s *stage, exchange *simulator.Exchange) {
		c := helpCall(t, exchange, demoHelpLine, byBill...)
		client := s.redis(t)
		check.OK(t, client.Del(t.Context(), must(client.Keys(t.Context(), "uc:tickets:*").Result())(t)...).Err())
		c.press("1")
		c.hears("That ticket has ended meanwhile")
	},
	"nothing to repair": func(t *testing.T, s *stage, exchange *simulator.Exchange) {
		client := s.redis(t)
		check.OK(t, client.Del(t.Context(), must(client.Keys(t.Context(), "uc:tickets:*").Result())(t)...).Err())
		helpCall(t, exchange, demoHelpLine, byBill...).hears("There is no repair ticket")
		byPIN(t, exchange).hears("There is no repair ticket")
	},
	"how technicians stand": func(t *testing.T, s *stage, exchange *simulator.Exchange) {
		for words, change := range map[string]func(*tickets.Details){
			"The technician has arrived.":   func(d *tickets.Details) { d.Technician = tickets.Technician{Status: tickets.Arrived} },
			"The technician is on the way.": func(d *tickets.Details) { d.Technician = tickets.Technician{Status: tickets.OnTheWay} },
			"The repair is done.": func(d *tickets.Details) {
				d.Status, d.Visit, d.Technician = tickets.Completed, tickets.Appointment{}, tickets.Technician{}
			},
			"about 2 minutes":                  func(d *tickets.Details) { d.Technician = tickets.Technician{Status: tickets.OnTheWay, Minutes: 1} },
			"between 8 AM and 12 noon. The te": func(*tickets.Details) {},
		} {
			putTicket(t, s, "48210145", change)
			byPIN(t, exchange).hears(words)
		}
	},
	"the test of a line, waited for": func(t *testing.T, s *stage, exchange *simulator.Exchange) {
		for _, test := range []struct {
			result tickets.Result
			words  string
		}{{tickets.LineGood, "no trouble on your line"}, {tickets.TroubleFound, "found trouble on your line"}, {tickets.NotTested, "could not be tested"}} {
			c := byPIN(t, exchange)
			c.press("3")
			c.hears("Your line is being tested")
			c.press("")
			c.hears("The test is still going on")
			endTest(t, s, test.result)
			c.press("")
			c.hears(test.words)
		}
		c := byPIN(t, exchange)
		c.press("3")
		c.hears("tested several times already")
	},
	"the test of a line, not waited for": func(t *testing.T, s *stage, exchange *simulator.Exchange) {
		c := byPIN(t, exchange)
		c.press("3")
		c.press("*")
		c.hears("To hear the ticket again")
		c.press("3")
		c.press("1")
		c.hears("We will call the number that the technician has")
		c.press("4")
		c.hears("A test of the line is going on")
		for range 2 { // in one call: each wait is as long as the other
			c.press("3")
			c.hears("Your line is being tested")
			for range 20 {
				c.press("")
			}
			c.hears("you hear the result with your ticket")
		}
		s.Advance(tickets.TestLasts)
		c = byPIN(t, exchange)
		c.press("3")
		s.Advance(tickets.TestLasts)
		c.press("")
		c.hears("could not be tested")
	},
	"the result of a test, another time": func(t *testing.T, s *stage, exchange *simulator.Exchange) {
		for _, test := range []struct {
			result tickets.Result
			words  string
		}{{tickets.LineGood, "found no trouble"}, {tickets.TroubleFound, "found trouble"}} {
			byPIN(t, exchange).press("3")
			endTest(t, s, test.result)
			byPIN(t, exchange).hears("The newest test of the line " + test.words)
		}
	},
	"a test that another one has replaced": func(t *testing.T, s *stage, exchange *simulator.Exchange) {
		c := byPIN(t, exchange)
		c.press("3")
		client := s.redis(t)
		check.OK(t, client.Del(t.Context(), must(client.Keys(t.Context(), "uc:tickets:*").Result())(t)...).Err())
		c.press("")
		c.hears("could not be tested")
	},
	"what a ticket refuses": func(t *testing.T, s *stage, exchange *simulator.Exchange) {
		contact := []string{"1", "6515550123#", "1"}
		for _, refused := range []struct {
			keys    []string
			outcome tickets.Outcome
			words   string
		}{
			{contact, tickets.Gone, "ended meanwhile"}, {contact, tickets.Overtaken, "changed by someone else"}, {contact, tickets.Busy, "cannot change the ticket right now"}, {contact, tickets.TooMany, "changed several times already"},
			{contact, tickets.NotCalled, "not a telephone number that we can call"},
			{[]string{"2", "1", "1"}, tickets.Gone, "There is no visit to cancel any more. This is how your ticket stands now. The ticket number is"}, {[]string{"2", "1", "1"}, tickets.TooLate, "is there already"},
			{[]string{"2", "1", "1"}, tickets.Overtaken, "changed by someone else"}, {[]string{"2", "1", "1"}, tickets.Busy, "right now"},
			{[]string{"2", "2", "1"}, tickets.Gone, "ended meanwhile"}, {[]string{"2", "2", "1"}, tickets.TooLate, "is there already"},
			{[]string{"2", "2", "1"}, tickets.Overtaken, "changed by someone else"}, {[]string{"2", "2", "1"}, tickets.Busy, "right now"},
			{[]string{"3"}, tickets.Gone, "ended meanwhile"}, {[]string{"3"}, tickets.Overtaken, "changed by someone else"}, {[]string{"3"}, tickets.Busy, "right now"},
			{[]string{"3", "1"}, tickets.Gone, "could not be tested"}, {[]string{"3", "1"}, tickets.Overtaken, "changed by someone else"},
			{[]string{"3", "1"}, tickets.NotCalled, "you hear the result with your ticket"},
		} {
			c := byPIN(t, exchange)
			last := len(refused.keys) - 1
			for _, keys := range refused.keys[:last] {
				c.press(keys)
			}
			s.refusing.outcome = string(refused.outcome)
			c.press(refused.keys[last])
			c.hears(refused.words)
		}
	},
}

// What is pressed to ask for the security code of the demo's account, and for its tickets.
var (
	askForCode = strings.Fields("1 2 1 10004821# 55401#")
	byBill     = strings.Fields("1 5 1 1 10004821# 55401#")
)

// byPIN hears the ticket of the line that has chosen a PIN.
func byPIN(t *testing.T, exchange *simulator.Exchange) *phone {
	t.Helper()
	return vouchedCall(t, exchange, "5", "1", "1", demoPIN+"#")
}

// vouchedCall calls the help line from the line that has chosen a PIN, which the network vouches for, and presses keys.
func vouchedCall(t *testing.T, exchange *simulator.Exchange, keys ...string) *phone {
	t.Helper()
	c := &phone{t: t, call: must(exchange.Dial(t.Context(), string(demoHelpLine), string(demoChosen), simulator.AttestedA))(t)}
	c.listen()
	for _, pressed := range keys {
		c.press(pressed)
	}
	return c
}

// endTest says what came of the newest test of the line that has chosen a PIN.
func endTest(t *testing.T, s *stage, result tickets.Result) {
	t.Helper()
	shown := must(s.app.tickets.Get(t.Context(), "48210145"))(t)
	_, _, err := s.app.tickets.End(t.Context(), shown.Test.ID, result, pins.Note{By: "test head"})
	check.OK(t, err)
}

// putTicket puts a ticket of the line that has chosen a PIN, of which a visit is due today, changed.
func putTicket(t *testing.T, s *stage, number tickets.Number, change func(*tickets.Details)) {
	t.Helper()
	details := demoTickets(s.clock.Now(), s.config.Zone)["48210145"]
	change(&details)
	_, err := s.app.tickets.Put(t.Context(), tickets.Put{Number: number, Details: details, Note: pins.Note{By: "test"}})
	check.OK(t, err)
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

// refusing answers once with an outcome, if it is told to, what calls ask of tickets, mailboxes and recoveries.
type refusing struct {
	helpline.Tickets
	helpline.Mailboxes
	helpline.Recoveries
	mu      sync.Mutex // calls can come at once
	outcome string
}

func (r *refusing) around(c *helpline.Config) {
	r.Tickets, r.Mailboxes, r.Recoveries = c.Tickets, c.Mailboxes, c.Recoveries
	c.Tickets, c.Mailboxes, c.Recoveries = r, r, r
}

// once returns the outcome that a test has set, and whether it has.
func (r *refusing) Recover(ctx context.Context, request recovery.Request) (recovery.Result, error) {
	if outcome, is := r.once(); is {
		return recovery.Result{Outcome: recovery.Outcome(outcome)}, nil
	}
	return r.Recoveries.Recover(ctx, request)
}

func (r *refusing) once() (outcome string, set bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	outcome, r.outcome = r.outcome, ""
	return outcome, outcome != ""
}

func (r *refusing) ChangeContact(ctx context.Context, request tickets.Request, to nanp.Number) (tickets.Ticket, tickets.Outcome, error) {
	if outcome, set := r.once(); set {
		return tickets.Ticket{}, tickets.Outcome(outcome), nil
	}
	return r.Tickets.ChangeContact(ctx, request, to)
}

func (r *refusing) Cancel(ctx context.Context, request tickets.Request, what tickets.What) (tickets.Ticket, tickets.Outcome, error) {
	if outcome, set := r.once(); set {
		return tickets.Ticket{}, tickets.Outcome(outcome), nil
	}
	return r.Tickets.Cancel(ctx, request, what)
}

func (r *refusing) RequestTest(ctx context.Context, request tickets.Request) (tickets.Test, tickets.Outcome, error) {
	if outcome, set := r.once(); set {
		return tickets.Test{}, tickets.Outcome(outcome), nil
	}
	return r.Tickets.RequestTest(ctx, request)
}

func (r *refusing) CallBack(ctx context.Context, request tickets.Request, id string) (tickets.Outcome, error) {
	if outcome, set := r.once(); set {
		return tickets.Outcome(outcome), nil
	}
	return r.Tickets.CallBack(ctx, request, id)
}

func (r *refusing) Reset(ctx context.Context, request mailboxes.Request) (mailboxes.Result, error) {
	if outcome, set := r.once(); set {
		return mailboxes.Result{Outcome: mailboxes.Outcome(outcome)}, nil
	}
	return r.Mailboxes.Reset(ctx, request)
}

func (r *refusing) ResetOfAccount(ctx context.Context, proof mailboxes.Proof) (mailboxes.Result, error) {
	if outcome, set := r.once(); set {
		return mailboxes.Result{Outcome: mailboxes.Outcome(outcome)}, nil
	}
	return r.Mailboxes.ResetOfAccount(ctx, proof)
}
