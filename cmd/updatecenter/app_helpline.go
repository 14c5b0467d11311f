package main

import (
	"slices"

	"updatecenter/internal/nanp"
	"updatecenter/ivr"
	"updatecenter/ivr/calls/helpline"
)

// helpLineFlow is the call to the help line.
func helpLineFlow(c config, o outside, a *app) *ivr.Flow {
	config := helpline.Config{
		Lines: a.lines, Accounts: a.accounts, Deliveries: a.deliveries, Tickets: a.tickets, Recoveries: a.recoveries, Mailboxes: a.mailboxes,
		Changed: a.wakeSwitches, Keyed: c.KeyedForms, Directory: c.HelpDirectory, Repair: c.RepairNumber, Person: c.helpLine(),
		CallerID: c.callerID(), Learns: c.ProvisioningURL != "", Calls: c.CallFrom != "", Emails: c.Mail.host != "", Letters: c.LettersDir != "", Links: c.PasswordURL != "", Destinations: c.CallDestinations,
		Zone: c.Zone, Now: o.now,
	}
	if o.help != nil {
		o.help(&config)
	}
	return helpline.Flow(config)
}

// helpLines are the numbers of the help line, and what calls to each are about.
func (c *config) helpLines() map[nanp.Number]string {
	all := map[nanp.Number]string{}
	for _, number := range c.HelpLines {
		all[number] = ""
	}
	for _, number := range c.LongDistance {
		all[number] = helpline.LongDistance
	}
	return all
}

// dialedTwice says whether one number is to reach two things.
func (c *config) dialedTwice() bool {
	all := slices.Concat(c.Dial78Numbers, c.HelpLines, c.LongDistance)
	slices.Sort(all)
	return len(slices.Compact(slices.Clone(all))) < len(all)
}

// callsItself says whether the help line would put callers through to itself.
func (c *config) callsItself() bool {
	persons := append(c.HelpDirectory.Numbers(), c.helpLine(), c.RepairNumber)
	return slices.ContainsFunc(slices.Concat(c.HelpLines, c.LongDistance), func(n nanp.Number) bool { return slices.Contains(persons, n) })
}
