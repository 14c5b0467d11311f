package features_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"updatecenter/internal/features"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit/check"
	"updatecenter/ivr"
	"updatecenter/pins"
)

func TestTurningOnAndOff(t *testing.T) {
	for _, f := range pins.AllFeatures {
		h := newHousehold(t)
		if f == pins.SelectiveCallForwarding {
			h.edit(f, features.ForwardTo("+16515550100"))
		}
		c := h.dial(f, ivr.English).hears("is off.", "To turn it on, press 3.", "To go back, press star.")
		c.press("3").hears("We turned it on.", "is on.", "To turn it off, press 3.")
		if !h.setting(f).On {
			t.Errorf("%s is not on", f)
		}
		c.press("3").hears("We turned it off.", "is off.").press("*").hears("The end: left.")
		if h.setting(f).On || h.changes != 2 {
			t.Errorf("%s: on %v, %d changes", f, h.setting(f).On, h.changes)
		}
		record, err := h.world.DB.Lines().History(t.Context(), home, 1)
		check.OK(t, err)
		want := []pins.Record{{
			At: noon, Event: pins.FeatureChanged, By: pins.ByCaller, Side: pins.FromLine, From: string(home),
			Call: c.sid, Feature: f, Changes: []string{"off"},
		}}
		if diff := cmp.Diff(want, record); diff != "" {
			t.Error(diff)
		}
	}
}

// TestTurnsAsOffered has somebody else turn the feature on while the caller, who heard that it
// is off, is asked to.
func TestTurnsAsOffered(t *testing.T) {
	h := newHousehold(t)
	c := h.dial(pins.SecurityScreen, ivr.English).hears("To turn it on, press 3.")
	h.edit(pins.SecurityScreen, features.Switch(true))
	c.press("3").hears("We turned it on.", "Security Screen is on.")
}

func TestLists(t *testing.T) {
	h := newHousehold(t)
	f := pins.CallRejection
	c := h.dial(f, ivr.English).hears("Your list is empty.")
	c.press("1").hears("There is nothing on the list to hear.", "Call Rejection is off.")
	c.press("#").hears("Enter a telephone number, an area code, or").press("6515550101").hears("You entered: The number 651-555-0101.")
	c.press("1").hears("It was added.", "Your list has one entry.")
	c.keys("#", "218").hears("You entered: The area code 218.").press("1").hears("Your list has 2 entries.")
	c.keys("#", "763555").hears("All numbers that begin with 763-555.").press("2").hears("Enter a telephone number")
	c.press("320555").press("1").hears("It was added.")
	c.press("1").hears("To delete one, press its key. 1: 651-555-0101. 2: area code 218. 3: all that begin with 320-555. To go back, press star.")
	c.press("2").hears("The area code 218.", "To delete it, press 1.", "To keep it, press 2.")
	c.press("2").hears("3: all").press("2").press("*").hears("3: all")
	c.keys("2", "1").hears("It was deleted. To delete one, press its key. 1: 651-555-0101. 2: all that begin with 320-555.")
	c.press("*").hears("Your list has 2 entries.")
	if diff := cmp.Diff([]features.Entry{"+16515550101", "320555"}, h.setting(f).List); diff != "" {
		t.Error(diff)
	}
}

func TestPagesOfAList(t *testing.T) {
	h := newHousehold(t)
	f := pins.NoSolicitation
	for i := range 11 {
		h.edit(f, features.Add(features.Entry("+165155501"+string(rune('0'+i/10))+string(rune('0'+i%10)))))
	}
	c := h.dial(f, ivr.English).press("1").hears("651-555-0100", "651-555-0104", "To hear more, press pound.")
	c.press("#").hears("651-555-0105", "651-555-0109", "To hear more")
	c.press("#").hears("1: 651-555-0110. To hear the first ones again, press pound.").press("2").hears("wrong key")
	c.press("#").hears("651-555-0100", "To hear more, press pound.").press("*").hears("No Solicitation is off.")
	c.keys("1", "#", "5").hears("651-555-0109")
	h.edit(f, features.Drop("+16515550109"))
	c.press("1").hears("That was deleted before.", "5: 651-555-0110. To hear the first ones again")
	for _, entry := range h.setting(f).List[1:] {
		h.edit(f, features.Drop(entry))
	}
	c.press("#").hears("1: 651-555-0100. To go back")
}

// TestDeletingPages deletes from the end of a list until nothing is left of it.
func TestDeletingPages(t *testing.T) {
	h := newHousehold(t)
	f := pins.NoSolicitation
	for i := range 6 {
		h.edit(f, features.Add(features.Entry("+165155501"+string(rune('0'+i/10))+string(rune('0'+i%10)))))
	}
	c := h.dial(f, ivr.English).keys("1", "#").hears("1: 651-555-0105. To hear the first ones again")
	c.keys("1", "1").hears("It was deleted. To delete one", "1: 651-555-0100.", "5: 651-555-0104. To go back")
	for range 4 {
		c.keys("1", "1").hears("It was deleted. To delete one")
	}
	c.keys("1", "1").hears("It was deleted. No Solicitation is off. Your list is empty.")
}

