package features

import (
	"context"
	"math"
	"slices"
	"strconv"
	"sync"

	"updatecenter/internal/nanp"
	"updatecenter/pins"
)

// Memory keeps settings in memory, for tests, on the lines of a [pins.Memory]: a [Store]. Any
// number of goroutines may use it. It has no backlog, as it keeps all that is published.
type Memory struct {
	lines *pins.Memory

	mu     sync.Mutex
	kept   map[lifeOf]map[pins.Feature]Kept
	done   map[lifeOf]map[pins.Turn]bool
	events map[nanp.Number][][]byte // oldest first
}

// lifeOf tells a line from one of the same number that was removed before: its settings went
// with it.
type lifeOf struct {
	number   nanp.Number
	removals int
}

// NewMemory returns a Memory in which nothing was changed yet.
func NewMemory(lines *pins.Memory) *Memory {
	return &Memory{
		lines: lines, kept: map[lifeOf]map[pins.Feature]Kept{},
		done: map[lifeOf]map[pins.Turn]bool{}, events: map[nanp.Number][][]byte{},
	}
}

// Features implements [Store].
func (m *Memory) Features(ctx context.Context, number nanp.Number, turn pins.Turn) (Stored, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	line, err := m.lines.Line(ctx, number)
	if err != nil {
		return Stored{}, err
	}
	life := m.life(number)
	settings := make(map[pins.Feature]Kept)
	for f, kept := range m.kept[life] {
		settings[f] = Kept{kept.Revision, slices.Clone(kept.Settings)}
	}
	return Stored{
		Installed: line.Features, PINRevision: line.Revision, Settings: settings, Done: m.done[life][turn],
	}, nil
}

// Change implements [Store].
func (m *Memory) Change(ctx context.Context, change Change) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	line, err := m.lines.Line(ctx, change.Number)
	if err != nil {
		return err
	}
	life := m.life(change.Number)
	switch {
	case m.done[life][change.Turn]:
		return nil
	case change.Proved != 0 && change.Proved != line.Revision:
		return ErrOvertaken
	case !line.Features.Has(change.Feature):
		return ErrNotInstalled
	case m.kept[life][change.Feature].Revision != change.Expected:
		return ErrStale
	}
	if err := m.lines.Append(ctx, change.Number, change.Record); err != nil {
		return err
	}
	m.keep(life, change)
	m.events[change.Number] = append(m.events[change.Number], slices.Clone(change.Event))
	return nil
}

func (m *Memory) keep(life lifeOf, change Change) {
	if m.kept[life] == nil {
		m.kept[life], m.done[life] = make(map[pins.Feature]Kept), make(map[pins.Turn]bool)
	}
	m.kept[life][change.Feature] = Kept{change.Revision, slices.Clone(change.Settings)}
	if change.Turn != (pins.Turn{}) {
		m.done[life][change.Turn] = true
	}
}

// Install implements [Store].
func (m *Memory) Install(ctx context.Context, lines []Installation, record pins.Record, removal Removal) ([]bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	changed := make([]bool, len(lines))
	for i, line := range lines {
		var err error
		if changed[i], err = m.install(ctx, line, record, removal); err != nil {
			return changed, err
		}
	}
	return changed, nil
}

// install does so with one line.
func (m *Memory) install(ctx context.Context, line Installation, record pins.Record, removal Removal) (bool, error) {
	before, _ := m.lines.Features(line.Number)
	kept := m.kept[m.life(line.Number)]
	var gone []pins.Feature
	var events [][]byte
	for _, f := range before.List() {
		if line.Features.Has(f) {
			continue
		}
		head, tail, err := removal(line.Number, f)
		if err != nil {
			return false, err
		}
		revision := max(kept[f].Revision+1, record.At.UnixMilli())
		gone, events = append(gone, f), append(events, slices.Concat(head, strconv.AppendInt(nil, revision, 10), tail))
	}
	if !m.lines.SetFeatures(line.Number, line.Features) {
		return false, nil
	}
	record.Changes = installed(before, line.Features)
	for _, f := range gone {
		delete(kept, f)
	}
	m.events[line.Number] = append(m.events[line.Number], events...)
	return true, m.lines.Append(ctx, line.Number, record)
}

// Events returns what was published of a line, oldest first; also of one that was removed.
func (m *Memory) Events(number nanp.Number) [][]byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.events[number])
}

// life finds which line of that number this is: the history tells of all that were removed.
func (m *Memory) life(number nanp.Number) lifeOf {
	// A Memory has no errors to tell.
	records, _ := m.lines.History(context.Background(), number, math.MaxInt)
	life := lifeOf{number: number}
	for _, record := range records {
		if record.Event == pins.Removed {
			life.removals++
		}
	}
	return life
}

// installed tells what an installation changes, for the history.
func installed(before, after pins.Features) []string {
	var all []string
	for _, f := range pins.AllFeatures {
		switch {
		case after.Has(f) && !before.Has(f):
			all = append(all, "installed "+string(f))
		case before.Has(f) && !after.Has(f):
			all = append(all, "removed "+string(f))
		}
	}
	return all
}
