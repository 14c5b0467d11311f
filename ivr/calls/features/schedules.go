package features

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"updatecenter/internal/features"
	"updatecenter/ivr"
)

// scheduling are the steps of hear-schedules.
var scheduling = hearingSteps{
	page: "schedules-look", menu: "schedules-menu", none: "schedules-none", remove: "schedules-delete", removed: "schedules-deleted",
	stay: "schedules-stay", emptied: "schedules-left", undo: "schedules-take-back", left: "schedules-left", noAnswer: "schedules-no-answer",
}

// maxSchedules is how many there can be.
const maxSchedules = 2 * features.SchedulesPerDays

// A timeSlot is a place for a schedule, which holds one or none.
type timeSlot struct{ days, start, end ivr.Variable }

// present are the variables of the schedule that the call is about.
var present = timeSlot{days, start, end}

// timeSlotOf is the nth place, from 1.
func timeSlotOf(n int) timeSlot {
	return timeSlot{
		ivr.Variable{Name: fmt.Sprint("days-", n), Kind: ivr.Phrase},
		ivr.Variable{Name: fmt.Sprint("start-", n), Kind: ivr.Time}, ivr.Variable{Name: fmt.Sprint("end-", n), Kind: ivr.Time},
	}
}

// hearSchedules says the schedules, and deletes one of them.
func (a actions) hearSchedules() editor {
	h := hearing{
		hearingSteps: scheduling, look: a.lookSchedules, phrases: choices()[days], drop: dropSchedule, told: sayNewsOfSchedules,
	}
	for n := 1; n <= maxSchedules; n++ {
		s, pick := timeSlotOf(n), ivr.Step(fmt.Sprint("pick-schedule-", n))
		h.places = append(h.places, place{
			Option: ivr.Option{Prompt: toDeleteSchedule(n), Next: pick, If: filled(s.days)},
			pick:   s.choose, variables: []ivr.Variable{s.days, s.start, s.end},
		})
	}
	return h.editor(a, "hear-schedules")
}

// lookSchedules fills the slots.
func (a actions) lookSchedules(ctx context.Context, c *ivr.Call) (paging, error) {
	setting, err := a.find(ctx, c)
	switch {
	case isGone(err):
		c.FillPhrase(news, sayNotPossible)
		return nothing, nil
	case err != nil:
		return "", err
	case len(setting.Schedules) == 0:
		c.FillPhrase(news, sayNoSchedules)
		return nothing, nil
	}
	for i := range maxSchedules {
		s := timeSlotOf(i + 1)
		c.Erase(s.days, s.start, s.end)
		if i < len(setting.Schedules) {
			s.tell(c, setting.Schedules[i])
		}
	}
	return aPage, nil
}

// tell fills in a schedule.
func (s timeSlot) tell(c *ivr.Call, schedule features.Schedule) {
	c.Fill(s.days, string(schedule.Days))
	c.Fill(s.start, schedule.Start.String())
	c.Fill(s.end, schedule.End.String())
}

// tellPresent fills in the schedule that the call is about, and when it ends on another day;
// of midnight that need not be said.
func tellPresent(c *ivr.Call, schedule features.Schedule) {
	present.tell(c, schedule)
	c.Erase(nextDay)
	if schedule.NextDay() && schedule.End > 0 {
		c.FillPhrase(nextDay, onNextDay)
	}
}

// read returns the schedule that is filled in.
func (s timeSlot) read(c *ivr.Call) (features.Schedule, error) {
	return readSchedule(c.Text(s.days), c.Text(s.start), c.Text(s.end))
}

func readSchedule(days, start, end string) (features.Schedule, error) {
	from, err := features.ParseClock(start)
	if err != nil {
		return features.Schedule{}, fmt.Errorf("read start: %w", err)
	}
	to, err := features.ParseClock(end)
	if err != nil {
		return features.Schedule{}, fmt.Errorf("read end: %w", err)
	}
	return features.Schedule{Days: features.Days(days), Start: from, End: to}, nil
}

// choose notes that the caller chose this one.
func (s timeSlot) choose(_ context.Context, c *ivr.Call) (acting, error) {
	schedule, err := s.read(c)
	if err != nil {
		return "", err
	}
	tellPresent(c, schedule)
	return acted, nil
}

func dropSchedule(c *ivr.Call) (deed, error) {
	schedule, err := present.read(c)
	return deed{edit: features.DropSchedule(schedule), done: deleted, inverse: "schedule " + asText(schedule)}, err
}

// The steps of add-schedule.
const (
	scheduleRoom  ivr.Step = "schedule-room"
	scheduleFull  ivr.Step = "schedules-are-full"
	scheduleDays  ivr.Step = "schedule-days"
	onWeekdays    ivr.Step = "on-weekdays"
	onWeekend     ivr.Step = "on-the-weekend"
	scheduleStart ivr.Step = "schedule-start"
	scheduleEnd   ivr.Step = "schedule-end"
	scheduleOther ivr.Step = "schedule-other-end"
	scheduleSave  ivr.Step = "schedule-save-and-turn-on"
)

