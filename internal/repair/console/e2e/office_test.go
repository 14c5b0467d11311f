package e2e

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"log/slog"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/mux"

	"updatecenter/internal/agents"
	"updatecenter/internal/agents/signin"
	"updatecenter/internal/audit"
	"updatecenter/internal/hash"
	"updatecenter/internal/nanp"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/repair"
	"updatecenter/internal/repair/console"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit"
	"updatecenter/pins"
)

// The line of the office, and who is signed in there.
const (
	officeLine     = nanp.Number("+16125550142")
	officeName     = "ann"
	officePassword = "wagon lichen thirsty plum"
)

// An office is a console in the process, with one agent and one line. Its clock can be moved.
type office struct {
	t      *testing.T
	host   string
	mu     sync.Mutex
	ahead  time.Duration // of the clock on the wall
	mailed []agents.Message
}

// newOffice serves the console until the test ends.
func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{t: t}
	router := mux.NewRouter().SkipClean(true)
	server := httptest.NewServer(router)
	t.Cleanup(server.Close)
	o.host = server.URL
	keys, err := secret.ParseKeyring("test:" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32)))
	o.ok(err)
	db := testkit.Redis(t)
	record := audit.New(audit.Config{Store: db.Audit(), Keys: keys, Now: o.now})
	people := o.hire(db, keys, record)
	lines := db.Lines()
	provisioning := pins.Provisioning{Registry: lines, Validations: lines, Now: o.now}
	_, err = provisioning.Add(t.Context(), []pins.NewLine{{Number: officeLine}})
	o.ok(err)
	console, err := console.New(console.Config{
		Agents: people, SignIn: o.door(db, keys, record, people), Audit: record, Keys: db.Keys(), History: provisioning, PublicURL: o.host, Now: o.now,
		Desk: repair.New(repair.Config{
			Lines: finder{lines}, Provisioning: provisioning, Store: db.Desk(), Audit: record, Keys: keys, Now: o.now,
		}),
	})
	o.ok(err)
	console.Routes(router)
	return o
}

// door is where the agent signs in.
func (o *office) door(db *redisstore.DB, keys secret.Keyring, record *audit.Log, people *agents.Agents) *signin.SignIn {
	o.t.Helper()
	store := db.SignIn(o.now)
	signIn, err := signin.New(signin.Config{
		Agents: people, Store: store, Attempts: store, Mailer: o, Audit: record, Keys: keys,
		Now: o.now, Random: rand.Reader, Log: slog.New(slog.DiscardHandler),
	})
	o.ok(err)
	return signIn
}

// hire invites the agent and does the whole set-up.
func (o *office) hire(db *redisstore.DB, keys secret.Keyring, record *audit.Log) *agents.Agents {
	o.t.Helper()
	hasher, err := hash.New(hash.Config{Keys: keys, Params: hash.Params{MemoryKiB: 64, Passes: 1, Lanes: 1}})
	o.ok(err)
	people, err := agents.New(agents.Config{
		Store: db.Agents(), Hasher: hasher, Keys: keys, Mailer: o, Audit: record, LinkURL: o.host + "/repair/welcome/", Now: o.now,
	})
	o.ok(err)
	ctx, by := o.t.Context(), agents.By{Name: officeName, Via: audit.ViaSystem}
	agent, err := people.Invite(ctx, by, agents.Invitee{
		Name: officeName, FullName: "Ann Olson", Email: "ann@agents.example", Role: agents.RoleAgent,
	})
	o.ok(err)
	link := o.last().Link.Reveal()
	_, err = people.UseLink(ctx, by, secret.New(link[strings.LastIndex(link, "/")+1:]), secret.New(officePassword))
	o.ok(err)
	_, err = people.ChooseEmail(ctx, by, agent.ID)
	o.ok(err)
	_, err = people.AcceptTerms(ctx, by, agent.ID)
	o.ok(err)
	_, err = people.UpdateProfile(ctx, by, agent.ID, agents.Profile{FullName: agent.FullName, Email: agent.Email})
	o.ok(err)
	return people
}

func (o *office) ok(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatalf("set up the office: %v", err)
	}
}

func (o *office) now() time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	return time.Now().Add(o.ahead)
}

func (o *office) pass(d time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.ahead += d
}

// Mail implements [agents.Mailer]: e-mails are kept.
func (o *office) Mail(_ context.Context, message agents.Message) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.mailed = append(o.mailed, message)
	return nil
}

func (o *office) last() agents.Message {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.mailed[len(o.mailed)-1]
}

// codeTo is the code of the last e-mail to an address.
func (o *office) codeTo(address string) string {
	o.t.Helper()
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, message := range slices.Backward(o.mailed) {
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
	code := o.last()
	if code.Kind != agents.SignInCode {
		p.t.Fatal("no code was mailed")
	}
	p.press(code.Code.Reveal())
	p.enter()
}

// finder finds lines without more rules.
type finder struct{ store redisstore.Lines }

func (f finder) Find(ctx context.Context, number nanp.Number) (pins.Line, error) {
	return f.store.Line(ctx, number)
}
