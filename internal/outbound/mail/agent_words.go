package mail

import (
	"fmt"
	"strings"
	"time"

	"updatecenter/internal/agents"
	"updatecenter/internal/outbound/wording"
	"updatecenter/internal/secret"
)

// agentText is a message to an agent with its blanks: {company}, {name}, which is the user name,
// {detail}, and {day} or {moment}, which are both the message's time.
type agentText struct {
	subject string
	before  []string // paragraphs before the code or link, or all of a message without one
	after   []string
}

// notYou ends messages about what agents do themselves.
const notYou = "If it was you, there is nothing for you to do. If it was not, tell an administrator right away: somebody else may be able to sign in as you."

// agentTexts are what is written to agents, in English: the language in which they work.
var agentTexts = map[agents.MessageKind]agentText{
	agents.Invitation: {
		subject: "Set up your access to the repair console",
		before: []string{
			"You are invited to the repair console of {company}. Your user name is {name}.",
			"With this link you choose a password, and go on from there:",
		},
		after: []string{
			fmt.Sprintf("It works once, within %d hours: until {moment}. After that, ask an administrator for another.", int(agents.LinkFor/time.Hour)),
			"Do not pass it on: whoever opens it first chooses the password. If you did not expect this message, ignore it.",
		},
	},
	agents.SignInCode: {
		subject: "Your code for signing in",
		before:  []string{"Somebody is signing in as {name} at the repair console of {company}. If it is you, enter this code there."},
		after: []string{
			"It works once, until {moment}.",
			"Never tell it to anybody, by telephone, in a message or on another page, even if they say that they work for {company}. We never ask you for it.",
			"If it is not you, somebody knows your password: change it, and tell an administrator.",
		},
	},
	agents.ChangeCode: {
		subject: "Your code for a change",
		before:  []string{"Somebody who is signed in as {name} at the repair console of {company} is changing the e-mail address or the second step of signing in. If it is you, enter this code there."},
		after: []string{
			"It works once, until {moment}.",
			"Never tell it to anybody, by telephone, in a message or on another page, even if they say that they work for {company}. We never ask you for it.",
			"If it is not you, tell an administrator right away: somebody knows the password of {name}.",
		},
	},
	agents.Locked: {
		subject: "Signing in is locked for a while",
		before: []string{
			"For {name}, a wrong password or code was entered at the repair console of {company} again and again. Nobody can sign in with this user name until {moment}.",
			"If it was you, wait until then, or ask an administrator to reactivate you. If it was not, tell an administrator: somebody may be trying to guess your password.",
		},
	},
	agents.DeactivationSoon: {
		subject: "You will soon be unable to sign in",
		before: []string{
			"Your user name {name} has not been used at the repair console of {company} for months. It will be deactivated on {day}.",
			"To keep it, sign in before then. If you no longer need it, there is nothing for you to do.",
		},
	},
	agents.DeletionSoon: {
		subject: "Your profile will soon be deleted",
		before: []string{
			"Your user name {name} at the repair console of {company} is deactivated. Your profile will be deleted on {day}, and nobody can use the name again.",
			"To keep it, ask an administrator to reactivate you before then. If you no longer need it, there is nothing for you to do.",
		},
	},
	agents.PasswordWasChanged: {
		subject: "Your password was changed",
		before:  []string{"The password of {name} at the repair console of {company} was changed on {moment}.", notYou},
	},
	agents.FactorWasChanged: {
		subject: "Your second step of signing in was changed",
		before:  []string{"The second step of signing in as {name} at the repair console of {company} was changed on {moment}: to another authenticator app, or between an app and codes by e-mail.", notYou},
	},
	agents.EmailWasChanged: {
		subject: "Your e-mail address was changed",
		before: []string{
			"The e-mail address of {name} at the repair console of {company} was changed on {moment}. This message went to the one before. Further ones go to the new address.",
			notYou,
		},
	},
	agents.LimitAlert: {
		subject: "A limit was reached at the repair desk",
		before: []string{
			"Somebody who helps customers of {company} was refused, because it was more than the limits allow:",
			"{detail}",
			"It may be a busy day, or somebody who looks at what is none of their business. The reports of the repair console tell more.",
		},
	},
}

// closed is written in place of agents.Locked when no time opens the lock again.
var closed = agentText{
	subject: "Signing in is locked",
	before: []string{
		"For {name}, a wrong password or code was entered at the repair console of {company} again and again. Nobody can sign in with this user name until an administrator reactivates it.",
		"If it was you, ask for that. If it was not, tell an administrator: somebody may be trying to guess your password.",
	},
}

// How times are written to agents.
const (
	dayLayout    = "January 2, 2006"
	momentLayout = "January 2, 2006 at 3:04 PM MST"
)

// letter is what the templates are filled with.
type letter struct {
	wording.Message
	Link secret.Text // the whole URL of an invitation; empty: there is none
}

// writeTo words a message to an agent. The only error is [ErrMessage].
func writeTo(message agents.Message, company string, zone *time.Location) (letter, error) {
	text, ok := agentTexts[message.Kind]
	if message.Kind == agents.Locked && message.On.IsZero() {
		text = closed
	}
	if !ok || message.Link.IsZero() == (message.Kind == agents.Invitation) ||
		message.Code.IsZero() == (message.Kind == agents.SignInCode || message.Kind == agents.ChangeCode) {
		return letter{}, ErrMessage
	}
	fill := agentBlanks(message, company, zone)
	words := wording.Message{
		Language: "en",
		Subject:  text.subject,
		Greeting: "Dear " + message.FullName + ":",
		Before:   paragraphs(fill, text.before),
		After:    paragraphs(fill, text.after),
		Closing:  "Sincerely,",
		Company:  company,
		NoReply:  "This message was sent automatically. Nobody reads replies to it.",
	}
	if !message.Code.IsZero() {
		words.Told = wording.Told{Label: "Your code", Secret: message.Code, Digits: true}
	}
	return letter{words, message.Link}, nil
}

// agentBlanks fills what the texts leave open, in one pass: what is filled in is never read as a
// blank.
func agentBlanks(message agents.Message, company string, zone *time.Location) *strings.Replacer {
	on := message.On.In(zone)
	return strings.NewReplacer(
		"{company}.", strings.TrimSuffix(company, ".")+".", // it may be an Inc.
		"{company}", company, "{name}", string(message.Name), "{detail}", message.Detail,
		"{day}", on.Format(dayLayout), "{moment}", on.Format(momentLayout),
	)
}

func paragraphs(fill *strings.Replacer, texts []string) []string {
	var out []string
	for _, text := range texts {
		out = append(out, fill.Replace(text))
	}
	return out
}
