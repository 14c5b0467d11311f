package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/user"
	"strings"
	"time"

	"updatecenter/internal/audit"
	"updatecenter/internal/redisstore"
)

type auditCommand struct {
	Verify auditVerify `cmd:"" help:"Look for entries of the audit that were changed, removed or put elsewhere."`
	Export auditExport `cmd:"" help:"Write the audit as JSON lines, exactly as it is stored."`
	Begin  auditBegin  `cmd:"" help:"Begin another audit after one that is damaged, whose entries are written to a file."`
	Trim   auditTrim   `cmd:"" help:"Remove entries that are more than a year old; the audit says that it was done."`
}

// commandOperation bounds one operation of a command: longer than of a server, as nobody waits on
// the telephone, and a batch of an import is an operation.
const commandOperation = 15 * time.Second

// open opens the Redis and the audit in it. It refuses keys that are not those of what is sealed
// there.
func (s redisSettings) open(ctx context.Context, c terminal) (*redisstore.DB, *audit.Log, error) {
	db, log, err := s.openUnchecked(c)
	if err != nil {
		return nil, nil, err
	}
	_, err = checkSecretKeys(ctx, db, s.SecretKeys)
	return db, log, err
}

// openUnchecked is open with whatever keys: who verifies may have those of a part of the audit.
func (s redisSettings) openUnchecked(c terminal) (*redisstore.DB, *audit.Log, error) {
	redisstore.LogTo(slog.New(slog.DiscardHandler))
	db, err := redisstore.OpenWithin(s.RedisURL, commandOperation)
	if err != nil {
		return nil, nil, usage(fmt.Errorf("REDIS_URL: %w", err))
	}
	*c.opened = append(*c.opened, db)
	db.Require(s.Durability, func(string, error) {}) // run tells of it
	log := slog.New(slog.NewTextHandler(c.err, nil))
	return db, audit.New(audit.Config{Store: db.Audit(), Keys: s.SecretKeys, Log: log}), nil
}

// actor is who does something at this computer: by the name that is given or, without one, the
// user's, which is recorded in any case.
func actor(by string) audit.Actor {
	name := "an unknown user"
	if me, err := user.Current(); err == nil {
		name = me.Username
	}
	return audit.Actor{Name: cmp.Or(by, name), Via: audit.ViaCommandLine, From: name}
}

type auditVerify struct {
	redisSettings `embed:""`
	File          string `placeholder:"FILE" help:"Verify a file that audit export or audit begin has written, instead of what is stored."`
	Head          string `placeholder:"SEQ:MAC" help:"A head that an earlier verification told, and that was kept elsewhere: finds a store that was replaced by an older copy."`
}

// Run verifies the audit.
func (cmd *auditVerify) Run(ctx context.Context, c terminal) error {
	var expect *audit.Anchor
	if cmd.Head != "" {
		anchor, err := audit.ParseAnchor(cmd.Head)
		if err != nil {
			return usage(fmt.Errorf("--head: %w", err))
		}
		expect = &anchor
	}
	_, log, err := cmd.openUnchecked(c)
	if err != nil {
		return err
	}
	if cmd.File != "" {
		return verifyFile(ctx, c, log, cmd.File)
	}
	report, err := log.Verify(ctx, expect)
	if err != nil {
		return err
	}
	showReport(c.out, report)
	if expect == nil && report.Intact() && report.Trimmed == 0 {
		fmt.Fprintln(c.err, begunAnew)
	}
	if !report.Intact() {
		return errSaid
	}
	return nil
}

// verifyFile verifies an export, and says whether it is the one that the audit names which was begun
// after it.
func verifyFile(ctx context.Context, c terminal, log *audit.Log, name string) error {
	file, err := os.Open(name)
	if err != nil {
		return fmt.Errorf("verify file: %w", err)
	}
	defer file.Close() //nolint:errcheck // it was read
	report, sum, err := log.VerifyFile(ctx, file)
	if err != nil {
		return err
	}
	showReport(c.out, report)
	now, err := log.Verify(ctx, nil)
	switch {
	case err != nil:
		return err
	case now.First.Action != audit.AuditBegun:
		fmt.Fprintf(c.out, "SHA-256 %s\n", sum)
	case !strings.Contains(now.First.Detail, sum):
		fmt.Fprintf(c.out, "SHA-256 %s: another file than the one that entry 1 of the audit names.\n", sum)
		return errSaid
	default:
		fmt.Fprintf(c.out, "SHA-256 %s: the file that entry 1 of the audit names.\n", sum)
	}
	if !report.Intact() {
		return errSaid
	}
	return nil
}

// begunAnew is said of an audit that is empty, or begins at 1.
const begunAnew = "Without --head this can't tell whether there was another audit before, all of which was removed."

