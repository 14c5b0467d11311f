package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/agents"
	"updatecenter/internal/api/apikey"
	"updatecenter/internal/audit"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/mailboxes"
	"updatecenter/internal/nanp"
	"updatecenter/internal/outbound/mail"
	"updatecenter/internal/outbound/wording"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/secret"
	"updatecenter/internal/tickets"
	"updatecenter/pins"
	"updatecenter/voice/simulator"
)

// The demo's accounts: the first has a code, which its owner can have told by telephone; the
// second a question and answer instead, and speaks Spanish.
const (
	demoAccount   accounts.Number = "1000-4821"
	demoAccountES accounts.Number = "1000-5930"
	demoCallFrom  nanp.Number     = simulator.DefaultNumber
	demoCode                      = "730418"
	demoQuestion                  = "¿Cómo se llamaba su primera escuela?"
	demoAnswer                    = "Benito Juárez"

	// Of the long-distance account of the first one's telephone.
	demoUserName = "ann.olson"
	demoSignIn   = "blue heron 42"

	// The answers to the secret questions of the e-mail address of the first one's telephone.
	demoPet  = "Rex"
	demoCity = "Duluth"
)

// What the API key of the demo is drawn from: it is the same in each.
var (
	demoKeyBytes = bytes.Repeat([]byte("demo"), 10)
	demoKey      = "uc_" + hex.EncodeToString(demoKeyBytes[:8]) + "_" + base64.RawURLEncoding.EncodeToString(demoKeyBytes[8:40])
)

// demoDeliveries is how the demo reaches customers: it calls them at the telephone in a terminal.
// Nobody is told of changed PINs, as most often no telephone waits there.
func demoDeliveries() deliverySettings {
	return deliverySettings{ //nolint:gosec // the page is no secret
		companySetting: companySetting{"Update Center"}, ReturnAddress: []string{"100 Main Street", "Minneapolis, MN 55401"},
		accountSettings: accountSettings{CodeDigits: 6}, KeyedForms: accounts.KeyedForms{{4, 4}}, PasswordURL: "https://www.example.com/new-password", CallRate: 1, PerMinute: deliveries.DefaultLimits().Global.Most,
	}
}

// addDemoAccounts adds the demo's accounts, and a key to ask for their codes.
func addDemoAccounts(ctx context.Context, a *app, db *redisstore.DB, now time.Time) error {
	note := accounts.Note{By: "demo"}
	english, spanish := "en", "es"
	for number, details := range map[accounts.Number]accounts.Details{
		demoAccount:   {Phone: demoNew, Language: &english, Name: "Ann Olson", Code: secret.New(demoCode)},
		demoAccountES: {Phone: demoNewES, Language: &spanish, Name: "José Peña"},
	} {
		details.Address = &accounts.Address{Street: []string{"12 Elm Street"}, City: "Minneapolis", State: "MN", ZIP: "55401"}
		email := string(number) + "@example.com"
		details.Email, details.EmailSince = &email, now.AddDate(0, -3, 0)
		if _, err := a.accounts.Put(ctx, number, details, note); err != nil {
			return fmt.Errorf("add account: %w", err)
		}
	}
	if _, err := a.accounts.SetQuestion(ctx, demoAccountES, demoQuestion, secret.New(demoAnswer), note); err != nil {
		return fmt.Errorf("set question: %w", err)
	}
	name, email := demoUserName, "ann@example.com"
	distant := accounts.Details{
		Language: &english, Name: "Ann Olson", Code: secret.New(demoCode), UserName: &name, Password: secret.New(demoSignIn),
		Email: &email, EmailSince: now.AddDate(0, -3, 0),
		Address: &accounts.Address{Street: []string{"12 Elm Street"}, City: "Minneapolis", State: "MN", ZIP: "55401"},
	}
	if _, err := a.accounts.Put(ctx, accounts.LongDistance(demoNew), distant, note); err != nil {
		return fmt.Errorf("add long-distance account: %w", err)
	}
	key, _, err := apikey.New(bytes.NewReader(demoKeyBytes), "demo", apikey.AllScopes[:], now)
	if err != nil {
		return fmt.Errorf("make the demo's key: %w", err)
	}
	return db.Keys().AddKey(ctx, key)
}

