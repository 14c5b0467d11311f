// Package features is the part of a call in which a customer manages the calling features of
// the line. The main call offers them in its menu, enters one with [Part.Enter], and is
// returned to.
//
// # How it is told
//
// [Parts] has a subflow for each feature. It looks the feature up, says how it stands, and
// offers what can be done, under keys that mean the same everywhere: 3 turns it on or off, # adds, 1 hears and
// deletes, 2 is the feature's other setting, 4 is for who can get through, * leads back. What applies to nothing
// is not offered. How the feature stands and what can be done is said in full once, and briefly afterwards: after each act
// it says what was done, and what that makes of the feature; whoever deletes hears what is left of the list.
//
// Entries and schedules are heard tersely, each after the key that deletes it. What was done last can be taken back by 7.
//
// The editors are subflows that features share: hear-list and add-number for lists,
// hear-schedules and add-schedule with ask-time for schedules, set-code for codes, and those
// of a greeting, of a number to forward to, and of who gets through. A file tells one subflow
// and has the work behind it; its words stand beside it in a file named prompts.
//
// # Rules
//
//   - A refusal says what is wrong and what to do: each [features.Reason] that a caller can
//     cause has a sentence in both languages. Three of them lead back to the feature.
//   - Silence at any question ends the call as it does in the main call, but that for another number, where it means that
//     there is none.
//   - A change is made by [features.Lines], once for each turn. A feature or a line that is
//     gone is noticed when the feature is looked up, which follows every act: until then an
//     editor goes on, and says of an act that it was not possible.
//   - Settings are told to, and changed by, nobody but who has proved to know the PIN that the
//     line has at that moment. When somebody else has changed it the part is left, as if the
//     feature were gone.
//   - Do Not Disturb works all the time while it is on without a schedule, and only in its
//     schedules otherwise. No source says so; the rule is ours.
//   - A code is kept in a secret variable from the first entry to the second, and is never said.
package features

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"

	"updatecenter/internal/features"
	"updatecenter/ivr"
	"updatecenter/pins"
)

// Part is the part of the call about one feature.
type Part struct {
	Feature pins.Feature
	Choice  ivr.Prompt   // offers it in a menu: "For Dial Lock, press {key}."
	Brief   ivr.Prompt   // and to who has heard that: "Dial Lock, {key}."
	Subflow *ivr.Subflow // has the feature's name
	steps   steps
}

// Enter is the node, under the feature's name, that enters the part: it goes on at left after
// *, at noAnswer when the caller can't be heard, at gone when the line doesn't have the
// feature, or is none any more, and at overtaken when its PIN is another by now.
func (p Part) Enter(left, noAnswer, gone, overtaken ivr.Step) ivr.Enter {
	return ivr.Enter{
		At: ivr.Step(p.Feature), Subflow: p.Subflow, Given: map[ivr.Variable]string{feature: string(p.Feature), undo: ""},
		On: map[ivr.Step]ivr.Step{p.steps.left: left, p.steps.noAnswer: noAnswer, p.steps.gone: gone, p.steps.overtaken: overtaken},
	}
}

// steps are those that the parts of all features have, each under its feature's name.
type steps struct {
	of                                 pins.Feature
	look, is, details, menu            ivr.Step
	turn, turned, left, gone, noAnswer ivr.Step
	overtaken                          ivr.Step
}

func stepsOf(f pins.Feature) steps {
	s := steps{of: f}
	s.look, s.is, s.details, s.menu = s.named("look"), s.named("is"), s.named("details"), s.named("menu")
	s.turn, s.turned = s.named("turn"), s.named("turned")
	s.left, s.noAnswer = s.named("left"), s.named("no-answer")
	s.gone, s.overtaken = s.named("gone"), s.named("overtaken")
	return s
}

func (s steps) named(step string) ivr.Step { return ivr.Step(string(s.of) + "-" + step) }

// A way is an option of a feature's menu, and the nodes that it leads to.
type way struct {
	ivr.Option
	nodes []ivr.Node
}

// An editor is a subflow that comes back to the feature, or finds that nobody answers.
type editor struct {
	*ivr.Subflow
	given    map[ivr.Variable]string // with what it begins; nil: nothing
	left     []ivr.Step
	turn     ivr.Step // where it ends to turn the feature on; empty: nowhere
	noAnswer ivr.Step
}

// newEditor is an editor of these nodes, and of its two ends.
func newEditor(name string, start, left, noAnswer ivr.Step, nodes ...[]ivr.Node) editor {
	nodes = append(nodes, []ivr.Node{ivr.Return{At: left}, ivr.Return{At: noAnswer}})
	flow := subflow(name, start, slices.Concat(nodes...))
	return editor{Subflow: flow, left: []ivr.Step{left}, noAnswer: noAnswer}
}

func subflow(name string, start ivr.Step, nodes []ivr.Node) *ivr.Subflow {
	return &ivr.Subflow{Name: name, Start: start, Variables: slices.Clone(told), Choices: choices(), Nodes: nodes}
}

