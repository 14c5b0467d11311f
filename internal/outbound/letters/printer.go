package letters

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/outbound/wording"
)

// maxReturn is how many lines a return address has at most: more would slide into the window.
const maxReturn = 5

var (
	// ErrNoAddress: the account of the letter has no postal address.
	ErrNoAddress error = finalError("no address to send a letter to")
	// ErrID: the letter's ID can't be the name of a file.
	ErrID error = finalError("the ID of a letter has 1 to 64 of a-z, 0-9, - and _")
)

// finalError is an error of a letter that printing it again does not help.
type finalError string

func (e finalError) Error() string { return string(e) }

// Final says that it is final, to [deliveries.Printer]'s users.
func (finalError) Final() bool { return true }

// Config says where letters go, and from whom.
type Config struct {
	Dir           string // the spool; it is made if it isn't there
	House         wording.House
	ReturnAddress []string // 1 to 5 lines below the company's name
}

// Printer writes letters into a spool. It is a [deliveries.Printer], and any number of
// goroutines and processes may print into one spool at once.
type Printer struct {
	spool  spool
	house  wording.House
	sender []string // in characters that the type has
}

// New checks the settings, and makes the spool.
func New(config Config) (*Printer, error) {
	if err := config.House.Check(); err != nil {
		return nil, fmt.Errorf("set up letters: %w", err)
	}
	if n := len(config.ReturnAddress); n == 0 || n > maxReturn {
		return nil, fmt.Errorf("set up letters: a return address has 1 to %d lines", maxReturn)
	}
	p := &Printer{spool: spool{config.Dir}, house: config.House}
	for _, line := range append([]string{config.House.Company}, config.ReturnAddress...) {
		printable, err := typeset("the sender", line)
		if err != nil {
			return nil, fmt.Errorf("set up letters: %w", err)
		}
		p.sender = append(p.sender, printable)
	}
	if err := os.MkdirAll(config.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the spool of letters: %w", err)
	}
	return p, nil
}

// Print writes a letter into the spool, and a line into the manifest of its date's day. If a
// letter with that ID stands in the manifest it does nothing. It waits for its turn up to 10 s.
// Errors: [ErrUnprintable], [ErrNoAddress] and [ErrID], which have a method Final that says so,
// [deliveries.ErrNoSecret], [deliveries.ErrAsk]; with any other, or an end of ctx, trying again is of use.
func (p *Printer) Print(ctx context.Context, letter deliveries.Letter) error {
	if err := p.print(ctx, letter); err != nil {
		return fmt.Errorf("print a letter: %w", err)
	}
	return nil
}

func (p *Printer) print(ctx context.Context, letter deliveries.Letter) error {
	if !isName(string(letter.ID)) {
		return ErrID
	}
	message, err := p.house.Write(letter.About, letter.Account, letter.Date)
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

func isName(id string) bool {
	return id != "" && len(id) <= 64 && strings.Trim(id, "abcdefghijklmnopqrstuvwxyz0123456789-_") == ""
}
