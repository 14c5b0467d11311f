package features_test

import (
	"time"

	"updatecenter/internal/features"
	"updatecenter/internal/nanp"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
)

// called is who called a line, minutes after the start.
func (p play) called(number nanp.Number, minutes int, sealed string) features.LastCaller {
	return features.LastCaller{
		Number: number, At: p.start.Add(time.Duration(minutes) * time.Minute), Lives: features.LastCallerKept, Sealed: []byte(sealed),
	}
}

// note notes callers, one after the other.
func (p play) note(callers ...features.LastCaller) {
	p.t.Helper()
	for _, caller := range callers {
		p.t.OK(p.db.Features().SetLastCaller(p.t.Context(), caller))
	}
}

// last wants a caller to be the last of a line.
func (p play) last(want features.LastCaller) {
	p.t.Helper()
	want.Lives = 0
	p.same(check.Must(p.db.Features().LastCaller(p.t.Context(), want.Number))(p.t), want)
}

// nobody wants no last caller of a line.
func (p play) nobody(number nanp.Number) {
	p.t.Helper()
	p.last(features.LastCaller{Number: number})
}

var lastCallerTests = map[string]func(play){
	"nobody has called a line before, nor what is no line": func(p play) {
		p.nobody(known)
		p.nobody(unknown)
	},
	"who called is kept, byte by byte": func(p play) {
		one := p.called(known, 1, "\x00\xff\r\n{}")
		p.note(one)
		p.last(one)
	},
	"the later call counts, in whatever order they are noted": func(p play) {
		one, two, three := p.called(known, 1, "one"), p.called(known, 2, "two"), p.called(known, 3, "three")
		p.note(two, one)
		p.last(two)
		p.note(three, one, two)
		p.last(three)
	},
	"a millisecond makes a call the later one": func(p play) {
		one, two := p.called(known, 1, "one"), p.called(known, 1, "two")
		two.At = two.At.Add(time.Millisecond)
		p.note(two, one)
		p.last(two)
	},
	"of calls at the same time the one that is noted last counts": func(p play) {
		one, two := p.called(known, 1, "one"), p.called(known, 1, "two")
		p.note(one, two)
		p.last(two)
		p.note(one)
		p.last(one)
	},
	"lines have callers of their own": func(p play) {
		p.add(other)
		one, two := p.called(known, 2, "one"), p.called(other, 1, "two")
		p.note(one, two)
		p.last(one)
		p.last(two)
	},
	"what is no line has none": func(p play) {
		p.t.Is(p.db.Features().SetLastCaller(p.t.Context(), p.called(unknown, 1, "one")), pins.ErrNoLine)
		p.nobody(unknown)
	},
	"the last caller goes with the line": func(p play) {
		p.note(p.called(known, 1, "one"))
		p.remove(known)
		p.nobody(known)
		p.t.Is(p.db.Features().SetLastCaller(p.t.Context(), p.called(known, 2, "two")), pins.ErrNoLine)
		p.add(known)
		p.nobody(known)
	},
	"it changes nothing else of the line, and is no part of its history": func(p play) {
		one := p.change(list, 0, 1)
		p.make(one)
		p.note(p.called(known, 1, "one"))
		p.settings(one)
		p.recorded(one)
		p.published(one)
		p.install(features.Installation{Number: known})
		p.last(p.called(known, 1, "one"))
	},
	"of a hundred calls at once the latest counts": func(p play) {
		check.AtOnce(100, func(i int) {
			if err := p.db.Features().SetLastCaller(p.t.Context(), p.called(known, i, "caller")); err != nil {
				p.t.Error(err)
			}
		})
		p.last(p.called(known, 99, "caller"))
	},
}
