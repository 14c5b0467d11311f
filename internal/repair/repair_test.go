package repair_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/audit"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/nanp"
	"updatecenter/internal/repair"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
)

func TestNobodyResetsWithoutAValidation(t *testing.T) {
	f := newFixture(t)
	f.unvalidated(t, ann)
}

func TestAValidationCountsForItsAgentInterfaceAndLine(t *testing.T) {
	f := newFixture(t)
	f.validated(t, ann)
	for _, who := range []repair.Who{bob, sue, annByKey} {
		f.unvalidated(t, who)
	}
	f.Audit.Take()
	check.Is(t, check.Err(f.Reset(t.Context(), ann, other, "forgot it")), pins.ErrNotValidated)
	check.Is(t, check.Err(f.Unlock(t.Context(), ann, other, "forgot it")), pins.ErrNotValidated)
	f.Audit.Holds(t, audit.ResetRefused, audit.ResetRefused)
}

// TestTheStoreAsksToo holds that whoever comes past the desk's own look is refused by the store.
func TestTheStoreAsksToo(t *testing.T) {
	f := newFixture(t)
	provisioning := f.config().Provisioning
	check.Is(t, provisioning.Reset(t.Context(), home, pins.Note{By: "ann", From: "console", Reason: "forgot it"}), pins.ErrNotValidated)
	f.unchanged(t)
}

func TestResetOfNoLine(t *testing.T) {
	f := newFixture(t)
	check.Is(t, check.Err(f.Reset(t.Context(), ann, missing, "forgot it")), pins.ErrNoLine)
	check.Is(t, check.Err(f.Call(t.Context(), ann, missing, "")), pins.ErrNoLine)
	check.Is(t, check.Err(f.Secret(t.Context(), ann, missing, coded, rightSecret)), pins.ErrNoLine)
	check.Is(t, f.PhotoID(t.Context(), sue, missing, "driver's license MN 1234"), pins.ErrNoLine)
	f.Audit.Holds(t, audit.LookedUp, audit.ResetRefused, audit.LookedUp, audit.LookedUp, audit.LookedUp)
	check.Is(t, check.Err(f.Find(t.Context(), ann, missing)), pins.ErrNoLine)
	f.Audit.Holds(t, audit.LookedUp)
}

func TestReasons(t *testing.T) {
	f := newFixture(t)
	f.validated(t, ann)
	for _, reason := range []string{"", "a\nb", "\xff", strings.Repeat("x", 501)} {
		check.Is(t, check.Err(f.Reset(t.Context(), ann, home, reason)), pins.ErrNote)
	}
	f.unchanged(t)
	check.OK(t, check.Err(f.Reset(t.Context(), ann, home, strings.Repeat("ñ", 500))))
}

func TestNobody(t *testing.T) {
	f := newFixture(t)
	for _, who := range []repair.Who{
		{}, {Name: "ann"}, {Via: repair.ViaConsole}, {Name: "ann", Via: "command line"}, {Name: "a\nb", Via: repair.ViaAPI},
		{Name: strings.Repeat("x", 101), Via: repair.ViaAPI},
	} {
		who.PhotoID = true
		_, find := f.Find(t.Context(), who, home)
		_, call := f.Call(t.Context(), who, home, "")
		_, validation := f.Validation(t.Context(), who, "val_aaaaaaaaaaaaaaaaaaaaaaaaaa")
		_, code := f.Code(t.Context(), who, "val_aaaaaaaaaaaaaaaaaaaaaaaaaa", secret.New("123456"))
		_, claim := f.Secret(t.Context(), who, home, coded, rightSecret)
		_, reset := f.Reset(t.Context(), who, home, "forgot it")
		_, unlock := f.Unlock(t.Context(), who, home, "forgot it")
		for _, err := range []error{find, call, validation, code, claim, f.PhotoID(t.Context(), who, home, "driver's license"), reset, unlock} {
			check.Is(t, err, repair.ErrWho)
		}
	}
	f.Audit.Holds(t)
}

