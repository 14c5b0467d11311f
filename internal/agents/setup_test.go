package agents_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"updatecenter/internal/agents"
	"updatecenter/internal/audit"
	"updatecenter/internal/hash"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit/check"
)

func errorAs[E error](err error) (E, bool) {
	var target E
	return target, errors.As(err, &target)
}

func TestSetUpStageByStage(t *testing.T) {
	f := newFixture(t)
	agent, token := f.invited(t, bob())
	ok(t, check.Err(f.UseLink(t.Context(), agents.By{Via: audit.ViaConsole}, token, goodPassword)))
	by := self(agent)

	// The profile, checked before its turn, ends nothing.
	agent, err := f.UpdateProfile(t.Context(), by, agent.ID, agents.Profile{FullName: "Bob", Email: "bob@example.com"})
	ok(t, err)
	same(t, []any{agent.Next(), agent.Reviewed.IsZero()}, []any{agents.StageFactor, true})

	app := check.Must(f.NewApp(agent))(t)
	same(t, f.get(t, agent.ID).AppKey.IsZero(), true)
	agent = check.Must(f.ConfirmApp(t.Context(), by, agent.ID, app.Key, f.code(t, app.Key, 0)))(t)
	same(t, agent.Next(), agents.StageTerms)
	agent = check.Must(f.AcceptTerms(t.Context(), by, agent.ID))(t)
	same(t, []any{agent.Next(), agent.Terms, agent.TermsVersion}, []any{agents.StageProfile, f.Now(), agents.CurrentTerms})
	profile := agents.Profile{FullName: "Bob B. Berg", Email: "berg@example.com", Phone: "+1(612)555-0142x7"}

	// An administrator who corrects it doesn't check it in the agent's place.
	agent = check.Must(f.UpdateProfile(t.Context(), byRoot, agent.ID, profile))(t)
	same(t, agent.Next(), agents.StageProfile)
	agent = check.Must(f.UpdateProfile(t.Context(), by, agent.ID, profile))(t)
	same(t, []any{agent.SetUp(), agent.FullName, agent.Email, agent.Phone}, []any{true, profile.FullName, profile.Email, profile.Phone})
	same(t, f.Mail.Kinds(), []string{"invitation bob@example.com", "email-was-changed bob@example.com"})
	same(t, f.Audit.Lines(), []string{
		"root agent-invited agent bob agent", "bob password-changed agent bob by a link", "bob profile-changed agent bob full name",
		"bob factor-changed agent bob app", "bob profile-changed agent bob terms accepted, version 1",
		"root profile-changed agent bob full name, e-mail address, telephone", "bob agent-set-up agent bob",
	})
}

func TestNewApp(t *testing.T) {
	f := newFixture(t)
	app := check.Must(f.NewApp(agents.Agent{Name: "bob"}))(t)
	for _, part := range []string{"otpauth://totp/Update%20Center:bob?", "secret=" + app.Key.Reveal(), "issuer=Update%20Center"} {
		if !strings.Contains(app.URL.Reveal(), part) {
			t.Errorf("the URL lacks %s", strings.ReplaceAll(part, app.Key.Reveal(), secret.Dots))
		}
	}
	same(t, len(app.Key.Reveal()), 32)
}

func TestConfirmApp(t *testing.T) {
	f := newFixture(t)
	agent := f.active(t, bob())
	app := check.Must(f.NewApp(agent))(t)
	for name, given := range map[string][2]secret.Text{
		"a wrong code":       {app.Key, f.code(t, app.Key, time.Hour)},
		"no code":            {app.Key, {}},
		"no key":             {secret.Text{}, f.code(t, app.Key, 0)},
		"a short key":        {secret.New("GEZDGNBVGY3TQOJQ"), f.code(t, secret.New("GEZDGNBVGY3TQOJQ"), 0)},
		"a key that is none": {secret.New(strings.Repeat("1", 32)), secret.New("123456")},
	} {
		if _, err := f.ConfirmApp(t.Context(), self(agent), agent.ID, given[0], given[1]); !errors.Is(err, agents.ErrWrongCode) {
			t.Errorf("%s: %v", name, err)
		}
	}
	same(t, f.get(t, agent.ID).Revision, agent.Revision)
	same(t, len(f.Audit.Lines()), 0)

	code := f.code(t, app.Key, 0)
	after := check.Must(f.ConfirmApp(t.Context(), self(agent), agent.ID, app.Key, code))(t)
	same(t, []any{after.Factor, after.Epoch}, []any{agents.App, agent.Epoch + 1})
	same(t, f.Mail.Kinds(), []string{"factor-was-changed bob@example.com"})
	right := check.Must(f.UseCode(t.Context(), agent.ID, code))(t)
	same(t, right, false)
}

