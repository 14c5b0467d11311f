package features

import (
	"context"
	"slices"
	"strings"

	"updatecenter/internal/features"
	"updatecenter/ivr"
)

// The steps of add-schedule.
const (
	scheduleRoom     ivr.Step = "schedule-room"
	scheduleFull     ivr.Step = "schedules-are-full"
	scheduleDays     ivr.Step = "schedule-days"
	onWeekdays       ivr.Step = "on-weekdays"
	onWeekend        ivr.Step = "on-the-weekend"
	scheduleStart    ivr.Step = "schedule-start"
	scheduleEnd      ivr.Step = "schedule-end"
	scheduleWeigh    ivr.Step = "weigh-schedule"
	scheduleRefused  ivr.Step = "schedule-refused"
	scheduleAgain    ivr.Step = "schedule-again"
	scheduleGivenUp  ivr.Step = "schedule-given-up"
	scheduleConfirm  ivr.Step = "schedule-confirm"
	scheduleSave     ivr.Step = "schedule-save"
	scheduleSaved    ivr.Step = "schedule-saved"
	scheduleLeft     ivr.Step = "schedule-left"
	scheduleNoAnswer ivr.Step = "schedule-no-answer"
)

// addSchedule adds a schedule: its days, its start, its end.
func (d desk) addSchedule() editor {
	flow := &ivr.Subflow{Name: "add-schedule", Start: scheduleRoom, Blanks: told, Choices: choices()}
	time := d.askTime()
	flow.Lines = []ivr.Line{
		ivr.Work[room]{At: scheduleRoom, Run: d.scheduleRoom, On: ivr.On[room]{isRoom: scheduleDays, isFull: scheduleFull}},
		ivr.Say{At: scheduleFull, Prompt: sayNews, Next: scheduleLeft},
		ivr.Menu{At: scheduleDays, Options: []ivr.Option{
			{Prompt: forWeekdays, Next: onWeekdays, If: isOpen(features.Weekdays)},
			{Prompt: forWeekend, Next: onWeekend, If: isOpen(features.Weekend)},
		}, Closing: sayGoBack, Back: scheduleLeft, GaveUp: scheduleNoAnswer},
		ivr.Work[acting]{At: onWeekdays, Run: pickDays(features.Weekdays), On: ivr.On[acting]{acted: scheduleStart}},
		ivr.Work[acting]{At: onWeekend, Run: pickDays(features.Weekend), On: ivr.On[acting]{acted: scheduleStart}},
		time.enter(scheduleStart, whenItStarts, scheduleEnd, scheduleDays),
		time.enter(scheduleEnd, whenItEnds, scheduleWeigh, scheduleStart),
		ivr.Work[weighing]{At: scheduleWeigh, Run: d.weighSchedule, On: ivr.On[weighing]{
			accepted: scheduleConfirm, refused: scheduleRefused,
		}},
		ivr.Say{At: scheduleRefused, Prompt: sayNews, Next: scheduleAgain},
		ivr.Again{At: scheduleAgain, Times: 3, Back: scheduleStart, GaveUp: scheduleGivenUp},
		ivr.Say{At: scheduleGivenUp, Prompt: sayGivenUp, Next: scheduleLeft},
		ivr.Menu{At: scheduleConfirm, Prompt: saySchedule, Options: []ivr.Option{
			{Prompt: toSave, Next: scheduleSave}, {Prompt: toStartOver, Next: scheduleRoom},
		}, Closing: sayGoBack, Back: scheduleEnd, GaveUp: scheduleNoAnswer},
		changes(scheduleSave, d.act(saveSchedule), scheduleSaved),
		ivr.Say{At: scheduleSaved, Prompt: sayNews, Next: scheduleLeft},
		ivr.Return{At: scheduleLeft}, ivr.Return{At: scheduleNoAnswer},
	}
	return editor{Subflow: flow, left: []ivr.Step{scheduleLeft}, noAnswer: scheduleNoAnswer}
}

// scheduleRoom fills in for which days another schedule can be added.
func (d desk) scheduleRoom(ctx context.Context, c *ivr.Call) (room, error) {
	setting, err := d.find(ctx, c)
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
func (d desk) weighSchedule(ctx context.Context, c *ivr.Call) (weighing, error) {
	schedule, err := present.read(c)
	if err != nil {
		return "", err
	}
	tellPresent(c, schedule)
	return d.weigh(ctx, c, features.AddSchedule(schedule))
}

func saveSchedule(c *ivr.Call) (features.Edit, ivr.Prompt, error) {
	schedule, err := present.read(c)
	return features.AddSchedule(schedule), saved, err
}