// scheduleSteps are its further steps.
var scheduleSteps = takingOf("schedule")

// addSchedule adds a schedule: its days, its start, its end.
func (a actions) addSchedule() editor {
	time := a.askTime()
	s := scheduleSteps
	return newEditor("add-schedule", scheduleRoom, s.left, s.noAnswer, []ivr.Node{
		ivr.Action[room]{At: scheduleRoom, Run: a.scheduleRoom, On: ivr.On[room]{isRoom: scheduleDays, isFull: scheduleFull}},
		ivr.Say{At: scheduleFull, Prompt: sayNews, Next: s.left},
		ivr.Menu{At: scheduleDays, Options: []ivr.Option{
			{Prompt: forWeekdays, Next: onWeekdays, If: isOpen(features.Weekdays)},
			{Prompt: forWeekend, Next: onWeekend, If: isOpen(features.Weekend)},
		}, Closing: sayGoBack, Back: s.left, GaveUp: s.noAnswer},
		ivr.Action[acting]{At: onWeekdays, Run: pickDays(features.Weekdays), On: ivr.On[acting]{acted: scheduleStart}},
		ivr.Action[acting]{At: onWeekend, Run: pickDays(features.Weekend), On: ivr.On[acting]{acted: scheduleStart}},
		time.enter(scheduleStart, whenItStarts, scheduleEnd, scheduleDays),
		time.enter(scheduleEnd, whenItEnds, s.weigh, scheduleStart),
	}, s.weighs(a.weighSchedule, s.confirm, scheduleStart, s.left),
		s.saves(a, saySchedule, sayNewsOfSchedules, toSave, toStartOver, scheduleRoom, scheduleEnd, saveSchedule,
			ivr.Option{Prompt: toSaveAndTurnOn, Key: "3", Next: scheduleSave, If: isTurnedOff},
			ivr.Option{Prompt: toEndOtherwise, Key: "4", Next: scheduleOther, If: filled(otherEnd)}),
		[]ivr.Node{
			ivr.Action[acting]{At: scheduleOther, Run: endOtherwise, On: ivr.On[acting]{acted: s.weigh}},
			changes(scheduleSave, a.act(saveAndTurnOn), s.saved),
		})
}

// endOtherwise takes the other end that the digits can mean.
func endOtherwise(_ context.Context, c *ivr.Call) (acting, error) {
	was := c.Text(end)
	c.Fill(end, c.Text(otherEnd))
	c.Fill(otherEnd, was)
	return acted, nil
}

// scheduleRoom fills in for which days another schedule can be added.
func (a actions) scheduleRoom(ctx context.Context, c *ivr.Call) (room, error) {
	setting, err := a.find(ctx, c)
	if err != nil && !isGone(err) {
		return "", err
	}
	var free []string
	for _, days := range []features.Days{features.Weekdays, features.Weekend} {
		taken := 0
		for _, s := range setting.Schedules {
			if s.Days == days {
				taken++
			}
		}
		if taken < features.SchedulesPerDays {
			free = append(free, string(days))
		}
	}
	c.Fill(open, strings.Join(free, " "))
	if len(free) == 0 {
		c.FillPhrase(news, refusals[features.SchedulesFull])
		return isFull, nil
	}
	return isRoom, nil
}

// isOpen is the condition of days for which there is room.
func isOpen(days features.Days) func(*ivr.Call) bool {
	return func(c *ivr.Call) bool { return slices.Contains(strings.Fields(c.Text(open)), string(days)) }
}

func pickDays(picked features.Days) func(context.Context, *ivr.Call) (acting, error) {
	return func(_ context.Context, c *ivr.Call) (acting, error) {
		c.Fill(days, string(picked))
		return acted, nil
	}
}

// weighSchedule asks whether the schedule would be added, and fills in whether it ends on the
// next day.
func (a actions) weighSchedule(ctx context.Context, c *ivr.Call) (weighing, error) {
	schedule, err := present.read(c)
	if err != nil {
		return "", err
	}
	tellPresent(c, schedule)
	return a.weigh(ctx, c, features.AddSchedule(schedule))
}

func saveSchedule(c *ivr.Call) (deed, error) {
	schedule, err := present.read(c)
	return deed{edit: features.AddSchedule(schedule), done: saved, inverse: "unschedule " + asText(schedule)}, err
}

// saveAndTurnOn does both.
func saveAndTurnOn(c *ivr.Call) (deed, error) {
	c.Fill(thenOn, "1")
	d, err := saveSchedule(c)
	return alsoOn(c, d), err
}

// The steps of ask-time.
const (
	timeAsk     ivr.Step = "time-ask"
	timeRead    ivr.Step = "time-read"
	timeHalf    ivr.Step = "time-half"
	timeMorning ivr.Step = "time-morning"
	timeEvening ivr.Step = "time-evening"
	timeTaken   ivr.Step = "time-taken"
	timeBack    ivr.Step = "time-back"
)

