package repair_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/audit"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/repair"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
)

func TestCallValidatesAndResets(t *testing.T) {
	f := newFixture(t)
	v, code := f.call(t, ann, home)
	if v.Status != repair.Waiting || v.Left != 3 || v.Line != home || !v.Until.Equal(f.Now().Add(10*time.Minute)) {
		t.Errorf("validation %+v", v)
	}
	if v.Call.Topic != deliveries.ValidationCode || v.Call.To != home || v.Call.Language != "es" || v.Call.Ref != string(v.ID) {
		t.Errorf("call %+v", v.Call)
	}
	typed := secret.New(" " + code.Reveal()[:3] + "-" + code.Reveal()[3:])
	f.judged(t, ann, v.ID, typed, repair.Result{Outcome: repair.Right})
	got, err := f.Validation(t.Context(), ann, v.ID)
	if err != nil || got.Status != repair.Succeeded {
		t.Errorf("then %+v, %v", got, err)
	}
	line := check.Must(f.Reset(t.Context(), ann, home, "forgot it"))(t)
	if !line.Temporary() || f.told(t) != 1 {
		t.Errorf("line %+v, told %d times", line, f.told(t))
	}
	events := f.Audit.Holds(t, audit.ValidationBegun, audit.Validated, audit.PINReset)
	want := audit.Event{Action: audit.PINReset, By: "ann", Via: "console", From: "192.0.2.7", Subject: string(home), Detail: "forgot it"}
	if events[2] != want {
		t.Errorf("recorded %+v, want %+v", events[2], want)
	}
	card := check.Must(f.Find(t.Context(), ann, home))(t)
	if card.Validation.Method != pins.ByCall || !card.Validation.Until.Equal(f.Now().Add(15*time.Minute)) {
		t.Errorf("validation %+v", card.Validation)
	}
}

func TestThreeTries(t *testing.T) {
	f := newFixture(t)
	v, code := f.call(t, ann, home)
	for left := 2; left >= 0; left-- {
		f.judged(t, ann, v.ID, wrong(code), repair.Result{Outcome: repair.Wrong, Left: left})
	}
	f.judged(t, ann, v.ID, code, repair.Result{Outcome: repair.UsedUp})
	check.Is(t, check.Err(f.ValidationCode(t.Context(), string(v.ID))), deliveries.ErrNotFound)
	f.Audit.Holds(t, audit.ValidationBegun, audit.ValidationFailed, audit.ValidationFailed, audit.ValidationFailed, audit.ValidationFailed)

	again, next := f.call(t, ann, home)
	if got, err := f.Validation(t.Context(), ann, v.ID); err != nil || got.Status != repair.Failed || got.Left != 0 {
		t.Errorf("after another call: %+v, %v", got, err)
	}
	f.judged(t, ann, v.ID, code, repair.Result{Outcome: repair.UsedUp})
	f.unvalidated(t, ann)
	f.judged(t, ann, again.ID, next, repair.Result{Outcome: repair.Right})
}

func TestCodeWorksOnce(t *testing.T) {
	f := newFixture(t)
	v, code := f.call(t, ann, home)
	f.judged(t, ann, v.ID, code, repair.Result{Outcome: repair.Right})
	f.judged(t, ann, v.ID, code, repair.Result{Outcome: repair.UsedUp})
	check.Is(t, check.Err(f.ValidationCode(t.Context(), string(v.ID))), deliveries.ErrNotFound)
	f.Pass(pins.ValidFor)
	f.judged(t, ann, v.ID, code, repair.Result{Outcome: repair.UsedUp})
	f.unvalidated(t, ann)
}

func TestCodeCountsForTenMinutes(t *testing.T) {
	for _, late := range []time.Duration{-time.Millisecond, 0, time.Hour} {
		want := repair.Expired
		if late < 0 {
			want = repair.Right
		}
		f := newFixture(t)
		v, code := f.call(t, ann, home)
		f.Pass(repair.CodeFor + late)
		_, err := f.ValidationCode(t.Context(), string(v.ID))
		if told := err == nil; told != (late < 0) {
			t.Errorf("%v late: told %t", late, told)
		}
		f.judged(t, ann, v.ID, code, repair.Result{Outcome: want})
	}
}

