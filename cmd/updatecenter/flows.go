package main

import (
	"fmt"
	"slices"
	"strings"

	"updatecenter/internal/features"
	"updatecenter/ivr"
	"updatecenter/ivr/calls/updatecenter"
	"updatecenter/pins"
)

// allFlows are the calls, wired to nothing, to be looked at.
func allFlows() []*ivr.Flow {
	demo := config{RepairNumber: defaultRepair, deliverySettings: demoDeliveries(), twilioSettings: twilioSettings{CallFrom: demoCallFrom}}
	return []*ivr.Flow{dial78(defaultPolicy()), helpLineFlow(demo, outside{}, &app{support: &support{}}), callbackFlow(demo, nil)}
}

func dial78(policy pins.Policy) *ivr.Flow {
	return updatecenter.Dial78(updatecenter.Config{Features: features.New(features.Config{}), Repair: defaultRepair, Transfer: defaultRepair, CallerID: demoCallFrom, Policy: policy})
}

type flowsCommand struct {
	Check flowsCheck `cmd:"" help:"Check the calls for what can't be compiled. A server does so at every start."`
	Draw  flowsDraw  `cmd:"" help:"Draw the calls, and the parts that they enter and return from, as Mermaid flowcharts, one after the other."`
}

type flowsCheck struct{}

// Run checks all flows.
func (flowsCheck) Run(c terminal) error {
	for _, flow := range allFlows() {
		if err := flow.Check(); err != nil {
			return fmt.Errorf("%s:\n%w", flow.Name, err)
		}
		fmt.Fprintf(c.out, "ok  %s: %d subflows, %d exits, %d prompts\n",
			flow.Name, len(flow.Subflows()), len(flow.Exits()), len(flow.Prompts()))
	}
	return nil
}

type flowsDraw struct {
	Names []string `arg:"" optional:"" help:"Only these, such as dial-78 or add-number."`
}

// Run draws flows and subflows.
func (cmd flowsDraw) Run(c terminal) error {
	all := drawings()
	for _, name := range cmd.Names {
		if !slices.ContainsFunc(all, func(d drawing) bool { return d.name == name }) {
			return usage(fmt.Errorf("no flow is named %q", name))
		}
	}
	for _, d := range all {
		if len(cmd.Names) > 0 && !slices.Contains(cmd.Names, d.name) {
			continue
		}
		if _, err := fmt.Fprintf(c.out, "%%%% %s\n%s", d.name, d.chart); err != nil {
			return fmt.Errorf("draw %s: %w", d.name, err)
		}
	}
	return nil
}

// A drawing is a flow or a subflow as a chart.
type drawing struct{ name, chart string }

// drawings are those of each flow and then of its subflows.
func drawings() []drawing {
	var all []drawing
	for _, flow := range allFlows() {
		all = append(all, drawing{flow.Name, flow.Mermaid()})
		for _, part := range flow.Subflows() {
			all = append(all, drawing{part.Name, part.Mermaid()})
		}
	}
	return all
}

// drawingsPage shows them under headings, in Markdown.
func drawingsPage() string {
	var b strings.Builder
	for _, d := range drawings() {
		fmt.Fprintf(&b, "\n## %s\n\n```mermaid\n%s```\n", d.name, d.chart)
	}
	return b.String()
}

type promptsCommand struct{}

// Run lists the prompts as a Markdown table.
func (promptsCommand) Run(c terminal) error {
	if _, err := fmt.Fprint(c.out, promptTable()); err != nil {
		return fmt.Errorf("list prompts: %w", err)
	}
	return nil
}

// promptTable has a row for each prompt, whatever the settings: its name, what is said in
// each language, and how many seconds that takes.
func promptTable() string {
	several := defaultPolicy()
	several.MaxDigits++
	seen := map[string]bool{}
	var b strings.Builder
	b.WriteString("| prompt | English | s | Spanish | s |\n| --- | --- | --: | --- | --: |\n")
	for i, flow := range allFlows() {
		prompts := flow.Prompts()
		if i == 0 {
			prompts = union(prompts, dial78(several).Prompts())
		}
		for _, p := range prompts {
			if seen[p.Name] {
				continue // of a call before
			}
			seen[p.Name] = true
			fmt.Fprintf(&b, "| %s | %s | %.0f | %s | %.0f |\n",
				p.Name, p.EN, flow.Takes(p, ivr.English).Seconds(), p.ES, flow.Takes(p, ivr.Spanish).Seconds())
		}
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
