package wrap_test

import (
	"errors"
	"testing"

	"updatecenter/internal/wrap"
)

func TestError(t *testing.T) {
	inner := errors.New("no such line")
	attempt := func(err error) (result error) {
		defer wrap.Error(&result, "find line")
		return err
	}
	if err := attempt(nil); err != nil {
		t.Error(err)
	}
	if err := attempt(inner); !errors.Is(err, inner) || err.Error() != "find line: no such line" {
		t.Error(err)
	}
}
