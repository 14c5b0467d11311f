package helpline

import (
	"context"
	"fmt"
	"strings"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/mailboxes"
	"updatecenter/internal/nanp"
	"updatecenter/internal/recovery"
	"updatecenter/ivr"
)

// emails has the billing telephone called for who knows the answers to the two secret questions of an e-mail address, and told
// a one-time password there: never in this call. A number without addresses sounds like one that has some.
func (a actions) emails() []ivr.Node {
	toHelp := a.Directory.of(email).at()
	nodes := []ivr.Node{
		ivr.Menu{At: aboutEmail, Prompt: sayEmail, Options: []ivr.Option{
			{Prompt: forgotEmailPassword, Next: needEmailPassword, If: func(*ivr.Call) bool { return a.Learns && a.Calls }},
			{Prompt: forMoreEmail, Next: toHelp},
		}, Closing: sayBackEnd, Back: menu, GaveUp: noAnswer},
		ivr.Action[choice]{At: needEmailPassword, On: ivr.On[choice]{chosen: askEmailBTN},
			Run: func(_ context.Context, c *ivr.Call) (choice, error) {
				needs(c, recovery.Email, recovery.Password)
				sends(c, deliveries.Voice)
				return chosen, nil
			}},
		ivr.Gather{At: askEmailBTN, Prompt: sayAskBTN, Digits: ivr.Range{Min: 10, Max: 11}, Into: keyedBTN,
			Next: findEmails, Back: aboutEmail, GaveUp: toHelp},
		ivr.Action[addresses]{At: findEmails, Run: a.findEmails, On: ivr.On[addresses]{
			noNumber: notBTN, oneAddress: askAnswer, someAddresses: emailsMenu, askedTooOften: emailRefused,
		}},
		ivr.Say{At: notBTN, Prompt: sayNotBTN, Next: emailBTNAgain},
		ivr.Retry{At: emailBTNAgain, Times: 3, Back: askEmailBTN, GaveUp: toHelp},
		ivr.Say{At: emailRefused, Prompt: sayNothingChecked, Next: toHelp},
		ivr.Gather{At: askAnswer, Prompt: sayAskAnswer, Digits: ivr.Range{Min: mailboxes.MinAnswer, Max: mailboxes.MaxAnswer}, Into: keyedAnswer,
			Next: askSecondAnswer, Back: askEmailBTN, GaveUp: toHelp},
		ivr.Gather{At: askSecondAnswer, Prompt: saySecondAnswer, Digits: ivr.Range{Min: mailboxes.MinAnswer, Max: mailboxes.MaxAnswer}, Into: keyedSecondAnswer,
			Next: recoverEmail, Back: askAnswer, GaveUp: toHelp},
		// The third wrong pair locks, so that nobody is asked more often.
		ivr.Enter{At: recoverEmail, Subflow: a.recovery, On: map[ivr.Step]ivr.Step{
			recovered: anythingElse, notMatched: askAnswer, notOfRecord: toHelp, notRecovered: toHelp,
		}},
	}
	m := ivr.Menu{At: emailsMenu, Prompt: saySeveralEmails, Closing: sayBackEnd, Back: askEmailBTN, GaveUp: toHelp, Listing: true}
	for n := range mailboxes.MaxEmails {
		at := ivr.Step(fmt.Sprintf("choose-email-%d", n+1))
		m.Options = append(m.Options, ivr.Option{Prompt: forEmailOf(n), Next: at, If: func(c *ivr.Call) bool { return c.Text(which(n)) != "" }})
		nodes = append(nodes, ivr.Action[choice]{At: at, Run: pickEmail(n), On: ivr.On[choice]{chosen: askAnswer}})
	}
	return append(nodes, m)
}

// addresses is how many e-mail addresses there are to choose from.
type addresses string

const (
	noNumber      addresses = "no number" // it was none that was keyed
	oneAddress    addresses = "one"
	someAddresses addresses = "several"
	askedTooOften addresses = "asked too often" // by this caller, for whatever numbers
)