// enter is the node that enters an editor.
func (e editor) enter(at, left, noAnswer, turn ivr.Step) ivr.Enter {
	given := map[ivr.Variable]string{thenOn: "", undo: ""}
	maps.Copy(given, e.given)
	on := map[ivr.Step]ivr.Step{e.noAnswer: noAnswer}
	if e.turn != "" {
		on[e.turn] = turn
	}
	for _, r := range e.left {
		on[r] = left
	}
	return ivr.Enter{At: at, Subflow: e.Subflow, Given: given, On: on}
}

// edits is the way to an editor, which comes back to the feature's menu.
func (s steps) edits(key string, said wording, e editor) way {
	at := s.named(e.Name)
	return way{ivr.Option{Prompt: said.full, Brief: said.brief, Key: key, Next: at}, []ivr.Node{e.enter(at, s.look, s.noAnswer, s.turn)}}
}

// hears is the way to an editor that says what there is, if there is anything by a count.
func (s steps) hears(said wording, e editor, count ivr.Variable) way {
	w := s.edits("1", said, e)
	w.If = some(count)
	return w
}

// some is the condition of options for which a count must not be none.
func some(count ivr.Variable) func(*ivr.Call) bool {
	return func(c *ivr.Call) bool { return c.Text(count) != "0" }
}

var hasEntry = some(entries)

// says is what a feature says of its settings, at first.
func (s steps) says(p ivr.Prompt) []ivr.Node {
	return []ivr.Node{ivr.Say{At: s.details, Prompt: p, Once: true, Next: s.menu}}
}

// part is the part of a feature: how it stands, its settings if details say any, and what
// can be done.
func (a actions) part(s steps, choice wording, details []ivr.Node, ways ...way) Part {
	then := s.menu
	if details != nil {
		then = s.details
	}
	undone, told := s.named("take-back"), s.named("taken-back")
	menu := ivr.Menu{At: s.menu, Options: []ivr.Option{takesBack(undone)}, Closing: sayGoBack, Back: s.left, GaveUp: s.noAnswer}
	undoes := sayNews
	if s.of == pins.DoNotDisturb { // it works all the time without a schedule
		undoes = sayNewsOfSchedules
	}
	after := []ivr.Node{changes(undone, a.takeBack, told), ivr.Say{At: told, Prompt: undoes, Next: s.look}}
	for _, w := range ways {
		menu.Options = append(menu.Options, w.Option)
		after = append(after, w.nodes...)
	}
	nodes := slices.Concat([]ivr.Node{
		ivr.Action[looking]{At: s.look, Run: a.look, On: ivr.On[looking]{
			found: s.is, gone: s.gone, overtaken: s.overtaken,
		}},
		ivr.Say{At: s.is, Prompt: sayIs, Once: true, Next: then},
	}, details, []ivr.Node{menu}, after, []ivr.Node{
		ivr.Return{At: s.left}, ivr.Return{At: s.noAnswer}, ivr.Return{At: s.gone}, ivr.Return{At: s.overtaken},
	})
	return Part{Feature: s.of, Choice: choice.full, Brief: choice.brief, steps: s, Subflow: subflow(string(s.of), s.look, nodes)}
}

// looking is what comes of looking a feature up.
type looking string

const (
	found     looking = "found"
	gone      looking = "gone"
	overtaken looking = "PIN changed by another"
)

// look fills in how the feature stands.
func (a actions) look(ctx context.Context, c *ivr.Call) (looking, error) {
	setting, err := a.find(ctx, c)
	switch {
	case errors.Is(err, features.ErrOvertaken):
		return overtaken, nil
	case isGone(err):
		return gone, nil
	case err != nil:
		return "", err
	}
	tell(c, setting.Settings)
	return found, nil
}

// Parts returns the parts of the call, a feature each, in the order of [pins.AllFeatures].
// They share editors, so they belong to one call.
func Parts(c Config) []Part {
	if c.Changed == nil {
		c.Changed = func() {}
	}
	a := actions{c}
	hear, add, code := a.hearList(), a.addNumber(), a.setCode()
	return []Part{
		a.noSolicitation(hear, add), a.securityScreen(), a.doNotDisturb(code),
		a.dialLock(hear, add, code), a.callRejection(hear, add), a.forwarding(hear, add),
	}
}

func (a actions) noSolicitation(hear, add editor) Part {
	s := stepsOf(pins.NoSolicitation)
	return a.part(s, forNoSolicitation, s.says(sayList),
		a.turns(s, sayNews), s.edits("#", toAddWelcome, add), s.hears(toHearWelcome, hear, entries))
}

func (a actions) securityScreen() Part {
	s := stepsOf(pins.SecurityScreen)
	return a.part(s, forSecurityScreen, nil, a.turns(s, sayNews))
}

