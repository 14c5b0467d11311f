package recovery_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/notices"
	"updatecenter/internal/recovery"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
)

const (
	userName = "pat.larsen"
	password = "Blue-Heron 42"
	keyed    = "25834376642" // the same on a keypad
)

var (
	mine    = accounts.LongDistance(testkit.Home)
	nobodys = accounts.LongDistance(testkit.Missing)
)

// A bureau is the recoveries of a world, and what they have sent.
type bureau struct {
	*testkit.World
	T          *testing.T
	accounts   *accounts.Accounts
	deliveries *deliveries.Deliveries
	all        *recovery.Recoveries
	sent       []deliveries.Message
	from       time.Time // of the account
}

func newBureau(t *testing.T) *bureau {
	b := &bureau{T: t, World: testkit.New(t)}
	b.from = b.Now()
	config := b.AccountsConfig()
	config.Notices = notices.Policy{Method: deliveries.Voice}.Account
	var err error
	b.accounts, err = accounts.New(config)
	check.OK(t, err)
	b.deliveries = deliveries.New(deliveries.Config{
		Store: b.Deliveries(), Phones: b.Deliveries(), Queue: b.Queue, Accounts: b.accounts, Printer: b, Mailer: b, Now: b.Now,
	})
	b.all = recovery.New(recovery.Config{Accounts: b.accounts, Deliveries: b.deliveries, Links: true})
	details := testkit.Details(testkit.Home)
	name := userName
	details.EmailSince, details.UserName, details.Password = b.Now().AddDate(0, -3, 0), &name, secret.New(password)
	b.PutAccount(t, b.accounts, mine, details, "")
	details.UserName, details.Password = nil, secret.Text{}
	b.PutAccount(t, b.accounts, testkit.Coded, details, "")
	return b
}

func (b *bureau) Print(_ context.Context, m deliveries.Message) error {
	b.sent = append(b.sent, m)
	return nil
}
func (b *bureau) Send(_ context.Context, m deliveries.Message) error {
	b.sent = append(b.sent, m)
	return nil
}

// ask recovers something.
func (b *bureau) ask(request recovery.Request) recovery.Result {
	b.T.Helper()
	if request.Service == "" {
		request.Service = recovery.LongDistance
	}
	if request.Number == "" {
		request.Number = mine
	}
	if request.Method == "" {
		request.Method = deliveries.Email
	}
	result, err := b.all.Recover(b.T.Context(), request)
	check.OK(b.T, err)
	return result
}

// told brings all that is due, and returns the topics of what was sent since.
func (b *bureau) told() (topics []deliveries.Topic) {
	b.T.Helper()
	b.deliver()
	for _, m := range b.sent {
		topics = append(topics, m.Topic)
	}
	b.sent = nil
	slices.Sort(topics)
	return topics
}

// link brings all that is due, and returns the link that was sent.
func (b *bureau) link() accounts.Link {
	b.T.Helper()
	b.deliver()
	sent := b.sent
	b.sent = nil
	for _, m := range sent {
		if m.Topic == deliveries.PasswordLink {
			return m.Account.Link
		}
	}
	b.T.Fatal("no link was sent")
	return accounts.Link{}
}

func (b *bureau) deliver() {
	b.T.Helper()
	for _, number := range []accounts.Number{mine, testkit.Coded} {
		account, err := b.accounts.Get(b.T.Context(), number)
		check.OK(b.T, err)
		messages, err := b.DB.Notices().Next(b.T.Context(), string(account.ID), 100)
		check.OK(b.T, err)
		for _, m := range messages {
			notice, err := deliveries.ParseDue(m.Stored)
			check.OK(b.T, err)
			check.OK(b.T, b.deliveries.Notify(b.T.Context(), notice))
			check.OK(b.T, b.DB.Notices().Delivered(b.T.Context(), string(account.ID), m.Position))
		}
	}
	for b.Queue.Run(b.T.Context(), b.Now(), b.deliveries.Attempt) > 0 {
	}
}

func (b *bureau) events(number accounts.Number) (events []accounts.Event) {
	b.T.Helper()
	account, err := b.accounts.Get(b.T.Context(), number)
	check.OK(b.T, err)
	records, err := b.accounts.History(b.T.Context(), account.ID, 100)
	check.OK(b.T, err)
	for _, r := range records {
		events = append(events, r.Event)
	}
	slices.Reverse(events)
	return events
}