func TestWithoutTheAuditNothingIsDone(t *testing.T) {
	f := newFixture(t)
	f.validated(t, ann)
	v, code := f.call(t, ann, home)
	before := check.Must(f.DB.Lines().History(t.Context(), home, 100))(t)
	questions := len(f.accounts.questions)
	f.Calls.Fail("Record", errDown)
	_, find := f.Find(t.Context(), ann, home)
	_, call := f.Call(t.Context(), ann, home, "key")
	_, right := f.Code(t.Context(), ann, v.ID, code)
	_, bad := f.Code(t.Context(), ann, v.ID, wrong(code))
	_, claim := f.Secret(t.Context(), ann, home, coded, rightSecret)
	_, reset := f.Reset(t.Context(), ann, home, "forgot it")
	_, unlock := f.Unlock(t.Context(), ann, home, "forgot it")
	_, foreign := f.Reset(t.Context(), bob, home, "forgot it")
	for _, err := range []error{find, call, right, bad, claim, f.PhotoID(t.Context(), sue, home, "driver's license"), reset, unlock, foreign} {
		check.Is(t, err, errDown)
	}
	f.unchanged(t)
	after := check.Must(f.DB.Lines().History(t.Context(), home, 100))(t)
	if len(after) != len(before) || len(f.accounts.questions) != questions {
		t.Errorf("history %+v, questions %v", after, f.accounts.questions)
	}
	f.Calls.Mend("Record")
	f.unvalidated(t, sue)
}

func TestSecret(t *testing.T) {
	answer := func(s string) accounts.Claim { return accounts.Claim{Answer: secret.New(s)} }
	for name, c := range map[string]struct {
		line    nanp.Number
		account accounts.Number
		claim   accounts.Claim
		want    bool
	}{
		"right code":               {home, coded, rightSecret, true},
		"right answer":             {other, answered, answer("luz"), true},
		"wrong code":               {home, coded, wrongSecret, false},
		"wrong answer":             {other, answered, answer("sol"), false},
		"account of another line":  {other, coded, rightSecret, false},
		"answer of another line":   {home, answered, answer("luz"), false},
		"nobody's account":         {home, nobodys, rightSecret, false},
		"code that a question has": {other, answered, rightSecret, false},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			got, err := f.Secret(t.Context(), ann, c.line, c.account, c.claim)
			if err != nil || got != c.want {
				t.Fatalf("%t, %v", got, err)
			}
			if want := []string{"verify", "get"}; !slices.Equal(f.accounts.questions, want) {
				t.Errorf("asked %v, want %v", f.accounts.questions, want)
			}
			last := audit.ValidationFailed
			if c.want {
				last = audit.Validated
			}
			for _, event := range f.Audit.Holds(t, audit.ValidationBegun, last) {
				if strings.Contains(event.Detail, string(c.account)) {
					t.Errorf("recorded %+v", event)
				}
			}
			_, err = f.Reset(t.Context(), ann, c.line, "forgot it")
			if c.want {
				check.OK(t, err)
			} else {
				check.Is(t, err, pins.ErrNotValidated)
			}
		})
	}
}

func TestLockedAccountsAreWrong(t *testing.T) {
	f := newFixture(t)
	for range 5 {
		if right, err := f.Secret(t.Context(), ann, home, coded, wrongSecret); right || err != nil {
			t.Fatal(right, err)
		}
	}
	if right, err := f.Secret(t.Context(), ann, home, coded, rightSecret); right || err != nil {
		t.Errorf("%t, %v", right, err)
	}
	f.unvalidated(t, ann)
}

func TestWhatEverybodyKnowsIsNoSecret(t *testing.T) {
	f := newFixture(t)
	for _, claim := range []accounts.Claim{
		{}, {ZIP: secret.New("55401")}, {ZIP: secret.New("55401"), Code: rightSecret.Code},
		{Code: rightSecret.Code, Answer: secret.New("luz")}, {Code: secret.New("12345")}, {Answer: secret.New("?!")},
	} {
		for range 100 { // oftener than codes and answers are taken of an agent
			check.Is(t, check.Err(f.Secret(t.Context(), ann, home, coded, claim)), accounts.ErrClaim)
		}
	}
	f.unvalidated(t, ann)
}

