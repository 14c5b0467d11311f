// Package e2e holds the tests of the repair agents' console in a real browser: Debian's Chromium,
// headless, driven over the DevTools protocol. There is nothing in it to import.
//
//	make e2e
//
// # What it tries
//
// A server of its own, built from this tree and started as make run starts it, with the people,
// lines and e-mails of the demo. On it an administrator invites somebody new, who sets up a
// password and an authenticator app, signs in by the keyboard alone, finds a line, has it called,
// resets its PIN and signs out; the test is the customer at the telephone that rings. A supervisor
// takes a photo ID. Every page that somebody may open is loaded, and its time is measured: so make
// test runs this when all other tests are over. The telephone waits where updatecenter answer
// does, and there is room for one of them.
//
// A session that runs out in mid-form is tried on a console in the process, by its clock.
//
// Nothing is told to a test but what the pages, the e-mails and the telephone say. What is tried
// without pages, by requests that no page would send, stands in package repair.
//
// # Every page
//
// On each page of the way axe-core looks for violations of WCAG 2.0, 2.1 and 2.2, levels A and AA,
// in light, in dark, and at 320 px, where nothing may reach beyond the edge of the window (success
// criterion 1.4.10, reflow). The focus must be seen wherever the Tab key leads. A line on
// the browser's console fails the test too: an error of the script, or something that the
// content-security policy has refused.
//
// axe-core stands in testdata/axe as its makers distribute it (MPL 2.0). It is run through the
// DevTools protocol, so the pages keep their own content-security policy.
//
// # Pictures
//
// Each page that is looked at is kept as pictures, one for each way in which it is looked at:
//
//	go test ./e2e -artifacts -outputdir DIR
//
// The e2e target of the Makefile keeps them in bin/e2e.
package e2e
