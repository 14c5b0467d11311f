package features

import (
	"context"
	"fmt"
	"strconv"

	"updatecenter/internal/features"
	"updatecenter/ivr"
)

// The steps of hear-schedules.
const (
	schedulesLook     ivr.Step = "schedules-look"
	schedulesMenu     ivr.Step = "schedules-menu"
	schedulesNone     ivr.Step = "schedules-none"
	schedulesConfirm  ivr.Step = "schedules-confirm"
	schedulesDelete   ivr.Step = "schedules-delete"
	schedulesDeleted  ivr.Step = "schedules-deleted"
	schedulesStay     ivr.Step = "schedules-stay"
	schedulesLeft     ivr.Step = "schedules-left"
	schedulesNoAnswer ivr.Step = "schedules-no-answer"
)

// A timeSlot is a place for a schedule, which holds one or none.
type timeSlot struct {
	days, start, end ivr.Blank
	prompt           ivr.Prompt // offers to delete it
	pick             ivr.Step
}

// present are the blanks of the schedule that the call is about.
var present = timeSlot{days: days, start: start, end: end}

var timeSlots = makeTimeSlots()

// makeTimeSlots makes as many as there can be schedules.
func makeTimeSlots() [2 * features.SchedulesPerDays]timeSlot {
	var all [2 * features.SchedulesPerDays]timeSlot
	for i := range all {
		n := strconv.Itoa(i + 1)
		all[i] = timeSlot{
			days:  ivr.Blank{Name: "days-" + n, Kind: ivr.Phrase},
			start: ivr.Blank{Name: "start-" + n, Kind: ivr.Time}, end: ivr.Blank{Name: "end-" + n, Kind: ivr.Time},
			prompt: toDeleteSchedule(n), pick: ivr.Step("pick-schedule-" + n),
		}
	}
	return all
}

// hearSchedules says the schedules, and deletes one of them.
func (d desk) hearSchedules() editor {
	menu := ivr.Menu{At: schedulesMenu, Listing: true, Prompt: sayHowToDelete, Closing: sayGoBack, Back: schedulesLeft, GaveUp: schedulesNoAnswer}
	var picks []ivr.Line
	flow := &ivr.Subflow{Name: "hear-schedules", Start: schedulesLook, Blanks: told, Choices: choices()}
	for _, s := range timeSlots {
		flow.Choices[s.days] = flow.Choices[days]
		flow.Blanks = append(flow.Blanks[:len(flow.Blanks):len(flow.Blanks)], s.days, s.start, s.end)
		menu.Options = append(menu.Options, ivr.Option{Prompt: s.prompt, Next: s.pick, If: filled(s.days)})
		picks = append(picks, ivr.Work[acting]{At: s.pick, Run: s.choose, On: ivr.On[acting]{acted: schedulesConfirm}})
	}
	flow.Lines = append([]ivr.Line{
		ivr.Work[paging]{At: schedulesLook, Run: d.lookSchedules, On: ivr.On[paging]{
			aPage: schedulesMenu, nothing: schedulesNone,
		}},
		menu,
	}, picks...)
	flow.Lines = append(flow.Lines,
		ivr.Menu{At: schedulesConfirm, Prompt: saySchedule, Options: []ivr.Option{
			{Prompt: toDelete, Next: schedulesDelete}, {Prompt: toKeep, Next: schedulesLook},
		}, Closing: sayGoBack, Back: schedulesLook, GaveUp: schedulesNoAnswer},
		changes(schedulesDelete, d.act(dropSchedule), schedulesDeleted),
		ivr.Say{At: schedulesDeleted, Prompt: sayNews, Next: schedulesStay},
		ivr.Work[paging]{At: schedulesStay, Run: d.lookSchedules, On: ivr.On[paging]{
			aPage: schedulesMenu, nothing: schedulesLeft,
		}},
		ivr.Say{At: schedulesNone, Prompt: sayNews, Next: schedulesLeft},
		ivr.Return{At: schedulesLeft}, ivr.Return{At: schedulesNoAnswer},
	)
	return editor{Subflow: flow, left: []ivr.Step{schedulesLeft}, noAnswer: schedulesNoAnswer}
}

// lookSchedules fills the slots.
func (d desk) lookSchedules(ctx context.Context, c *ivr.Call) (paging, error) {
	setting, err := d.find(ctx, c)
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
	for i, s := range timeSlots {
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
	from, err := features.ParseClock(c.Text(s.start))
	if err != nil {
		return features.Schedule{}, fmt.Errorf("read start: %w", err)
	}
	to, err := features.ParseClock(c.Text(s.end))
	if err != nil {
		return features.Schedule{}, fmt.Errorf("read end: %w", err)
	}
	return features.Schedule{Days: features.Days(c.Text(s.days)), Start: from, End: to}, nil
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

func dropSchedule(c *ivr.Call) (features.Edit, ivr.Prompt, error) {
	schedule, err := present.read(c)
	return features.DropSchedule(schedule), deleted, err
}