// timeSteps are its further steps.
var timeSteps = takingOf("time")

// A clock is the subflow that asks for a time of day.
type clock struct{ *ivr.Subflow }

// enter is the node that asks when the present schedule starts or ends.
func (k clock) enter(at ivr.Step, which ivr.Prompt, taken, back ivr.Step) ivr.Enter {
	return ivr.Enter{
		At: at, Subflow: k.Subflow, Given: map[ivr.Variable]string{whichTime: which.Name},
		On: map[ivr.Step]ivr.Step{
			timeTaken: taken, timeBack: back, timeSteps.givenUp: scheduleSteps.givenUp, timeSteps.noAnswer: scheduleSteps.noAnswer,
		},
	}
}

// askTime asks for a time of day, and whether it is before or after noon if the digits don't
// tell.
func (a actions) askTime() clock {
	return clock{subflow("ask-time", timeAsk, []ivr.Node{
		ivr.Gather{At: timeAsk, Prompt: sayAskTime, Digits: ivr.Range{Min: 1, Max: 4}, Zero: true, Into: keyed,
			Next: timeRead, Back: timeBack, GaveUp: timeSteps.noAnswer},
		ivr.Action[timing]{At: timeRead, Run: readTime, On: ivr.On[timing]{
			isClear: timeTaken, eitherHalf: timeHalf, noTime: timeSteps.refused,
		}},
		ivr.Say{At: timeSteps.refused, Prompt: sayNews, Next: timeSteps.again},
		ivr.Retry{At: timeSteps.again, Times: 3, Back: timeAsk, GaveUp: timeSteps.givenUp},
		ivr.Menu{At: timeHalf, Options: []ivr.Option{
			{Prompt: forMorning, Next: timeMorning}, {Prompt: forEvening, Next: timeEvening},
		}, Closing: sayGoBack, Back: timeAsk, GaveUp: timeSteps.noAnswer},
		ivr.Action[acting]{At: timeMorning, Run: takeTime(morning), On: ivr.On[acting]{acted: timeTaken}},
		ivr.Action[acting]{At: timeEvening, Run: takeTime(evening), On: ivr.On[acting]{acted: timeTaken}},
		ivr.Return{At: timeTaken}, ivr.Return{At: timeBack}, ivr.Return{At: timeSteps.givenUp}, ivr.Return{At: timeSteps.noAnswer},
	})}
}

// timing is what digits are that should be a time of day.
type timing string

const (
	isClear    timing = "clear"
	eitherHalf timing = "before or after noon"
	noTime     timing = "no time"
)

// readTime reads what was keyed: the hour, with two more digits for the minutes or without.
func readTime(_ context.Context, c *ivr.Call) (timing, error) {
	digits := c.Text(keyed)
	hours, minutes := digits, "00"
	if cut := len(digits) - 2; cut > 0 {
		hours, minutes = digits[:cut], digits[cut:]
	}
	hour, err := strconv.Atoi(hours)
	if err != nil {
		return "", fmt.Errorf("read hour: %w", err) // a Gather takes digits alone
	}
	at := func(hour int) string { return fmt.Sprintf("%02d:%s", hour, minutes) }
	c.Erase(otherEnd)
	if _, err := features.ParseClock(at(hour)); err != nil {
		_, err = refuse(c, err)
		return noTime, err
	}
	if hour == 0 || hour > 12 || hours[0] == '0' { // by the 24-hour clock
		c.Fill(timeVariable(c), at(hour))
		return isClear, nil
	}
	if v := timeVariable(c); v == end {
		c.Fill(end, at(hour%12))
		c.Fill(otherEnd, at(hour%12+12))
		if !soonest(c.Text(start), c.Text(end), c.Text(otherEnd)) {
			_, err = endOtherwise(context.Background(), c)
		}
		if c.Text(otherEnd) == c.Text(start) {
			c.Erase(otherEnd)
		}
		return isClear, err
	}
	c.Fill(morning, at(hour%12))
	c.Fill(evening, at(hour%12+12))
	return eitherHalf, nil
}

// soonest says whether, from a start, an end comes before another one. Times are "21:30".
func soonest(start, end, other string) bool {
	return (end > start) == (other > start) && end < other || end > start && other <= start
}

// takeTime takes what the caller chose for the time that was asked for.
func takeTime(from ivr.Variable) func(context.Context, *ivr.Call) (acting, error) {
	return func(_ context.Context, c *ivr.Call) (acting, error) {
		c.Fill(timeVariable(c), c.Text(from))
		return acted, nil
	}
}

// timeVariable is the variable of the present schedule that is being asked for.
func timeVariable(c *ivr.Call) ivr.Variable {
	if c.Text(whichTime) == whenItStarts.Name {
		return start
	}
	return end
}
