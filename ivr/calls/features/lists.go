package features

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"updatecenter/internal/features"
	"updatecenter/internal/storage"
	"updatecenter/ivr"
)

// perPage is how many entries are heard at once.
const perPage = 5

// listing are the steps of hear-list, and listNext turns its page.
var listing = hearingSteps{
	page: "list-page", menu: "list-menu", none: "list-nothing", remove: "list-delete", removed: "list-deleted",
	stay: "list-stay", emptied: "list-emptied", undo: "list-take-back", left: "list-left", noAnswer: "list-no-answer",
}

const listNext ivr.Step = "list-next"

// A slot is a place on a page, which holds an entry or none.
type slot struct{ entry, kind ivr.Variable }

// slotOf is the nth place, from 1.
func slotOf(n int) slot {
	return slot{
		ivr.Variable{Name: fmt.Sprint("entry-", n), Kind: ivr.Listed}, ivr.Variable{Name: fmt.Sprint("kind-", n), Kind: ivr.Phrase},
	}
}

// hearList says the entries of a list, five at a time, and deletes one of them.
func (a actions) hearList() editor {
	h := hearing{
		hearingSteps: listing, look: a.thisPage, drop: dropChosen, told: sayNews,
		phrases: []ivr.Prompt{listedArea, listedExchange, listedAbroad},
		options: []ivr.Option{{Prompt: toHearMore, Key: "#", Next: listNext, If: filled(turnPage)}},
		nodes: []ivr.Node{
			ivr.Say{At: listing.emptied, Prompt: sayList, Next: listing.left},
			ivr.Action[paging]{At: listNext, Run: a.nextPage, On: ivr.On[paging]{aPage: listing.menu, nothing: listing.none}},
		},
	}
	for n := 1; n <= perPage; n++ {
		s, pick := slotOf(n), ivr.Step(fmt.Sprint("pick-entry-", n))
		h.places = append(h.places, place{
			Option: ivr.Option{Prompt: toDeleteEntry(n), Next: pick, If: filled(s.entry)},
			pick:   s.choose, variables: []ivr.Variable{s.entry, s.kind},
		})
	}
	e := h.editor(a, "hear-list")
	e.given = map[ivr.Variable]string{offset: "0"}
	return e
}

// filled is the condition of an option whose variable must hold something.
func filled(v ivr.Variable) func(*ivr.Call) bool {
	return func(c *ivr.Call) bool { return c.Text(v) != "" }
}

// paging is what comes of looking for entries.
type paging string

const (
	aPage   paging = "a page"
	nothing paging = "nothing"
)

// thisPage fills the page with the entries that are being heard, the first ones to begin with.
func (a actions) thisPage(ctx context.Context, c *ivr.Call) (paging, error) { return a.page(ctx, c, 0) }

// nextPage fills it with those after them.
func (a actions) nextPage(ctx context.Context, c *ivr.Call) (paging, error) {
	return a.page(ctx, c, perPage)
}

// page fills the page with those that come so many entries later: after the last ones the
// first. A page that is gone, as its entries were deleted, is the last one that there is.
func (a actions) page(ctx context.Context, c *ivr.Call, later int) (paging, error) {
	heard, err := c.Int(offset)
	if err != nil {
		return "", err
	}
	from := int(heard) + later
	setting, err := a.find(ctx, c)
	switch {
	case isGone(err):
		c.FillPhrase(news, sayNotPossible)
		return nothing, nil
	case err != nil:
		return "", err
	case len(setting.List) == 0:
		c.FillPhrase(news, sayEmptyList)
		return nothing, nil
	case from >= len(setting.List) && later > 0:
		from = 0
	case from >= len(setting.List):
		from = (len(setting.List) - 1) / perPage * perPage
	}
	c.Fill(offset, strconv.Itoa(from))
	tellPage(c, setting.List, from)
	return aPage, nil
}

// tellPage fills in the entries from one on, and what comes after them.
func tellPage(c *ivr.Call, list []features.Entry, from int) {
	c.Erase(turnPage)
	switch {
	case len(list) > from+perPage:
		c.FillPhrase(turnPage, moreEntries)
	case from > 0:
		c.FillPhrase(turnPage, firstEntries)
	}
	for i := range perPage {
		s := slotOf(i + 1)
		c.Erase(s.entry, s.kind)
		if from+i < len(list) {
			entry := list[from+i]
			c.Fill(s.entry, string(entry))
			c.FillPhrase(s.kind, entryWords[kindOf(entry)].listed)
		}
	}
}

// choose notes that the caller chose this one.
func (s slot) choose(_ context.Context, c *ivr.Call) (acting, error) {
	c.Fill(chosen, c.Text(s.entry))
	return acted, nil
}

func dropChosen(c *ivr.Call) (deed, error) {
	entry := c.Text(chosen)
	return deed{edit: features.Drop(features.Entry(entry)), done: deleted, inverse: "add " + entry}, nil
}