func given(texts ...string) recovery.Request {
	return recovery.Request{Password: secret.New(texts[0]), Code: secret.New(texts[1])}
}

// TestMatrix: each cell of what proves what, right and wrong, and of an account that is none.
func TestMatrix(t *testing.T) {
	const right, other, no = testkit.Code, "999999", ""
	asked := deliveries.PasswordAsked
	for _, test := range []struct {
		need           recovery.Need
		password, code string
		want           recovery.Outcome // empty: refused, and not counted
		sent           []deliveries.Topic
	}{
		{recovery.UserName, password, right, recovery.Sent, []deliveries.Topic{deliveries.UserName}},
		{recovery.UserName, keyed, right, recovery.Sent, []deliveries.Topic{deliveries.UserName}},
		{recovery.UserName, "not that one", right, recovery.Wrong, nil},
		{recovery.UserName, password, other, recovery.Wrong, nil},
		{recovery.UserName, "not that one", other, recovery.Wrong, nil},
		{recovery.UserName, no, right, "", nil},
		{recovery.UserName, password, no, "", nil},
		{recovery.Password, password, right, recovery.Sent, []deliveries.Topic{asked, deliveries.PasswordLink}},
		{recovery.Password, "not that one", right, recovery.Sent, []deliveries.Topic{asked, deliveries.PasswordLink}}, // as known
		{recovery.Password, password, other, recovery.Wrong, nil},
		{recovery.Password, no, right, "", nil},
		{recovery.Password, "!?", right, "", nil}, // nothing that a keypad has
		{recovery.Password, password, no, "", nil},
		{recovery.UserNameAndPassword, no, right, recovery.Sent, []deliveries.Topic{asked, deliveries.PasswordLink, deliveries.UserName}},
		{recovery.UserNameAndPassword, no, other, recovery.Wrong, nil},
		{recovery.UserNameAndPassword, no, no, "", nil},
		{recovery.UserNameAndPassword, password, right, "", nil},
		{recovery.SecurityCode, no, no, recovery.Accepted, []deliveries.Topic{deliveries.SecurityCode}},
		{recovery.SecurityCode, no, right, "", nil},
		{recovery.SecurityCode, password, no, "", nil},
	} {
		for _, method := range []deliveries.Method{deliveries.Email, deliveries.ByMail} {
			name := fmt.Sprintf("%s by %q and %q, %s", test.need, test.password, test.code, method)
			t.Run(name, func(t *testing.T) {
				b := newBureau(t)
				request := given(test.password, test.code)
				request.Service, request.Number, request.Need, request.Method = recovery.LongDistance, mine, test.need, method
				result, err := b.all.Recover(t.Context(), request)
				if test.want == "" {
					check.Is(t, err, recovery.ErrRequest)
				} else {
					check.OK(t, err)
				}
				check.Same(t, result.Outcome, test.want)
				check.Same(t, result.Guessed, test.want == recovery.Wrong)
				check.Same(t, b.told(), test.sent)
				if test.want == "" {
					return
				}
				// What is no account's is answered as if it were wrong, or as if it were one.
				request.Number = nobodys
				want := recovery.Result{Outcome: recovery.Wrong, TriesLeft: 4, Guessed: true}
				if test.need == recovery.SecurityCode {
					want = recovery.Result{Outcome: recovery.Accepted}
				}
				check.Same(t, b.ask(request), want)
				check.Same(t, b.told(), []deliveries.Topic(nil))
			})
		}
	}
}

