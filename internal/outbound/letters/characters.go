package letters

import (
	"fmt"

	"updatecenter/internal/typeface"
)

// ErrUnprintable is said of a text with characters for which there is no type. The text around it
// names what was to be printed, and nothing of it.
var ErrUnprintable error = finalError("has characters that can't be printed")

// typeset returns a text as it is printed. It is still the same answer to a security question, as
// those are compared without accents.
func typeset(what, s string) (string, error) {
	set, missing := typeface.Set(s)
	if missing != "" {
		return "", fmt.Errorf("%s %w", what, ErrUnprintable)
	}
	return set, nil
}