func TestPhotoID(t *testing.T) {
	f := newFixture(t)
	const note = "driver's license MN 1234, seen in the store"
	check.Is(t, f.PhotoID(t.Context(), ann, home, note), repair.ErrNotAllowed)
	f.Audit.Holds(t, audit.ValidationFailed)
	f.unvalidated(t, ann)
	for _, bad := range []string{"", "too short", strings.Repeat("x", 501), "a license,\nseen", "a license, \xff"} {
		check.Is(t, f.PhotoID(t.Context(), sue, home, bad), repair.ErrNote)
	}
	f.unvalidated(t, sue)
	check.OK(t, f.PhotoID(t.Context(), sue, home, note))
	v, err := f.DB.Lines().Validation(t.Context(), home, "sue", "console", f.Now())
	if err != nil || v.Method != pins.ByPhotoID || v.Note != note {
		t.Errorf("%+v, %v", v, err)
	}
	check.OK(t, check.Err(f.Reset(t.Context(), sue, home, "forgot it")))
}

func TestOneKeyIsOneCall(t *testing.T) {
	f := newFixture(t)
	f.within(repair.Limits{Lookups: 5, Calls: 5})
	first := check.Must(f.Call(t.Context(), ann, home, "key"))(t)
	for range 10 { // beyond the limit of calls
		again, err := f.Call(t.Context(), ann, home, "key")
		if err != nil || again.ID != first.ID || again.Call.ID != first.Call.ID {
			t.Fatalf("%+v, %v", again, err)
		}
	}
	f.Audit.Holds(t, audit.ValidationBegun)
	for _, c := range []struct {
		who    repair.Who
		number nanp.Number
		key    string
	}{{ann, home, ""}, {ann, home, "other"}, {ann, other, "key"}, {bob, home, "key"}, {annByKey, home, "key"}} {
		v, err := f.Call(t.Context(), c.who, c.number, c.key)
		if err != nil || v.ID == first.ID || v.Call.ID == first.Call.ID {
			t.Errorf("%+v: %+v, %v", c, v, err)
		}
	}
	f.Pass(time.Hour)
	late, err := f.Call(t.Context(), ann, home, "key")
	if err != nil || late.ID != first.ID || late.Status != repair.TooLate {
		t.Errorf("an hour later %+v, %v", late, err)
	}
	check.Is(t, check.Err(f.Call(t.Context(), ann, home, strings.Repeat("k", 201))), repair.ErrKey)
}

func TestOneKeyAtOnceIsOneCall(t *testing.T) {
	f := newFixture(t)
	calls := map[deliveries.ID]int{}
	for _, v := range atOnce(t, func() (repair.Validation, error) { return f.Call(t.Context(), ann, home, "key") }) {
		calls[v.Call.ID]++
	}
	if len(calls) != 1 {
		t.Errorf("%v", calls)
	}
}

// TestACallThatBrokeOffGoesOn holds that the same key goes on where the last try ended.
func TestACallThatBrokeOffGoesOn(t *testing.T) {
	f := newFixture(t)
	f.Calls.Fail("Desk.Save", errDown) // after the call was asked for, before that was noted
	check.Is(t, check.Err(f.Call(t.Context(), ann, home, "key")), errDown)
	f.Calls.Mend("")
	v := check.Must(f.Call(t.Context(), ann, home, "key"))(t)
	code := check.Must(f.ValidationCode(t.Context(), v.Call.Ref))(t)
	f.judged(t, ann, v.ID, code, repair.Result{Outcome: repair.Right})
}

func TestCallsThatAreRefused(t *testing.T) {
	f := newFixture(t)
	config := f.deliveries()
	config.Limits = deliveries.Limits{AnHour: 1, ADay: 10}
	f.calls = deliveries.New(config)
	f.Desk = repair.New(f.config())
	check.OK(t, check.Err(f.Call(t.Context(), ann, home, "")))
	_, err := f.Call(t.Context(), ann, home, "")
	var limit *deliveries.LimitError
	if !errors.As(err, &limit) {
		t.Errorf("error %v, want a limit", err)
	}
	f.Audit.Holds(t, audit.ValidationBegun, audit.ValidationBegun, audit.ValidationFailed)
}

