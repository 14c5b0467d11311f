package redisstore_test

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/agents"
	"updatecenter/internal/agents/signin"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/features"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
)

// TestErrorsSayItOnce reads errors as an operator does: through the package that asked.
func TestErrorsSayItOnce(t *testing.T) {
	db, err := redisstore.Open("redis://127.0.0.1:1")
	check.OK(t, err)
	defer db.Close()
	w := testkit.On(db)
	lines, provisioning := linesOf(t, w), pins.Provisioning{Registry: db.Lines(), Validations: db.Lines()}
	settings := features.New(features.Config{Store: db.Features()})
	all, sent := w.Accounts(t), deliveries.New(deliveries.Config{Store: db.Deliveries(), Now: func() time.Time { return now }})
	people, signIn := signInOf(t, w)
	token := secret.New(base64.RawURLEncoding.EncodeToString(make([]byte, 32)))
	const deliveryID = "dlv_aaaaaaaaaaaaaaaaaaaaaaaaaa"
	pin, note := secret.New("8265"), pins.Note{By: "ann", From: "api", Reason: "forgot it"}
	checkPIN := func(ctx context.Context, side pins.Side) error {
		_, err := lines.Check(ctx, pins.Attempt{Number: number, Side: side, From: "+19525550100", Turn: pins.Turn{Call: "CA1"}, At: now}, pin)
		return err
	}
	for what, ask := range map[string]func(context.Context) error{
		"find line:":                func(ctx context.Context) error { _, err := lines.Find(ctx, number); return err },
		"remember language:":        func(ctx context.Context) error { return lines.SetLanguage(ctx, number, "es") },
		"check PIN: admit attempt:": func(ctx context.Context) error { return checkPIN(ctx, pins.FromLine) },
		"check PIN: admit caller:":  func(ctx context.Context) error { return checkPIN(ctx, pins.Remote) },
		"change PIN:": func(ctx context.Context) error {
			return lines.Change(ctx, pins.ChangeRequest{Number: number, Entry: pin})
		},
		"add lines:": func(ctx context.Context) error {
			_, err := provisioning.Add(ctx, []pins.NewLine{{Number: number}})
			return err
		},
		"remove line:": func(ctx context.Context) error { return provisioning.Remove(ctx, number, note) },
		"validate customer:": func(ctx context.Context) error {
			_, err := provisioning.Validate(ctx, number, pins.ByCall, note)
			return err
		},
		"find validation:": func(ctx context.Context) error {
			_, err := provisioning.Validation(ctx, number, "ann", "api")
			return err
		},
		"reset PIN: validate customer:": func(ctx context.Context) error {
			return provisioning.ResetByOperator(ctx, number, note)
		},
		"unlock line:": func(ctx context.Context) error { return provisioning.Unlock(ctx, number, note) },
		"reset PIN:":   func(ctx context.Context) error { return provisioning.Reset(ctx, number, note) },
		"record refused reset:": func(ctx context.Context) error {
			return provisioning.ResetRefused(ctx, number, note)
		},
		"read history:": func(ctx context.Context) error { _, err := provisioning.History(ctx, number, 1); return err },
		"revoke key:": func(ctx context.Context) error {
			return fmt.Errorf("revoke key: %w", db.Keys().RevokeKey(ctx, "portal", now))
		},
		"find features:": func(ctx context.Context) error { _, err := settings.Find(ctx, number); return err },
		"change feature:": func(ctx context.Context) error {
			_, err := settings.Change(ctx, features.Request{Number: number, Feature: pins.DialLock, Edit: features.Switch(true)})
			return err
		},
		"install features:": func(ctx context.Context) error {
			_, err := settings.Install(ctx, []features.Installation{{Number: number}}, note)
			return err
		},
		"read events:": func(ctx context.Context) error { _, err := db.Events().Since(ctx, number, now); return err },
		"list lines with events:": func(ctx context.Context) error {
			_, err := db.Events().SinceOfAll(ctx, now, 10)
			return err
		},
		"announce events:": func(ctx context.Context) error {
			_, err := db.Events().Rewind(ctx, number, now, now)
			return err
		},
		"find account:": func(ctx context.Context) error { _, err := all.Get(ctx, "A1"); return err },
		"verify account: find account:": func(ctx context.Context) error {
			_, err := all.Verify(ctx, "A1", accounts.Claim{Code: secret.New("123456")})
			return err
		},
		"get delivery:":     func(ctx context.Context) error { _, err := sent.Get(ctx, deliveryID); return err },
		"sweep deliveries:": sent.Sweep,
		"read events that wait:": func(ctx context.Context) error {
			_, err := db.Events().Waiting(ctx, number, 1)
			return err
		},
		"list lines that wait:": func(ctx context.Context) error { _, err := db.Events().WaitingLines(ctx); return err },
		"look at events:": func(ctx context.Context) error {
			return db.Events().Look(ctx, []redisstore.Event{{Number: number}})
		},
		"skip event:": func(ctx context.Context) error {
			return db.Events().Skip(ctx, number, "1-0", pins.Record{})
		},
		"load agent:":  func(ctx context.Context) error { _, err := people.Get(ctx, "agt_1"); return err },
		"find agent:":  func(ctx context.Context) error { _, err := people.Find(ctx, "ann"); return err },
		"list agents:": func(ctx context.Context) error { _, err := people.List(ctx); return err },
		"count attempt:": func(ctx context.Context) error {
			_, err := signIn.Begin(ctx, "ann", "192.0.2.1", signin.Token{})
			return err
		},
		"find session:": func(ctx context.Context) error { _, err := signIn.Session(ctx, token); return err },
		"count attempt: ask Redis:": func(ctx context.Context) error {
			_, err := signIn.SaveDraft(ctx, signin.Draft{Agent: "agt_1"})
			return err
		},
		"read line:": func(ctx context.Context) error { _, err := db.Lines().Line(ctx, number); return err },
	} {
		err := ask(t.Context())
		if err == nil || !strings.HasPrefix(err.Error(), what) {
			t.Errorf("%v, want %s ...", err, what)
			continue
		}
		said := strings.Split(err.Error(), ": ")
		slices.Sort(said)
		if len(slices.Compact(slices.Clone(said))) < len(said) {
			t.Errorf("says it twice: %v", err)
		}
	}
}

func signInOf(t *testing.T, w *testkit.World) (*agents.Agents, *signin.SignIn) {
	t.Helper()
	people := w.Agents(t)
	signIn, err := signin.New(signin.Config{
		Agents: people, Store: w.SignIn(), Attempts: w.SignIn(), Mailer: w.Mail, Audit: w.Audit, Keys: w.Keys,
		Now: w.Now, Random: rand.Reader, Log: w.Log.Logger(),
	})
	check.OK(t, err)
	return people, signIn
}

func linesOf(t *testing.T, w *testkit.World) *pins.Lines {
	t.Helper()
	lines, err := pins.New(pins.Config{
		Store: w.Lines(), Callers: w.Lines(), Hasher: w.Hasher().Hasher, Now: w.Now,
		Policy: pins.Policy{Temporary: secret.New("1234"), MinDigits: 4, MaxDigits: 4},
	})
	check.OK(t, err)
	return lines
}
