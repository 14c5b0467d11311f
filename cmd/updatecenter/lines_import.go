package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/schollz/progressbar/v3"

	"updatecenter/pins"
)

// importBatch is how many lines go to Redis at once.
const importBatch = 2000

type linesImport struct {
	redisFlag `embed:""`
	File      string `arg:"" help:"The CSV file; - is standard input."`
}

// Run imports the file. A bad row is told, and the rest goes in.
func (cmd *linesImport) Run(ctx context.Context, c console) error {
	db, err := cmd.open(c)
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // at the end of the process
	in := c.in
	if cmd.File != "-" {
		file, err := os.Open(cmd.File)
		if err != nil {
			return fmt.Errorf("import lines: %w", err)
		}
		defer file.Close() //nolint:errcheck // it was only read
		in = file
	}
	i := &lineImport{
		console: c, lines: pins.Provisioning{Registry: db.Lines()},
		bar: newBar(c, -1, "lines"),
	}
	return i.run(ctx, in)
}

// lineImport is an import under way.
type lineImport struct {
	console console
	lines   pins.Provisioning
	bar     *progressbar.ProgressBar
	batch   []pins.NewLine
	added   int
	known   int
	bad     int
}

func (i *lineImport) run(ctx context.Context, in io.Reader) error {
	err := i.read(ctx, in)
	if err == nil {
		err = i.flush(ctx)
	}
	_ = i.bar.Finish()
	fmt.Fprintf(i.console.out, "%d lines added, %d were there already, %d bad rows\n", i.added, i.known, i.bad)
	if err == nil && i.bad > 0 {
		err = errSaid
	}
	return err
}

// read reads the rows and adds them batch by batch.
func (i *lineImport) read(ctx context.Context, in io.Reader) error {
	for line, err := range pins.ReadCSV(in) {
		var row *pins.RowError
		switch {
		case errors.As(err, &row):
			i.bad++
			_ = i.bar.Clear()
			fmt.Fprintln(i.console.err, row)
			continue
		case err != nil:
			return fmt.Errorf("import lines: %w", err)
		}
		if i.batch = append(i.batch, line); len(i.batch) == importBatch {
			if err := i.flush(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

func (i *lineImport) flush(ctx context.Context) error {
	created, err := i.lines.Add(ctx, i.batch)
	if err != nil {
		return err
	}
	for _, isNew := range created {
		if isNew {
			i.added++
		} else {
			i.known++
		}
	}
	i.batch = i.batch[:0]
	_ = i.bar.Set(i.added + i.known)
	return nil
}
