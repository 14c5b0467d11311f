package redisstore_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/agents"
	"updatecenter/internal/agents/signin"
	"updatecenter/internal/api/apikey"
	"updatecenter/internal/audit"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/features"
	"updatecenter/internal/hash"
	"updatecenter/internal/mailboxes"
	"updatecenter/internal/nanp"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/repair"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
	"updatecenter/internal/tickets"
	"updatecenter/ivr"
	"updatecenter/pins"
)

// storedWorld is a company whose clock stands, and whose randomness is always the same.
type storedWorld struct {
	t         *testing.T
	ctx       context.Context
	db        *redisstore.DB
	now       time.Time
	lines     *pins.Lines
	provision pins.Provisioning
	features  *features.Lines
	accounts  *accounts.Accounts
	agents    *agents.Agents
	signIn    *signin.SignIn
	desk      *repair.Desk
	sent      *deliveries.Deliveries
	tickets   *tickets.Tickets
	mailboxes *mailboxes.Mailboxes
	audit     *audit.Log
	queue     testkit.Queue
	mails     []agents.Message
	names     storedNames
}

// storedNames are by what that is found which live has written.
type storedNames struct {
	underWay, session, draft, browser, change signin.Token

	code       secret.Text // of the sign-in under way
	enrollment accounts.EnrollmentID
	deliveries []deliveries.ID
	validation repair.ID
	link       secret.Text // of the long-distance account, the newest
	until      time.Time   // when the world came to its end
}

// Mail implements [agents.Mailer].
func (w *storedWorld) Mail(_ context.Context, message agents.Message) error {
	w.mails = append(w.mails, message)
	return nil
}

// Dial, Find and HangUp implement [deliveries.Dialer].
func (w *storedWorld) Dial(context.Context, deliveries.Ring) (string, error) {
	return "CA" + strings.Repeat("5", 32), nil
}

func (w *storedWorld) Find(context.Context, nanp.Number, time.Time) ([]deliveries.FoundCall, error) {
	return nil, nil
}

func (w *storedWorld) HangUp(context.Context, string) error { return nil }

const storedTicket tickets.Number = "48211907"

const storedPassword = "green egret 9 thistle"

const storedAccount, storedOther accounts.Number = "612-555-0142-001", "612-555-0143-001"

var storedDistant = accounts.LongDistance(storedLine2)

var storedLine, storedLine2, storedLine3 nanp.Number = number, "+16125550143", "+16125550144"

// storedKeys are what was sealed with in the stored file.
var storedKeys = func() secret.Keyring {
	keys, err := secret.ParseKeyring("a:" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{1}, 32)))
	if err != nil {
		panic(err)
	}
	return keys
}()

func newStoredWorld(t *testing.T, db *redisstore.DB) *storedWorld {
	t.Helper()
	w := &storedWorld{t: t, ctx: t.Context(), db: db, now: now}
	clock, keys := func() time.Time { return w.now }, storedKeys
	random := io.Reader(rand.NewChaCha8([32]byte{1}))
	must := func(err error) {
		t.Helper()
		check.OK(t, err)
	}
	hasher, err := hash.New(hash.Config{
		Keys: keys, Params: testkit.Cheap(), Random: random,
	})
	must(err)
	notice := pins.Notice(func(number nanp.Number, event pins.Event, name string) []byte {
		return fmt.Appendf(nil, "%s %s %s", number, event, name)
	})
	w.lines, err = pins.New(pins.Config{
		Store: db.Lines(), Callers: db.Lines(), Hasher: hasher, Now: clock, Notice: notice,
		Policy: pins.Policy{Temporary: secret.New("1234"), MinDigits: 4, MaxDigits: 4},
	})
	must(err)
	w.provision = pins.Provisioning{Registry: db.Lines(), Validations: db.Lines(), Now: clock, Notice: notice}
	w.features = features.New(features.Config{Store: db.Features(), Keys: keys, Now: clock, Random: random})
	w.accounts, err = accounts.New(accounts.Config{
		Store: db.Accounts(), Attempts: db.Accounts(), Enrollments: db.Accounts(), Keys: keys, Hasher: hasher, Now: clock, Random: random,
		Notices: func(update accounts.Update) [][]byte { return [][]byte{fmt.Append(nil, update.Changed)} },
	})
	must(err)
	w.tickets = tickets.New(tickets.Config{Store: db.Tickets(), Keys: keys, Accounts: w.accounts, Now: clock, Random: random})
	w.mailboxes, err = mailboxes.New(mailboxes.Config{Store: db.Mailboxes(), Keys: keys, Now: clock, Random: random})
	must(err)
	w.audit = audit.New(audit.Config{Store: db.Audit(), Keys: keys, Now: clock, Random: random})
	w.agents, err = agents.New(agents.Config{
		Store: db.Agents(), Hasher: hasher, Keys: keys, Mailer: w, Audit: w.audit, LinkURL: "https://repair.example.com/",
		Now: clock, Random: random,
	})
	must(err)
	w.signIn, err = signin.New(signin.Config{
		Agents: w.agents, Store: db.SignIn(clock), Attempts: db.SignIn(clock), Mailer: w, Audit: w.audit, Keys: keys,
		Now: clock, Random: random, Log: slog.New(slog.DiscardHandler),
	})
	must(err)
	w.sent = deliveries.New(deliveries.Config{
		Store: db.Deliveries(), Phones: db.Deliveries(), Queue: &w.queue, Dialer: w, Accounts: w.accounts,
		Codes: repair.Codes{Store: db.Desk(), Keys: keys, Now: clock}, Now: clock, Random: random,
	})
	w.desk = repair.New(repair.Config{
		Lines: w.lines, Provisioning: w.provision, Accounts: w.accounts, Deliveries: w.sent, Store: db.Desk(),
		Audit: w.audit, Keys: keys, Now: clock, Random: random,
	})
	return w
}

