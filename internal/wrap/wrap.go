// Package wrap says of an error what was attempted, in one place for all that a function returns, and whether to
// attempt it again is of use.
package wrap

import (
	"errors"
	"fmt"
)

// Error puts what was attempted before the error that a function is about to return, if it returns one:
//
//	func (l *Lines) Find(ctx context.Context, number Number) (line Line, err error) {
//		defer wrap.Error(&err, "find line")
func Error(err *error, attempted string) {
	if *err != nil {
		*err = fmt.Errorf("%s: %w", attempted, *err)
	}
}

// IsFinal says whether an error has a method Final() bool that says true: what failed is not tried again.
func IsFinal(err error) bool {
	final, is := errors.AsType[interface {
		error
		Final() bool
	}](err)
	return is && final.Final()
}