func TestCodesOfTheApp(t *testing.T) {
	f := newFixture(t)
	agent := f.withApp(t, bob())
	f.Set(f.Now().Truncate(30 * time.Second).Add(10 * time.Minute))
	use := func(code secret.Text) bool {
		t.Helper()
		right := check.Must(f.UseCode(t.Context(), agent.ID, code))(t)
		return right
	}
	key := agent.AppKey
	same(t, use(f.code(t, key, -60*time.Second)), false)
	same(t, use(f.code(t, key, 60*time.Second)), false)
	same(t, use(secret.Text{}), false)
	same(t, use(secret.New("12345\n")), false)
	before, now, after := f.code(t, key, -30*time.Second), f.code(t, key, 0), f.code(t, key, 30*time.Second)
	same(t, use(before), true)
	same(t, use(before), false)
	same(t, use(after), true)
	// One that is older than one used is gone as well.
	same(t, use(now), false)
	f.Pass(30 * time.Second)
	same(t, use(after), false)
	f.Pass(30 * time.Second)
	same(t, use(f.code(t, key, 0)), true)
}

func TestACodeUsedAtOnceWorksOnce(t *testing.T) {
	f := newFixture(t)
	agent := f.withApp(t, bob())
	f.Pass(10 * time.Minute)
	code := f.code(t, agent.AppKey, 0)
	var won atomic.Int32
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			right := check.Must(f.UseCode(t.Context(), agent.ID, code))(t)
			if right {
				won.Add(1)
			}
		})
	}
	group.Wait()
	same(t, won.Load(), int32(1))
}

// A store whose answer is lost has used the code up, and its owner isn't told that it was wrong.
func TestALostAnswerDoesNotUseUpACode(t *testing.T) {
	f := newFixture(t)
	agent := f.withApp(t, bob())
	f.Pass(10 * time.Minute)
	f.Calls.LoseNext("Agents.Save", errBroken)
	right := check.Must(f.UseCode(t.Context(), agent.ID, f.code(t, agent.AppKey, 0)))(t)
	same(t, right, true)
}

func TestRequiredFactor(t *testing.T) {
	f := newFixture(t)
	agent := f.active(t, bob())
	after := check.Must(f.Require(t.Context(), byRoot, "bob", agents.App))(t)
	same(t, []any{after.Next(), after.Epoch}, []any{agents.StageFactor, agent.Epoch + 1})
	is(t, check.Err(f.ChooseEmail(t.Context(), self(agent), agent.ID)), agents.ErrRequired)
	is(t, check.Err(f.Require(t.Context(), byRoot, "bob", "sms")), agents.ErrField)
	after = check.Must(f.Require(t.Context(), byRoot, "bob", ""))(t)
	same(t, []any{after.SetUp(), after.Epoch}, []any{true, agent.Epoch + 1})
	same(t, f.Audit.Lines(), []string{"root factor-required agent bob app", "root factor-required agent bob none"})
}

func TestChangePassword(t *testing.T) {
	f := newFixture(t)
	agent := f.active(t, bob())
	_, err := f.ChangePassword(t.Context(), self(agent), agent.ID, otherPassword, otherPassword)
	is(t, err, agents.ErrWrongPassword)
	_, err = f.ChangePassword(t.Context(), self(agent), agent.ID, goodPassword, goodPassword)
	is(t, err, agents.ErrPassword)
	_, err = f.ChangePassword(t.Context(), self(agent), agent.ID, goodPassword, secret.New("bob berg 2026!"))
	is(t, err, agents.ErrPassword)
	after := check.Must(f.ChangePassword(t.Context(), self(agent), agent.ID, goodPassword, otherPassword))(t)
	same(t, after.Epoch, agent.Epoch+1)
	for password, want := range map[string]bool{goodPassword.Reveal(): false, otherPassword.Reveal(): true, strings.Repeat("x", 1<<20): false} {
		match := check.Must(f.CheckPassword(t.Context(), after, secret.New(password)))(t)
		same(t, match, want)
	}
	same(t, f.Mail.Kinds(), []string{"password-was-changed bob@example.com"})
	same(t, f.Audit.Lines(), []string{
		"bob sign-in-failed agent bob wrong present password, on changing it", "bob password-changed agent bob",
	})
}

