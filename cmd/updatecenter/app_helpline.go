package main

import (
	"slices"

	"updatecenter/internal/audited"
	"updatecenter/internal/nanp"
	"updatecenter/ivr"
	"updatecenter/ivr/calls/helpline"
)

// helpLineFlow is the call to the help line.
func helpLineFlow(c config, o outside, a *app) *ivr.Flow {
	config := helpline.Config{
		Lines: a.lines, Accounts: a.accounts,
		Deliveries: audited.CalledDeliveries{Deliveries: audited.Deliveries{Deliveries: a.deliveries, Accounts: a.audited(), Audit: a.support.audit}},
		Tickets:    audited.CalledTickets{Tickets: a.tickets, Audit: a.support.audit},
		Recoveries: audited.CalledRecoveries{Recoveries: audited.Recoveries{Recoveries: a.recoveries, Accounts: a.audited(), Audit: a.support.audit}},
		Mailboxes:  a.calledMailboxes(),
		Changed:    a.wakeSwitches, Keyed: c.KeyedForms, Directory: c.HelpDirectory, Repair: c.RepairNumber, Person: c.helpLine(),
		CallerID: c.callerID(), Learns: c.ProvisioningURL != "", Calls: c.CallFrom != "", Emails: c.Mail.host != "", Letters: c.LettersDir != "", Links: c.PasswordURL != "", Destinations: c.CallDestinations,
		Zone: c.Zone, Now: o.now,
	}
	if o.help != nil {
		o.help(&config)
	}
	return helpline.Flow(config)
}

// audited are the accounts, with the audit.
func (a *app) audited() audited.Accounts {
	return audited.Accounts{Accounts: a.accounts, Audit: a.support.audit}
}

// calledMailboxes are the voice mailboxes and e-mail addresses, for calls.
func (a *app) calledMailboxes() audited.CalledMailboxes {
	return audited.CalledMailboxes{Mailboxes: a.mailboxes, Accounts: a.audited(), Audit: a.support.audit}
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
