package mailboxes_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/limit"
	"updatecenter/internal/mailboxes"
	"updatecenter/internal/nanp"
	"updatecenter/internal/proofs"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/secret"
	"updatecenter/internal/storage"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
)

const ann = "Ann.Olson@example.com"

// emailOf is an address whose answers are Rex and St. Cloud.
func emailOf(number nanp.Number, address string) mailboxes.EmailPut {
	return mailboxes.EmailPut{
		Number: number, Address: address, Note: crm, Questions: [2]mailboxes.Answered{
			{Question: mailboxes.FirstPet, Answer: secret.New("Rex")}, {Question: mailboxes.BirthCity, Answer: secret.New("St. Cloud")},
		},
	}
}

// withEmail is a fixture whose line has an address as well.
func withEmail(t *testing.T) (*fixture, mailboxes.Email) {
	t.Helper()
	f := newFixture(t)
	return f, check.Must(f.PutEmail(t.Context(), emailOf(testkit.Home, ann)))(t).Email
}

// answers are as a telephone enters them.
func answers(first, other string) [2]secret.Text {
	return [2]secret.Text{secret.New(first), secret.New(other)}
}

var rightAnswers, wrongAnswers = answers("739", "7825683"), answers("739", "7825684")

// guess is one of a caller, in a turn of its own.
func (f *fixture) guess(number nanp.Number, id mailboxes.EmailID, answers [2]secret.Text) mailboxes.EmailProof {
	f.turn++
	return mailboxes.EmailProof{
		Line: number, Email: id, Answers: answers, Once: fmt.Sprint("CA4 ", f.turn), From: "+19525550100", Side: pins.Remote, Call: "CA4",
	}
}

// proves wants an outcome, of one turn of which two are brought.
func (f *fixture) proves(t *testing.T, proof mailboxes.EmailProof, want proofs.Outcome, guessed bool) mailboxes.EmailResult {
	t.Helper()
	first := check.Must(f.ProveEmail(t.Context(), proof))(t)
	if first.Outcome != want || first.Guessed != guessed || first.LockedUntil.IsZero() == (want == proofs.LockedForNow) {
		t.Fatalf("%+v, want %s", first, want)
	}
	check.Same(t, check.Must(f.ProveEmail(t.Context(), proof))(t), first)
	return first
}

// locks are the records of locks.
func (f *fixture) locks(t *testing.T) (all []pins.Record) {
	t.Helper()
	for _, record := range f.Records(t, testkit.Home) {
		if record.Event == pins.EmailLocked {
			all = append(all, record)
		}
	}
	return all
}

func TestPutEmail(t *testing.T) {
	f, first := withEmail(t)
	put := emailOf(testkit.Home, "ann.olson@EXAMPLE.com")
	put.Questions[1].Answer = secret.New("st cloud")
	update := check.Must(f.PutEmail(t.Context(), put))(t)
	check.Same(t, update, mailboxes.EmailUpdate{Email: first}) // as before
	put.Questions[1].Answer = secret.New("Duluth")
	put.Match = func(revision int64) bool { return revision == first.Revision }
	update = check.Must(f.PutEmail(t.Context(), put))(t)
	if update.Created || !update.Changed || update.Email.ID != first.ID || update.Email.Revision <= first.Revision {
		t.Errorf("%+v after %+v", update, first)
	}
	check.Is(t, check.Err(f.PutEmail(t.Context(), put)), storage.ErrStale)
	for n := 1; n < mailboxes.MaxEmails; n++ {
		check.OK(t, check.Err(f.PutEmail(t.Context(), emailOf(testkit.Home, fmt.Sprintf("ann%d@example.com", n)))))
	}
	check.Is(t, check.Err(f.PutEmail(t.Context(), emailOf(testkit.Home, "ben@example.com"))), mailboxes.ErrFull)
	check.Same(t, len(check.Must(f.Emails(t.Context(), testkit.Home))(t)), mailboxes.MaxEmails)

	removal := mailboxes.EmailRemoval{Number: testkit.Home, Address: ann, Note: crm, Match: func(int64) bool { return false }}
	check.Is(t, f.RemoveEmail(t.Context(), removal), storage.ErrStale)
	removal.Match = nil
	check.OK(t, f.RemoveEmail(t.Context(), removal))
	check.Is(t, f.RemoveEmail(t.Context(), removal), mailboxes.ErrNoEmail)
	check.Is(t, f.RemoveEmail(t.Context(), mailboxes.EmailRemoval{Number: testkit.Home}), pins.ErrNote)
	check.Same(t, f.Records(t, testkit.Home)[0].Event, pins.EmailRemoved)
	check.Same(t, f.Records(t, testkit.Home)[0].Changes, []string{"address " + string(first.ID)})
	check.Must(f.Find(t.Context(), testkit.Home))(t) // the voice mailbox has nothing to do with it
}