func TestAddingNumbers(t *testing.T) {
	h := newHousehold(t)
	h.edit(pins.NoSolicitation, features.Add("+16515550100"))
	c := h.dial(pins.NoSolicitation, ivr.English).press("#").hears("Enter the telephone number, area code first.")
	c.press("6515550100").hears("That is on your list already.").press("2111").hears("not a telephone number we know")
	c.press("123").hears("not a telephone number we know", "Nothing was changed.", "No Solicitation is off.")
	c.keys("#", "*").hears("No Solicitation is off.").keys("#", "6515550101", "*").hears("Your list has one number.")
	c.keys("#", "", "", "").hears("The end: nobody.")

	h.dial(pins.CallRejection, ivr.English).keys("#", "911").hears("Numbers that begin like that can not be used here.")
	c = h.dial(pins.DialLock, ivr.English).press("#").hears("from 0 1 1 on").press("011525555123456").hears("You entered: The number abroad 011-525-555-123-456.")
	c.press("1").hears("It was added.")
	if diff := cmp.Diff([]features.Entry{"+525555123456"}, h.setting(pins.DialLock).List); diff != "" {
		t.Error(diff)
	}
}

// TestFullList fills the list between the look at it and the entry.
func TestFullList(t *testing.T) {
	h := newHousehold(t)
	f := pins.DialLock
	for i := range 19 {
		h.edit(f, features.Add(features.Entry("+165155502"+string(rune('0'+i/10))+string(rune('0'+i%10)))))
	}
	c := h.dial(f, ivr.English).press("#")
	h.edit(f, features.Add("+16515550299"))
	c.press("6515550101").hears("Your list is full.", "Dial Lock is off.")
	c.press("#").hears("Your list is full. To make room, press 1 and delete an entry first.")
}

func TestSchedules(t *testing.T) {
	h := newHousehold(t)
	f := pins.DoNotDisturb
	c := h.dial(f, ivr.English).hears("There is no schedule.").press("1").hears("There is no schedule to hear.")
	c.press("#").hears("For Monday to Friday, press 1.", "For Saturday and Sunday, press 2.")
	c.press("1").hears("Enter the time when it should start").press("9").hears("For 9 AM, press 1.", "For 9 PM, press 2.")
	c.press("2").hears("when it should end").press("0700").hears("On weekdays from 9 PM to 7 AM the next day.")
	c.press("1").hears("It was saved.", "There is one schedule, which does not work until you turn it on.")
	c.keys("#", "1", "12").hears("For 12 midnight, press 1.", "For 12 noon, press 2.").keys("2", "1330")
	c.hears("On weekdays from 12 noon to 1:30 PM").press("1").hears("There are 2 schedules")
	c.press("#").hears("For Saturday and Sunday, press 1.").press("1").keys("2130", "2130").hears("can not end at the time it starts", "should start")
	c.keys("0800", "0900", "*").hears("should end").press("*").hears("should start").press("*").hears("For Saturday and Sunday")
	c.press("1").keys("2200", "2300").press("2").hears("For Saturday and Sunday").keys("1", "2200", "0100", "1").hears("There are 3 schedules")
	c.press("1").hears("1: weekdays, 12 noon to 1:30 PM. 2: weekdays, 9 PM to 7 AM. 3: weekends, 10 PM to 1 AM. To go back")
	c.press("2").hears("On weekdays from 9 PM to 7 AM the next day.").press("2").hears("3: weekends")
	c.keys("2", "1").hears("It was deleted. To delete one, press its key. 1: weekdays, 12 noon", "2: weekends")
	c.press("*").hears("There are 2 schedules")
	c.press("3").hears("Do Not Disturb is on. There are 2 schedules, and it works at those times only.")
	c.keys("1", "1", "1").press("*").hears("There is one schedule, and it works at that time only.")
	c.keys("1", "1", "1").hears("It was deleted. Do Not Disturb is on. There is no schedule, so it works all the time.")
	h.edit(f, features.AddSchedule(features.Schedule{Days: features.Weekdays, Start: 12 * 60, End: 13*60 + 30}),
		features.AddSchedule(features.Schedule{Days: features.Weekend, Start: 22 * 60, End: 60}))
	want := []features.Schedule{{Days: features.Weekdays, Start: 12 * 60, End: 13*60 + 30}, {Days: features.Weekend, Start: 22 * 60, End: 60}}
	if diff := cmp.Diff(want, h.setting(f).Schedules); diff != "" {
		t.Error(diff)
	}
}