// do fails the test after an error, and lets a second go by.
func (w *storedWorld) do(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
	w.now = w.now.Add(time.Second)
}

// live writes something under each kind of key.
func (w *storedWorld) live() storedNames {
	w.t.Helper()
	w.liveLines()
	w.liveAccounts()
	w.liveAgents()
	w.liveDeliveries()
	w.liveCalls()
	w.liveTickets()
	w.liveMailboxes()
	w.liveLongDistance()
	w.do(w.features.SetLastCaller(w.ctx, storedLine, "651-555-0177", w.now))
	w.names.until = w.now
	return w.names
}

func (w *storedWorld) liveLines() {
	note := pins.Note{By: "ordering", From: "api", Reason: "asked for it"}
	_, err := w.provision.Add(w.ctx, []pins.NewLine{
		{Number: storedLine, Language: "es", Features: pins.FeaturesOf(pins.AllFeatures[:]...)}, {Number: storedLine2}, {Number: storedLine3},
	})
	w.do(err)
	w.do(w.lines.SetLanguage(w.ctx, storedLine2, "en"))
	w.do(w.lines.Change(w.ctx, pins.ChangeRequest{
		Number: storedLine, Revision: now.UnixMilli(), Entry: secret.New("8265"), Turn: pins.Turn{Call: "CA1", Number: 3},
	}))
	for turn, entry := range []string{"8266", "8267"} {
		for _, side := range []pins.Side{pins.FromLine, pins.Remote} {
			_, err := w.lines.Check(w.ctx, pins.Attempt{
				Number: storedLine, Side: side, From: "+19525550100", Turn: pins.Turn{Call: "CA2" + string(side), Number: turn}, At: w.now,
			}, secret.New(entry))
			w.do(err)
		}
	}
	_, err = w.provision.Validate(w.ctx, storedLine2, pins.ByPhotoID, note)
	w.do(err)
	w.do(w.provision.Reset(w.ctx, storedLine2, note))
	_, err = w.features.Change(w.ctx, features.Request{
		Number: storedLine, Feature: pins.DialLock, Edit: features.SetCode(secret.New("4711")), By: pins.ByCaller,
		Turn: pins.Turn{Call: "CA1", Number: 5},
	})
	w.do(err)
	_, err = w.features.Change(w.ctx, features.Request{
		Number: storedLine, Feature: pins.DialLock, Edit: features.Switch(true), By: "portal", From: "api",
	})
	w.do(err)
	_, err = w.features.Install(w.ctx, []features.Installation{{Number: storedLine, Features: pins.FeaturesOf(pins.DialLock)}}, note)
	w.do(err)
	events, err := w.db.Events().Since(w.ctx, storedLine, now)
	w.do(err)
	w.do(w.db.Outbox().Delivered(w.ctx, string(storedLine), events[0].Position+"/0"))
}

