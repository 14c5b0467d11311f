package features

import (
	"strconv"

	"updatecenter/internal/features"
	"updatecenter/ivr"
)

// tell fills in how a feature stands. Parts that it doesn't have are filled in too, and are
// said by nobody.
func tell(c *ivr.Call, s features.Settings) {
	choose(c, isOn, s.On, statesOn, statesOff)
	choose(c, turn, s.On, turnOff, turnOn)
	tellList(c, s)
	tellSchedules(c, s)
	c.Erase(greeting)
	if s.Greeting > 0 {
		c.FillPhrase(greeting, greetings[s.Greeting-1].told)
	}
	choose(c, codeState, s.Code.IsZero() && !s.CodeLost, noCode, hasCode)
	choose(c, urgentState, s.Breakthrough, urgentThrough, urgentHeld)
	choose(c, turnUrgent, s.Breakthrough, holdUrgent, letUrgent)
	c.Fill(target, string(s.Target))
}

// tellList says how many entries the list has. They are all numbers, or can be parts of such;
// and whoever has turned forwarding on must not think that an empty list forwards everything.
func tellList(c *ivr.Call, s features.Settings) {
	rule := ruleOf(c)
	none, single, many := noEntry, oneEntry, manyEntries
	if rule.List != nil && rule.List.AreaCodes {
		single, many = oneEntryOrArea, manyEntriesOrAreas
	}
	if rule.Target && s.On {
		none = noEntryForwarded
	}
	tellCount(c, listState, entries, len(s.List), none, single, many)
}

// tellSchedules says how many schedules there are, and when the feature works: always
// without any, and otherwise only in their times. No source says so; the rule is ours.
func tellSchedules(c *ivr.Call, s features.Settings) {
	if s.On {
		tellCount(c, scheduleState, schedules, len(s.Schedules), worksAlways, worksInOne, worksInMany)
		return
	}
	tellCount(c, scheduleState, schedules, len(s.Schedules), noSchedule, oneSchedule, manySchedules)
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
