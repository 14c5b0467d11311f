package features

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"updatecenter/internal/features"
	"updatecenter/internal/nanp"
	"updatecenter/ivr"
)

// undo is what takes back the last change in this part of the call, as takeBack reads it: the revision that the change has made, and
// what it is undone by; empty: nothing can be taken back.
// The change of a code is not among it, as the call does not know the code before.
var undo = ivr.Variable{Name: "undo", Kind: ivr.Words}

// takesBack offers to take back what was just done.
func takesBack(next ivr.Step) ivr.Option {
	return ivr.Option{Prompt: toTakeBack, Key: "7", Next: next, If: filled(undo), Aside: true}
}

// takeBack makes the edit that undoes the last one, unless somebody has changed the feature since.
func (a actions) takeBack(ctx context.Context, c *ivr.Call) (acting, error) {
	why, err := a.change(ctx, c, func(c *ivr.Call) (deed, error) {
		since, text, _ := strings.Cut(c.Text(undo), ";")
		revision, err := strconv.ParseInt(since, 10, 64)
		if err != nil {
			return deed{}, errNoInverse
		}
		edit, err := inverse(text)
		return deed{edit: edit, done: takenBack, match: func(is int64) bool { return is == revision }}, err
	})
	if why == nil {
		choose(c, news, isTurnedOff(c), takenBack, takenBackOn)
	}
	return acted, err
}

// inverse reads what a deed says takes it back: a verb, and what it is about; several of these, between semicolons.
func inverse(text string) (features.Edit, error) {
	var all []features.Edit
	for one := range strings.SplitSeq(text, ";") {
		edit, err := inverseOf(strings.Fields(one))
		if err != nil {
			return features.Edit{}, err
		}
		all = append(all, edit)
	}
	return features.Together(all...), nil
}

var errNoInverse = errors.New("that takes back nothing")

func inverseOf(words []string) (features.Edit, error) {
	if len(words) < 2 {
		return features.Edit{}, errNoInverse
	}
	switch of := words[1]; words[0] {
	case "switch":
		return features.Switch(of == "true"), nil
	case "urgent":
		return features.LetThrough(of == "true"), nil
	case "add":
		return features.Add(features.Entry(of)), nil
	case "drop":
		return features.Drop(features.Entry(of)), nil
	case "forward":
		return features.ForwardTo(nanp.Number(of)), nil
	case "greet":
		n, err := strconv.Atoi(of)
		return features.ChooseGreeting(n), err
	case "schedule", "unschedule":
		return inverseOfSchedule(words)
	}
	return features.Edit{}, errNoInverse
}

func inverseOfSchedule(words []string) (features.Edit, error) {
	if len(words) != 4 {
		return features.Edit{}, errNoInverse
	}
	s, err := readSchedule(words[1], words[2], words[3])
	if words[0] == "schedule" {
		return features.AddSchedule(s), err
	}
	return features.DropSchedule(s), err
}

// asText writes a schedule as inverse reads it.
func asText(s features.Schedule) string { return fmt.Sprint(s.Days, " ", s.Start, " ", s.End) }
