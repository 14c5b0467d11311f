// Package letters prints letters for the mail house: it is the deliveries' Printer.
//
//	printer, err := letters.New(letters.Config{Dir: spool, Company: company, ReturnAddress: lines})
//	err = printer.Print(ctx, letter)
//
// A letter is a PDF of US Letter size, in the account's language. Folded in three along its two
// marks, face outward, it shows the address of record, and nothing else, in the window of a #10
// envelope, however it slides in there. The same letter gives the same bytes.
//
// # The spool
//
// All is in one directory. What the mail house takes:
//
//	manifest-2026-01-05.csv                the letters of a day
//	dlv_4k2mzq7x3n5r6t7v2w3y4a5b6c.pdf    a letter, named by its delivery
//
// A manifest has the columns file, pages, zip and sha256, and neither a name nor a secret. A
// line without an end is still being written. A letter that stands in a manifest is on the
// disk, whole; one that doesn't is not to be taken yet. Leave a manifest where it is for a week:
// by it a letter that was taken away is known, and is not printed again.
//
// A file is written beside its place, synced, and renamed into it; only then its line is
// appended, in one write. Who prints the same letter again finds the line, and does nothing. If
// a process died between the two, there is a file without a line: it is written anew and gets
// its line. If it died within the line, the piece is cut off first. Writers take turns by a
// lock on the spool (flock), so that no two append a line for one letter; a lock ends with
// its process.
//
// # What needs protection
//
// The letters hold security codes and answers, since that is what they tell, as readable as
// on paper. All files have the mode 0600, and the directory 0700 if this package made it. Keep
// it on an encrypted disk and out of backups, and let the mail house take and delete the files
// daily. Nothing here is sealed.
//
// # Characters
//
// The type is that of package typeface, of which each letter embeds what it shows: the Latin, Greek
// and Cyrillic alphabets. Package accounts takes no name, address, question or answer that it
// lacks. What was stored before can't be printed: [ErrUnprintable].
package letters

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/outbound/wording"
	"updatecenter/internal/typeface"
	"updatecenter/internal/wrap"
)

// maxReturn is how many lines a return address has at most: more would slide into the window.
const maxReturn = 5

var (
	// ErrNoAddress: the account of the letter has no postal address.
	ErrNoAddress error = wording.FinalError("no address to send a letter to")
	// ErrID: the letter's ID can't be the name of a file.
	ErrID error = wording.FinalError("the ID of a letter has 1 to 64 of a-z, 0-9, - and _")
)

// Config says where letters go, and from whom.
type Config struct {
	Dir           string // the spool; it is made if it isn't there
	Company       wording.Company
	ReturnAddress []string // 1 to 5 lines below the company's name
}

// Printer writes letters into a spool. It is a [deliveries.Printer], and any number of
// goroutines and processes may print into one spool at once.
type Printer struct {
	spool   spool
	company wording.Company
	sender  []string // in characters that the type has
}

// New checks the settings, and makes the spool.
func New(config Config) (_ *Printer, err error) {
	defer wrap.Error(&err, "set up letters")
	if err := config.Company.Check(); err != nil {
		return nil, err
	}
	if n := len(config.ReturnAddress); n == 0 || n > maxReturn {
		return nil, fmt.Errorf("a return address has 1 to %d lines", maxReturn)
	}
	p := &Printer{spool: spool{config.Dir}, company: config.Company}
	for _, line := range append([]string{config.Company.Company}, config.ReturnAddress...) {
		printable, err := typeset("the sender", line)
		if err != nil {
			return nil, err
		}
		p.sender = append(p.sender, printable)
	}
	if err := os.MkdirAll(config.Dir, 0o700); err != nil {
		return nil, err
	}
	return p, nil
}

// Print writes a letter into the spool, and a line into the manifest of its date's day. If a
// letter with that ID stands in the manifest it does nothing. It waits for its turn up to 10 s.
// Errors: [ErrUnprintable], [ErrNoAddress] and [ErrID], which have a method Final that says so,
// [deliveries.ErrNoSecret], [deliveries.ErrParams]; with any other, or an end of ctx, trying again is of use.
func (p *Printer) Print(ctx context.Context, letter deliveries.Message) (err error) {
	defer wrap.Error(&err, "print a letter")
	if !wording.IsName(string(letter.ID)) {
		return ErrID
	}
	message, err := p.company.Write(letter.Topic, letter.Account, letter.Date)
	if err != nil {
		return err
	}
	sheet, err := p.typeset(letter, message)
	if err != nil {
		return err
	}
	pdf, pages, err := sheet.draw()
	if err != nil {
		return fmt.Errorf("draw it: %w", err)
	}
	sum := sha256.Sum256(pdf)
	return p.spool.put(ctx, letter.Date.Format(time.DateOnly), pdf, entry{
		string(letter.ID) + ".pdf", strconv.Itoa(pages), letter.Account.Address.ZIP, hex.EncodeToString(sum[:]),
	})
}

