package e2e

import (
	"crypto/rand"
	"log/slog"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/gorilla/mux"

	"updatecenter/internal/agents"
	"updatecenter/internal/agents/signin"
	"updatecenter/internal/audit"
	"updatecenter/internal/repair"
	"updatecenter/internal/repair/console"
	"updatecenter/internal/testkit"
	"updatecenter/pins"
)

// The line of the office, and who is signed in there.
const (
	officeLine     = testkit.Home
	officeName     = "ann"
	officePassword = testkit.Password
)

// An office is a console in the process, with one agent and one line. Its clock goes, and can be moved on.
type office struct {
	*testkit.World
	t     *testing.T
	host  string
	began time.Time
}

// newOffice serves the console until the test ends.
func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{World: testkit.New(t), t: t}
	o.began = o.Now()
	router := mux.NewRouter().SkipClean(true)
	server := httptest.NewServer(router)
	t.Cleanup(server.Close)
	o.host = server.URL
	record := audit.New(audit.Config{Store: o.AuditStore(), Keys: o.Keys, Now: o.now})
	people := o.hire(record)
	provisioning := pins.Provisioning{Registry: o.Lines(), Validations: o.Lines(), Now: o.now}
	o.AddLines(t, pins.NewLine{Number: officeLine})
	console, err := console.New(console.Config{
		Agents: people, SignIn: o.door(record, people), Audit: record, Keys: o.APIKeys(), History: provisioning, PublicURL: o.host, Now: o.now,
		Desk: repair.New(repair.Config{
			Lines: o.Lines(), Provisioning: provisioning, Store: o.Desk(), Audit: record, Keys: o.Keys, Now: o.now,
		}),
	})
	o.ok(err)
	console.Routes(router)
	return o
}

// door is where the agent signs in.
func (o *office) door(record *audit.Log, people *agents.Agents) *signin.SignIn {
	o.t.Helper()
	store := o.DB.SignIn(o.now)
	signIn, err := signin.New(signin.Config{
		Agents: people, Store: store, Attempts: store, Mailer: o.Mail, Audit: record, Keys: o.Keys,
		Now: o.now, Random: rand.Reader, Log: slog.New(slog.DiscardHandler),
	})
	o.ok(err)
	return signIn
}

// hire sets the agent up.
func (o *office) hire(record *audit.Log) *agents.Agents {
	o.t.Helper()
	config := o.AgentsConfig()
	config.Audit, config.LinkURL, config.Now = record, o.host+"/repair/welcome/", o.now
	people, err := agents.New(config)
	o.ok(err)
	invitee := testkit.Invitee(officeName, agents.RoleAgent)
	invitee.FullName, invitee.Email = "Ann Olson", "ann@agents.example"
	o.Agent(o.t, people, invitee)
	return people
}

func (o *office) ok(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatalf("set up the office: %v", err)
	}
}

// now is the time: what the clock of the world is ahead of its beginning is added to that on the wall.
func (o *office) now() time.Time { return time.Now().Add(o.Now().Sub(o.began)) }

// codeTo is the code of the last e-mail to an address.
func (o *office) codeTo(address string) string {
	o.t.Helper()
	for _, message := range slices.Backward(o.Mail.All()) {
		if message.To == address {
			return message.Code.Reveal()
		}
	}
	o.t.Fatalf("nothing was mailed to %s", address)
	return ""
}

// signIn signs the agent in, by the keyboard, and waits for a page of the console.
func (o *office) signIn(p *tab) {
	p.t.Helper()
	p.begins("User name")
	p.press(officeName)
	p.enter()
	p.begins("Password")
	p.press(officePassword)
	p.enter()
	p.begins("Six-digit code")
	code := o.Mail.Last(p.t, agents.SignInCode)
	p.press(code.Code.Reveal())
	p.enter()
}
