// Package updatecenter holds the calls of the Update Center, each written down as a flow.
//
// [Dial78] is the call in which a customer replaces the temporary PIN, from the line
// itself, and later changes it, and manages the calling features of the line, from any
// touch-tone phone. flow.go tells it in order, but for the main menu, which menu.go tells, and
// the features, each a subflow of package features. prompts.go has what is said; the other
// files are the work behind its steps.
package updatecenter