func TestCodeOfAnotherIsNone(t *testing.T) {
	f := newFixture(t)
	v, code := f.call(t, ann, home)
	for _, who := range []repair.Who{bob, sue, annByKey} {
		check.Is(t, check.Err(f.Code(t.Context(), who, v.ID, code)), repair.ErrNotFound)
		check.Is(t, check.Err(f.Validation(t.Context(), who, v.ID)), repair.ErrNotFound)
		f.unvalidated(t, who)
	}
	for _, id := range []repair.ID{"", "val_", "val_aaaaaaaaaaaaaaaaaaaaaaaaaa", "dlv_aaaaaaaaaaaaaaaaaaaaaaaaaa", repair.ID(strings.ToUpper(string(v.ID)))} {
		check.Is(t, check.Err(f.Code(t.Context(), ann, id, code)), repair.ErrNotFound)
	}
	elsewhere := ann
	elsewhere.From = "198.51.100.1"
	f.judged(t, elsewhere, v.ID, code, repair.Result{Outcome: repair.Right})
}

func TestCodeOfAnotherValidationIsWrong(t *testing.T) {
	f := newFixture(t)
	v, _ := f.call(t, ann, home)
	_, code := f.call(t, ann, other)
	mine := check.Must(f.ValidationCode(t.Context(), string(v.ID)))(t)
	if mine.Equal(code) {
		t.Skip("both calls drew the same code")
	}
	f.judged(t, ann, v.ID, code, repair.Result{Outcome: repair.Wrong, Left: 2})
}

func TestWhatIsNoCodeIsNoTry(t *testing.T) {
	f := newFixture(t)
	v, code := f.call(t, ann, home)
	for _, entry := range []string{"", "12345", "1234567", "12345a", "١٢٣٤٥٦٧", "123 456 7", strings.Repeat(" ", 256) + code.Reveal()} {
		check.Is(t, check.Err(f.Code(t.Context(), ann, v.ID, secret.New(entry))), repair.ErrCode)
	}
	f.judged(t, ann, v.ID, wrong(code), repair.Result{Outcome: repair.Wrong, Left: 2})
}

func TestAHundredGuessesAtOnceAreThree(t *testing.T) {
	f := newFixture(t)
	v, code := f.call(t, ann, home)
	results := atOnce(t, func() (repair.Result, error) { return f.Code(t.Context(), ann, v.ID, wrong(code)) })
	if judged, unseen := count(results, repair.Wrong), count(results, repair.UsedUp); judged != 3 || unseen != 97 {
		t.Errorf("%d were judged, %d not", judged, unseen)
	}
}

func TestTheRightCodeAHundredTimesAtOnceIsOne(t *testing.T) {
	f := newFixture(t)
	v, code := f.call(t, ann, home)
	results := atOnce(t, func() (repair.Result, error) { return f.Code(t.Context(), ann, v.ID, code) })
	if n := count(results, repair.Right); n != 1 {
		t.Errorf("%d times right", n)
	}
	history := check.Must(f.DB.Lines().History(t.Context(), home, 100))(t)
	if len(history) != 2 {
		t.Errorf("history %+v", history)
	}
}

func count(results []repair.Result, outcome repair.Outcome) (n int) {
	for _, result := range results {
		if result.Outcome == outcome {
			n++
		}
	}
	return n
}

// atOnce runs f a hundred times at once.
func atOnce[R any](t *testing.T, f func() (R, error)) []R {
	t.Helper()
	results := make([]R, 100)
	check.AtOnce(len(results), func(i int) {
		var err error
		results[i], err = f()
		check.Is(t, err, nil)
	})
	return results
}