func (w *storedWorld) liveAccounts() {
	note, spanish, email := accounts.Note{By: "ordering", From: "api", Reason: "new"}, "es", "pat@example.com"
	for _, number := range []accounts.Number{storedAccount, storedOther} {
		_, err := w.accounts.Put(w.ctx, number, accounts.Details{
			Phone: storedLine, Language: &spanish, Name: "Pat Larsen", Email: &email, EmailSince: now.AddDate(0, -3, 0),
			Code:    secret.New("826517"),
			Address: &accounts.Address{Street: []string{"12 Elm Street"}, City: "Minneapolis", State: "MN", ZIP: "55401"},
		}, note)
		w.do(err)
	}
	_, err := w.accounts.SetQuestion(w.ctx, storedOther, "Who?", secret.New("Doña Luz"), note)
	w.do(err)
	_, err = w.accounts.Renumber(w.ctx, storedOther, "612-555-0143-002", note)
	w.do(err)
	_, err = w.accounts.Verify(w.ctx, storedAccount, accounts.Claim{Code: secret.New("826518"), Note: note})
	w.do(err)
	enrollment, _, err := w.accounts.Enroll(w.ctx, storedAccount, accounts.Claim{Code: secret.New("826517")})
	w.do(err)
	w.names.enrollment = enrollment.ID
	_, _, err = w.accounts.AddAccount(w.ctx, enrollment.ID, "612-555-0143-002", accounts.Claim{Answer: secret.New("doña luz")})
	w.do(err)
}

func (w *storedWorld) liveAgents() {
	const here, password = "192.0.2.1", "seven brown llamas hum"
	root := agents.By{Name: "root", Via: audit.ViaConsole, From: here}
	for _, name := range []string{"ann", "bob"} {
		_, err := w.agents.Invite(w.ctx, root, agents.Invitee{
			Name: name, FullName: "Ann Olson", Email: name + "@example.com", Role: agents.RoleAgent,
		})
		w.do(err)
	}
	_, token, _ := strings.Cut(w.mails[0].Link.Reveal(), "example.com/")
	ann, err := w.agents.UseLink(w.ctx, agents.By{Via: audit.ViaConsole}, secret.New(token), secret.New(password))
	w.do(err)
	by := agents.By{Name: "ann", Via: audit.ViaConsole}
	_, err = w.agents.ChooseEmail(w.ctx, by, ann.ID)
	w.do(err)
	_, err = w.agents.AcceptTerms(w.ctx, by, ann.ID)
	w.do(err)
	ann, err = w.agents.UpdateProfile(w.ctx, by, ann.ID, agents.Profile{FullName: ann.FullName, Email: ann.Email, Phone: "612-555-0100"})
	w.do(err)
	begin := func() signin.Token {
		token, err := w.signIn.Begin(w.ctx, "ann", here, signin.Token{})
		w.do(err)
		_, err = w.signIn.Password(w.ctx, token, secret.New("wrong"), here)
		w.now = w.now.Add(time.Minute)
		if err == nil {
			w.t.Fatal("a wrong password was right")
		}
		_, err = w.signIn.Password(w.ctx, token, secret.New(password), here)
		w.do(err)
		return token
	}
	w.names.session, ann, err = w.signIn.Code(w.ctx, begin(), w.mails[len(w.mails)-1].Code, here)
	w.do(err)
	w.names.underWay = begin()
	w.names.code = w.mails[len(w.mails)-1].Code
	w.names.browser, err = w.signIn.Remember(w.ctx, signin.Token{}, ann)
	w.do(err)
	w.names.draft, err = w.signIn.SaveDraft(w.ctx, signin.Draft{Agent: ann.ID, Path: "/repair", Values: map[string][]string{"note": {"ü"}}})
	w.do(err)
	session, err := w.signIn.Session(w.ctx, w.names.session)
	w.do(err)
	w.names.change, err = w.signIn.BeginChange(w.ctx, session, secret.New(password), "email", "ann@mail.example.com", here)
	w.do(err)
}

func (w *storedWorld) liveDeliveries() {
	code, err := w.sent.Request(w.ctx, deliveries.Params{
		Account: storedAccount, Topic: deliveries.SecurityCode, Method: deliveries.Voice, Key: "portal.1", Request: "r",
	})
	w.do(err)
	w.queue.Run(w.ctx, w.now, w.sent.Attempt)
	notice := deliveries.Notice{Topic: deliveries.PINChanged, Line: storedLine3, Method: deliveries.Voice, Key: "pin 1"}
	for range 2 {
		w.do(w.sent.Notify(w.ctx, notice))
		notice.Key = "pin 2"
	}
	_, err = w.db.Deliveries().Block(w.ctx, "line "+string(storedLine2), w.now.Add(time.Hour))
	w.do(err)
	who := repair.Who{Name: "ann", Via: repair.ViaConsole, From: "192.0.2.1"}
	v, err := w.desk.Call(w.ctx, who, storedLine2, "1")
	w.do(err)
	_, err = w.desk.Code(w.ctx, who, v.ID, secret.New("000000"))
	w.do(err)
	_, err = w.desk.Find(w.ctx, who, storedLine)
	w.do(err)
	w.names.validation, w.names.deliveries = v.ID, []deliveries.ID{code.ID, v.Call.ID}
}

