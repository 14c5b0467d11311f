package redisstore_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"updatecenter/internal/redistest"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
)

const validations = "uc:validations:{+16125550142}"

// damages are what can stand in the place of the validation that [validation] was, under the
// name of its field.
var damages = map[string]func(ctx context.Context, client *redis.Client, field string) error{
	"another type": func(ctx context.Context, client *redis.Client, _ string) error {
		return errors.Join(client.Del(ctx, validations).Err(), client.LPush(ctx, validations, "x").Err())
	},
	"nothing":              value(""),
	"no end":               value("call knew it"),
	"a negative end":       value("-1 1 call x"),
	"an end in words":      value("late 1 call x"),
	"an end in exponents":  value("9e14 1 call x"),
	"an end beyond time":   value("9999999999999999 1 call x"),
	"no time of its own":   value("999999999999999 call x"),
	"a time beyond time":   value("999999999999999 9999999999999999 call x"),
	"no method":            value("999999999999999 1"),
	"an empty method":      value("999999999999999 1  x"),
	"a method in capitals": value("999999999999999 1 Call x"),
	"nothing behind it":    value("999999999999999 1 call"),
	"a line break before":  value("\n999999999999999 1 call x"),
	"an end of no number":  value("99999999999999\x00 1 call x"),
}

func value(text string) func(context.Context, *redis.Client, string) error {
	return func(ctx context.Context, client *redis.Client, field string) error {
		return client.HSet(ctx, validations, field, text).Err()
	}
}

// TestDamagedValidationIsNone holds that nobody resets by what can't be read, and that a
// new validation mends it.
func TestDamagedValidationIsNone(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		db, client, ctx := open(t, s.URL()), raw(t, s), context.Background()
		for what, damage := range damages {
			all := operations(db)
			check.OK(t, errors.Join(client.FlushAll(ctx).Err(), all["add"](ctx), all["validate"](ctx)))
			field := client.HKeys(ctx, validations).Val()[0]
			check.OK(t, damage(ctx, client, field))
			for _, name := range []string{"validation", "reset", "unlock"} {
				if err := all[name](ctx); !errors.Is(err, pins.ErrNotValidated) {
					t.Errorf("%s with %s: %v", name, what, err)
				}
			}
			for _, name := range []string{"validate", "validation", "reset", "unlock"} {
				if err := all[name](ctx); err != nil {
					t.Errorf("mended after %s, %s: %v", what, name, err)
				}
			}
		}
	})
}

// TestValidationsAreForgotten holds that a line has no more of them than count.
func TestValidationsAreForgotten(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		db, client, ctx := open(t, s.URL()), raw(t, s), context.Background()
		addLine(t, db)
		for n := range 50 {
			v := validation
			v.By, v.At = fmt.Sprint("agent ", n), now.Add(time.Duration(n)*time.Minute)
			v.Until = v.At.Add(pins.ValidFor)
			check.OK(t, db.Lines().Validate(ctx, number, v, pins.Record{At: v.At}))
			if got, want := client.HLen(ctx, validations).Val(), int64(min(n+1, 15)); got != want {
				t.Fatalf("%d validations after %d, want %d", got, n+1, want)
			}
		}
	})
}

// TestFormOfValidations holds the form in which they are stored, for releases to come. The name of
// the field is the SHA-256 of "ann" "console", with the quotes.
func TestFormOfValidations(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		db, client, ctx := open(t, s.URL()), raw(t, s), context.Background()
		addLine(t, db)
		const field = "sha256.c1278f9349fdf0b69dfd5f02c59b5a2f67b7d486dfad79d626e7f0482d2f7410"
		v := validation
		v.From, v.Note = "console", "knew it: ¿sí?"
		check.OK(t, db.Lines().Validate(ctx, number, v, pins.Record{At: now}))
		want := map[string]string{field: "1930368067000 1930367167000 operator knew it: ¿sí?"}
		if diff := cmp.Diff(want, client.HGetAll(ctx, validations).Val()); diff != "" {
			t.Error(diff)
		}
	})
}

// TestValidationsOfARemovedLine holds that the next customer of a number has none of those of a
// line that an earlier release removed, which knew of none.
func TestValidationsOfARemovedLine(t *testing.T) {
	redistest.Both(t, func(t *testing.T, s *redistest.Server) {
		db, client, ctx := open(t, s.URL()), raw(t, s), context.Background()
		all := operations(db)
		err := errors.Join(all["add"](ctx), all["validate"](ctx), client.Del(ctx, ours[1]).Err(), all["add"](ctx))
		check.OK(t, err)
		if err := all["reset"](ctx); !errors.Is(err, pins.ErrNotValidated) {
			t.Errorf("reset: %v, want ErrNotValidated", err)
		}
	})
}