// header is the first line of a manifest.
const header = "file,pages,zip,sha256\n"

// Files that the mail house leaves alone. There is one file that is being written at most,
// since writers take turns: what a process that died left behind is overwritten by the next.
const (
	lockName    = ".lock"
	writingName = ".writing"
)

const fileMode = 0o600

// entry is a line of a manifest: file, pages, ZIP code, SHA-256. None needs quotes.
type entry [4]string

// spool is the directory of letters.
type spool struct{ dir string }

// put stores a letter and lists it in the manifest of a day, unless it is listed.
func (s spool) put(ctx context.Context, day string, pdf []byte, entry entry) error {
	unlock, err := s.lock(ctx)
	if err != nil {
		return fmt.Errorf("lock the spool: %w", err)
	}
	defer unlock()
	manifest := filepath.Join(s.dir, "manifest-"+day+".csv")
	listed, err := s.listed(manifest, entry[0])
	if err != nil {
		return fmt.Errorf("read the manifest: %w", err)
	}
	if listed {
		return nil
	}
	if err := s.write(entry[0], pdf); err != nil {
		return fmt.Errorf("write it: %w", err)
	}
	if err := s.list(manifest, entry); err != nil {
		return fmt.Errorf("list it in the manifest: %w", err)
	}
	return nil
}

// write puts a whole file in its place, on the disk.
func (s spool) write(name string, content []byte) error {
	beside := filepath.Join(s.dir, writingName)
	if err := writeSynced(beside, os.O_TRUNC, content); err != nil {
		return err
	}
	if err := os.Rename(beside, filepath.Join(s.dir, name)); err != nil {
		return err
	}
	return syncDir(s.dir)
}

// listed says whether a letter stands in a manifest: the one of the day, and if there is such a
// file, any other, for a letter that comes again under another date.
func (s spool) listed(manifest, file string) (bool, error) {
	if found, err := lists(manifest, file); found || err != nil {
		return found, err
	}
	_, err := os.Lstat(filepath.Join(s.dir, file))
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
		return false, err
	}
	others, err := fs.Glob(os.DirFS(s.dir), "manifest-*.csv")
	for _, other := range others {
		if found, err := lists(filepath.Join(s.dir, other), file); found || err != nil {
			return found, err
		}
	}
	return false, err
}

// lists says whether a whole line of a manifest is about a letter. No manifest lists nothing.
func lists(manifest, file string) (bool, error) {
	content, err := readManifest(manifest)
	return bytes.Contains(content[:whole(content)], []byte("\n"+file+",")), err
}

// readManifest reads a manifest, which has a hundred bytes for each letter of a day. One that
// isn't there is empty.
func readManifest(name string) ([]byte, error) {
	content, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return content, err
}

// whole is how much of a manifest is whole lines.
func whole(content []byte) int { return bytes.LastIndexByte(content, '\n') + 1 }

// list appends a line to a manifest, whole, after cutting off what a process that died left of
// another.
func (s spool) list(manifest string, entry entry) error {
	line := strings.Join(entry[:], ",") + "\n"
	content, err := readManifest(manifest)
	if err != nil {
		return err
	}
	if end := whole(content); end < len(content) {
		content = content[:end]
		if err := os.Truncate(manifest, int64(end)); err != nil {
			return err
		}
	}
	if len(content) == 0 {
		line = header + line
	}
	if err := writeSynced(manifest, os.O_APPEND, []byte(line)); err != nil {
		return err
	}
	return syncDir(s.dir)
}

// writeSynced writes to a file, which it makes if need be, and waits until the disk has it.
func writeSynced(name string, flag int, content []byte) (err error) {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY|flag, fileMode)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := f.Write(content); err != nil {
		return err
	}
	return f.Sync()
}

func syncDir(name string) error {
	dir, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// ErrUnprintable is said of a text with characters for which there is no type. The text around it
// names what was to be printed, and nothing of it.
var ErrUnprintable error = wording.FinalError("has characters that can't be printed")

// typeset returns a text as it is printed. It is still the same answer to a security question, as
// those are compared without accents.
func typeset(what, s string) (string, error) {
	set, missing := typeface.Set(s)
	if missing != "" {
		return "", fmt.Errorf("%s %w", what, ErrUnprintable)
	}
	return set, nil
}
