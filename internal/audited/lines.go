// Package audited has what programs and operators do with lines, accounts, deliveries and keys, as
// the edges use it: whatever changes or shows any of them stands in the audit before it is done, and
// what can't be recorded isn't done.
//
//	all := audited.Accounts{Accounts: accounts, Audit: log}
//	account, err := all.Get(ctx, audit.Actor{Name: "crm", Via: audit.ViaAPI, From: "203.0.113.7"}, number)
//
// Who does it is an argument of every method, so that nobody forgets it: the zero Actor is
// audit.ErrInvalidEvent. The entry names the line, the account or the delivery, and which parts of it
// are to change, never what to. What fails after it was recorded has a second entry.
//
// What a caller does by telephone stands in the history of the line, which is written in the same
// step as the change; what agents do for customers is recorded by package repair, and what becomes of
// the agents by packages agents and signin.
package audited

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"updatecenter/internal/api/apikey"
	"updatecenter/internal/audit"
	"updatecenter/internal/features"
	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
	"updatecenter/internal/storage"
	"updatecenter/pins"
)

// Lines are the telephone lines.
type Lines struct {
	Lines        *pins.Lines
	Provisioning pins.Provisioning
	Features     *features.Lines
	Audit        audit.Recorder
}

// noteOf says in a history who does something.
func noteOf(by audit.Actor, reason string) pins.Note {
	return pins.Note{By: by.Name, From: by.Via, Reason: reason}
}

// Find shows a line. Errors: those of [pins.Lines.Find].
func (l Lines) Find(ctx context.Context, by audit.Actor, number nanp.Number) (pins.Line, error) {
	if err := l.Audit.Record(ctx, by.Event(audit.LookedUp, string(number), "line")); err != nil {
		return pins.Line{}, err
	}
	return l.Lines.Find(ctx, number)
}

// History shows the history of a number. Errors: those of [pins.Provisioning.History].
func (l Lines) History(ctx context.Context, by audit.Actor, number nanp.Number, limit int) ([]pins.Record, error) {
	if err := l.Audit.Record(ctx, by.Event(audit.LookedUp, string(number), "history")); err != nil {
		return nil, err
	}
	return l.Provisioning.History(ctx, number, limit)
}

// Put is what [Lines.Put] has done.
type Put struct {
	Created   bool
	Language  bool // was set, of a line that existed
	Installed bool // other features
}

// Put creates a line, or sets the language of one that exists if it is given, and sets its features if
// they are. It never touches a PIN. A line is created without features, which are then installed as on
// one that exists: its history tells of both alike. If it ends in between, the next Put does the rest.
// Errors: pins.ErrLanguage, nanp.ErrNotCalled and those of the stores.
func (l Lines) Put(ctx context.Context, by audit.Actor, line pins.NewLine) (done Put, err error) {
	err = audit.Do(ctx, l.Audit, by.Event(audit.LineChanged, string(line.Number), partsOf(line)), func() error {
		done, err = l.put(ctx, by, line)
		return err
	}, pins.ErrLanguage, nanp.ErrNotCalled)
	return done, err
}

// partsOf says which parts of a line are given: not which features a customer has.
func partsOf(line pins.NewLine) string {
	var parts []string
	if line.Language != "" {
		parts = append(parts, "language")
	}
	if line.FeaturesGiven {
		parts = append(parts, "features")
	}
	return strings.Join(parts, ", ")
}

func (l Lines) put(ctx context.Context, by audit.Actor, line pins.NewLine) (Put, error) {
	created, err := l.Provisioning.Add(ctx, []pins.NewLine{{Number: line.Number, Language: line.Language}})
	if err != nil {
		return Put{}, err
	}
	done := Put{Created: created[0]}
	if !done.Created && line.Language != "" {
		if err := l.Lines.SetLanguage(ctx, line.Number, line.Language); err != nil {
			return done, err
		}
		done.Language = true
	}
	if !line.FeaturesGiven {
		return done, nil
	}
	installed, err := l.Features.Install(ctx, []features.Installation{{Number: line.Number, Features: line.Features}}, noteOf(by, ""))
	done.Installed = slices.Contains(installed, true)
	return done, err
}