// A line has a voice mailbox, addresses, both or neither.
func TestEmailWithoutVoiceMailbox(t *testing.T) {
	f := newFixture(t)
	put := emailOf(testkit.Other, ann)
	check.OK(t, check.Err(f.PutEmail(t.Context(), put)))
	check.Is(t, check.Err(f.Find(t.Context(), testkit.Other)), mailboxes.ErrNoMailbox)
	result, err := f.ResetByCall(t.Context(), testkit.Other, "", "dlv_1", "CA7")
	is(t, result, err, mailboxes.None)
	if update := f.put(t, testkit.Other, true); !update.Created {
		t.Errorf("%+v", update)
	}
	check.Same(t, len(check.Must(f.Emails(t.Context(), testkit.Other))(t)), 1)
	check.Same(t, len(check.Must(f.Emails(t.Context(), testkit.Missing))(t)), 0)
}

func TestEmailsThatAreRefused(t *testing.T) {
	f := newFixture(t)
	for want, spoil := range map[string]func(*mailboxes.EmailPut){
		"number":              func(p *mailboxes.EmailPut) { p.Number = "911" },
		"address":             func(p *mailboxes.EmailPut) { p.Address = "ann" },
		"question_1":          func(p *mailboxes.EmailPut) { p.Questions[0].Question = "shoe_size" },
		"question_2":          func(p *mailboxes.EmailPut) { p.Questions[1].Question = mailboxes.FirstPet },
		"answer_1":            func(p *mailboxes.EmailPut) { p.Questions[0].Answer = secret.New("M. J.") },
		"answer_2":            func(p *mailboxes.EmailPut) { p.Questions[1].Answer = secret.New(strings.Repeat("a", 65)) },
		"question_1 answer_2": func(p *mailboxes.EmailPut) { p.Questions[0].Question, p.Questions[1].Answer = "", secret.Text{} },
		"":                    func(p *mailboxes.EmailPut) { p.Questions[0].Question, p.Questions[1].Question = "own", "own" },
	} {
		put := emailOf(testkit.Home, ann)
		spoil(&put)
		err := check.Err(f.PutEmail(t.Context(), put))
		fields, _ := errors.AsType[accounts.FieldErrors](err)
		var names []string
		for _, field := range fields {
			names = append(names, field.Field)
		}
		check.Same(t, strings.Join(names, " "), want)
	}
	put := emailOf(testkit.Home, ann)
	put.Note = pins.Note{}
	check.Is(t, check.Err(f.PutEmail(t.Context(), put)), pins.ErrNote)
}