func TestOverlapsAndFullSchedules(t *testing.T) {
	h := newHousehold(t)
	f := pins.DoNotDisturb
	h.edit(f, features.AddSchedule(features.Schedule{Days: features.Weekdays, Start: 8 * 60, End: 9 * 60}))
	c := h.dial(f, ivr.English).keys("#", "1")
	for range 2 {
		c.keys("0830", "1300").hears("That overlaps with a schedule", "should start")
	}
	c.keys("0830", "1300").hears("That overlaps with a schedule", "Nothing was changed.", "Do Not Disturb is off.")
	h.edit(f, features.AddSchedule(features.Schedule{Days: features.Weekdays, Start: 13 * 60, End: 14 * 60}),
		features.AddSchedule(features.Schedule{Days: features.Weekend, Start: 0, End: 60}),
		features.AddSchedule(features.Schedule{Days: features.Weekend, Start: 120, End: 180}))
	c.press("#").hears("There is no room for another schedule.")
	c.press("1").hears("4: weekends, 2 AM to 3 AM.")
}

// TestMidnight keys 0 alone, which is an hour where a time is asked for.
func TestMidnight(t *testing.T) {
	c := newHousehold(t).dial(pins.DoNotDisturb, ivr.English).keys("#", "1", "2200", "0")
	c.hears("On weekdays from 10 PM to 12 midnight. To save it").press("1").hears("It was saved.")
}

func TestTimesThatAreNone(t *testing.T) {
	c := newHousehold(t).dial(pins.DoNotDisturb, ivr.English).keys("#", "1", "25", "1260").hears("not a time of day", "should start")
	c.press("2400").hears("not a time of day", "Nothing was changed.", "Do Not Disturb is off.")
}

func TestGreetings(t *testing.T) {
	h := newHousehold(t)
	c := h.dial(pins.DoNotDisturb, ivr.English).hears("Callers hear that you take no calls right now.").press("2").hears("you take no calls right now, press 1.", "busy, press 4.")
	c.press("3").hears("The greeting was chosen.", "Callers hear that you are resting.")
	c.keys("2", "*").hears("Do Not Disturb is off.")
	if got := h.setting(pins.DoNotDisturb).Greeting; got != 3 {
		t.Errorf("greeting %d", got)
	}
}

func TestWhoGetsThrough(t *testing.T) {
	h := newHousehold(t)
	c := h.dial(pins.DoNotDisturb, ivr.English).press("4").hears("Emergency calls get through. There is no code.", "To keep out emergency calls too, press 2.")
	c.press("2").hears("do not get through any more.", "Do Not Disturb is off.")
	c.press("4").hears("To let emergency calls through, press 2.").press("1").hears("There is no code.", "To choose a new code, press 1.")
	c.press("*").hears("Emergency calls do not").press("*").hears("Do Not Disturb is off.")
	c.keys("4", "2").hears("now get through.")
	if !h.setting(pins.DoNotDisturb).Breakthrough {
		t.Error("emergency calls don't get through")
	}
}

func TestCodes(t *testing.T) {
	h := newHousehold(t)
	f := pins.DialLock
	c := h.dial(f, ivr.English).hears("There is no code.").press("2").press("2").hears("wrong key")
	c.press("1").press("1111").hears("That code is easy to guess.", "Choose a code")
	c.keys("4821", "4822").hears("were not the same", "Choose a code")
	c.press("1234").hears("easy to guess", "Nothing was changed.", "Dial Lock is off.")
	c.keys("2", "1", "*").hears("There is no code.").keys("1", "4821", "*").hears("Choose a code")
	c.keys("4821", "4821").hears("The new code was saved.", "There is a code.")
	if !h.setting(f).Code.Equal(secret.New("4821")) {
		t.Error("the code is another")
	}
	c.press("2").hears("There is a code.", "To delete the code, press 2.").press("2").hears("The code was deleted.", "There is no code.")
	if !h.setting(f).Code.IsZero() {
		t.Error("the code is still there")
	}
}

func TestForwarding(t *testing.T) {
	h := newHousehold(t)
	f := pins.SelectiveCallForwarding
	c := h.dial(f, ivr.English).hears("There is no number yet for their calls to go to.")
	c.press("3").hears("First we need the number", "press 2.", "Selective Call Forwarding is off.")
	c.press("2").press("6125550149").hears("the number of this line itself").press("911").hears("begin like that")
	c.press("1115550100").hears("not a telephone number", "Nothing was changed.")
	c.keys("2", "6515550100").hears("You entered: The number 651-555-0100.").press("2").hears("Enter the number")
	c.press("6515550101").press("1").hears("It was saved.", "Their calls go to 651-555-0101.").press("3").hears("is on. Your list is empty, so no call is forwarded. To add a caller, press pound.")
	c.keys("2", "*").hears("is on.").keys("2", "6515550102", "*").hears("Their calls go to 651-555-0101.")
}
