package manage

import (
	"strconv"

	"updatecenter/features"
	"updatecenter/ivr"
)

// tell fills in how a feature stands. Parts that it doesn't have are filled in too, and are
// said by nobody.
func tell(c *ivr.Call, s features.Settings) {
	choose(c, isOn, s.On, statesOn, statesOff)
	choose(c, turn, s.On, turnOff, turnOn)
	tellCount(c, listState, entries, len(s.List), noEntry, oneEntry, manyEntries)
	tellCount(c, scheduleState, schedules, len(s.Schedules), noSchedule, oneSchedule, manySchedules)
	c.Fill(greeting, strconv.Itoa(s.Greeting))
	choose(c, codeState, s.Code.IsZero(), noCode, hasCode)
	choose(c, urgentState, s.Breakthrough, urgentThrough, urgentHeld)
	choose(c, turnUrgent, s.Breakthrough, holdUrgent, letUrgent)
	c.Fill(target, string(s.Target))
}

// choose fills a blank with one of two phrases.
func choose(c *ivr.Call, b ivr.Blank, first bool, yes, no ivr.Prompt) {
	if !first {
		yes = no
	}
	c.FillPhrase(b, yes)
}

// tellCount fills in how many there are, in words that agree with the number.
func tellCount(c *ivr.Call, b, count ivr.Blank, n int, none, single, many ivr.Prompt) {
	c.Fill(count, strconv.Itoa(n))
	switch n {
	case 0:
		c.FillPhrase(b, none)
	case 1:
		c.FillPhrase(b, single)
	default:
		c.FillPhrase(b, many)
	}
}