func TestChallenge(t *testing.T) {
	for _, c := range [][2]string{
		{"Ann.Olson@example.com", ""}, // as of a decoy
		{"ann@example.com ben@example.com", "an be"},
		{"4.2ever@example.com a@example.com", "42 a"},
		{"ann@example.com andy@example.com ben@example.com", "ann and be"},
		{"ann1@example.com ann2@example.com ben@example.com", "ann ann be"}, // no more than three
		{"ann@example.com ann@example.org an@example.com", "ann ann an"},
		{"_@example.com ann@example.com", " an"},
	} {
		t.Run(c[0], func(t *testing.T) {
			f := newFixture(t)
			for address := range strings.FieldsSeq(c[0]) {
				check.OK(t, check.Err(f.PutEmail(t.Context(), emailOf(testkit.Home, address))))
			}
			var letters []string
			emails := check.Must(f.Emails(t.Context(), testkit.Home))(t)
			for i, challenge := range check.Must(f.Challenge(t.Context(), testkit.Home))(t) {
				letters = append(letters, challenge.Letters)
				check.Same(t, challenge.Email, emails[i].ID)
				check.Same(t, challenge.Questions, [2]mailboxes.Question{mailboxes.FirstPet, mailboxes.BirthCity})
			}
			check.Same(t, strings.Join(letters, " "), c[1])
		})
	}
}

// A number without addresses has a decoy: always the same one, which looks as any other.
func TestDecoys(t *testing.T) {
	f, _ := withEmail(t)
	real := check.Must(f.Challenge(t.Context(), testkit.Home))(t)[0]
	seen := map[mailboxes.Question]bool{} //nolint:exhaustive // it is filled
	for n := range 100 {
		number := nanp.Number(fmt.Sprintf("+16125551%03d", n))
		all := check.Must(f.Challenge(t.Context(), number))(t)
		check.Same(t, check.Must(f.Challenge(t.Context(), number))(t), all)
		decoy := all[0]
		same := decoy.Questions[0] == decoy.Questions[1] && decoy.Questions[0] != mailboxes.Own
		if len(all) != 1 || len(decoy.Email) != len(real.Email) || decoy.Letters != real.Letters ||
			!decoy.Questions[0].Known() || !decoy.Questions[1].Known() || same {
			t.Errorf("%+v", all)
		}
		seen[decoy.Questions[0]], seen[decoy.Questions[1]] = true, true
	}
	check.Same(t, len(seen), len(mailboxes.Questions)) // the customer's own, too
	f.config.Keys = testkit.Keys("2027a")
	other := check.Must(mailboxes.New(f.config))(t)
	before, after := check.Must(f.Challenge(t.Context(), testkit.Missing))(t), check.Must(other.Challenge(t.Context(), testkit.Missing))(t)
	if before[0] == after[0] {
		t.Error("whoever has the code can work decoys out")
	}
}

func TestProveEmail(t *testing.T) {
	f, email := withEmail(t)
	for _, c := range []struct {
		id      mailboxes.EmailID
		answers [2]secret.Text
		want    proofs.Outcome
	}{
		{email.ID, answers("73", "7825683"), proofs.Malformed},
		{email.ID, answers("739", strings.Repeat("7", 65)), proofs.Malformed},
		{email.ID, answers("739", ""), proofs.Malformed},
		{email.ID, rightAnswers, proofs.Right},
		{email.ID, answers("REX", "st-cloud"), proofs.Right},
		{email.ID, answers("7825683", "739"), proofs.Wrong}, // in the other order
		{email.ID, answers("730", "7825683"), proofs.Wrong},
		{email.ID, rightAnswers, proofs.Right}, // which clears
		{email.ID, wrongAnswers, proofs.Wrong},
		{"eml_of_another_line", rightAnswers, proofs.Wrong},
		{"", answers("730", "7825684"), proofs.LockedForNow},
	} {
		f.proves(t, f.guess(testkit.Home, c.id, c.answers), c.want, c.want != proofs.Right && c.want != proofs.Malformed)
	}
	f.proves(t, f.guess(testkit.Home, email.ID, rightAnswers), proofs.LockedForNow, false)
	proof := f.guess("911", email.ID, rightAnswers)
	f.proves(t, proof, proofs.Malformed, false)

	locks := f.locks(t)
	check.Same(t, locks, []pins.Record{{
		At: f.Now(), Event: pins.EmailLocked, By: pins.ByCaller, Side: pins.Remote, From: "+19525550100", Call: "CA4",
		Until: f.Now().Add(24 * time.Hour),
	}})
	check.Same(t, len(testkit.Notices(t, f.DB, string(testkit.Home))), 1)
	f.Pass(24*time.Hour - time.Second)
	f.proves(t, f.guess(testkit.Home, email.ID, rightAnswers), proofs.LockedForNow, false)
	f.Pass(time.Second)
	f.proves(t, f.guess(testkit.Home, email.ID, rightAnswers), proofs.Right, false)
}

