package wording

import "updatecenter/internal/deliveries"

// What notices say in English, besides what was changed.
const (
	notToldEN  = "For your protection, we do not say here what it was changed to."
	notYouEN   = "If it was you, there is nothing for you to do. If it was not, please call us right away at {call}."
	keepItEN   = "Keep it to yourself. We never call or write to ask you for it. If somebody asks you for it, do not tell it, even if they say that they work for {company}: hang up, and call us."
	notAskedEN = "If you did not ask for it, please call us at {call}."
)

var english = tongue{
	language: "en",
	months: [12]string{
		"January", "February", "March", "April", "May", "June",
		"July", "August", "September", "October", "November", "December",
	},
	day:      "%[2]s %[1]d, %[3]d",
	dear:     "Dear %s:",
	customer: "customer",
	ending:   "Account ending in %s",
	code:     "Your security code",
	question: "Your security question",
	answer:   "Your answer",
	closing:  "Sincerely,",
	noReply:  "This message was sent automatically. Nobody reads replies to it.",

	temporaryPIN:     "the temporary PIN %s, which every new line has,",
	someTemporaryPIN: "the temporary PIN that came with your service,",
	texts: map[deliveries.About]text{ //nolint:exhaustive // a call alone tells the code of a validation
		deliveries.SecurityCode: {
			subject: "Your security code",
			before:  []string{"We were asked for the security code of your {company} account. Here it is."},
			after: []string{
				"You need it to enroll in an online account, or to add this account to one you have.",
				keepItEN, notAskedEN,
			},
		},
		deliveries.SecurityAnswer: {
			subject: "The answer to your security question",
			before:  []string{"We were asked for the answer to the security question of your {company} account. Here it is, as you gave it to us."},
			after: []string{
				"You need it to enroll in an online account, or to add this account to one you have.",
				keepItEN, notAskedEN,
			},
		},
		deliveries.Welcome: {
			subject: "Welcome to {company}",
			before:  []string{"Thank you for choosing {company}. Please keep this in a safe place: it tells you how to look after your account and your calling features."},
			after: []string{
				keepItEN,
				"Your online account. Enroll on our website with the account number on your bill, and with this security code or the ZIP code of your billing address.",
				"Your calling features. From your primary home number, dial 78. You are asked for a PIN. The first time, enter {temporary-pin} and then choose your own. From then on you can call from any touch-tone phone.",
				"If you forget your PIN, call our repair service at {repair}. For anything else about your account, call {call}.",
			},
		},
		deliveries.PINChanged: {
			subject: "Your PIN was changed",
			before:  []string{"The PIN for the calling features of your telephone line was changed on {date}.", notToldEN, notYouEN},
		},
		deliveries.PINReset: {
			subject: "Your PIN was reset",
			before: []string{
				"The PIN for the calling features of your telephone line was reset on {date}.",
				"To choose a new one, dial 78 from your primary home number.",
				"If you did not ask for this, please call us right away at {call}.",
			},
		},
		deliveries.CodeChanged: {
			subject: "Your security code was changed",
			before:  []string{"The security code of your {company} account was changed on {date}.", notToldEN, notYouEN},
		},
		deliveries.QuestionChanged: {
			subject: "Your security question was changed",
			before:  []string{"The security question of your {company} account, or the answer to it, was created or changed on {date}.", notToldEN, notYouEN},
		},
		deliveries.AddressChanged: {
			subject: "Your billing address was changed",
			before:  []string{"The billing address of your {company} account was changed on {date}.", notToldEN, notYouEN},
		},
		deliveries.EmailChanged: {
			subject: "Your e-mail address was changed",
			before:  []string{"The e-mail address of your {company} account was changed on {date}.", notToldEN, notYouEN},
		},
		deliveries.PhoneChanged: {
			subject: "Your telephone number was changed",
			before:  []string{"The primary telephone number of your {company} account was changed on {date}.", notToldEN, notYouEN},
		},
	},
}