// TestOnlineAccount: the ZIP code, the code or the answer have a link sent, by e-mail alone.
func TestOnlineAccount(t *testing.T) {
	b := newBureau(t)
	online := func(zip, code string) recovery.Request {
		return recovery.Request{
			Service: recovery.OnlineAccount, Number: testkit.Coded, Need: recovery.Password,
			ZIP: secret.New(zip), Code: secret.New(code), Method: deliveries.Email,
		}
	}
	check.Same(t, b.ask(online("55403", "")).Outcome, recovery.Wrong)
	check.Same(t, b.ask(online("55401", "")).Outcome, recovery.Sent)
	check.Same(t, b.told(), []deliveries.Topic{deliveries.PasswordAsked, deliveries.PasswordLink})
	b.Pass(time.Hour)
	check.Same(t, b.ask(online("", testkit.Code)).Outcome, recovery.Sent)
	update, err := b.accounts.UseLink(t.Context(), b.link().Token, secret.New("grebe thistle 73"), testkit.Ann)
	if err != nil || update.After.Password != "" {
		t.Errorf("%v, or the password is kept", err)
	}
	for _, bad := range []func(*recovery.Request){
		func(r *recovery.Request) { r.Need = recovery.UserName },
		func(r *recovery.Request) { r.Method = deliveries.ByMail },
		func(r *recovery.Request) { r.Method = deliveries.Voice },
		func(r *recovery.Request) { r.Number = mine },
		func(r *recovery.Request) { r.ZIP = secret.New("55401") },
		func(r *recovery.Request) { r.Code = secret.New("12") },
		func(r *recovery.Request) { r.Service = "telegraph" },
	} {
		request := online("", testkit.Code)
		bad(&request)
		_, err := b.all.Recover(t.Context(), request)
		check.Is(t, err, recovery.ErrRequest)
	}
}

// TestGuesses: a hundred guesses at once are five, of an account and of what is none alike; then both are locked, and
// the right proof is not looked at.
func TestGuesses(t *testing.T) {
	for _, number := range []accounts.Number{mine, nobodys} {
		b := newBureau(t)
		var judged atomic.Int64
		check.AtOnce(100, func(i int) {
			request := given(password, fmt.Sprintf("%06d", i))
			request.Service, request.Number, request.Need, request.Method = recovery.LongDistance, number, recovery.UserName, deliveries.Email
			result, err := b.all.Recover(t.Context(), request)
			if err != nil {
				t.Error(err)
			}
			if result.Guessed {
				judged.Add(1)
			}
		})
		check.Same(t, judged.Load(), int64(5))
		request := given(password, testkit.Code)
		request.Number, request.Need = number, recovery.UserName
		check.Same(t, b.ask(request), recovery.Result{Outcome: recovery.Locked, Until: b.Now().Add(30 * time.Minute)})
		check.Same(t, b.told(), []deliveries.Topic(nil))
		for range 15 {
			b.Pass(31 * time.Minute)
			wrong := given(password, "999999")
			wrong.Number, wrong.Need = number, recovery.UserName
			for b.ask(wrong).Outcome == recovery.Wrong {
			}
		}
		check.Same(t, b.ask(request).Outcome, recovery.Closed)
	}
}

// TestOnce: the same asking again counts once, and sends once; another guess in its place is another guess.
func TestOnce(t *testing.T) {
	b := newBureau(t)
	wrong := given(password, "999999")
	wrong.Need, wrong.Once = recovery.UserName, "CA1 4"
	for range 3 {
		check.Same(t, b.ask(wrong), recovery.Result{Outcome: recovery.Wrong, TriesLeft: 4, Guessed: true})
	}
	wrong.Code = secret.New("999998")
	check.Same(t, b.ask(wrong).TriesLeft, 3)
	right := given("", testkit.Code)
	right.Need, right.Once = recovery.UserNameAndPassword, "CA1 7"
	check.AtOnce(5, func(int) {
		request := right
		request.Service, request.Number, request.Method = recovery.LongDistance, mine, deliveries.ByMail
		if result, err := b.all.Recover(t.Context(), request); err != nil || result.Outcome != recovery.Sent {
			t.Errorf("%+v, %v", result, err)
		}
	})
	right.Once, right.Method = "CA1 9", deliveries.ByMail // it is still on its way
	check.Same(t, b.ask(right).Outcome, recovery.Sent)
	check.Same(t, b.told(), []deliveries.Topic{deliveries.PasswordAsked, deliveries.PasswordLink, deliveries.UserName})
	check.Same(t, b.events(mine), []accounts.Event{
		accounts.Created, accounts.CodeProvisioned, accounts.VerifiedRecover, accounts.UserNameSent, accounts.PasswordLinkSent, accounts.VerifiedRecover,
	})
	code := recovery.Request{Need: recovery.SecurityCode, Once: "CA1 11"}
	for range 5 {
		check.Same(t, b.ask(code).Outcome, recovery.Accepted)
	}
	check.Same(t, b.told(), []deliveries.Topic{deliveries.SecurityCode})
}

