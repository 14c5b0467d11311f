package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"updatecenter/internal/audit"
	"updatecenter/internal/rows"
)

// importFlags are those of the commands that read a table.
type importFlags struct {
	File    string `arg:"" help:"The CSV file; - is standard input. Commas, semicolons or tabs; UTF-8 or UTF-16."`
	DryRun  bool   `help:"Write nothing, and tell what an import would do."`
	Rejects string `type:"path" help:"Write the bad rows to this file, each after its reason: mend them there and import it. It can hold security codes and secret answers; its mode is 0600."`
}

// errStopped is an import that was stopped by ctrl-C. All before is in.
var errStopped = errors.New("run it again to go on")

// importing is an import under way.
type importing struct {
	importFlags
	terminal terminal
	what     string // "lines"
	in       io.Reader
	close    []io.Closer
	rejects  *rows.Rejects
	bar      *progressbar.ProgressBar
	rows     int // that were read
	bad      int // of these
	added    int
	changed  int
	same     int // as they were already
}

// begin opens the files.
func (f importFlags) begin(ctx context.Context, c terminal, what string) (*importing, error) {
	i := &importing{importFlags: f, terminal: c, what: what, in: c.in}
	size := int64(-1)
	var from os.FileInfo
	if f.File != "-" {
		file, err := os.Open(f.File)
		if err != nil {
			return nil, fmt.Errorf("import %s: %w", what, err)
		}
		i.in, i.close = file, append(i.close, file)
		if from, err = file.Stat(); err == nil && from.Mode().IsRegular() {
			size = from.Size()
		}
	}
	if f.Rejects != "" {
		if err := i.openRejects(from); err != nil {
			return nil, errors.Join(err, i.end())
		}
	}
	i.bar = newBar(c, size, what, progressbar.OptionShowBytes(true))
	i.in = &stoppable{ctx: ctx, in: i.in, bar: i.bar}
	return i, nil
}

// openRejects makes the file for the bad rows, which is never the one that is read.
func (i *importing) openRejects(from os.FileInfo) error {
	if to, err := os.Stat(i.Rejects); err == nil && from != nil && os.SameFile(from, to) {
		return usage(errors.New("--rejects: the file that is imported can't take the bad rows as well"))
	}
	file, err := os.OpenFile(i.Rejects, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("open rejects: %w", err)
	}
	i.close = append(i.close, file)
	if err := file.Chmod(0o600); err != nil { // it may have been there
		return fmt.Errorf("open rejects: %w", err)
	}
	i.rejects = &rows.Rejects{W: file}
	return nil
}

// count counts a row. A bad one is told, and no error. What ends the reading is one.
func (i *importing) count(err error) error {
	var bad *rows.Error
	if err != nil && !errors.As(err, &bad) {
		return err
	}
	i.rows++
	if i.rows%1000 == 0 {
		i.bar.Describe(fmt.Sprintf("%d %s", i.rows, i.what))
	}
	if bad == nil {
		return nil
	}
	i.bad++
	_ = i.bar.Clear()
	fmt.Fprintln(i.terminal.err, bad)
	if i.rejects == nil {
		return nil
	}
	return i.rejects.Add(bad)
}

