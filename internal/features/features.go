// Package features is what customers can set up of the calling features of their line: which
// parts each feature has, what may stand in them, and how a change is made so that nothing
// is lost. It knows nothing of Twilio, Redis or HTTP; the same rules serve the phone and the
// API, and give the same reasons.
//
// # Rules
//
// Which features a line has installed is a fact of the line (pins.Features). [RuleOf] tells
// which parts the settings of a feature have: a list, schedules, a greeting, an emergency
// breakthrough, a privileged code, a number to forward to. A caller or a client writes these
// as text, which [Rule.ParseEntry], [Rule.ParseTarget], [ParseClock] and [Rule.Read] take; what
// they refuse, they refuse with a [Reason], and [Reason.Sentence] says it in English.
//
//	rule, _ := features.RuleOf(pins.DialLock)
//	entry, err := rule.ParseEntry("612-555-0199")
//
// # Changes
//
// Settings are changed by an [Edit], and not written over, so that two who change one list at
// once lose nothing of either:
//
//	line, err := lines.Find(ctx, number)         // or pins.ErrNoLine
//	setting, ok := line.Setting(pins.DialLock)   // as it is; false: not installed
//	err = lines.Weigh(ctx, number, pins.DialLock, features.Add(entry)) // would it be accepted?
//	outcome, err := lines.Change(ctx, features.Request{ ... })         // it stands
//
// [Lines.Change] reads the settings, applies the edit, and stores the outcome only if nobody
// else changed the feature meanwhile; else it starts again with what the others left. The
// store makes a change, the record of it in the line's history and the event for the switch
// one step. A change made in a turn of a call is made once, however often the turn comes.
// Who wants to change only what they have seen gives a Match; then a change by others in
// between is [storage.ErrStale]. A caller who proved to know the PIN of the line at a revision gives that
// as Proved: once the PIN was changed or reset by somebody else, every change returns [ErrOvertaken]. Who only
// reads for a caller compares [Line].PINRevision before telling anything.
//
// The revision of a feature is at least the time of its last change in milliseconds, so that
// it goes on growing when a feature is removed and installed again.
//
// # Events
//
// Every change publishes an [Event] with all settings of the feature, in order for each line;
// and so does [Lines.Install] for each feature that it takes away, so that the last that the
// switch hears of a line whose features were all removed is that they are. An event
// waits in an outbox, for which this package does no more than to write it; who delivers
// it reads it by [Lines.OpenEvent], and sends what [Event.Payload] says.
//
// # Codes
//
// A privileged code is a secret.Text in this process. In a store, and in an event that waits,
// it is sealed, bound to its line and feature. The history and a [Document] say only that there
// is one. The payload for the switch alone holds it in the clear, since the switch must know it.
// If the key is gone that a code was sealed with, Settings.CodeLost says so, and all else works: the
// code stays as it was sealed until somebody sets or drops it. Only the events that hold it can't
// be opened.
//
// # The last caller
//
// The switch says who called a line, by [Lines.SetLastCaller], so that its customer can list that number without
// keying it:
//
//	caller, err := lines.LastCaller(ctx, number) // empty: nobody, or the number was withheld
//
// It is sealed, known for [LastCallerKept], and stands in no history, event or [Document].
//
// # Where settings are kept
//
// [Store] is all that the package needs of a database. It is implemented on Redis, by package
// redisstore; TestStore holds each sentence of its contract.
package features

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
	"updatecenter/internal/wrap"
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
type Lines struct{ config Config } // with its defaults

// New returns the lines of a store.
func New(config Config) *Lines {
	config.Random = cmp.Or(config.Random, rand.Reader)
	if config.Now == nil {
		config.Now = time.Now
	}
	return &Lines{config}
}

// Find returns the features of a line. Errors: pins.ErrNoLine, storage.ErrUnreadable.
func (l *Lines) Find(ctx context.Context, number nanp.Number) (line Line, err error) {
	defer wrap.Error(&err, "find features")
	line, _, err = l.find(ctx, number, pins.Turn{})
	return line, err
}

