package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"updatecenter/internal/agents"
	"updatecenter/internal/audit"
	"updatecenter/internal/secret"
)

// demoPassword is that of all agents of the demo, who get their codes by e-mail.
const demoPassword = "quiet harbor violet ladder"

// demoPeople has one of each role.
var demoPeople = []agents.Invitee{
	{Name: "ann", FullName: "Ann Olson", Email: "ann@agents.example", Role: agents.RoleAgent},
	{Name: "sam", FullName: "Sam Rivera", Email: "sam@agents.example", Role: agents.Supervisor},
	{Name: "ada", FullName: "Ada Lind", Email: "ada@agents.example", Role: agents.Administrator},
}

// addDemoAgents invites the demo's agents and sets them up, as they would do it by their links.
func addDemoAgents(ctx context.Context, people *agents.Agents, mailbox *demoMailbox) error {
	for _, invitee := range demoPeople {
		if _, err := people.Invite(ctx, agents.By{Name: "demo", Via: audit.ViaSystem}, invitee); err != nil {
			return err
		}
		link := mailbox.newest().Link.Reveal()
		token := secret.New(link[strings.LastIndex(link, "/")+1:])
		if err := setUpDemoAgent(ctx, people, invitee, token); err != nil {
			return fmt.Errorf("set up %s: %w", invitee.Name, err)
		}
	}
	mailbox.empty()
	return nil
}

func setUpDemoAgent(ctx context.Context, people *agents.Agents, invitee agents.Invitee, token secret.Text) error {
	self := agents.By{Name: string(invitee.Name), Via: audit.ViaSystem}
	agent, err := people.UseLink(ctx, self, token, secret.New(demoPassword))
	if err != nil {
		return err
	}
	if _, err := people.ChooseEmail(ctx, self, agent.ID); err != nil {
		return err
	}
	if _, err := people.AcceptTerms(ctx, self, agent.ID); err != nil {
		return err
	}
	_, err = people.UpdateProfile(ctx, self, agent.ID, agents.Profile{FullName: invitee.FullName, Email: invitee.Email})
	return err
}

// greetAgents says how to sign in at the console.
func greetAgents(out io.Writer, url string) {
	fmt.Fprintf(out, "\nIn a browser, %s/repair is the console of the repair agents. Sign in as\n", url)
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, person := range demoPeople {
		fmt.Fprintf(table, "  %s\tthe %s, %s\n", person.Name, person.Role, person.FullName)
	}
	_ = table.Flush() // a terminal that can't be written to has nobody to tell
	fmt.Fprintf(out, "with the password \"%s\", and the code from the e-mail at %s%s.\n", demoPassword, url, demoMailPath)
	fmt.Fprintln(out, "No customer is called about changes that are made here or with the API. The commands lines and accounts\nhave customers called, whose telephone is then an answer command; --notices off keeps them from it.")
}
