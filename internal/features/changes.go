package features

import (
	"fmt"
	"slices"
)

// changes tells what became of settings, for the line's history: "on", "added +16125550199",
// "schedule weekdays 21:00-07:00 removed", "code set". A code itself is never told.
func changes(before, after Settings) []string {
	var all []string
	if before.On != after.On {
		all = append(all, onOff(after.On))
	}
	all = append(all, listChanges(before.List, after.List)...)
	for _, s := range missing(before.Schedules, after.Schedules) {
		all = append(all, fmt.Sprintf("schedule %s removed", s))
	}
	for _, s := range missing(after.Schedules, before.Schedules) {
		all = append(all, fmt.Sprintf("schedule %s added", s))
	}
	if before.Greeting != after.Greeting {
		all = append(all, fmt.Sprintf("greeting %d", after.Greeting))
	}
	if before.Breakthrough != after.Breakthrough {
		all = append(all, "emergency breakthrough "+onOff(after.Breakthrough))
	}
	return append(all, otherChanges(before, after)...)
}

func otherChanges(before, after Settings) []string {
	var all []string
	switch {
	case after.Code.Equal(before.Code) && after.CodeLost == before.CodeLost:
	case !after.hasCode():
		all = append(all, "code removed")
	default:
		all = append(all, "code set")
	}
	switch after.Target {
	case before.Target:
	case "":
		all = append(all, "forwards nowhere")
	default:
		all = append(all, "forwards to "+string(after.Target))
	}
	return all
}

func listChanges(before, after []Entry) []string {
	var all []string
	for _, entry := range missing(before, after) {
		all = append(all, "removed "+string(entry))
	}
	for _, entry := range missing(after, before) {
		all = append(all, "added "+string(entry))
	}
	if len(all) == 0 && !slices.Equal(before, after) {
		all = append(all, "list put in another order")
	}
	return all
}

// missing are those of all that others lack.
func missing[T comparable](all, others []T) []T {
	var lacking []T
	for _, one := range all {
		if !slices.Contains(others, one) {
			lacking = append(lacking, one)
		}
	}
	return lacking
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}