// ChangeFeature changes the settings of a feature for somebody who is no caller. Which one, the
// history of the line says. Errors: those of [features.Lines.Change].
func (l Lines) ChangeFeature(ctx context.Context, by audit.Actor, request features.Request) (outcome features.Outcome, err error) {
	request.By, request.From = by.Name, by.Via
	err = audit.Do(ctx, l.Audit, by.Event(audit.FeatureChanged, string(request.Number), ""), func() error {
		outcome, err = l.Features.Change(ctx, request)
		return err
	}, features.ErrRefused, storage.ErrStale, storage.ErrContended, features.ErrNotInstalled, features.ErrBacklog,
		pins.ErrNoLine, storage.ErrUnreadable)
	return outcome, err
}

// Reset gives a line the temporary PIN again, for somebody who answers for having made sure who the
// customer is. Errors: those of [pins.Provisioning.ResetByOperator].
func (l Lines) Reset(ctx context.Context, by audit.Actor, number nanp.Number, reason string) error {
	return audit.Do(ctx, l.Audit, by.Event(audit.PINReset, string(number), reason), func() error {
		return l.Provisioning.ResetByOperator(ctx, number, noteOf(by, reason))
	}, pins.ErrNoLine, pins.ErrNote)
}

// Remove removes a line. Its features are uninstalled first, so that the switch is told to forget
// each of them: the next customer of the number must not get this one's settings there. If it ends
// in between, the line stands without features, and can be removed once more. Errors: those of
// [pins.Provisioning.Remove].
func (l Lines) Remove(ctx context.Context, by audit.Actor, number nanp.Number, reason string) error {
	return audit.Do(ctx, l.Audit, by.Event(audit.LineRemoved, string(number), reason), func() error {
		if _, err := l.Features.Install(ctx, []features.Installation{{Number: number}}, noteOf(by, reason)); err != nil {
			return err
		}
		return l.Provisioning.Remove(ctx, number, noteOf(by, reason))
	}, pins.ErrNoLine, pins.ErrNote)
}

// Keys are the keys of the REST API.
type Keys struct {
	Store  apikey.Store
	Audit  audit.Recorder
	Now    func() time.Time
	Random io.Reader
}

// List shows all keys, oldest first.
func (k Keys) List(ctx context.Context, by audit.Actor) ([]apikey.Key, error) {
	if err := k.Audit.Record(ctx, by.Event(audit.KeysRead, "", "")); err != nil {
		return nil, err
	}
	keys, err := k.Store.Keys(ctx)
	if err != nil {
		return nil, fmt.Errorf("list keys: %w", err)
	}
	return keys, nil
}

// Create makes a key and returns its token, which nobody sees again. Errors: [apikey.ErrName],
// [apikey.ErrScope], [apikey.ErrExists], [apikey.ErrTooMany], those of the store and of Random.
func (k Keys) Create(ctx context.Context, by audit.Actor, name string, scopes []apikey.Scope) (secret.Text, error) {
	key, token, err := apikey.New(k.Random, name, scopes, k.Now())
	if err != nil {
		return secret.Text{}, fmt.Errorf("create key: %w", err)
	}
	event := by.Event(audit.KeyCreated, "key "+name, apikey.JoinScopes(scopes))
	if err := audit.Do(ctx, k.Audit, event, func() error { return k.Store.AddKey(ctx, key) }, apikey.ErrExists, apikey.ErrTooMany); err != nil {
		return secret.Text{}, fmt.Errorf("create key: %w", err)
	}
	return token, nil
}

// Revoke revokes the key of a name. Errors: [apikey.ErrNotFound], [apikey.ErrName] and those of the
// store.
func (k Keys) Revoke(ctx context.Context, by audit.Actor, name string) error {
	if !apikey.ValidName(name) {
		return fmt.Errorf("revoke key: %w", apikey.ErrName)
	}
	err := audit.Do(ctx, k.Audit, by.Event(audit.KeyRevoked, "key "+name, ""), func() error {
		return k.Store.RevokeKey(ctx, name, k.Now())
	}, apikey.ErrNotFound)
	if err != nil {
		return fmt.Errorf("revoke key: %w", err)
	}
	return nil
}
