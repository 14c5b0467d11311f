package main

import (
	"fmt"
	"slices"
	"strings"

	"updatecenter/ivr"
	"updatecenter/ivr/calls"
	"updatecenter/pins"
)

// allFlows are the calls, wired to nothing, to be looked at.
func allFlows() []*ivr.Flow {
	return []*ivr.Flow{dial78(defaultPolicy())}
}

func dial78(policy pins.Policy) *ivr.Flow {
	return calls.Dial78(calls.Config{Repair: defaultRepair, Transfer: defaultRepair, Policy: policy})
}

type flowsCommand struct {
	Check flowsCheck `cmd:"" help:"Check the calls for what can't be compiled. A server does so at every start."`
	Draw  flowsDraw  `cmd:"" help:"Draw the calls as Mermaid flowcharts."`
}

type flowsCheck struct{}

// Run checks all flows.
func (flowsCheck) Run(c console) error {
	for _, flow := range allFlows() {
		if err := flow.Check(); err != nil {
			return fmt.Errorf("%s:\n%w", flow.Name, err)
		}
		fmt.Fprintf(c.out, "ok  %s: %d steps, %d exits, %d prompts\n",
			flow.Name, len(flow.Lines), len(flow.Exits()), len(flow.Prompts()))
	}
	return nil
}

type flowsDraw struct{}

// Run draws all flows.
func (flowsDraw) Run(c console) error {
	for _, flow := range allFlows() {
		if _, err := fmt.Fprint(c.out, flow.Mermaid()); err != nil {
			return fmt.Errorf("draw %s: %w", flow.Name, err)
		}
	}
	return nil
}

type promptsCommand struct{}

// Run lists the prompts as a Markdown table.
func (promptsCommand) Run(c console) error {
	if _, err := fmt.Fprint(c.out, promptTable()); err != nil {
		return fmt.Errorf("list prompts: %w", err)
	}
	return nil
}

// promptTable has a row for each prompt, whatever the settings: its name, what is said in
// each language, and how many seconds that takes.
func promptTable() string {
	flow := dial78(defaultPolicy())
	several := defaultPolicy()
	several.MaxDigits++
	var b strings.Builder
	b.WriteString("| prompt | English | s | Spanish | s |\n| --- | --- | --: | --- | --: |\n")
	for _, p := range union(flow.Prompts(), dial78(several).Prompts()) {
		fmt.Fprintf(&b, "| %s | %s | %.0f | %s | %.0f |\n",
			p.Name, p.EN, flow.Takes(p, ivr.English).Seconds(), p.ES, flow.Takes(p, ivr.Spanish).Seconds())
	}
	return b.String()
}

// union adds the prompts that only the second list has, each after the one that it follows
// there.
func union(all, more []ivr.Prompt) []ivr.Prompt {
	next := 0
	for _, p := range more {
		at := slices.IndexFunc(all, func(had ivr.Prompt) bool { return had.Name == p.Name })
		if at < 0 {
			at = next
			all = slices.Insert(all, at, p)
		}
		next = at + 1
	}
	return all
}
