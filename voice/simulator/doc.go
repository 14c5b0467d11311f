// Package simulator is a telephone and the exchange behind it. The exchange behaves as
// Twilio does at the webhook, so an application that works with it works with Twilio:
// it signs what it posts, reads TwiML strictly, carries it out, retries, asks the
// fallback URL, and sends status callbacks that may overtake each other. It knows
// nothing of the application but its public URL.
//
// # A call by hand
//
// [New] sets up an [Exchange]; [Exchange.Dial] starts a [Call]. A call is pulled:
// [Call.Next] does the next thing and says what it was ([Spoken], [Played], [Paused],
// [Transferred]), until the far end waits for keys ([Asked]) or the call is over
// ([Ended]). [Call.Press], [Call.Silence] and [Call.HangUp] are the caller's side. A
// key that is pressed after an event with Interruptible set cuts the rest of the prompt
// short. [Call.Listen] takes events up to the next question and lets their time pass.
//
// No call sleeps by itself, except in Listen, and there on the exchange's [Clock]: with
// a [VirtualClock] an hour of calls takes no time. Limits on HTTP are real time always.
//
// # Call scripts
//
// A call as a text file. [Parse] reads one, [Play] plays it:
//
//	# A new customer replaces the temporary PIN.
//	dial 78 from 612-555-0142
//	hear "temporary"
//	press 1234#
//	hear "new"
//	hangup
//
//	dial 78 from NUMBER        a call over the SIP domain; dial *78 likewise
//	dial NUMBER from NUMBER    a call to a telephone number; " stir A" may follow
//	answer NUMBER              wait until NUMBER rings, and pick up; also busy,
//	                           no-answer, failed; voicemail, which records nothing
//	                           of what is said while its greeting plays, for 12
//	                           seconds; fax, which hears nothing; and undetected,
//	                           somebody of whom machine detection can't tell what
//	refuse NUMBER CODE         refuse to call NUMBER with one of Twilio's codes, such as 21211,
//	                           and its HTTP status; "all" is every number; " again in 3s" may
//	                           follow, for a Retry-After
//	accept NUMBER              call it again; or accept all
//	refused NUMBER             wait until a call to NUMBER was refused
//	hear "words"               the words were said since the last key or silence
//	hear /regexp/              the same with a regular expression
//	!hear "words"              they were not
//	press KEYS                 0-9 * #
//	silence                    let the question time out
//	language en                what was said since the last key was English (es: Spanish)
//	repeat                     deliver the last webhook once more; the answer is the same
//	lose                       the next answer is lost, and the exchange asks again, as if told to
//	lose answer                the next answer is lost, and the exchange asks the fallback URL, as it
//	                           does unasked; " and keys" may follow: it is not posted what the
//	                           caller did then
//	lose request               the next webhook does not arrive, likewise
//	transfer busy              transfers end so from here on: completed, busy, no-answer,
//	                           failed or canceled
//	hangup                     the caller hangs up
//	ended                      the far end has hung up
//	advance 31m                move the clock (plays in process alone)
//	redis down                 take the store away (plays in process alone); redis up
//	# ...                      a comment, on a line of its own
//
// A number can be written 612-555-0142, 6125550142 or +16125550142. Anything else
// without a space goes out as it stands (anonymous, client:kiosk, +442079460000), for an
// application must bear it. After stir comes A, B, C, failed or none; A, B, C and failed
// can have -diverted or -passthrough behind them, and failed a level: failed-B.
//
// An entry ends as its Gather says: with the finish key, with the number of digits, or,
// when the line has no more keys, with the pause after the last one. Nobody can key ahead: keys
// beyond the end of an entry are pressed while nothing listens, and are lost, so each entry has
// a line of its own. Keys pressed where nothing is asked any more fail.
//
// In hear, case and spacing do not count, nor do the marks that group a number: what is
// spoken digit by digit as "8 0 0 5 7 3" is found by "800-573", "8 0 0" and "800573". A
// recording is heard as the file name in its URL. A transfer that is answered is heard as
// "transferred to NUMBER", another as "dialed NUMBER: busy", a broken webhook as Twilio's "an
// application error has occurred". Nobody is dialed without a caller ID that holds.
//
// # Other faces
//
// [REST] lets an application ask for calls as it asks Twilio: over HTTP. They ring until a
// script answers them, or [Exchange.AwaitRing] does.
//
// [Terminal] is a phone for a person at a keyboard, to call with or to be called at, and can
// write the call script of what they do. [Load] plays scripts in numbers and measures the turns.
//
// # Secrets
//
// Keys are shown as dots everywhere, and no error text quotes them, unless a reader asks
// ([Transcript.Write], [Terminal]); a call script itself holds them in the clear.
package simulator