func (a actions) doNotDisturb(code editor) Part {
	s, schedule := stepsOf(pins.DoNotDisturb), a.addSchedule()
	return a.part(s, forDoNotDisturb, s.says(sayDoNotDisturb),
		a.turns(s, sayNewsOfSchedules, s.warns(sayNeverRings, insteadSchedule, schedule, s.look)), s.edits("#", toAddSchedule, schedule),
		s.hears(toHearSchedules, a.hearSchedules(), schedules), s.edits("2", toChooseGreeting, a.chooseGreeting()),
		s.edits("4", toGetThrough, a.getThrough(code)))
}

func (a actions) dialLock(hear, add, code editor) Part {
	s := stepsOf(pins.DialLock)
	return a.part(s, forDialLock, s.says(sayDialLock),
		a.turns(s, sayNews, s.warns(sayNothingOpens, insteadCode, code, s.look)), s.edits("#", toAddDialable, add), s.hears(toHearDialable, hear, entries),
		s.edits("2", toSetCode, code))
}

func (a actions) callRejection(hear, add editor) Part {
	s := stepsOf(pins.CallRejection)
	return a.part(s, forCallRejection, s.says(sayList),
		a.turns(s, sayNewsOfList, s.wants(withoutList, add, hasEntry)), s.edits("#", toReject, add), s.hears(toHearRejected, hear, entries))
}

// aiming is whether there is a number to forward to.
type aiming string

const (
	hasTarget aiming = "goes to a number"
	noTarget  aiming = "no number yet"
)

// forwarding is Selective Call Forwarding.
func (a actions) forwarding(hear, add editor) Part {
	s := stepsOf(pins.SelectiveCallForwarding)
	with, without, goal := s.named("with-target"), s.named("without-target"), a.setTarget()
	details := []ivr.Node{
		ivr.Action[aiming]{At: s.details, Run: aims, On: ivr.On[aiming]{hasTarget: with, noTarget: without}},
		ivr.Say{At: with, Prompt: sayWithTarget, Once: true, Next: s.menu},
		ivr.Say{At: without, Prompt: sayWithoutTarget, Once: true, Next: s.menu},
	}
	return a.part(s, forForwarding, details,
		a.turns(s, sayNews, s.wants(withoutGoal, goal, filled(target)), s.wants(withoutList, add, hasEntry)),
		s.edits("#", toAddForwarded, add), s.hears(toHearForwarded, hear, entries), s.edits("2", toSetTarget, goal))
}

func aims(_ context.Context, c *ivr.Call) (aiming, error) {
	if c.Text(target) == "" {
		return noTarget, nil
	}
	return hasTarget, nil
}

// tell fills in how a feature stands. Parts that it doesn't have are filled in too, and are
// said by nobody.
func tell(c *ivr.Call, s features.Settings) {
	choose(c, isOn, s.On, statesOn, statesOff)
	choose(c, turn, s.On, turnOff, turnOn)
	tellList(c, s)
	tellSchedules(c, s)
	c.Erase(greeting)
	if s.Greeting > 0 {
		c.FillPhrase(greeting, greetings[s.Greeting-1].told)
	}
	choose(c, codeState, s.Code.IsZero() && !s.CodeLost, noCode, hasCode)
	choose(c, urgentState, s.Breakthrough, urgentThrough, urgentHeld)
	choose(c, turnUrgent, s.Breakthrough, holdUrgent, letUrgent)
	c.Fill(target, string(s.Target))
}

// tellList says how many entries the list has. They are all numbers, or can be parts of such;
// and whoever has turned forwarding on must not think that an empty list forwards everything.
func tellList(c *ivr.Call, s features.Settings) {
	rule := ruleOf(c)
	none, single, many := noEntry, oneEntry, manyEntries
	if rule.List != nil && rule.List.AreaCodes {
		single, many = oneEntryOrArea, manyEntriesOrAreas
	}
	if rule.Target && s.On {
		none = noEntryForwarded
	}
	tellCount(c, listState, entries, len(s.List), none, single, many)
}

// tellSchedules says how many schedules there are, and when the feature works: always
// without any, and otherwise only in their times. No source says so; the rule is ours.
func tellSchedules(c *ivr.Call, s features.Settings) {
	if s.On {
		tellCount(c, scheduleState, schedules, len(s.Schedules), worksAlways, worksInOne, worksInMany)
		return
	}
	tellCount(c, scheduleState, schedules, len(s.Schedules), noSchedule, oneSchedule, manySchedules)
}

// choose fills a variable with one of two phrases.
func choose(c *ivr.Call, v ivr.Variable, first bool, yes, no ivr.Prompt) {
	if !first {
		yes = no
	}
	c.FillPhrase(v, yes)
}

// tellCount fills in how many there are, in words that agree with the number.
func tellCount(c *ivr.Call, v, count ivr.Variable, n int, none, single, many ivr.Prompt) {
	c.Fill(count, strconv.Itoa(n))
	c.FillPhrase(v, []ivr.Prompt{none, single, many}[min(n, 2)])
}
