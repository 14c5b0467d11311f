package main

import (
	"fmt"
	"strings"

	"updatecenter/internal/secret"
	"updatecenter/ivr"
	"updatecenter/ivr/calls"
	"updatecenter/pins"
)

// allFlows are the calls, wired to nothing, to be looked at.
func allFlows() []*ivr.Flow {
	return []*ivr.Flow{calls.Dial78(calls.Config{
		Repair: "+18005731311", Transfer: "+18005731311",
		Policy: pins.Policy{Temporary: secret.New("1234"), MinDigits: 4, MaxDigits: 4},
	})}
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
	for _, flow := range allFlows() {
		if _, err := fmt.Fprint(c.out, promptTable(flow)); err != nil {
			return fmt.Errorf("list prompts: %w", err)
		}
	}
	return nil
}

// promptTable has a row for each prompt: its name, what is said in each language, and
// how many seconds that takes.
func promptTable(flow *ivr.Flow) string {
	var b strings.Builder
	b.WriteString("| prompt | English | s | Spanish | s |\n| --- | --- | --: | --- | --: |\n")
	for _, p := range flow.Prompts() {
		fmt.Fprintf(&b, "| %s | %s | %.0f | %s | %.0f |\n",
			p.Name, p.EN, flow.Takes(p, ivr.English).Seconds(), p.ES, flow.Takes(p, ivr.Spanish).Seconds())
	}
	return b.String()
}