// The same turn with other answers is another guess.
func TestTurnsOfGuesses(t *testing.T) {
	f, email := withEmail(t)
	proof := f.guess(testkit.Home, email.ID, wrongAnswers)
	f.proves(t, proof, proofs.Wrong, true)
	proof.Answers = answers("739", "7825685")
	f.proves(t, proof, proofs.Wrong, true)
	proof.Once = "" // has no name: each is another
	check.Same(t, check.Must(f.ProveEmail(t.Context(), proof))(t).Outcome, proofs.LockedForNow)
}

// A right pair clears the failures at its own address alone: who knows the answers of one guesses no longer at another's. Nor does
// an address that is put, or removed, clear what concerns others.
func TestGuessesAtOtherAddresses(t *testing.T) {
	f, mine := withEmail(t)
	put := emailOf(testkit.Home, "ben@example.com")
	put.Questions[1].Answer = secret.New("Fargo")
	other := check.Must(f.PutEmail(t.Context(), put))(t).Email
	guesses := 0
	for locked := 0; ; {
		f.proves(t, f.guess(testkit.Home, mine.ID, rightAnswers), proofs.Right, false)
		proof := f.guess(testkit.Home, other.ID, rightAnswers)
		result := check.Must(f.ProveEmail(t.Context(), proof))(t)
		guesses++
		if result.Outcome == proofs.Closed {
			break
		}
		if result.Outcome == proofs.LockedForNow {
			locked++
			check.Same(t, guesses, 3*locked)
			check.Same(t, f.Records(t, testkit.Home)[0].Changes, []string{"address " + string(other.ID)})
			put := emailOf(testkit.Home, fmt.Sprint("locked", locked, "@example.com")) // a further one, which goes again
			check.OK(t, check.Err(f.PutEmail(t.Context(), put)))
			removal := mailboxes.EmailRemoval{Number: testkit.Home, Address: put.Address, Note: crm}
			check.OK(t, f.RemoveEmail(t.Context(), removal))
			f.proves(t, f.guess(testkit.Home, mine.ID, rightAnswers), proofs.LockedForNow, false)
			f.Pass(24 * time.Hour)
		}
	}
	check.Same(t, guesses, mailboxes.EmailLock().CloseAt)
	mineAnew := emailOf(testkit.Home, ann)
	mineAnew.Questions[1].Answer = secret.New("Duluth")
	check.OK(t, check.Err(f.PutEmail(t.Context(), mineAnew)))
	f.proves(t, f.guess(testkit.Home, mine.ID, answers("rex", "duluth")), proofs.Closed, false)
	put.Questions[1].Answer = secret.New("Duluth")
	check.OK(t, check.Err(f.PutEmail(t.Context(), put)))
	f.proves(t, f.guess(testkit.Home, mine.ID, answers("rex", "duluth")), proofs.Right, false)

	f.proves(t, f.guess(testkit.Home, other.ID, rightAnswers), proofs.Wrong, true)
	f.proves(t, f.guess(testkit.Home, mine.ID, rightAnswers), proofs.Wrong, true)
	f.proves(t, f.guess(testkit.Home, "eml_x", rightAnswers), proofs.LockedForNow, true)
	check.OK(t, f.RemoveEmail(t.Context(), mailboxes.EmailRemoval{Number: testkit.Home, Address: put.Address, Note: crm}))
	f.proves(t, f.guess(testkit.Home, mine.ID, rightAnswers), proofs.LockedForNow, true) // two were left of three
	f.proves(t, f.guess(testkit.Home, mine.ID, answers("rex", "duluth")), proofs.LockedForNow, false)
}

