package redisstore

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"updatecenter/internal/nanp"
	"updatecenter/pins"
)

// Validate implements [pins.Validations]. Run again it validates again, and records that too.
func (s Lines) Validate(ctx context.Context, number nanp.Number, v pins.Validation, record pins.Record) error {
	entry, err := encode(record)
	if err != nil {
		return err
	}
	value := validationText(v)
	if len(value) > maxRecord {
		return errLongRecord
	}
	keys := []string{lineKey(number), validationsKey(number), historyKey(number)}
	done, err := s.db.runOnce(ctx, validate, keys,
		validator(v.By, v.From), value, millis(v.Until), millis(record.At), entry, slack.Milliseconds())
	return verdict(done, err)
}

// Validation implements [pins.Validations].
func (s Lines) Validation(ctx context.Context, number nanp.Number, by, from string, at time.Time) (pins.Validation, error) {
	ctx, cancel := context.WithTimeout(ctx, s.db.within)
	defer cancel()
	value, err := s.db.client.HGet(ctx, validationsKey(number), validator(by, from)).Result()
	switch {
	case errors.Is(err, redis.Nil):
		return pins.Validation{}, pins.ErrNotValidated
	case err != nil:
		err = explain(err)
		if errors.Is(err, ErrGarbage) {
			return pins.Validation{}, pins.ErrNotValidated
		}
		return pins.Validation{}, err
	}
	v, ok := parseValidation(value)
	if !ok || millis(at) >= millis(v.Until) {
		return pins.Validation{}, pins.ErrNotValidated
	}
	v.By, v.From = by, from
	return v, nil
}

// Reset implements [pins.Validations]. Run again it resets again, and records that too.
func (s Lines) Reset(ctx context.Context, number nanp.Number, record pins.Record, notice []byte) error {
	replaced, err := encode(pins.NoticeReplaced(record.At))
	if err != nil {
		return err
	}
	if len(notice) > maxRecord {
		return errLongRecord
	}
	return s.db.Notices().mark(ctx, string(number), record.At, len(notice), func() error {
		return s.help(ctx, resetPIN, number, record, notice, pins.MaxDue, replaced)
	})
}

// Unlock implements [pins.Validations]. Run again it unlocks again, and records that too.
func (s Lines) Unlock(ctx context.Context, number nanp.Number, record pins.Record) error {
	return s.help(ctx, unlockLine, number, record)
}

// help runs one of the scripts that want the customer to be validated.
func (s Lines) help(ctx context.Context, what script, number nanp.Number, record pins.Record, more ...any) error {
	refusal := record
	refusal.Event = pins.ResetRefused
	refused, err := encode(refusal)
	if err != nil {
		return err
	}
	keys := append(clearKeys(number), validationsKey(number), noticesKey(string(number)))
	return s.clear(ctx, what, keys, record, append([]any{refused, validator(record.By, record.From)}, more...)...)
}

// validator is who validated, as the name of a field. Quoted, no two are alike.
func validator(by, from string) string { return tag(strconv.Quote(by) + " " + strconv.Quote(from)) }

// validationText is what is stored of a validation.
func validationText(v pins.Validation) string {
	return fmt.Sprintf("%d %d %s %s", millis(v.Until), millis(v.At), v.Method, v.Note)
}

// validationForm is that of the scripts too.
var validationForm = regexp.MustCompile(`^([0-9]{1,15}) ([0-9]{1,15}) ([a-z-]+) ((?s:.*))$`)

// parseValidation reads what validationText wrote, and says whether it is that.
func parseValidation(text string) (pins.Validation, bool) {
	parts := validationForm.FindStringSubmatch(text)
	if parts == nil {
		return pins.Validation{}, false
	}
	var until, at int64
	if !parseNumber(parts[1], &until) || !parseNumber(parts[2], &at) {
		return pins.Validation{}, false
	}
	return pins.Validation{
		Method: pins.ValidationMethod(parts[3]), Note: parts[4],
		At: time.UnixMilli(at).UTC(), Until: time.UnixMilli(until).UTC(),
	}, true
}
