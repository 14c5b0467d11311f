package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"updatecenter/internal/audit"
	"updatecenter/internal/features"
	"updatecenter/internal/nanp"
	"updatecenter/internal/redisstore"
	"updatecenter/pins"
)

// importBatch is how many lines go to Redis at once.
const importBatch = 2000

// byImport is who gave lines other features, in their history.
const byImport = "import"

type linesImport struct {
	redisSettings      `embed:""`
	destinationSetting `embed:""`
	importFlags        `embed:""`
}

// Run imports the file. A bad row is told, and the rest goes in.
func (cmd *linesImport) Run(ctx context.Context, c terminal) error {
	db, log, err := cmd.open(ctx, c)
	if err != nil {
		return err
	}
	under, err := cmd.begin(ctx, c, "lines")
	if err != nil {
		return err
	}
	i := &lineImport{importing: under, lines: pins.Provisioning{Registry: db.Lines(), Destinations: cmd.CallDestinations}}
	i.add = i.lines.Add
	all := features.New(features.Config{Store: db.Features()})
	i.install = func(ctx context.Context, lines []features.Installation) ([]bool, error) {
		return all.Install(ctx, lines, note(byImport, ""))
	}
	if cmd.DryRun {
		dry := &dryLines{lines: db.Lines(), put: map[nanp.Number]pins.Features{}}
		i.add, i.install = dry.add, dry.install
	}
	return under.record(ctx, log, audit.LinesImported, func() (string, error) {
		err := readRows(ctx, i.importing, i.lines.ReadCSV(i.in), i.put)
		if err == nil || errors.Is(err, context.Canceled) {
			if flushed := i.flush(context.WithoutCancel(ctx)); flushed != nil { // else a stop leaves in what was read
				err = flushed
			}
		}
		return i.tell(err, fmt.Sprintf("%d lines added, %d were there already (%d with other features now)", i.added, i.known, i.installed))
	})
}

// lineImport is an import under way.
type lineImport struct {
	*importing
	lines     pins.Provisioning
	add       func(context.Context, []pins.NewLine) ([]bool, error)
	install   func(context.Context, []features.Installation) ([]bool, error)
	batch     []pins.NewLine
	added     int
	known     int
	installed int // of the known, those that have other features now
}

// put adds a line to the batch, before which a full one is flushed.
func (i *lineImport) put(ctx context.Context, line pins.NewLine) error {
	if len(i.batch) == importBatch {
		if err := i.flush(ctx); err != nil {
			return err
		}
	}
	i.batch = append(i.batch, line)
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
	created, err := i.add(ctx, bare)
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
	if _, err := i.give(ctx, fresh); err != nil {
		return err
	}
	others, err := i.give(ctx, known)
	i.installed += others
	return err
}

// give gives lines the features of their rows, and says how many then have others.
func (i *lineImport) give(ctx context.Context, lines []features.Installation) (others int, err error) {
	if len(lines) == 0 {
		return 0, nil
	}
	changed, err := i.install(ctx, lines)
	for _, other := range changed {
		if other {
			others++
		}
	}
	return others, err
}

// dryLines tells what would be done to lines, and remembers what would then be there.
type dryLines struct {
	lines redisstore.Lines
	put   map[nanp.Number]pins.Features
}

func (d *dryLines) add(ctx context.Context, lines []pins.NewLine) ([]bool, error) {
	created := make([]bool, len(lines))
	for n, line := range lines {
		if _, put := d.put[line.Number]; put {
			continue
		}
		stored, err := d.lines.Line(ctx, line.Number)
		if created[n] = errors.Is(err, pins.ErrNoLine); err != nil && !created[n] {
			return nil, err
		}
		d.put[line.Number] = stored.Features
	}
	return created, nil
}

func (d *dryLines) install(_ context.Context, lines []features.Installation) ([]bool, error) {
	changed := make([]bool, len(lines))
	for n, line := range lines {
		changed[n] = d.put[line.Number] != line.Features
		d.put[line.Number] = line.Features
	}
	return changed, nil
}
