package signin_test

import (
	"testing"
	"time"

	"updatecenter/internal/agents"
	"updatecenter/internal/agents/signin"
	"updatecenter/internal/secret"
)

func TestNewRefuses(t *testing.T) {
	w := newWorld(t)
	whole := w.config()
	if _, err := signin.New(whole); err != nil {
		t.Fatal(err)
	}
	for name, without := range map[string]func(*signin.Config){
		"agents":   func(c *signin.Config) { c.Agents = nil },
		"a store":  func(c *signin.Config) { c.Store = nil },
		"attempts": func(c *signin.Config) { c.Attempts = nil },
		"a mailer": func(c *signin.Config) { c.Mailer = nil },
		"an audit": func(c *signin.Config) { c.Audit = nil },
		"keys":     func(c *signin.Config) { c.Keys = secret.Keyring{} },
		"a clock":  func(c *signin.Config) { c.Now = nil },
		"chance":   func(c *signin.Config) { c.Random = nil },
		"a log":    func(c *signin.Config) { c.Log = nil },
		"a rule":   func(c *signin.Config) { c.Rule = signin.Rule{Idle: time.Hour} },
		"locks": func(c *signin.Config) {
			c.Rule = signin.DefaultRule()
			c.Rule.Names.LockAt = 0
		},
		"a delay": func(c *signin.Config) {
			c.Rule = signin.DefaultRule()
			c.Rule.Code = 0
		},
	} {
		c := whole
		without(&c)
		if _, err := signin.New(c); err == nil {
			t.Errorf("without %s", name)
		}
	}
}

// Of a deleted agent there is nobody to tell, and all else is alike.
func TestDeletedAgents(t *testing.T) {
	w := newWorld(t)
	w.byEmail("ann")
	w.Pass(400 * 24 * time.Hour)
	w.ok(w.agents.Sweep(t.Context()))
	for _, delay := range delays[:10] {
		w.is(w.try(w.begun("ann"), password), signin.ErrWrong)
		w.Pass(delay)
	}
	if mails := w.Mail.Of(agents.Locked); len(mails) != 0 {
		t.Errorf("mailed %+v", mails)
	}
}