// demoTickets are repair tickets: one of the demo's first line, one whose technician is on the way, and one in
// Spanish without a visit.
func demoTickets(now time.Time, zone *time.Location) map[tickets.Number]tickets.Details {
	local := now.In(zone)
	visit := func(days int) tickets.Appointment {
		at := func(hour int) time.Time {
			return time.Date(local.Year(), local.Month(), local.Day()+days, hour, 0, 0, 0, zone)
		}
		return tickets.Appointment{From: at(8), To: at(12), Cancelable: true}
	}
	return map[tickets.Number]tickets.Details{
		"48210142": {Line: demoNew, Account: demoAccount, Contact: demoNew, Status: tickets.Scheduled, Visit: visit(1)},
		"48210145": {
			Line: demoChosen, Account: demoAccount, Contact: demoNew, Status: tickets.Dispatched, Visit: visit(0),
			Technician: tickets.Technician{Status: tickets.OnTheWay, Minutes: 40},
		},
		"59300147": {Line: demoChosenES, Account: demoAccountES, Contact: demoChosenES, Status: tickets.Open},
	}
}

// addDemoTickets adds them. The accounts are there.
func addDemoTickets(ctx context.Context, a *app, now time.Time, zone *time.Location) error {
	for number, details := range demoTickets(now, zone) {
		if _, err := a.tickets.Put(ctx, tickets.Put{Number: number, Details: details, Note: pins.Note{By: "demo"}}); err != nil {
			return fmt.Errorf("add ticket: %w", err)
		}
	}
	return nil
}

// demoMailboxes are voice mailboxes: one that is set up, and one that is not yet.
var demoMailboxes = []mailboxes.Put{{Number: demoChosen, SetUp: true}, {Number: demoNew}}

// demoEmails are e-mail addresses of the operator's.
var demoEmails = []mailboxes.EmailPut{{Number: demoNew, Address: "ann@example.com", Questions: [2]mailboxes.Answered{
	{Question: mailboxes.FirstPet, Answer: secret.New(demoPet)}, {Question: mailboxes.BirthCity, Answer: secret.New(demoCity)},
}}}

// addDemoMailboxes adds both.
func addDemoMailboxes(ctx context.Context, a *app) error {
	for _, put := range demoMailboxes {
		put.Note = pins.Note{By: "demo"}
		if _, err := a.mailboxes.Put(ctx, put); err != nil {
			return fmt.Errorf("add mailbox: %w", err)
		}
	}
	for _, put := range demoEmails {
		put.Note = pins.Note{By: "demo"}
		if _, err := a.mailboxes.PutEmail(ctx, put); err != nil {
			return fmt.Errorf("add e-mail address: %w", err)
		}
	}
	return nil
}

// demoPassword is that of all agents of the demo, who get their codes by e-mail.
const demoPassword = "quiet harbor violet ladder"

// demoPeople has one of each role.
var demoPeople = []agents.Invitee{
	{Name: "ann", FullName: "Ann Olson", Email: "ann@agents.example", Role: agents.RoleAgent},
	{Name: "sam", FullName: "Sam Rivera", Email: "sam@agents.example", Role: agents.Supervisor},
	{Name: "ada", FullName: "Ada Lind", Email: "ada@agents.example", Role: agents.Administrator},
}

// addDemoAgents invites the demo's agents and sets them up, as they would do it by their links.
func addDemoAgents(ctx context.Context, people *agents.Agents, mailbox *demoMailbox) error {
	for _, invitee := range demoPeople {
		if _, err := people.Invite(ctx, agents.By{Name: "demo", Via: audit.ViaSystem}, invitee); err != nil {
			return err
		}
		link := mailbox.newest().Link.Reveal()
		token := secret.New(link[strings.LastIndex(link, "/")+1:])
		if err := setUpDemoAgent(ctx, people, invitee, token); err != nil {
			return fmt.Errorf("set up %s: %w", invitee.Name, err)
		}
	}
	mailbox.empty()
	return nil
}

