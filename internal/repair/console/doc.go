// Package console is the console of the repair agents: pages at and below /repair, made on the
// server, which work without script.
//
//	/repair/                        find a line by its number
//	/repair/lines/{number}          the line: what to do for its customer, PIN, features, history
//	/repair/lines/{number}/...      validate the customer, reset the PIN, unlock the line
//	/repair/sign-in                 user name, then /password, then /code
//	/repair/welcome/{token}         the link of an invitation: the first password
//	/repair/set-up/...              second factor, terms and conditions, own profile
//	/repair/profile                 own profile; below it password, factor, signing out everywhere, and
//	                                confirm, where another factor or e-mail address is proved
//	/repair/reports                 the audit, for supervisors
//	/repair/people, /repair/invite  who may sign in, for administrators
//	/repair/keys                    keys of the REST API, for administrators
//
// # Serving it
//
//	console, err := console.New(console.Config{
//		Agents: people, SignIn: signIn, Desk: desk, Audit: audit, Keys: keys, History: provisioning,
//		PublicURL: "https://repair.example.com", Company: "Example Telephone",
//	})
//	console.Routes(router)
//
// The router should be made with SkipClean(true). The server bounds headers and the time for
// reading a request (MaxHeaderBytes, ReadTimeout); the console bounds bodies, at 64 KiB, and the
// time that one answer takes, at 10 seconds. A stream of events extends the server's times itself.
//
// # Who may see what
//
// Every path stands in a table with the least [agents.Role] that it takes, and the methods that it
// has; the table, and no page, decides. A session whose set-up is unfinished opens the pages of
// the set-up alone. Nothing is changed by a GET.
//
// # What is sent along
//
// The session's token is in the cookie __Host-uc-session, a sign-in under way in __Host-uc-signin,
// and where to go on after it in __Host-uc-draft; __Host-uc-browser stands for a browser in which
// somebody has signed in ([signin.SignIn.Remember]), and alone outlives the browser's closing, for 90
// days. All are HttpOnly, Secure and SameSite=Strict:
// nothing but the link of an invitation is meant to be followed from elsewhere, and that one needs
// no cookie. Where Config.PublicURL is http on this machine (localhost, 127.0.0.0/8, [::1]), and there
// alone, they have neither the prefix nor Secure: Safari takes no others from there.
//
// Requests from other origins that could change something are refused
// ([net/http.CrossOriginProtection]), and so is every request to another host than that of
// Config.PublicURL. The content-security policy allows style and script from the console's own
// files and nothing else. Where a request came from is what Config.Client says.
//
// # Forms
//
// A form that is refused comes back with what was typed, except secrets, and says beside each
// field what is wrong, and above them with links to them. A form that is sent after its session
// has run out is kept as a [signin.Draft], except secrets: it is filled in again when the same
// agent has signed in again. So is the rest of a form whose secret was wrong. Who signs in goes on
// where the own session has run out, if the role allows it, and otherwise begins at home.
//
// What can't be taken back takes a tick. Once it stands in the audit it is done, though the browser
// goes away; where that can't be known, a second entry says so.
//
// # The log
//
// One line for each request: method, route, status, time, and who was signed in; never a path,
// a value of a form or a cookie. An error page shows a reference, which the log has beside the cause.
// Why an administrator's link could not be sent by e-mail is a warning.
// That a client went away before its answer is no error.
package console