func TestNineWrongCodesCloseALine(t *testing.T) {
	f := newFixture(t)
	start := f.Now()
	for _, who := range []repair.Who{ann, bob, annByKey} {
		v, code := f.call(t, who, home)
		for left := 2; left >= 0; left-- {
			f.Pass(time.Minute)
			f.judged(t, who, v.ID, wrong(code), repair.Result{Outcome: repair.Wrong, Left: left})
		}
	}
	until := start.Add(9*time.Minute + 24*time.Hour)
	f.Audit.Take()
	_, err := f.Call(t.Context(), sue, home, "")
	limited(t, err, repair.WrongCodes, until)
	_, err = f.Call(t.Context(), ann, home, "")
	limited(t, err, repair.WrongCodes, until)
	f.Audit.Holds(t, audit.LimitReached)
	if want := []repair.Alert{{What: repair.WrongCodes, Who: sue, Line: home, Until: until}}; !slices.Equal(f.alerts, want) {
		t.Errorf("alerts %+v", f.alerts)
	}
	f.call(t, ann, other)
	f.Set(until.Add(-time.Millisecond))
	_, err = f.Call(t.Context(), ann, home, "")
	limited(t, err, repair.WrongCodes, until)
	f.Set(until)
	f.validated(t, ann)
}

func TestACodeIsNotJudgedForALineThatIsClosed(t *testing.T) {
	f := newFixture(t)
	last, right := f.call(t, sue, home)
	for range 3 {
		v, code := f.call(t, ann, home)
		for left := 2; left >= 0; left-- {
			f.judged(t, ann, v.ID, wrong(code), repair.Result{Outcome: repair.Wrong, Left: left})
		}
	}
	_, err := f.Code(t.Context(), sue, last.ID, right)
	limited(t, err, repair.WrongCodes, f.Now().Add(24*time.Hour))
	f.unvalidated(t, sue)
	if ok, err := f.Secret(t.Context(), sue, home, coded, rightSecret); !ok || err != nil {
		t.Errorf("another way: %t, %v", ok, err)
	}
}

func TestRightCodesDoNotCloseALine(t *testing.T) {
	f := newFixture(t)
	for range 20 {
		f.validated(t, ann)
	}
}

func TestARightCodeThatCameToNothingCanBeGivenAgain(t *testing.T) {
	for name, broken := range map[string]string{
		"audit": "Record." + string(audit.Validated), "lines": "Lines.Validate",
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			v, code := f.call(t, ann, home)
			f.Calls.Fail(broken, errDown)
			for range 5 {
				check.Is(t, check.Err(f.Code(t.Context(), ann, v.ID, code)), errDown)
			}
			f.unvalidated(t, ann)
			f.Calls.Mend(broken)
			f.judged(t, ann, v.ID, code, repair.Result{Outcome: repair.Right})
		})
	}
}

func TestTriesThatCannotBeCountedAreNotJudged(t *testing.T) {
	f := newFixture(t)
	v, code := f.call(t, ann, home)
	for _, fails := range []string{"Desk.Save", "Desk.Count"} {
		f.Calls.Mend("")
		f.Calls.Fail(fails, errDown)
		for _, entry := range []secret.Text{code, wrong(code)} {
			result, err := f.Code(t.Context(), ann, v.ID, entry)
			if !errors.Is(err, errDown) || result != (repair.Result{}) {
				t.Errorf("%s: %+v, %v", fails, result, err)
			}
		}
	}
	f.Calls.Mend("")
	f.unvalidated(t, ann)
}

func TestAWrongTryIsRecordedThoughTheRequestWasGivenUp(t *testing.T) {
	f := newFixture(t)
	v, code := f.call(t, ann, home)
	f.Audit.Take()
	ctx, cancel := context.WithCancel(t.Context())
	f.Calls.AfterNext("Desk.Count", cancel)
	if result, err := f.Code(ctx, ann, v.ID, wrong(code)); err != nil || result.Outcome != repair.Wrong {
		t.Fatalf("%+v, %v", result, err)
	}
	f.Audit.Holds(t, audit.ValidationFailed)
}

