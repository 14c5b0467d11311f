// Package twilio asks Twilio's REST API, through twilio-go: about the account, and for calls.
//
// An [Account] belongs to one account SID and auth token. [Account.Webhooks] tells where
// Twilio sends the calls to each telephone number and SIP domain of the account.
//
// [Account.Dialer] makes calls for package deliveries. Making a call is not idempotent: when
// its answer is lost, [Dialer.Find] tells whether the call was made. A call bears no mark that
// a listing would show; that of its attempt stands in the URLs of its webhooks.
//
// Every method takes a context and ends within [Config].Timeout, however many pages the
// answer has. An answer is read up to 4 MB a page, and redirects are not followed, so the
// auth token goes nowhere but to Config.BaseURL. No error holds the token, nor any text that
// came with a refusal: Twilio's error codes are explained at
// https://www.twilio.com/docs/api/errors.
//
// Three habits of twilio-go (1.31) are mended here: it knows only https://api.twilio.com,
// so a transport turns each request to the base URL; it takes no context, so that transport
// lives for one call of a method and carries its context; and it refuses credentials that
// are not letters and digits with an answer that looks like Twilio's, so [New] looks first.
package twilio