// One spelling of a character is as good as another: keyboards differ.
func TestPasswordsAreComparedAsTheyAreSeen(t *testing.T) {
	f := newFixture(t)
	agent := f.active(t, bob())
	after, err := f.ChangePassword(t.Context(), self(agent), agent.ID, goodPassword, secret.New("jalape\u00f1o wagon lichen"))
	ok(t, err)
	match := check.Must(f.CheckPassword(t.Context(), after, secret.New("jalapen\u0303o wagon lichen")))(t)
	same(t, match, true)
}

func TestNobodysPasswordCostsTheSame(t *testing.T) {
	f := newFixture(t)
	counted := &counting{}
	config := f.AgentsConfig()
	counted.Hasher, config.Hasher = config.Hasher, counted
	all := check.Must(agents.New(config))(t)
	match := check.Must(all.CheckPassword(t.Context(), agents.Agent{}, goodPassword))(t)
	same(t, []any{match, counted.verifiedNothing}, []any{false, 1})
}

type counting struct {
	agents.Hasher
	verifiedNothing int
}

func (c *counting) VerifyNothing(ctx context.Context, entry secret.Text) error {
	c.verifiedNothing++
	return c.Hasher.VerifyNothing(ctx, entry)
}

// Under a new secret key the next right password is hashed anew, and nothing else changes.
func TestRehash(t *testing.T) {
	f := newFixture(t)
	agent := f.active(t, bob())
	config := f.AgentsConfig()
	params := hash.Params{MemoryKiB: 16, Passes: 1, Lanes: 1}
	hasher := check.Must(hash.New(hash.Config{Keys: config.Keys, Params: params}))(t)
	config.Hasher = hasher
	all := check.Must(agents.New(config))(t)
	match := check.Must(all.CheckPassword(t.Context(), agent, goodPassword))(t)
	after := f.get(t, agent.ID)
	same(t, []any{match, strings.Contains(string(after.Password), "m=16,"), after.Epoch}, []any{true, true, agent.Epoch})
	match = check.Must(all.CheckPassword(t.Context(), after, goodPassword))(t)
	same(t, match, true)
}

// What can't be recorded isn't done.
func TestNothingIsDoneUnrecorded(t *testing.T) {
	f := newFixture(t)
	agent := f.active(t, bob())
	f.active(t, named("root", agents.Administrator))
	ok(t, check.Err(f.Reinvite(t.Context(), byRoot, "bob")))
	token := f.Mail.Token(t)
	before := f.get(t, agent.ID)
	app := check.Must(f.NewApp(agent))(t)
	f.Calls.Fail("Record", errBroken)
	by := self(agent)
	for name, do := range map[string]func() error{
		"Invite":   func() error { _, err := f.Invite(t.Context(), byRoot, named("carl", agents.RoleAgent)); return err },
		"Reinvite": func() error { _, err := f.Reinvite(t.Context(), byRoot, "bob"); return err },
		"UseLink":  func() error { _, err := f.UseLink(t.Context(), by, token, otherPassword); return err },
		"ConfirmApp": func() error {
			_, err := f.ConfirmApp(t.Context(), by, agent.ID, app.Key, f.code(t, app.Key, 0))
			return err
		},
		"Email": func() error { _, err := f.ChooseEmail(t.Context(), by, agent.ID); return err },
		"Profile": func() error {
			_, err := f.UpdateProfile(t.Context(), by, agent.ID, agents.Profile{FullName: "B", Email: "b@example.com"})
			return err
		},
		"Password": func() error {
			_, err := f.ChangePassword(t.Context(), by, agent.ID, goodPassword, otherPassword)
			return err
		},
		"EndSessions": func() error { _, err := f.EndSessions(t.Context(), by, agent.ID); return err },
		"Deactivate":  func() error { _, err := f.Deactivate(t.Context(), byRoot, "bob"); return err },
		"Reactivate":  func() error { _, err := f.Reactivate(t.Context(), byRoot, "bob"); return err },
		"SetRole":     func() error { _, err := f.SetRole(t.Context(), byRoot, "bob", agents.Supervisor); return err },
		"Require":     func() error { _, err := f.Require(t.Context(), byRoot, "bob", agents.App); return err },
	} {
		if err := do(); !errors.Is(err, errBroken) {
			t.Errorf("%s: %v", name, err)
		}
	}
	same(t, f.get(t, agent.ID), before)
	is(t, check.Err(f.Find(t.Context(), "carl")), agents.ErrNoAgent)
}