// Who presses 9 says that somebody else is at it: the code counts no more, whoever has heard it.
func TestDeclinedCallSpoilsItsCode(t *testing.T) {
	f := newFixture(t)
	v, code := f.call(t, ann, home)
	task := v.Call.Task()
	check.OK(t, check.Err(f.calls.Opened(t.Context(), task, "CA1")))
	check.OK(t, f.calls.Spoken(t.Context(), task, 1))
	check.OK(t, f.calls.Declined(t.Context(), task))
	f.judged(t, ann, v.ID, code, repair.Result{Outcome: repair.UsedUp})
	if got, err := f.Validation(t.Context(), ann, v.ID); err != nil || got.Status != repair.Failed || got.Left != 0 {
		t.Errorf("then %+v, %v", got, err)
	}
	f.unvalidated(t, ann)
}

// TestACallThatIsDeclinedAfterItsCodeWasRight holds that nothing is reset any more, as somebody
// else has the code from the person who was called.
func TestACallThatIsDeclinedAfterItsCodeWasRight(t *testing.T) {
	f := newFixture(t)
	v, code := f.call(t, ann, home)
	task := v.Call.Task()
	check.OK(t, check.Err(f.calls.Opened(t.Context(), task, "CA1")))
	check.OK(t, f.calls.Spoken(t.Context(), task, 1))
	f.judged(t, ann, v.ID, code, repair.Result{Outcome: repair.Right})
	check.OK(t, f.calls.Declined(t.Context(), task))
	if got, err := f.Validation(t.Context(), ann, v.ID); err != nil || got.Status != repair.Failed || got.Left != 0 {
		t.Errorf("then %+v, %v", got, err)
	}
	card, err := f.Find(t.Context(), ann, home)
	if err != nil || card.Validation != (pins.Validation{}) {
		t.Errorf("the card has %+v, %v", card.Validation, err)
	}
	f.Audit.Take()
	check.Is(t, check.Err(f.Reset(t.Context(), ann, home, "forgot it")), pins.ErrNotValidated)
	if events := f.Audit.Holds(t, audit.ResetRefused); events[0].Detail != "the call was declined" {
		t.Errorf("recorded %+v", events[0])
	}
	f.unvalidated(t, ann)
	check.OK(t, f.PhotoID(t.Context(), sue, home, "driver's license MN 1234"))
	check.OK(t, check.Err(f.Reset(t.Context(), sue, home, "forgot it")))
}

// TestARightCodeWhoseAnswerWasLostCanBeGivenAgain holds that no code is used up for nothing when
// it was stored as used, and the answer didn't come.
func TestARightCodeWhoseAnswerWasLostCanBeGivenAgain(t *testing.T) {
	f := newFixture(t)
	v, code := f.call(t, ann, home)
	for range 5 {
		f.Calls.LoseNext("Desk.Save", nil, errDown) // after the try, that it was right
		check.Is(t, check.Err(f.Code(t.Context(), ann, v.ID, code)), errDown)
	}
	f.judged(t, ann, v.ID, code, repair.Result{Outcome: repair.Right})
	f.judged(t, ann, v.ID, code, repair.Result{Outcome: repair.UsedUp})
}

// TestAValidationWhoseCallIsUnknown holds that what can't be asked whether it was declined doesn't
// count, but for that of a server which kept no ID of the call.
func TestAValidationWhoseCallIsUnknown(t *testing.T) {
	for note, want := range map[string]error{
		"": nil, "val_aaaaaaaaaaaaaaaaaaaaaaaaaa": pins.ErrNotValidated, "by telephone": pins.ErrNotValidated,
	} {
		f := newFixture(t)
		_, err := f.config().Provisioning.Validate(t.Context(), home, pins.ByCall, pins.Note{By: "ann", From: "console", Reason: note})
		check.OK(t, err)
		check.Is(t, check.Err(f.Unlock(t.Context(), ann, home, "locked out")), want)
	}
}
