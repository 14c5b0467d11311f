package features

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"time"

	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
	"updatecenter/pins"
)

// Config is what [Lines] are made of.
type Config struct {
	Store  Store
	Keys   secret.Keyring   // seals codes
	Random io.Reader        // nil: crypto/rand's Reader
	Now    func() time.Time // nil: time.Now
}

// Lines are the telephone lines, with the rules of their features. Any number of goroutines
// may use it.
type Lines struct {
	store  Store
	keys   secret.Keyring
	random io.Reader
	now    func() time.Time
}

// New returns the lines of a store.
func New(config Config) *Lines {
	if config.Random == nil {
		config.Random = rand.Reader
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	return &Lines{store: config.Store, keys: config.Keys, random: config.Random, now: config.Now}
}

// Find returns the features of a line. Errors: pins.ErrNoLine, pins.ErrUnreadable.
func (l *Lines) Find(ctx context.Context, number nanp.Number) (Line, error) {
	line, _, err := l.find(ctx, number, pins.Turn{})
	if err != nil {
		return Line{}, fmt.Errorf("find features: %w", err)
	}
	return line, nil
}

// find also says whether the turn has changed anything before.
func (l *Lines) find(ctx context.Context, number nanp.Number, turn pins.Turn) (Line, bool, error) {
	stored, err := l.store.Features(ctx, number, turn)
	if err != nil {
		return Line{}, false, err
	}
	line, err := l.line(number, stored)
	return line, stored.Done, err
}

// Weigh tells, with no error, that the edit would be accepted now. Errors: a [*Refusal],
// ErrNotInstalled, pins.ErrNoLine, pins.ErrUnreadable.
func (l *Lines) Weigh(ctx context.Context, number nanp.Number, feature pins.Feature, edit Edit) error {
	line, _, err := l.find(ctx, number, pins.Turn{})
	if err != nil {
		return fmt.Errorf("weigh edit: %w", err)
	}
	if _, _, err = line.edited(feature, edit); err != nil {
		return fmt.Errorf("weigh edit: %w", err)
	}
	return nil
}

// edited returns a feature as it is, and the settings that an edit makes of it.
func (l Line) edited(feature pins.Feature, edit Edit) (Setting, Settings, error) {
	present, installed := l.Setting(feature)
	if !installed {
		return Setting{}, Settings{}, ErrNotInstalled
	}
	rule, _ := RuleOf(feature) // what is installed has one
	wanted, err := edit.edited(rule, l.Number, present.Settings)
	return present, wanted, err
}