// find also says whether the turn has changed anything before.
func (l *Lines) find(ctx context.Context, number nanp.Number, turn pins.Turn) (Line, bool, error) {
	stored, err := l.config.Store.Features(ctx, number, turn)
	if err != nil {
		return Line{}, false, err
	}
	line, err := l.line(number, stored)
	return line, stored.Done, err
}

// Weigh tells, with no error, that the edit would be accepted now. Errors: a [*Refusal],
// ErrNotInstalled, pins.ErrNoLine, storage.ErrUnreadable.
func (l *Lines) Weigh(ctx context.Context, number nanp.Number, feature pins.Feature, edit Edit) (err error) {
	defer wrap.Error(&err, "weigh edit")
	line, _, err := l.find(ctx, number, pins.Turn{})
	if err != nil {
		return err
	}
	_, _, err = line.edited(feature, edit)
	return err
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

// Line is what features a telephone line has, and how they are set up.
type Line struct {
	Number      nanp.Number
	Installed   pins.Features
	PINRevision int64                    // of the line's PIN: who proved to know an earlier one learns no more
	settings    map[pins.Feature]Setting // of those that were ever changed
	lost        map[pins.Feature][]byte  // the sealed codes that can't be opened, to be kept as they are
}

// Setting returns a feature with its settings, the defaults where nothing was ever changed;
// false: it is not installed.
func (l Line) Setting(f pins.Feature) (Setting, bool) {
	rule, known := RuleOf(f)
	if !known || !l.Installed.Has(f) {
		return Setting{}, false
	}
	if setting, changed := l.settings[f]; changed {
		return setting, true
	}
	return Setting{Feature: f, Settings: rule.defaults()}, true
}

// line reads what a store has of a line.
func (l *Lines) line(number nanp.Number, stored Stored) (Line, error) {
	line := Line{
		Number: number, Installed: stored.Installed, PINRevision: stored.PINRevision,
		settings: make(map[pins.Feature]Setting), lost: make(map[pins.Feature][]byte),
	}
	for f, kept := range stored.Settings {
		settings, lost, err := l.openSettings(number, f, kept.Settings)
		if err != nil {
			return Line{}, fmt.Errorf("read settings of %s: %w", f, err)
		}
		if settings.CodeLost {
			line.lost[f] = lost
		}
		line.settings[f] = Setting{Feature: f, Revision: kept.Revision, Settings: settings}
	}
	return line, nil
}

// equal says whether settings are the same, codes included.
func (s Settings) equal(other Settings) bool {
	return s.On == other.On && slices.Equal(s.List, other.List) &&
		slices.Equal(s.Schedules, other.Schedules) && s.Greeting == other.Greeting &&
		s.Breakthrough == other.Breakthrough && s.Code.Equal(other.Code) && s.CodeLost == other.CodeLost &&
		s.Target == other.Target
}

// Install sets which features lines have, and records it for those of which it changes
// anything. Settings of features that are no longer installed are forgotten, and an event tells
// the switch of each, whoever has the number next; settings of the others stay. It says of each
// line whether anything changed; of a number that is no line, false. Errors: pins.ErrNote, and
// then nothing was installed.
func (l *Lines) Install(ctx context.Context, lines []Installation, note pins.Note) (_ []bool, err error) {
	defer wrap.Error(&err, "install features")
	if !note.Valid() {
		return nil, pins.ErrNote
	}
	record := pins.Record{
		At: l.config.Now().UTC(), Event: pins.FeaturesInstalled, By: note.By, From: note.From, Reason: note.Reason,
	}
	return l.config.Store.Install(ctx, lines, record, l.removal(record))
}

// removal writes the events of features that are taken away.
func (l *Lines) removal(record pins.Record) Removal {
	return func(number nanp.Number, feature pins.Feature) (before, after []byte, err error) {
		id, err := l.newEventID()
		if err != nil {
			return nil, nil, err
		}
		return encodeRemoval(storedEvent{
			ID: id, Type: FeatureRemoved, At: record.At, Number: number, Feature: feature, By: record.By,
		})
	}
}

// Errors of the contract, beside [pins.ErrNoLine], [storage.ErrStale] and [storage.ErrUnreadable].
var (
	// ErrOvertaken: the line's PIN was changed or reset after the caller had proved to know it.
	ErrOvertaken = errors.New("the PIN has changed since the caller proved to know it")
	// ErrNotInstalled: the line doesn't have the feature.
	ErrNotInstalled = errors.New("the feature is not installed on the line")
	// ErrBacklog: too many changes of the line still wait to be delivered to the switch.
	ErrBacklog = errors.New("too many changes wait for the switch")
)

// Store is where the settings of features are kept. What is sealed is so already.
type Store interface {
	// Features returns which features a line has and what is stored of them. Done says
	// whether the turn has changed anything before; the zero turn never has. Errors:
	// pins.ErrNoLine.
	Features(ctx context.Context, number nanp.Number, turn pins.Turn) (Stored, error)
	// Change stores the settings of a feature, appends the record to the line's history and
	// the event to the line's outbox, all in one step. Errors, the first that fits:
	// pins.ErrNoLine, ErrOvertaken, ErrNotInstalled, storage.ErrStale when the feature's revision is not
	// the expected one, ErrBacklog; nothing is changed then. The same turn again changes nothing
	// more and is no error, for at least [pins.TurnsKept]; the zero turn is always new. An error
	// of another kind leaves open whether the change was made.
	Change(ctx context.Context, change Change) error
	// Install sets which features lines have, and appends the record to the history of those
	// of which that changes anything, with Changes filled in. Settings of features that are no
	// longer installed are forgotten, and for each of these the event that removal writes is
	// appended to the line's outbox, in the order of [pins.AllFeatures]; there is always room
	// for it. Settings of the others stay. All this is one step for each line. It says of each
	// whether anything changed; of a number that is no line, false.
	Install(ctx context.Context, lines []Installation, record pins.Record, removal Removal) ([]bool, error)
	// SetLastCaller keeps who called a line in the place of a caller whose call was not later, until it is of no
	// use or the line is removed; beside a later one it changes nothing. Errors: pins.ErrNoLine.
	SetLastCaller(ctx context.Context, caller LastCaller) error
	// LastCaller returns who is kept of a line, or nobody, also where there is no line.
	LastCaller(ctx context.Context, number nanp.Number) (LastCaller, error)
}

// Removal writes the event that a feature is no longer installed on a line, but for its
// revision: that stands, in decimal, between the two parts. It is the next after that of the
// settings that are forgotten, and at least the time of the record in milliseconds.
type Removal func(number nanp.Number, feature pins.Feature) (before, after []byte, err error)

// Stored is what a store has of a line's features.
type Stored struct {
	Installed   pins.Features
	PINRevision int64                 // that of [pins.Line]
	Settings    map[pins.Feature]Kept // of those that were ever changed
	Done        bool
}

// Kept are the settings of a feature as they are stored.
type Kept struct {
	Revision int64
	Settings []byte // as encoded by this package, codes sealed
}

// Change is a change of one feature's settings.
type Change struct {
	Number   nanp.Number
	Feature  pins.Feature
	Expected int64  // the revision that it must still have; 0: never changed
	Revision int64  // the new one
	Proved   int64  // the revision that the line's PIN must still have; 0: any
	Settings []byte // the new ones, to be kept
	Event    []byte // for the outbox, codes sealed
	Record   pins.Record
	Turn     pins.Turn // zero: no turn of a call
}

// Installation says which features a line should have.
type Installation struct {
	Number   nanp.Number
	Features pins.Features
}