func TestResetAfterALostAnswer(t *testing.T) {
	f := newFixture(t)
	f.validated(t, ann)
	f.Calls.LoseNext("Lines.Reset", errDown)
	check.Is(t, check.Err(f.Reset(t.Context(), ann, home, "forgot it")), errDown)
	f.Audit.Holds(t, audit.ValidationBegun, audit.Validated, audit.PINReset, audit.ResetRefused)
	line, err := f.Reset(t.Context(), ann, home, "forgot it")
	if err != nil || !line.Temporary() || f.told(t) != 2 { // the first was one too, and one call tells both
		t.Errorf("%+v, %v, told %d times", line, err, f.told(t))
	}
}

// Who hangs up while it is being recorded has it done all the same: the audit does not tell of
// what was not done, and the customer is told of what was.
func TestHangingUpLeavesNothingHalfDone(t *testing.T) {
	f := newFixture(t)
	f.validated(t, ann)
	ctx, hangUp := context.WithCancel(t.Context())
	f.Audit.Take()
	f.Calls.After("Record", func(ctx context.Context) error { hangUp(); return ctx.Err() })
	line := check.Must(f.Reset(ctx, ann, home, "forgot it"))(t)
	if ctx.Err() == nil || !line.Temporary() || f.told(t) != 1 {
		t.Errorf("line %+v, told %d times", line, f.told(t))
	}
	f.Audit.Holds(t, audit.PINReset)
}

// TestOpenAccount: whoever opens an account is recorded before, is bounded, and learns of numbers no more
// than by looking up.
func TestOpenAccount(t *testing.T) {
	f := newFixture(t)
	closed := func() bool {
		result := check.Must(f.accounts.Verify(t.Context(), coded, wrongSecret))(t)
		return result.Closed
	}
	for n := 0; !closed(); n++ {
		if f.Pass(30 * time.Minute); n > 20 {
			t.Fatal("does not close")
		}
	}
	f.Calls.Fail("Record", errDown)
	if err := f.OpenAccount(t.Context(), ann, coded, "mistyped"); !errors.Is(err, errDown) || !closed() {
		t.Fatalf("unrecorded: %v", err)
	}
	f.Calls.Mend("Record")
	for reason, who := range map[string]repair.Who{"": ann, "a\nb": ann, "mistyped": {}} {
		if err := f.OpenAccount(t.Context(), who, coded, reason); err == nil || !closed() {
			t.Errorf("%q by %q: %v", reason, who.Name, err)
		}
	}
	f.Audit.Take()
	check.OK(t, f.OpenAccount(t.Context(), ann, coded, "mistyped"))
	event := f.Audit.Holds(t, audit.AccountOpened)[0]
	if event.By != "ann" || event.Subject != "account "+string(coded) || event.Detail != "mistyped" {
		t.Errorf("recorded %+v", event)
	}
	if closed() {
		t.Error("still closed")
	}
	var limit *repair.LimitError
	told := 0
	for range 30 {
		err := f.OpenAccount(t.Context(), bob, nobodys, "mistyped")
		if errors.Is(err, accounts.ErrNoAccount) {
			told++
		} else if !errors.As(err, &limit) || limit.What != repair.Resets {
			t.Fatal(err)
		}
	}
	if told != 20 {
		t.Errorf("told %d times that there is no such account", told)
	}
	f.within(repair.Limits{Lookups: 5, Resets: 5})
	for range 5 {
		check.OK(t, check.Err(f.Find(t.Context(), sue, home)))
	}
	for _, number := range []accounts.Number{coded, nobodys} {
		if err := f.OpenAccount(t.Context(), sue, number, "mistyped"); !errors.As(err, &limit) || limit.What != repair.LookUps {
			t.Errorf("without a look-up left, of %s: %v", number, err)
		}
	}
}