// The steps of add-number.
const (
	numberRoom ivr.Step = "number-room"
	numberFull ivr.Step = "list-is-full"
	numberAsk  ivr.Step = "ask-number"
	numberLast ivr.Step = "number-of-last-caller"
	numberMore ivr.Step = "ask-another-number"
	numberUndo ivr.Step = "number-take-back"
	numberBack ivr.Step = "number-taken-back"
	numberTurn ivr.Step = "number-turn-on"
)

// entryDigits is how long what is keyed can be: from an area code to 011 and 15 digits.
var entryDigits = ivr.Range{Min: 3, Max: 18}

// addNumber adds entries to a list, one after the other. Each is said once it is there, and can be taken back.
func (a actions) addNumber() editor {
	t := takingOf("number")
	t.save = "number-add"
	e := newEditor("add-number", numberRoom, t.left, t.noAnswer, []ivr.Node{
		ivr.Action[room]{At: numberRoom, Run: a.listRoom, On: ivr.On[room]{isRoom: numberAsk, isFull: numberFull}},
		ivr.Say{At: numberFull, Prompt: sayNews, Next: t.left},
		ivr.Gather{At: numberAsk, Prompt: sayAskNumber, Digits: entryDigits, Into: keyed,
			Next: t.weigh, Also: []ivr.Option{{Prompt: toAddLastCaller, Key: "1", Next: numberLast, If: filled(lastCaller)}},
			Back: t.left, GaveUp: t.noAnswer},
		ivr.Action[acting]{At: numberLast, On: ivr.On[acting]{acted: t.save}, Run: func(_ context.Context, c *ivr.Call) (acting, error) {
			c.Fill(chosen, c.Text(lastCaller))
			return acted, nil
		}},
		ivr.Action[adding]{At: t.save, Run: a.add, May: sayMayBeChanged, On: ivr.On[adding]{
			isAdded: numberMore, lastAdded: numberBack, isRefused: t.refused, notAddable: numberBack,
		}},
		ivr.Gather{At: numberMore, Prompt: sayAskAnother, Digits: entryDigits, Into: keyed, Next: t.weigh, Also: []ivr.Option{
			takesBack(numberUndo),
			{Prompt: toTurnOnNow, Key: "3", Next: numberTurn, If: isTurnedOff},
		}, Back: t.left, GaveUp: t.left, Optional: true},
		changes(numberUndo, a.takeBack, numberBack),
		ivr.Say{At: numberBack, Prompt: sayNewsOfList, Next: t.left},
		ivr.Return{At: numberTurn},
	}, t.weighs(a.weighNumber, t.save, numberRoom, t.left))
	e.turn = numberTurn
	return e
}

// room is whether anything can be added.
type room string

const (
	isRoom room = "room"
	isFull room = "full"
)

// listRoom looks for room in the list, and fills in what it takes.
func (a actions) listRoom(ctx context.Context, c *ivr.Call) (room, error) {
	setting, err := a.find(ctx, c)
	if err != nil && !isGone(err) {
		return "", err
	}
	rule := ruleOf(c).List
	if len(setting.List) >= rule.Most {
		c.FillPhrase(news, refusals[features.ListFull])
		return isFull, nil
	}
	switch {
	case rule.AreaCodes:
		c.FillPhrase(asked, askOrAreaCode)
	case rule.International:
		c.FillPhrase(asked, askOrAbroad)
	default:
		c.FillPhrase(asked, askTenDigits)
	}
	c.Erase(lastCaller)
	if err != nil { // whoever has no right to the list hears nothing of callers either
		return isRoom, nil //nolint:nilerr // the edit says what is wrong
	}
	return isRoom, a.tellLastCaller(ctx, c, setting.List)
}

// tellLastCaller fills in who called the line last, if that is known and can be added.
func (a actions) tellLastCaller(ctx context.Context, c *ivr.Call, listed []features.Entry) error {
	last, err := a.Features.LastCaller(ctx, a.number(c))
	if err != nil && !errors.Is(err, storage.ErrUnreadable) { // which heals with the next call
		return err
	}
	if entry, err := ruleOf(c).ParseEntry(string(last)); err == nil && !slices.Contains(listed, entry) {
		c.Fill(lastCaller, string(entry))
	}
	return nil
}

// weighNumber reads what was keyed. Whether it can be added is for add to say.
func (a actions) weighNumber(_ context.Context, c *ivr.Call) (weighing, error) {
	entry, err := ruleOf(c).ParseEntry(c.Text(keyed))
	if err != nil {
		return refuse(c, err)
	}
	c.Fill(chosen, string(entry))
	return accepted, nil
}

// adding is what comes of adding an entry; why it was not is news.
type adding string

const (
	isAdded    adding = "added"
	lastAdded  adding = "added, and the list is full"
	isRefused  adding = "refused"
	notAddable adding = "not possible"
)

// add adds the entry. A turn that comes again, and has added it before, has added it.
func (a actions) add(ctx context.Context, c *ivr.Call) (adding, error) {
	why, err := a.change(ctx, c, addChosen)
	_, refused := features.ReasonOf(why)
	switch {
	case err != nil:
		return "", err
	case refused:
		return isRefused, nil
	case why != nil:
		return notAddable, nil
	case c.Text(entries) == strconv.Itoa(ruleOf(c).List.Most):
		return lastAdded, nil
	}
	return isAdded, nil
}

