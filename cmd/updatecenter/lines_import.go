package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/schollz/progressbar/v3"

	"updatecenter/audit"
	"updatecenter/features"
	"updatecenter/pins"
)

// importBatch is how many lines go to Redis at once.
const importBatch = 2000

// byImport is who gave lines other features, in their history.
const byImport = "import"

type linesImport struct {
	auditFlags      `embed:""`
	destinationFlag `embed:""`
	File            string `arg:"" help:"The CSV file; - is standard input."`
}

// Run imports the file. A bad row is told, and the rest goes in.
func (cmd *linesImport) Run(ctx context.Context, c console) error {
	called, err := cmd.destinations()
	if err != nil {
		return err
	}
	db, log, err := cmd.open(ctx, c)
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
		console: c, lines: pins.Provisioning{Registry: db.Lines(), Destinations: called},
		features: features.New(features.Config{Store: db.Features()}),
		bar:      newBar(c, -1, "lines"),
	}
	return audit.DoMany(ctx, log, actor("").Event(audit.LinesImported, "", cmd.File), func() (string, error) {
		err := i.run(ctx, in)
		return i.told(), err
	})
}

// lineImport is an import under way.
type lineImport struct {
	console   console
	lines     pins.Provisioning
	features  *features.Lines
	bar       *progressbar.ProgressBar
	batch     []pins.NewLine
	added     int
	known     int
	installed int // of the known, those that have other features now
	bad       int
}

func (i *lineImport) run(ctx context.Context, in io.Reader) error {
	err := i.read(ctx, in)
	if err == nil {
		err = i.flush(ctx)
	}
	_ = i.bar.Finish()
	fmt.Fprintln(i.console.out, i.told())
	if err == nil && i.bad > 0 {
		err = errSaid
	}
	return err
}

// told says what was done.
func (i *lineImport) told() string {
	return fmt.Sprintf("%d lines added, %d were there already (%d with other features now), %d bad rows",
		i.added, i.known, i.installed, i.bad)
}

// read reads the rows and adds them batch by batch.
func (i *lineImport) read(ctx context.Context, in io.Reader) error {
	for line, err := range i.lines.ReadCSV(in) {
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

// flush adds the lines of the batch without features, and then gives all of them the features of
// their rows, so that the history of a new line tells of these too. If it ends in between, the
// next import of the file does the rest.
func (i *lineImport) flush(ctx context.Context) error {
	bare := slices.Clone(i.batch)
	for n := range bare {
		bare[n].Features = pins.Features{}
	}
	created, err := i.lines.Add(ctx, bare)
	if err != nil {
		return err
	}
	var fresh, known []features.Installation
	for n, line := range i.batch {
		wanted := features.Installation{Number: line.Number, Features: line.Features}
		switch {
		case created[n] && line.Features.Len() > 0:
			fresh = append(fresh, wanted)
		case !created[n] && line.FeaturesGiven:
			known = append(known, wanted)
		}
		if created[n] {
			i.added++
		} else {
			i.known++
		}
	}
	i.batch = i.batch[:0]
	_ = i.bar.Set(i.added + i.known)
	if _, err := i.install(ctx, fresh); err != nil {
		return err
	}
	others, err := i.install(ctx, known)
	i.installed += others
	return err
}

// install gives lines the features of their rows, and says how many then have others.
func (i *lineImport) install(ctx context.Context, lines []features.Installation) (others int, err error) {
	if len(lines) == 0 {
		return 0, nil
	}
	changed, err := i.features.Install(ctx, lines, note(byImport, ""))
	for _, other := range changed {
		if other {
			others++
		}
	}
	return others, err
}