// TestNobodyIsSeen: whoever asks for a code learns nothing: what is no account's, and one that has no address of record,
// are answered, limited and asked Redis for as any other.
func TestNobodyIsSeen(t *testing.T) {
	b := newBureau(t)
	fresh := accounts.LongDistance(testkit.Other) // its e-mail address is of today
	b.PutAccount(t, b.accounts, fresh, testkit.Details(testkit.Other), "")
	var asked []string
	for _, number := range []accounts.Number{mine, nobodys, fresh} {
		b.Calls.Made("")
		for n := range 3 {
			check.Same(t, b.ask(recovery.Request{Number: number, Need: recovery.SecurityCode, Once: fmt.Sprint(number, n)}), recovery.Result{Outcome: recovery.Accepted})
		}
		check.Same(t, b.ask(recovery.Request{Number: number, Need: recovery.SecurityCode}), recovery.Result{Outcome: recovery.TooMany, Until: b.Now().Add(time.Hour)})
		for _, guess := range []recovery.Request{given(password, "999999"), given("", "999999")} {
			guess.Number, guess.Need = number, recovery.UserName
			if guess.Password.IsZero() {
				guess.Need = recovery.UserNameAndPassword
			}
			b.ask(guess)
		}
		made := strings.Split(strings.ReplaceAll(strings.Join(b.Calls.Made(""), " "), "Hasher.VerifyNothing", "Hasher.Verify"), " ")
		if asked == nil {
			asked = made
		}
		check.Same(t, made, asked)
	}
	check.Same(t, b.told(), []deliveries.Topic{deliveries.SecurityCode, deliveries.SecurityCode, deliveries.SecurityCode})
}

// TestOfRecord: who has proved an account is told that it has no such address, and no user name; a server that lacks a
// way says so to anybody.
func TestOfRecord(t *testing.T) {
	b := newBureau(t)
	email := "other@mail.example.com"
	name := ""
	_, err := b.accounts.Put(t.Context(), mine, accounts.Details{Email: &email}, testkit.Ann)
	check.OK(t, err)
	b.told()
	both := given("", testkit.Code)
	both.Need = recovery.UserNameAndPassword
	check.Same(t, b.ask(both).Outcome, recovery.NotOfRecord)
	_, err = b.accounts.Put(t.Context(), mine, accounts.Details{UserName: &name}, testkit.Ann)
	check.OK(t, err)
	both.Method = deliveries.ByMail
	check.Same(t, b.ask(both).Outcome, recovery.NoUserName)
	b.told()
	without := deliveries.New(deliveries.Config{Store: b.Deliveries(), Phones: b.Deliveries(), Queue: b.Queue, Accounts: b.accounts, Mailer: b, Now: b.Now})
	for config, request := range map[recovery.Config]recovery.Request{
		{Accounts: b.accounts, Deliveries: without, Links: true}: {Need: recovery.SecurityCode, Method: deliveries.ByMail},
		{Accounts: b.accounts, Deliveries: b.deliveries}:         {Need: recovery.UserNameAndPassword, Method: deliveries.Email, Code: secret.New(testkit.Code)},
	} {
		request.Service = recovery.LongDistance
		for _, request.Number = range []accounts.Number{mine, nobodys} {
			result, err := recovery.New(config).Recover(t.Context(), request)
			check.OK(t, err)
			check.Same(t, result, recovery.Result{Outcome: recovery.NotOffered})
		}
	}
	check.Same(t, b.told(), []deliveries.Topic(nil))
}

// TestBusyHasherCountsNothing: what can't be judged is no guess.
func TestBusyHasherCountsNothing(t *testing.T) {
	b := newBureau(t)
	request := given(password, testkit.Code)
	request.Service, request.Number, request.Need, request.Method = recovery.LongDistance, mine, recovery.UserName, deliveries.Email
	b.Calls.FailNext("Hasher.Verify", context.DeadlineExceeded)
	_, err := b.all.Recover(t.Context(), request)
	check.Is(t, err, context.DeadlineExceeded)
	request.Code = secret.New("999999")
	check.Same(t, b.ask(request).TriesLeft, 4)
}