// showReport writes what a verification found: a line each for the faults, and a summary.
func showReport(out io.Writer, r audit.Report) {
	for _, fault := range r.Faults {
		fmt.Fprintln(out, "FAULT ", fault)
	}
	if r.More > 0 {
		fmt.Fprintf(out, "FAULT  and %d more\n", r.More)
	}
	switch {
	case r.Entries == 0:
		fmt.Fprintln(out, "The audit has no entries.")
	case r.First.Seq > 0:
		fmt.Fprintf(out, "%d entries, from %d of %s to %d of %s; %d before them were trimmed.\n", r.Entries,
			r.First.Seq, moment(r.First.At), r.Last.Seq, moment(r.Last.At), r.Trimmed)
	default:
		fmt.Fprintf(out, "%d entries, none of which can be trusted.\n", r.Entries)
	}
	if r.First.Action == audit.AuditBegun {
		fmt.Fprintf(out, "This audit was begun in place of a damaged one, at %s by %s: %s.\n", moment(r.First.At), r.First.By, r.First.Detail)
	}
	if !r.Intact() {
		fmt.Fprintln(out, "The audit is not as it was recorded.")
		return
	}
	if r.Head.Seq > 0 {
		fmt.Fprintf(out, "Nothing is wrong. Keep this head elsewhere, for the next --head:\n%s\n", r.Head)
	}
}

type auditExport struct {
	redisSettings `embed:""`
	Since         string `placeholder:"DATE" help:"Only entries from this day on, or from this time: 2026-03-31 or 2026-03-31T08:00:00Z. Default: all."`
}

// Run writes the entries, and records first that it does. What somebody has tampered with is written
// all the same: it is evidence, and nothing can be recorded there.
func (cmd *auditExport) Run(ctx context.Context, c terminal) error {
	var since time.Time
	if cmd.Since != "" {
		var err error
		if since, err = parseMoment(cmd.Since); err != nil {
			return usage(fmt.Errorf("--since: %w", err))
		}
	}
	_, log, err := cmd.open(ctx, c)
	if err != nil {
		return err
	}
	err = log.Record(ctx, actor("").Event(audit.AuditRead, "", strings.TrimSpace("export "+cmd.Since)))
	switch {
	case audit.IsFault(err):
		fmt.Fprintln(c.err, "updatecenter: the export itself is not recorded, as the audit is not as it was left:", err)
	case err != nil:
		return err
	}
	count, err := log.Export(ctx, c.out, since)
	if err != nil {
		return err
	}
	fmt.Fprintf(c.err, "%d entries\n", count)
	return nil
}

// parseMoment reads a day, in local time, or a time.
func parseMoment(text string) (time.Time, error) {
	if day, err := time.ParseInLocation(time.DateOnly, text, time.Local); err == nil {
		return day, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, errors.New("want a day, 2026-03-31, or a time, 2026-03-31T08:00:00Z")
	}
	return at, nil
}

type auditBegin struct {
	redisSettings `embed:""`
	After         string `required:"" placeholder:"FILE" help:"A new file, for the entries of the damaged audit."`
	By            string `required:"" help:"Who does it."`
	Anyway        bool   `help:"Also if nothing is wrong with the audit that there is."`
}

// Run writes the file, and then begins.
func (cmd *auditBegin) Run(ctx context.Context, c terminal) error {
	db, log, err := cmd.openUnchecked(c)
	if err != nil {
		return err
	}
	// A Redis whose check values of keys are gone as well would ask for a head that opens.
	if _, err := db.CheckSecretKeys(ctx, cmd.SecretKeys, nil); err != nil {
		return err
	}
	file, err := os.OpenFile(cmd.After, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("write the entries: %w", err)
	}
	first, err := log.Begin(ctx, file, actor(cmd.By).Event("", "", ""), cmd.Anyway)
	err = errors.Join(err, file.Close())
	if errors.Is(err, audit.ErrSound) {
		return fmt.Errorf("%w: nothing is begun, unless with --anyway", errors.Join(err, os.Remove(cmd.After)))
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(c.out, "Another audit is begun %s.\nKeep %s, and this head for the next audit verify --head:\n%s\n",
		first.Detail, cmd.After, audit.Anchor{Seq: first.Seq, MAC: first.MAC})
	return nil
}

type auditTrim struct {
	redisSettings `embed:""`
	Before        string `required:"" placeholder:"DATE" help:"The day, or the time, before which entries go; a year ago at least."`
	By            string `required:"" help:"Who does it."`
}

// Run trims the audit.
func (cmd *auditTrim) Run(ctx context.Context, c terminal) error {
	before, err := parseMoment(cmd.Before)
	if err != nil {
		return usage(fmt.Errorf("--before: %w", err))
	}
	_, log, err := cmd.open(ctx, c)
	if err != nil {
		return err
	}
	count, err := log.Trim(ctx, before, actor(cmd.By).Event("", "", ""))
	if err != nil {
		return err
	}
	fmt.Fprintf(c.out, "%d entries went.\n", count)
	return nil
}
