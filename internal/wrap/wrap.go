// Package wrap says of an error what was attempted, in one place for all that a function returns.
package wrap

import "fmt"

// Error puts what was attempted before the error that a function is about to return, if it returns one:
//
//	func (l *Lines) Find(ctx context.Context, number Number) (line Line, err error) {
//		defer wrap.Error(&err, "find line")
func Error(err *error, attempted string) {
	if *err != nil {
		*err = fmt.Errorf("%s: %w", attempted, *err)
	}
}