// TestLink: a link is used once, until it is too old, by a password that can be one; the customer is told, and can then
// prove the account by it.
func TestLink(t *testing.T) {
	b := newBureau(t)
	link := func(method deliveries.Method) accounts.Link {
		request := given("", testkit.Code)
		request.Need, request.Method = recovery.UserNameAndPassword, method
		check.Same(t, b.ask(request).Outcome, recovery.Sent)
		return b.link()
	}
	use := func(token, password string) error {
		_, err := b.accounts.UseLink(t.Context(), secret.New(token), secret.New(password), accounts.Note{By: "customer", From: "api"})
		return err
	}
	first := link(deliveries.Email)
	for _, bad := range []string{"", "short", "1234567", strings.Repeat("long", 20), "!?!?!?!?a", "pat.larsen", "7285277 36", "aaaaaaaa", "two\nlines 1234"} {
		check.Is(t, use(first.Token.Reveal(), bad), accounts.ErrDetails)
	}
	for _, bad := range []string{"", "x", strings.Repeat("A", 24), strings.Repeat("x", 300)} {
		check.Is(t, use(bad, "green egret 7"), accounts.ErrLink)
	}
	b.Pass(24 * time.Hour)
	check.Is(t, use(first.Token.Reveal(), "green egret 7"), accounts.ErrLink)
	letter := link(deliveries.ByMail)
	b.Pass(20 * 24 * time.Hour)
	check.Is(t, use(first.Token.Reveal(), "green egret 7"), accounts.ErrLink)
	typed := " " + strings.ToLower(strings.NewReplacer("O", "0", "I", "1", "B", "8").Replace(letter.Grouped().Reveal()))
	var won atomic.Int64
	check.AtOnce(5, func(i int) {
		if use(typed, fmt.Sprint("green egret 7", i)) == nil {
			won.Add(1)
		}
	})
	check.Same(t, won.Load(), int64(1))
	check.Is(t, use(typed, "green egret 8"), accounts.ErrLink)
	check.Same(t, b.told(), []deliveries.Topic{deliveries.SignInChanged})
	b.Pass(24 * time.Hour)

	again := link(deliveries.ByMail).Token.Reveal()
	b.told()
	check.AtOnce(5, func(int) { check.OK(t, use(again, "green egret 7")) }) // answers can be lost
	check.OK(t, use(again, "green egret 7"))
	check.Is(t, use(again, "Green egret 7"), accounts.ErrLink)
	check.Same(t, b.told(), []deliveries.Topic{deliveries.SignInChanged})
	events := b.events(mine)
	check.Same(t, events[len(events)-2:], []accounts.Event{accounts.PasswordLinkSent, accounts.PasswordChanged})
	b.Pass(10 * time.Minute)
	check.Is(t, use(again, "green egret 7"), accounts.ErrLink)
	for text, want := range map[string]recovery.Outcome{"47336 34738 7": recovery.Sent, password: recovery.Wrong} {
		request := given(text, testkit.Code)
		request.Need = recovery.UserName
		check.Same(t, b.ask(request).Outcome, want)
	}
	// A new code ends a link that whoever had the old one may have asked for.
	stale := link(deliveries.ByMail)
	_, err := b.accounts.NewCode(t.Context(), mine, testkit.Ann)
	check.OK(t, err)
	check.Is(t, use(stale.Token.Reveal(), "green egret 9"), accounts.ErrLink)
}