// liveTickets has a ticket, which a caller changes.
func (w *storedWorld) liveTickets() {
	_, err := w.tickets.Put(w.ctx, tickets.Put{Number: storedTicket, Note: pins.Note{By: "crm"}, Details: tickets.Details{
		Line: storedLine3, Account: storedAccount, Contact: storedLine3, Status: tickets.Scheduled,
		Visit: tickets.Appointment{From: now, To: now.Add(time.Hour), Cancelable: true},
	}})
	w.do(err)
	request := tickets.Request{Line: storedLine3, Ticket: storedTicket, Turn: pins.Turn{Call: "CA1", Number: 7}}
	_, _, err = w.tickets.ChangeContact(w.ctx, request, storedLine2)
	w.do(err)
	request.Turn.Number++
	test, _, err := w.tickets.RequestTest(w.ctx, request)
	w.do(err)
	_, _, err = w.tickets.End(w.ctx, test.ID, tickets.LineGood, pins.Note{By: "crm"})
	w.do(err)
}

// liveMailboxes has a mailbox, which a caller resets.
func (w *storedWorld) liveMailboxes() {
	_, err := w.mailboxes.Put(w.ctx, mailboxes.Put{Number: storedLine3, SetUp: true, Note: pins.Note{By: "crm"}})
	w.do(err)
	_, err = w.mailboxes.ResetByCall(w.ctx, storedLine3, "", "dlv_1", "CA1")
	w.do(err)
}

// liveLongDistance has a long-distance account, whose customer chooses a password by a link, and is sent another.
func (w *storedWorld) liveLongDistance() {
	name, email := "pat.larsen", "pat@example.com"
	_, err := w.accounts.Put(w.ctx, storedDistant, accounts.Details{
		Phone: storedLine2, Name: "Pat Larsen", Email: &email, EmailSince: now.AddDate(0, -3, 0), UserName: &name,
		Code: secret.New("826517"), Password: secret.New("blue heron 42"),
		Address: &accounts.Address{Street: []string{"12 Elm Street"}, City: "Minneapolis", State: "MN", ZIP: "55401"},
	}, accounts.Note{By: "ordering"})
	w.do(err)
	sending := accounts.Sending{UserName: true, Link: true}
	sent, err := w.accounts.Send(w.ctx, storedDistant, sending, accounts.Note{By: accounts.ByCustomer})
	w.do(err)
	_, err = w.accounts.UseLink(w.ctx, sent.After.Link.Token, secret.New(storedPassword), accounts.Note{By: accounts.ByCustomer})
	w.do(err)
	sending.Letter = true
	sent, err = w.accounts.Send(w.ctx, storedDistant, sending, accounts.Note{By: accounts.ByCustomer})
	w.do(err)
	w.names.link = sent.After.Link.Token
}

func (w *storedWorld) liveCalls() {
	for turn := range 2 {
		claim := ivr.Claim{Call: "CA1", Turn: turn, Holder: "h", Now: w.now, Until: w.now.Add(time.Minute)}
		_, err := w.db.Calls().Begin(w.ctx, claim)
		w.do(err)
		w.do(w.db.Calls().Commit(w.ctx, ivr.Commit{
			Call: "CA1", Turn: turn, Holder: "h", State: fmt.Append(nil, "state ", turn), Answer: fmt.Append(nil, "answer ", turn),
			Now: w.now, Expires: w.now.Add(time.Hour),
		}))
	}
	for _, name := range []string{"portal", "old"} {
		key, _, err := apikey.New(strings.NewReader(strings.Repeat(name, 40)), name, apikey.AllScopes[:2], w.now)
		w.do(err)
		w.do(w.db.Keys().AddKey(w.ctx, key))
	}
	w.do(w.db.Keys().RevokeKey(w.ctx, "old", w.now))
	_, err := w.db.CheckSecretKeys(w.ctx, storedKeys, nil)
	w.do(err)
}