func setUpDemoAgent(ctx context.Context, people *agents.Agents, invitee agents.Invitee, token secret.Text) error {
	self := agents.By{Name: string(invitee.Name), Via: audit.ViaSystem}
	agent, err := people.UseLink(ctx, self, token, secret.New(demoPassword))
	if err != nil {
		return err
	}
	if _, err := people.ChooseEmail(ctx, self, agent.ID); err != nil {
		return err
	}
	if _, err := people.AcceptTerms(ctx, self, agent.ID); err != nil {
		return err
	}
	_, err = people.UpdateProfile(ctx, self, agent.ID, agents.Profile{FullName: invitee.FullName, Email: invitee.Email})
	return err
}

// greetAgents says how to sign in at the console.
func greetAgents(out io.Writer, url string) {
	fmt.Fprintf(out, "\nIn a browser, %s/repair is the console of the repair agents. Sign in as\n", url)
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, person := range demoPeople {
		fmt.Fprintf(table, "  %s\tthe %s, %s\n", person.Name, person.Role, person.FullName)
	}
	_ = table.Flush() // a terminal that can't be written to has nobody to tell
	fmt.Fprintf(out, "with the password \"%s\", and the code from the e-mail at %s%s.\n", demoPassword, url, demoMailPath)
	fmt.Fprintln(out, "No customer is called about changes that are made here or with the API. The commands lines and accounts\nhave customers called, whose telephone is then an answer command; --notices off keeps them from it.")
}

// demoMailPath is where the demo shows the e-mails to its agents.
const demoMailPath = "/demo/mail"

// mailboxHolds bounds how many e-mails the demo remembers.
const mailboxHolds = 50

// demoMailbox takes the e-mails to the demo's agents, and shows them on a page. Any number of
// goroutines may use it.
type demoMailbox struct {
	company  wording.Company
	zone     *time.Location
	mu       sync.Mutex
	messages []agents.Message // oldest first
}

// Mail implements [agents.Mailer].
func (m *demoMailbox) Mail(_ context.Context, message agents.Message) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.messages = append(m.messages, message)
	if len(m.messages) > mailboxHolds {
		m.messages = m.messages[1:]
	}
	return nil
}

// newest is the last e-mail, of which there must be one.
func (m *demoMailbox) newest() agents.Message {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.messages[len(m.messages)-1]
}

func (m *demoMailbox) empty() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.messages = nil
}

// demoMailPage shows e-mails as their text is, with links that can be followed.
var demoMailPage = template.Must(template.New("mail").Parse(`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>E-mail of the demo</title>
<style>
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 45rem; margin: 2rem auto; padding: 0 1rem; }
article { border: 1px solid; border-radius: .5rem; padding: 0 1rem; margin: 1rem 0; }
h2 { font-size: 1.1rem; } pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; }
</style></head>
<body><main>
<h1>E-mail of the demo</h1>
<p>What the agents would find in their mailboxes, newest first. <a href="">Look again</a></p>
{{range .}}<article><h2>{{.Subject}}</h2><p>To {{.To}}</p><pre>{{.Text}}</pre>{{with .Link}}<p><a href="{{.}}">Open the link</a></p>{{end}}</article>
{{else}}<p>There is none yet.</p>
{{end}}</main></body></html>
`))

// shownMail is an e-mail on the page.
type shownMail struct{ To, Subject, Text, Link string }

// beside answers requests for the page, and leaves all others to the server.
func (m *demoMailbox) beside(server http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == demoMailPath {
			m.ServeHTTP(w, r)
			return
		}
		server.ServeHTTP(w, r)
	})
}

// ServeHTTP shows the page.
func (m *demoMailbox) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	m.mu.Lock()
	messages := slices.Clone(m.messages)
	m.mu.Unlock()
	slices.Reverse(messages)
	shown := make([]shownMail, 0, len(messages))
	for _, message := range messages {
		subject, text, err := mail.AgentText(m.company, m.zone, message)
		if err != nil {
			text = err.Error()
		}
		shown = append(shown, shownMail{To: message.To, Subject: subject, Text: text, Link: message.Link.Reveal()})
	}
	w.Header().Set("Cache-Control", "no-store")
	_ = demoMailPage.Execute(w, shown) // to a browser that may be gone
}