// TestWeakPasswords: none is taken that is guessed soon, and the customer reads why; the link still works.
func TestWeakPasswords(t *testing.T) {
	b := newBureau(t)
	both := given("", testkit.Code)
	both.Need = recovery.UserNameAndPassword
	b.ask(both)
	link := b.link()
	for weak, why := range map[string]string{
		"heron 7": "too short", strings.Repeat("heron ", 11): "at most 64", "12345678": "common password", "Password1!": "common password",
		userName: "your own name", "Larsen-2026": "your own name", "pat@mail1": "e-mail address", testkit.Home.National(): "telephone number",
		"612-555-0142": "telephone number", "heronheron": "repeated", "adadadad": "repeated", "--------12": "easy to guess",
		"!?%&/-=+*~17": "letters and digits",
	} {
		err := check.Err(b.accounts.UseLink(t.Context(), link.Token, secret.New(weak), testkit.Ann))
		wrong, is := errors.AsType[accounts.FieldErrors](err)
		if !is || len(wrong) != 1 || wrong[0].Field != "password" || !strings.Contains(wrong[0].Reason, why) || !strings.HasPrefix(wrong[0].Reason, "This ") {
			t.Errorf("%q: %v, want %q", weak, err, why)
		}
	}
	check.OK(t, check.Err(b.accounts.UseLink(t.Context(), link.Token, secret.New("7qh-rap-4zp"), testkit.Ann)))
}

// TestNoSecretIsReadable: neither what was given, rightly or wrongly, nor what was sent, nor what was chosen by it stands in
// Redis or logs.
func TestNoSecretIsReadable(t *testing.T) {
	const wrongCode, wrongPassword, chosen = "5829140637", "Marsh-Wren 8861", "Grebe-Thistle 7305"
	b := newBureau(t)
	wrong := given(wrongPassword, wrongCode)
	wrong.Need = recovery.UserName
	check.Same(t, b.ask(wrong).Outcome, recovery.Wrong)
	guessed := given(wrongPassword, testkit.Code)
	guessed.Need = recovery.Password
	b.ask(guessed)
	used := b.link()
	check.OK(t, check.Err(b.accounts.UseLink(t.Context(), used.Token, secret.New(chosen), testkit.Ann)))
	both := given("", testkit.Code)
	both.Need, both.Method = recovery.UserNameAndPassword, deliveries.ByMail
	b.ask(both)
	account, err := b.accounts.Get(t.Context(), mine)
	check.OK(t, err)
	if account.Link.Token.IsZero() {
		t.Error("no link is there to be found")
	}
	hidden := []string{userName, string(account.Password), wrongCode}
	for _, token := range []secret.Text{used.Token, used.Grouped(), account.Link.Token, account.Link.Grouped()} {
		hidden = append(hidden, token.Reveal())
	}
	for _, password := range []string{password, wrongPassword, chosen} {
		hidden = append(hidden, password, accounts.Keypad(secret.New(password)).Reveal())
	}
	for place, content := range map[string]string{
		"Redis": string(b.Redis.Contents(t)), "the log": b.Log.String(), "a link": fmt.Sprintf("%+v %+v", used, account.Link),
	} {
		for _, s := range hidden {
			if strings.Contains(content, s) {
				t.Errorf("%s holds %q", place, s)
			}
		}
	}
}

// A link ends with what proved it, and where it may have gone: at another code or question, and at another address.
func TestWhatEndsALink(t *testing.T) {
	email, phone := "another@mail.example.com", testkit.Other
	for name, change := range map[string]func(b *bureau) error{
		"another e-mail address": func(b *bureau) error {
			return check.Err(b.accounts.Put(t.Context(), testkit.Coded, accounts.Details{Email: &email}, testkit.Ann))
		},
		"another telephone": func(b *bureau) error {
			return check.Err(b.accounts.Put(t.Context(), testkit.Coded, accounts.Details{Phone: phone}, testkit.Ann))
		},
		"a question": func(b *bureau) error {
			return check.Err(b.accounts.SetQuestion(t.Context(), testkit.Coded, "First pet?", secret.New("Rex"), testkit.Ann))
		},
		"another code": func(b *bureau) error { return check.Err(b.accounts.NewCode(t.Context(), testkit.Coded, testkit.Ann)) },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBureau(t)
			request := recovery.Request{
				Service: recovery.OnlineAccount, Number: testkit.Coded, Need: recovery.Password,
				ZIP: secret.New("55401"), Method: deliveries.Email,
			}
			check.Same(t, b.ask(request).Outcome, recovery.Sent)
			token := b.link().Token
			check.OK(t, change(b))
			check.Is(t, check.Err(b.accounts.UseLink(t.Context(), token, secret.New("grebe thistle 73"), testkit.Ann)), accounts.ErrLink)
		})
	}
}