func isTurnedOff(c *ivr.Call) bool { return c.Text(isOn) == statesOff.Name }

func addChosen(c *ivr.Call) (deed, error) {
	entry := features.Entry(c.Text(chosen))
	return deed{edit: features.Add(entry), done: entryWords[kindOf(entry)].added, inverse: "drop " + string(entry)}, nil
}

// entryKind is what an entry of a list is.
type entryKind string

const (
	plainNumber entryKind = "number"
	abroad      entryKind = "number abroad"
	areaCode    entryKind = "area code"
	exchange    entryKind = "exchange"
)

func kindOf(entry features.Entry) entryKind {
	switch {
	case len(entry) == len("612"):
		return areaCode
	case len(entry) == len("612555"):
		return exchange
	case strings.HasPrefix(string(entry), "+1"):
		return plainNumber
	}
	return abroad
}

// entryWords are said of an entry: when it was added, and before it in a list, where most entries are plain
// numbers and nothing is said of them.
var entryWords = map[entryKind]struct{ added, listed ivr.Prompt }{
	plainNumber: {added: addedNumber},
	abroad:      {addedAbroad, listedAbroad},
	areaCode:    {addedArea, listedArea},
	exchange:    {addedExchange, listedExchange},
}

// The variables of this part of the call.
var (
	feature = ivr.Variable{Name: "feature", Kind: ivr.Phrase} // that the call is about: the phrase has its name
	isOn    = ivr.Variable{Name: "is-on", Kind: ivr.Phrase}   // or off
	turn    = ivr.Variable{Name: "turn", Kind: ivr.Phrase}    // what key 3 does
	news    = ivr.Variable{Name: "news", Kind: ivr.Phrase}    // what came of the last act or entry

	listState     = ivr.Variable{Name: "list-state", Kind: ivr.Phrase}
	entries       = ivr.Variable{Name: "entries", Kind: ivr.Count} // of the list
	scheduleState = ivr.Variable{Name: "schedule-state", Kind: ivr.Phrase}
	schedules     = ivr.Variable{Name: "schedules", Kind: ivr.Count}
	greeting      = ivr.Variable{Name: "greeting", Kind: ivr.Phrase} // what callers hear
	codeState     = ivr.Variable{Name: "code-state", Kind: ivr.Phrase}
	urgentState   = ivr.Variable{Name: "urgent-state", Kind: ivr.Phrase} // of emergency calls
	turnUrgent    = ivr.Variable{Name: "turn-urgent", Kind: ivr.Phrase}
	target        = ivr.Variable{Name: "target", Kind: ivr.Phone} // empty: none

	lastCaller = ivr.Variable{Name: "last-caller", Kind: ivr.Phone} // of the line, who can be added; empty: none

	changedIn = ivr.Variable{Name: "changed-in", Kind: ivr.Count} // the newest turn in which something was changed
	thenOn    = ivr.Variable{Name: "then-on", Kind: ivr.Digits}   // 1: what is asked for is missing to turn the feature on; else empty

	offset   = ivr.Variable{Name: "offset", Kind: ivr.Count}     // of the entries that are being heard
	turnPage = ivr.Variable{Name: "turn-page", Kind: ivr.Phrase} // what comes after them; empty: nothing
	asked    = ivr.Variable{Name: "asked", Kind: ivr.Phrase}     // for which entry
	keyed    = ivr.Variable{Name: "keyed", Kind: ivr.Digits}     // as the caller did
	chosen   = ivr.Variable{Name: "chosen", Kind: ivr.Phone}     // a features.Entry
	open     = ivr.Variable{Name: "open-days", Kind: ivr.Digits} // with room for a schedule, names separated by spaces

	days    = ivr.Variable{Name: "days", Kind: ivr.Phrase} // of the schedule that it is about: the phrase has its name
	start   = ivr.Variable{Name: "start", Kind: ivr.Time}
	end     = ivr.Variable{Name: "end", Kind: ivr.Time}
	nextDay = ivr.Variable{Name: "next-day", Kind: ivr.Phrase} // when it ends then; else empty

	whichTime = ivr.Variable{Name: "which-time", Kind: ivr.Phrase}
	morning   = ivr.Variable{Name: "morning", Kind: ivr.Time} // what the digits can mean
	evening   = ivr.Variable{Name: "evening", Kind: ivr.Time}

	otherEnd = ivr.Variable{Name: "other-end", Kind: ivr.Time} // of the schedule, if its digits can mean another; else empty

	firstCode = ivr.Variable{Name: "first-code", Kind: ivr.Secret}
	nextCode  = ivr.Variable{Name: "second-code", Kind: ivr.Secret}
)

// told are the variables that prompts name, but for those of the places that can be chosen.
var told = []ivr.Variable{
	feature, isOn, turn, news, listState, entries, scheduleState, schedules, greeting, codeState,
	urgentState, turnUrgent, target, turnPage, asked, chosen, lastCaller, days, start, end, nextDay, whichTime,
	morning, evening, otherEnd,
}
