package notices_test

import (
	"context"
	"errors"
	"os"
	"testing"

	"updatecenter/internal/nanp"
	"updatecenter/internal/notices"
	"updatecenter/internal/storage"
	"updatecenter/pins"
)

// brokenLines are lines none of which can be read.
type brokenLines struct {
	notices.Lines
	err error
}

func (b brokenLines) Line(context.Context, nanp.Number) (pins.Line, error) { return pins.Line{}, b.err }

// A customer is told of another PIN also when the line can't be read by then, and later when it can't
// be asked for.
func TestLanguageOfALineThatCanNotBeRead(t *testing.T) {
	for came, want := range map[error]error{storage.ErrUnreadable: nil, pins.ErrNoLine: nil, os.ErrClosed: os.ErrClosed} {
		customers := notices.Customers{Lines: brokenLines{err: came}}
		if language, err := customers.Language(t.Context(), "+16125550142"); !errors.Is(err, want) || language != "" {
			t.Errorf("%v: %q, %v", came, language, err)
		}
	}
}

func TestNoPolicyHasNoNotices(t *testing.T) {
	if notice := (notices.Policy{}).PIN("+16125550142", pins.Reset, "once"); notice != nil {
		t.Errorf("notice %s", notice)
	}
}
