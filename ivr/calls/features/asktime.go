package features

import (
	"context"
	"fmt"
	"strconv"

	"updatecenter/internal/features"
	"updatecenter/ivr"
)

// The steps of ask-time.
const (
	timeAsk      ivr.Step = "time-ask"
	timeRead     ivr.Step = "time-read"
	timeRefused  ivr.Step = "time-refused"
	timeAgain    ivr.Step = "time-again"
	timeHalf     ivr.Step = "time-half"
	timeMorning  ivr.Step = "time-morning"
	timeEvening  ivr.Step = "time-evening"
	timeTaken    ivr.Step = "time-taken"
	timeBack     ivr.Step = "time-back"
	timeGivenUp  ivr.Step = "time-given-up"
	timeNoAnswer ivr.Step = "time-no-answer"
)

// A clock is the subflow that asks for a time of day.
type clock struct{ *ivr.Subflow }

// enter is the line that asks when the present schedule starts or ends.
func (k clock) enter(at ivr.Step, which ivr.Prompt, taken, back ivr.Step) ivr.Enter {
	return ivr.Enter{
		At: at, Subflow: k.Subflow, Given: map[ivr.Blank]string{whichTime: which.Name},
		On: map[ivr.Step]ivr.Step{
			timeTaken: taken, timeBack: back, timeGivenUp: scheduleGivenUp, timeNoAnswer: scheduleNoAnswer,
		},
	}
}

// askTime asks for a time of day, and whether it is before or after noon if the digits don't
// tell.
func (d desk) askTime() clock {
	return clock{&ivr.Subflow{Name: "ask-time", Start: timeAsk, Blanks: told, Choices: choices(), Lines: []ivr.Line{
		ivr.Ask{At: timeAsk, Prompt: sayAskTime, Digits: ivr.Range{Min: 1, Max: 4}, Zero: true, Into: keyed,
			Heard: timeRead, Back: timeBack, GaveUp: timeNoAnswer},
		ivr.Work[timing]{At: timeRead, Run: readTime, On: ivr.On[timing]{
			isClear: timeTaken, eitherHalf: timeHalf, noTime: timeRefused,
		}},
		ivr.Say{At: timeRefused, Prompt: sayNews, Next: timeAgain},
		ivr.Again{At: timeAgain, Times: 3, Back: timeAsk, GaveUp: timeGivenUp},
		ivr.Menu{At: timeHalf, Options: []ivr.Option{
			{Prompt: forMorning, Next: timeMorning}, {Prompt: forEvening, Next: timeEvening},
		}, Closing: sayGoBack, Back: timeAsk, GaveUp: timeNoAnswer},
		ivr.Work[acting]{At: timeMorning, Run: takeTime(morning), On: ivr.On[acting]{acted: timeTaken}},
		ivr.Work[acting]{At: timeEvening, Run: takeTime(evening), On: ivr.On[acting]{acted: timeTaken}},
		ivr.Return{At: timeTaken}, ivr.Return{At: timeBack}, ivr.Return{At: timeGivenUp}, ivr.Return{At: timeNoAnswer},
	}}}
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
		return "", fmt.Errorf("read hour: %w", err) // an Ask takes digits alone
	}
	at := func(hour int) string { return fmt.Sprintf("%02d:%s", hour, minutes) }
	if _, err := features.ParseClock(at(hour)); err != nil {
		_, err = refuse(c, err)
		return noTime, err
	}
	if hour == 0 || hour > 12 || hours[0] == '0' { // by the 24-hour clock
		c.Fill(timeBlank(c), at(hour))
		return isClear, nil
	}
	c.Fill(morning, at(hour%12))
	c.Fill(evening, at(hour%12+12))
	return eitherHalf, nil
}

// takeTime takes what the caller chose for the time that was asked for.
func takeTime(from ivr.Blank) func(context.Context, *ivr.Call) (acting, error) {
	return func(_ context.Context, c *ivr.Call) (acting, error) {
		c.Fill(timeBlank(c), c.Text(from))
		return acted, nil
	}
}

// timeBlank is the blank of the present schedule that is being asked for.
func timeBlank(c *ivr.Call) ivr.Blank {
	if c.Text(whichTime) == whenItStarts.Name {
		return start
	}
	return end
}