// New answers end a lock; what is put as it was ends none. The tenth lock in a row stays.
func TestEmailLocks(t *testing.T) {
	f, email := withEmail(t)
	lock := func(number nanp.Number) {
		f.proves(t, f.guess(number, email.ID, wrongAnswers), proofs.Wrong, true)
		f.proves(t, f.guess(number, email.ID, wrongAnswers), proofs.Wrong, true)
		f.proves(t, f.guess(number, email.ID, wrongAnswers), proofs.LockedForNow, true)
	}
	lock(testkit.Home)
	put := emailOf(testkit.Home, ann)
	check.OK(t, check.Err(f.PutEmail(t.Context(), put)))
	f.proves(t, f.guess(testkit.Home, email.ID, rightAnswers), proofs.LockedForNow, false)
	put.Questions[1].Answer = secret.New("Duluth")
	check.OK(t, check.Err(f.PutEmail(t.Context(), put)))
	f.proves(t, f.guess(testkit.Home, email.ID, answers("rex", "duluth")), proofs.Right, false)

	for range mailboxes.EmailLock().CloseAt/3 - 1 {
		for _, number := range []nanp.Number{testkit.Home, testkit.Missing} { // a decoy is no different
			lock(number)
		}
		f.Pass(24 * time.Hour)
	}
	for _, number := range []nanp.Number{testkit.Home, testkit.Missing} {
		f.proves(t, f.guess(number, email.ID, wrongAnswers), proofs.Wrong, true)
		f.proves(t, f.guess(number, email.ID, wrongAnswers), proofs.Wrong, true)
		f.proves(t, f.guess(number, email.ID, wrongAnswers), proofs.Closed, true)
	}
	f.Pass(89 * 24 * time.Hour)
	for _, number := range []nanp.Number{testkit.Home, testkit.Missing} {
		f.proves(t, f.guess(number, email.ID, rightAnswers), proofs.Closed, false)
	}
	check.Same(t, []int{len(f.locks(t)), len(f.Records(t, testkit.Missing))}, []int{11, 0})
	put.Questions[1].Answer = secret.New("Fargo")
	check.OK(t, check.Err(f.PutEmail(t.Context(), put)))
	f.proves(t, f.guess(testkit.Home, email.ID, answers("rex", "fargo")), proofs.Right, false)
}

// Failures are forgotten after 90 days, of a decoy as of an address. Those at a decoy go by themselves, and are never an address's.
func TestDecoysAreForgotten(t *testing.T) {
	f, email := withEmail(t)
	for _, number := range []nanp.Number{testkit.Home, testkit.Missing} {
		f.proves(t, f.guess(number, email.ID, wrongAnswers), proofs.Wrong, true)
		f.proves(t, f.guess(number, email.ID, wrongAnswers), proofs.Wrong, true)
	}
	ttl := func(kind string) time.Duration {
		return f.DB.Client().TTL(t.Context(), "uc:"+kind+":{"+string(testkit.Missing)+"}").Val()
	}
	if within := ttl("decoy") - mailboxes.EmailLock().ForgetIn; within < 0 || within > time.Hour {
		t.Errorf("kept %s longer than it is of use", within)
	}
	f.Pass(mailboxes.EmailLock().ForgetIn)
	for _, number := range []nanp.Number{testkit.Home, testkit.Missing} {
		f.proves(t, f.guess(number, email.ID, wrongAnswers), proofs.Wrong, true)
	}
	f.proves(t, f.guess(testkit.Missing, email.ID, wrongAnswers), proofs.Wrong, true)
	put := check.Must(f.PutEmail(t.Context(), emailOf(testkit.Missing, ann)))(t)
	for _, want := range []proofs.Outcome{proofs.Wrong, proofs.Wrong, proofs.LockedForNow} {
		f.proves(t, f.guess(testkit.Missing, put.Email.ID, wrongAnswers), want, true)
	}
	check.Same(t, ttl("mailbox"), time.Duration(-1)) // for ever
	check.OK(t, f.RemoveEmail(t.Context(), mailboxes.EmailRemoval{Number: testkit.Missing, Address: ann, Note: crm}))
	f.proves(t, f.guess(testkit.Missing, put.Email.ID, wrongAnswers), proofs.LockedForNow, true) // the third at the decoy
	check.Same(t, limit.KeptClosed, 4)                                                           // as keys.go says
}