// findEmails finds out what is asked for the addresses of a billing telephone number.
func (a actions) findEmails(ctx context.Context, c *ivr.Call) (addresses, error) {
	number, err := nanp.Parse(c.Secret(keyedBTN).Reveal())
	c.Erase(keyedBTN)
	if err != nil {
		return noNumber, nil //nolint:nilerr // what a caller keys is an outcome, not an error
	}
	var all []mailboxes.Challenge
	refused, err := a.Lines.Ask(ctx, callerOf(c), func() (err error) {
		all, err = a.Mailboxes.Challenge(ctx, c.SID, number)
		return err
	})
	switch {
	case err != nil:
		return "", err
	case refused != "":
		return askedTooOften, nil
	}
	c.Fill(emailLine, string(number))
	offer(c, all)
	if len(all) > 1 {
		return someAddresses, nil
	}
	return oneAddress, chooseEmail(c, 0)
}

// offer keeps the addresses that were found, with their letters. Those of which the letters are the same are told apart by which
// of them they are.
func offer(c *ivr.Call, all []mailboxes.Challenge) {
	same, before := map[string]int{}, map[string]int{}
	for _, one := range all {
		same[one.Letters]++
	}
	kept := make([]string, mailboxes.MaxEmails)
	for n := range kept {
		c.Fill(which(n), "")
		if n >= len(all) {
			continue
		}
		one := all[n]
		kept[n] = fmt.Sprint(one.Email, " ", one.Questions[0], " ", one.Questions[1])
		before[one.Letters]++
		c.FillPhrase(which(n), theOne[0])
		if same[one.Letters] > 1 {
			c.FillPhrase(which(n), theOne[before[one.Letters]])
		}
		c.FillPhrase(beginning(n), noLetters)
		if one.Letters != "" {
			c.Fill(letters(n), strings.Join(strings.Split(strings.ToUpper(one.Letters), ""), ", "))
			c.FillPhrase(beginning(n), beginsWith(n))
		}
	}
	c.Fill(emailsFound, strings.Join(kept, ","))
}

// pickEmail chooses one of the addresses that were kept.
func pickEmail(n int) func(context.Context, *ivr.Call) (choice, error) {
	return func(_ context.Context, c *ivr.Call) (choice, error) { return chosen, chooseEmail(c, n) }
}

// chooseEmail makes an address the present one.
func chooseEmail(c *ivr.Call, n int) error {
	found := strings.Fields(strings.Split(c.Text(emailsFound), ",")[n])
	if len(found) != 3 {
		return fmt.Errorf("there is no e-mail address %d to choose", n+1)
	}
	c.Fill(emailID, found[0])
	c.FillPhrase(question, secretQuestions[mailboxes.Question(found[1])])
	c.FillPhrase(secondQuestion, secretQuestions[mailboxes.Question(found[2])])
	return nil
}

// which, beginning and letters are how one of the addresses that were found is offered, from 0: "the second one", "that begins
// with A, N, N", and the letters in that.
func which(n int) ivr.Variable     { return ofEmail("which", n, ivr.Phrase) }
func beginning(n int) ivr.Variable { return ofEmail("beginning", n, ivr.Phrase) }
func letters(n int) ivr.Variable   { return ofEmail("letters", n, ivr.Words) }

func ofEmail(name string, n int, kind ivr.Kind) ivr.Variable {
	return ivr.Variable{Name: fmt.Sprintf("%s-%d", name, n+1), Kind: kind}
}

// emailChoices are what is said of the addresses that were found, by variables that say one of a few things.
func emailChoices() map[ivr.Variable][]ivr.Prompt {
	all := map[ivr.Variable][]ivr.Prompt{}
	for n := range mailboxes.MaxEmails {
		all[which(n)], all[beginning(n)] = theOne[:], []ivr.Prompt{beginsWith(n), noLetters}
	}
	return all
}

func emailVariables() (all []ivr.Variable) {
	for n := range mailboxes.MaxEmails {
		all = append(all, which(n), beginning(n), letters(n))
	}
	return all
}