// readRows has each row of a table that can be read done, and counts it. It ends when ctx does, after
// the row that is being done.
func readRows[T any](ctx context.Context, i *importing, all iter.Seq2[T, error], do func(context.Context, T) error) error {
	for row, err := range all {
		if err == nil {
			err = do(context.WithoutCancel(ctx), row)
		}
		if err := i.count(err); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

// putRows puts each row of a table, counts what came of it, and has the import recorded.
func putRows[T any](
	ctx context.Context, i *importing, log audit.Recorder, action audit.Action, all iter.Seq2[T, error],
	put func(ctx context.Context, row T) (created, changed bool, err error),
) error {
	return i.record(ctx, log, action, func() (string, error) {
		err := readRows(ctx, i, all, func(ctx context.Context, row T) error {
			created, changed, err := put(ctx, row)
			switch {
			case err != nil:
				return err
			case created:
				i.added++
			case changed:
				i.changed++
			default:
				i.same++
			}
			return nil
		})
		return i.tell(err, fmt.Sprintf("%d %s added, %d changed, %d were so already", i.added, i.what, i.changed, i.same))
	})
}

// end closes the files.
func (i *importing) end() error {
	var errs []error
	for _, c := range i.close {
		errs = append(errs, c.Close())
	}
	return errors.Join(errs...)
}

// record has the import recorded, unless it is dry. It says what was done.
func (i *importing) record(ctx context.Context, log audit.Recorder, action audit.Action, do func() (string, error)) error {
	if i.DryRun {
		_, err := do()
		return err
	}
	return audit.DoMany(ctx, log, actor("").Event(action, "", i.File), do)
}

// tell ends an import that ended with err, and tells what came of it.
func (i *importing) tell(err error, summary string) (told string, _ error) {
	_ = i.bar.Finish()
	summary = fmt.Sprintf("%s, %d bad rows", summary, i.bad)
	if i.DryRun {
		fmt.Fprint(i.terminal.out, "dry run, nothing is written: ")
	}
	fmt.Fprintln(i.terminal.out, summary)
	return summary, i.ended(err)
}

// ended is what a command says of an import that ended with err.
func (i *importing) ended(err error) error {
	closed := i.end()
	switch {
	case errors.Is(err, context.Canceled):
		return fmt.Errorf("stopped after %d rows: %w", i.rows, errStopped)
	case err != nil:
		return fmt.Errorf("import %s: %w", i.what, err)
	case closed != nil:
		return fmt.Errorf("import %s: %w", i.what, closed)
	case i.bad > 0:
		return errSaid
	}
	return nil
}

// stoppable reads until ctx ends, also while it waits for standard input, and moves the bar on.
type stoppable struct {
	ctx  context.Context
	in   io.Reader
	bar  *progressbar.ProgressBar
	read chan readResult // one read is under way, if it isn't nil
	left []byte          // of the last one
}

// readBuffer is how much is read at once, in bytes.
const readBuffer = 64 << 10

type readResult struct {
	data []byte
	err  error
}

// Read implements io.Reader. When ctx ends, a read that waits for a terminal or a pipe is left
// behind; it ends with the process.
func (s *stoppable) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	if len(s.left) == 0 {
		s.read = make(chan readResult, 1)
		go func(answer chan<- readResult) {
			data := make([]byte, readBuffer)
			n, err := s.in.Read(data)
			answer <- readResult{data[:n], err}
		}(s.read)
		select {
		case <-s.ctx.Done():
			return 0, s.ctx.Err()
		case result := <-s.read:
			_ = s.bar.Add(len(result.data))
			s.left = result.data
			if len(s.left) == 0 || result.err != nil && !errors.Is(result.err, io.EOF) {
				return 0, result.err
			}
		}
	}
	n := copy(p, s.left)
	s.left = s.left[n:]
	return n, nil
}

// newBar is a progress bar on standard error, if a person looks at it. A most of -1 means
// that nobody knows how many there will be.
func newBar(c terminal, most int64, of string, more ...progressbar.Option) *progressbar.ProgressBar {
	out := io.Discard
	if file, isFile := c.err.(*os.File); isFile && term.IsTerminal(int(file.Fd())) {
		out = c.err
	}
	return progressbar.NewOptions64(most, append([]progressbar.Option{progressbar.OptionSetWriter(out), progressbar.OptionSetDescription(of),
		progressbar.OptionShowCount(), progressbar.OptionThrottle(100 * time.Millisecond),
		progressbar.OptionClearOnFinish(),
		// Without this a bar of unknown length is drawn by a goroutine of its own, which races
		// with whoever moves it on (progressbar v3.19.1).
		progressbar.OptionSetSpinnerChangeInterval(0)}, more...)...)
}