func TestResetEmailByCall(t *testing.T) {
	f, email := withEmail(t)
	f.Pass(time.Minute)
	first, err := f.ResetByCall(t.Context(), testkit.Home, email.ID, "dlv_1", "CA7")
	is(t, first, err, mailboxes.Done)
	again, err := f.ResetByCall(t.Context(), testkit.Home, email.ID, "dlv_1", "CA8")
	is(t, again, err, mailboxes.Done)
	if len(first.Password.Reveal()) != 8 || !again.Password.Equal(first.Password) {
		t.Error("the same delivery has another password")
	}
	if first.Email.Revision <= email.Revision || !first.Email.Reset.Equal(f.Now()) || first.Email.Address != ann {
		t.Errorf("%+v after %+v", first.Email, email)
	}
	check.Same(t, again.Email, first.Email)
	events := f.events(t)
	check.Same(t, len(events), 1)
	check.Same(t, []any{events[0].Type, events[0].Address, events[0].Revision, events[0].Password.Equal(first.Password)},
		[]any{mailboxes.EmailReset, ann, first.Email.Revision, true})
	check.Same(t, f.Records(t, testkit.Home)[0], pins.Record{
		At: f.Now(), Event: pins.EmailPasswordReset, By: pins.ByCaller, Side: pins.FromLine,
		From: string(testkit.Home), Call: "CA7", Changes: []string{"address " + string(email.ID), "proved by callback"},
	})
	result, err := f.ResetByCall(t.Context(), testkit.Home, "eml_x", "dlv_2", "CA9")
	is(t, result, err, mailboxes.None)
	for n := range mailboxes.DefaultLimit().Most - 1 { // the limits of each address, and of the mailbox, are their own
		result, err := f.ResetByCall(t.Context(), testkit.Home, email.ID, fmt.Sprint("again ", n), "CA7")
		is(t, result, err, mailboxes.Done)
	}
	result, err = f.ResetByCall(t.Context(), testkit.Home, email.ID, "once more", "CA7")
	is(t, result, err, mailboxes.TooMany)
	other := check.Must(f.PutEmail(t.Context(), emailOf(testkit.Home, "ben@example.com")))(t).Email
	result, err = f.ResetByCall(t.Context(), testkit.Home, other.ID, "dlv_1", "CA7")
	is(t, result, err, mailboxes.Done)
	result, err = f.ResetByCall(t.Context(), testkit.Home, "", "dlv_1", "CA7")
	is(t, result, err, mailboxes.Done)
	has := check.Must(f.Has(t.Context(), testkit.Home, other.ID))(t)
	hasNot := check.Must(f.Has(t.Context(), testkit.Missing, other.ID))(t)
	hasMailbox := check.Must(f.Has(t.Context(), testkit.Home, ""))(t)
	hasNone := check.Must(f.Has(t.Context(), testkit.Missing, ""))(t)
	check.Same(t, []bool{has, hasNot, hasMailbox, hasNone}, []bool{true, false, true, false})
}

