// Package voice is the edge towards Twilio: the webhooks of telephone calls.
//
//	POST /voice/incoming      every incoming call
//	POST /voice/turn/{n}      what came of the question that turn n-1 asked
//	POST /voice/status        how calls begin and end; answered 204
//	POST /voice/fallback      asked when an answer was lost: gives it, or runs the turn; without
//	                          Redis it apologizes
//	GET  /voice/recordings/   prompts that are played instead of spoken
//	GET  /healthz             the process is up
//	GET  /readyz              and its Redis takes writes; else 503, and why
//
// The calls that we make have an engine of their own. What they are about stands in the URL
// at which each of them begins:
//
//	POST /voice/callback/{delivery}/{attempt}   the call was answered
//	POST /voice/callback/turn/{n}               as /voice/turn/{n}
//	POST /voice/callback/fallback               as /voice/fallback
//	POST /voice/status/{delivery}/{attempt}     how the call goes on; 204, or 4xx for one that can't be
//
// A webhook is a form of at most 64 kB, posted and signed by Twilio; anything else is
// refused before it is read any further. The signature is checked against the public URL
// that Twilio was given, never against what the request says of itself.
//
// Whatever goes wrong behind a true webhook, the answer is a document: the caller hears
// a sentence and a number to call.
package voice