// Nothing that is stored or printed tells an answer, a password or an address to who has no key.
func TestEmailIsSealed(t *testing.T) {
	f, email := withEmail(t)
	result, err := f.ResetByCall(t.Context(), testkit.Home, email.ID, "dlv_1", "CA7")
	is(t, result, err, mailboxes.Done)
	proof := f.guess(testkit.Home, email.ID, rightAnswers)
	proved := f.proves(t, proof, proofs.Right, false)
	stored := testkit.Events(t, f.DB, testkit.Home)[0]
	record := check.Must(f.MailboxStore().Load(t.Context(), testkit.Home))(t)
	shown := check.Must(json.Marshal(check.Must(mailboxes.ShowEvent(stored))(t)))(t)
	history := fmt.Sprint(f.Records(t, testkit.Home))
	printed := fmt.Sprintf("%v %+v %v %+v", result.Password, check.Must(f.OpenEvent(stored))(t).Password, proof, proved)
	for _, text := range []string{string(stored), string(record.Sealed), string(shown), history, printed} {
		for _, hidden := range []string{result.Password.Reveal(), ann, "7825683", "St. Cloud"} {
			if strings.Contains(text, hidden) {
				t.Errorf("%s stands in %s", hidden, text)
			}
		}
	}
	if text := fmt.Sprintf("%+v", emailOf(testkit.Home, ann)); strings.Contains(text, "Rex") {
		t.Error(text)
	}
	var sent struct {
		Type string
		Data map[string]any
	}
	check.OK(t, json.Unmarshal(check.Must(f.events(t)[0].Payload())(t), &sent))
	check.Same(t, sent.Type, "email.password.reset")
	check.Same(t, sent.Data, map[string]any{
		"number": string(testkit.Home), "revision": float64(result.Email.Revision), "by": "caller", "address": ann, "password": result.Password.Reveal(),
	})
	moved := strings.ReplaceAll(string(stored), string(mailboxes.EmailReset), string(mailboxes.PasswordReset))
	check.Is(t, check.Err(f.OpenEvent([]byte(moved))), storage.ErrUnreadable)
}

// A hundred guesses at once are three, be it at an address or at a decoy.
func TestGuessesTogether(t *testing.T) {
	testkit.OnEachRedis(t, func(t *testing.T, fresh func(t *testing.T) *redisstore.DB) {
		f := onWorld(t, testkit.On(fresh(t)))
		email := check.Must(f.PutEmail(t.Context(), emailOf(testkit.Home, ann)))(t).Email
		for _, number := range []nanp.Number{testkit.Home, testkit.Missing} {
			all := make([]mailboxes.EmailProof, 100)
			for i := range all {
				all[i] = f.guess(number, email.ID, answers("739", fmt.Sprintf("7825%03d", i)))
			}
			results := make([]mailboxes.EmailResult, len(all))
			check.AtOnce(len(all), func(i int) {
				var err error
				if results[i], err = f.ProveEmail(t.Context(), all[i]); err != nil {
					t.Error(err)
				}
			})
			told := map[string]int{}
			for _, result := range results {
				told[fmt.Sprint(result.Outcome, " ", result.Guessed)]++
			}
			check.Same(t, told, map[string]int{"wrong true": 2, "locked for now true": 1, "locked for now false": 97})
		}
		check.Same(t, []int{len(f.locks(t)), len(f.Records(t, testkit.Missing))}, []int{1, 0})
		check.Same(t, []int{len(testkit.Notices(t, f.DB, string(testkit.Home))), len(testkit.Notices(t, f.DB, string(testkit.Missing)))}, []int{1, 0})
	})
}

// A lost answer is one guess.
func TestLostGuesses(t *testing.T) {
	f, email := withEmail(t)
	lost := errors.New("lost")
	proof := f.guess(testkit.Home, email.ID, wrongAnswers)
	f.Calls.LoseNext("Mailboxes.Change", lost, lost)
	check.Is(t, check.Err(f.ProveEmail(t.Context(), proof)), lost)
	f.proves(t, proof, proofs.Wrong, true) // it was stored all the same
	f.Calls.LoseNext("Mailboxes.Change", lost)
	f.proves(t, f.guess(testkit.Home, email.ID, wrongAnswers), proofs.Wrong, true)
	f.proves(t, f.guess(testkit.Home, email.ID, wrongAnswers), proofs.LockedForNow, true)
	check.Same(t, len(f.locks(t)), 1)
}
