package features

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"updatecenter/internal/features"
	"updatecenter/internal/nanp"
	"updatecenter/internal/storage"
	"updatecenter/ivr"
	"updatecenter/pins"
)

// Config is what this part of the call needs.
type Config struct {
	Features *features.Lines
	Line     ivr.Variable // of the main call: the number of the line
	Proved   ivr.Variable // of the main call: the revision of the line's PIN that the caller has proved to know
	Changed  func()       // called after each change; nil: nobody
}

// actions does the work behind the steps.
type actions struct{ Config }

func (a actions) number(c *ivr.Call) nanp.Number { return nanp.Number(c.Text(a.Line)) }

// featureOf is the feature that the call is about at the moment.
func featureOf(c *ivr.Call) pins.Feature { return pins.Feature(c.Text(feature)) }

// ruleOf is its rule.
func ruleOf(c *ivr.Call) features.Rule {
	rule, _ := features.RuleOf(featureOf(c)) // the name is one of pins.AllFeatures
	return rule
}

// find returns the feature as it is now. Whoever's PIN is not the line's any more has no
// right to know: that is features.ErrOvertaken.
func (a actions) find(ctx context.Context, c *ivr.Call) (features.Setting, error) {
	proved, err := c.Int(a.Proved)
	if err != nil {
		return features.Setting{}, err
	}
	line, err := a.Features.Find(ctx, a.number(c))
	if err != nil {
		return features.Setting{}, err
	}
	if line.PINRevision != proved {
		return features.Setting{}, features.ErrOvertaken
	}
	setting, installed := line.Setting(featureOf(c))
	if !installed {
		return features.Setting{}, features.ErrNotInstalled
	}
	return setting, nil
}

// isGone says whether an error means that the feature, or the line, is there no more, or not
// this caller's business any more.
func isGone(err error) bool {
	return errors.Is(err, features.ErrNotInstalled) || errors.Is(err, pins.ErrNoLine) ||
		errors.Is(err, features.ErrOvertaken)
}

// weighing is what comes of an entry before it is confirmed.
type weighing string

const (
	accepted weighing = "accepted"
	refused  weighing = "refused"
)

// weigh asks whether an edit would be made. What is gone is noticed by the edit itself.
func (a actions) weigh(ctx context.Context, c *ivr.Call, edit features.Edit) (weighing, error) {
	_, err := a.find(ctx, c)
	if err == nil {
		err = a.Features.Weigh(ctx, a.number(c), featureOf(c), edit)
	}
	if err == nil || isGone(err) {
		return accepted, nil
	}
	return refuse(c, err)
}

// refuse fills in the sentence for a refusal. Other errors it returns.
func refuse(c *ivr.Call, err error) (weighing, error) {
	reason, ok := features.ReasonOf(err)
	if !ok {
		return "", err
	}
	why := refusals[reason]
	if why == (ivr.Prompt{}) {
		return "", fmt.Errorf("tell the caller: %w", err)
	}
	c.FillPhrase(news, why)
	return refused, nil
}

// taking are the steps by which an editor takes what was keyed: it is weighed, and refused, or
// confirmed and saved.
type taking struct {
	weigh, refused, again, givenUp, confirm, save, saved, left, noAnswer ivr.Step
}

// takingOf are those of the editor of something, which begin with its name.
func takingOf(name string) taking {
	at := func(step string) ivr.Step { return ivr.Step(name + "-" + step) }
	return taking{
		weigh: ivr.Step("weigh-" + name), refused: at("refused"), again: at("again"), givenUp: at("given-up"),
		confirm: at("confirm"), save: at("save"), saved: at("saved"), left: at("left"), noAnswer: at("no-answer"),
	}
}

// weighs weighs an entry. One that is refused is asked for again, three times.
func (t taking) weighs(weigh func(context.Context, *ivr.Call) (weighing, error), then, ask, giveUp ivr.Step) []ivr.Node {
	return []ivr.Node{
		ivr.Action[weighing]{At: t.weigh, Run: weigh, On: ivr.On[weighing]{accepted: then, refused: t.refused}},
		ivr.Say{At: t.refused, Prompt: sayNews, Next: t.again},
		ivr.Retry{At: t.again, Times: 3, Back: ask, GaveUp: t.givenUp},
		ivr.Say{At: t.givenUp, Prompt: sayGivenUp, Next: giveUp},
	}
}

// saves asks whether an entry is right, under keys 1 and 2, and makes the edit.
func (t taking) saves(a actions, confirm, done, save, again ivr.Prompt, ask, back ivr.Step, do doing, others ...ivr.Option) []ivr.Node {
	return []ivr.Node{
		ivr.Menu{At: t.confirm, Prompt: confirm, Options: append([]ivr.Option{
			{Prompt: save, Key: "1", Next: t.save}, {Prompt: again, Key: "2", Next: ask},
		}, others...), Closing: sayGoBack, Back: back, GaveUp: t.noAnswer},
		changes(t.save, a.act(do), t.saved),
		ivr.Say{At: t.saved, Prompt: done, Next: t.left},
	}
}

// hearing is an editor that says what there is, by one prompt for each place, and deletes one of it, which can be taken
// back.
type hearing struct {
	hearingSteps
	look    func(context.Context, *ivr.Call) (paging, error) // looks for what there is
	places  []place
	phrases []ivr.Prompt // that the places' variables say
	drop    doing
	told    ivr.Prompt   // what is said of a deletion, and once that was taken back
	options []ivr.Option // of the menu, after the places
	nodes   []ivr.Node   // of these options
}

type hearingSteps struct {
	page, menu, none, remove, removed, stay, undo, left, noAnswer ivr.Step
	emptied                                                       ivr.Step // after the last was deleted
}

// A place is for one thing that is said.
type place struct {
	ivr.Option // chooses it, to be deleted
	pick       func(context.Context, *ivr.Call) (acting, error)
	variables  []ivr.Variable
}

func (h hearing) editor(a actions, name string) editor {
	menu := ivr.Menu{At: h.menu, Listing: true, Options: []ivr.Option{takesBack(h.undo)}, Prompt: sayHowToDelete, Closing: sayGoBack, Back: h.left, GaveUp: h.noAnswer}
	var picks []ivr.Node
	for _, p := range h.places {
		menu.Options = append(menu.Options, p.Option)
		picks = append(picks, ivr.Action[acting]{At: p.Next, Run: p.pick, On: ivr.On[acting]{acted: h.remove}})
	}
	menu.Options = append(menu.Options, h.options...)
	e := newEditor(name, h.page, h.left, h.noAnswer, []ivr.Node{
		ivr.Action[paging]{At: h.page, Run: h.look, On: ivr.On[paging]{aPage: h.menu, nothing: h.none}},
		menu,
	}, h.nodes, picks, []ivr.Node{
		changes(h.remove, a.act(h.drop), h.removed),
		changes(h.undo, a.takeBack, h.removed),
		ivr.Say{At: h.removed, Prompt: h.told, Next: h.stay},
		ivr.Action[paging]{At: h.stay, Run: h.look, On: ivr.On[paging]{aPage: h.menu, nothing: h.emptied}},
		ivr.Say{At: h.none, Prompt: sayNews, Next: h.left},
	})
	for _, p := range h.places {
		e.Variables = append(e.Variables, p.variables...)
		for _, v := range p.variables {
			if v.Kind == ivr.Phrase {
				e.Choices[v] = h.phrases
			}
		}
	}
	return e
}

// acting is the only outcome of an act, as what came of it is news.
type acting string

const acted acting = "acted"

// changes is a node that makes an edit.
func changes(at ivr.Step, run func(context.Context, *ivr.Call) (acting, error), next ivr.Step) ivr.Node {
	return ivr.Action[acting]{At: at, Run: run, On: ivr.On[acting]{acted: next}, May: sayMayBeChanged}
}

// A deed is an edit, what to say when it was made, and what takes it back, as inverse reads it; empty: nothing. With a match
// it is made of that revision of the feature alone.
type deed struct {
	edit    features.Edit
	done    ivr.Prompt
	inverse string
	match   func(revision int64) bool
}

// doing is what a call wants done.
type doing func(c *ivr.Call) (deed, error)

// one is a deed that is the same in every call, and is not taken back.
func one(edit features.Edit, done ivr.Prompt) doing {
	return func(*ivr.Call) (deed, error) { return deed{edit: edit, done: done}, nil }
}

// errTwice is a flow that would make two changes in one turn, of which the second would be taken for the first, made again.
var errTwice = errors.New("a second change in one turn")

// changedNow says whether an edit was accepted in this turn.
func changedNow(c *ivr.Call) bool { return c.Text(changedIn) == strconv.Itoa(c.Turn) }

// alsoOn has a deed turn the feature on as well, if that is why it is done.
func alsoOn(c *ivr.Call, d deed) deed {
	if c.Text(thenOn) == "" {
		return d
	}
	d.edit, d.done = features.Together(d.edit, features.Switch(true)), turnedOn
	if d.inverse != "" {
		d.inverse += "; switch false"
	}
	return d
}

// act makes an edit, and fills in the news of it: that it was made, why it was refused, or
// that it was not possible any more or right now.
func (a actions) act(do doing) func(context.Context, *ivr.Call) (acting, error) {
	return func(ctx context.Context, c *ivr.Call) (acting, error) {
		_, err := a.change(ctx, c, do)
		return acted, err
	}
}

// change is act, and says why the feature is not as the edit makes it; nil: it is.
func (a actions) change(ctx context.Context, c *ivr.Call, do doing) (why, err error) {
	if changedNow(c) {
		return nil, errTwice
	}
	deed, err := do(c)
	if err != nil {
		return nil, err
	}
	request, err := a.request(c, deed.edit)
	if err != nil {
		return nil, err
	}
	request.Match = deed.match
	outcome, why := a.Features.Change(ctx, request)
	c.Erase(undo)
	if why == nil {
		c.Fill(changedIn, strconv.Itoa(c.Turn))
		tell(c, outcome.Settings)
	}
	if outcome.Made && deed.inverse != "" {
		c.Fill(undo, fmt.Sprint(outcome.Revision, "; ", deed.inverse))
	}
	if outcome.Changed {
		a.Changed()
	}
	return why, tellNews(c, deed.done, why)
}

// tellNews fills in what came of an act.
func tellNews(c *ivr.Call, done ivr.Prompt, err error) error {
	switch {
	case err == nil:
		c.FillPhrase(news, done)
	case isGone(err):
		c.FillPhrase(news, sayNotPossible)
		c.Erase(listState, scheduleState) // which are nobody's business any more
	case errors.Is(err, features.ErrBacklog):
		c.FillPhrase(news, sayNotNow)
	case errors.Is(err, storage.ErrStale):
		c.FillPhrase(news, sayChangedSince)
	default:
		_, err = refuse(c, err)
		return err
	}
	return nil
}

func (a actions) request(c *ivr.Call, edit features.Edit) (features.Request, error) {
	proved, err := c.Int(a.Proved)
	side := pins.Remote
	if c.Caller.FromLine {
		side = pins.FromLine
	}
	return features.Request{
		Number: a.number(c), Feature: featureOf(c), Edit: edit, Proved: proved,
		Turn: pins.Turn{Call: c.SID, Number: c.Turn},
		By:   pins.ByCaller, Side: side, From: c.Caller.From,
	}, err
}

// refusals are the sentences for the reasons that a caller can cause: what is wrong, and what
// to do next. The others have none.
var refusals = map[features.Reason]ivr.Prompt{
	features.NotANumber: {
		Name: "refused-not-a-number",
		EN:   "That is not a telephone number we know. Please enter it with its area code.",
		ES:   "Ese no es un número de teléfono válido. Ingréselo con su código de área.",
	},
	features.Barred: {
		Name: "refused-barred",
		EN:   "Numbers that begin like that can not be used here. Please enter another one.",
		ES:   "Los números que empiezan así no se pueden usar aquí. Ingrese otro número.",
	},
	features.AlwaysDialed: {
		Name: "refused-always-dialed",
		EN:   "911 can always be dialed, also while the lock is on. It needs no place on your list.",
		ES:   "El 911 siempre se puede marcar, también con el bloqueo activado. No hace falta en su lista.",
	},
	features.OwnNumber: {
		Name: "refused-own-number",
		EN:   "That is the number of this line itself. Please enter another one.",
		ES:   "Ese es el número de esta misma línea. Ingrese otro número.",
	},
	features.AlreadyListed: {
		Name: "refused-already-listed",
		EN:   "That is on your list already. Please enter another one, or press star, then pound.",
		ES:   "Ya está en su lista. Ingrese otro, u oprima asterisco y el signo de número.",
	},
	features.NotListed: {
		Name: "refused-not-listed",
		EN:   "That was deleted before. There is nothing more to do.",
		ES:   "Eso ya se había borrado. No hace falta nada más.",
	},
	features.ListFull: {
		Name: "refused-list-full",
		EN:   "Your list is full. To make room, press 1 and delete an entry first.",
		ES:   "Su lista está llena. Para hacer lugar, oprima el uno y borre primero una entrada.",
	},
	features.NoTarget: {
		Name: "refused-no-target",
		EN:   "First we need the number that calls should go to. To choose it, press 2.",
		ES:   "Primero hace falta el número al que irán las llamadas. Para elegirlo, oprima el dos.",
	},
	features.NotATime: {
		Name: "refused-not-a-time",
		EN:   "That is not a time of day. Enter the hour, and then two digits for the minutes.",
		ES:   "Esa no es una hora del día. Ingrese la hora y luego dos dígitos para los minutos.",
	},
	features.NoLength: {
		Name: "refused-starts-as-it-ends",
		EN:   "It can not end at the time it starts. Please enter two different times.",
		ES:   "No puede terminar a la misma hora en que empieza. Ingrese dos horas distintas.",
	},
	features.Overlaps: {
		Name: "refused-overlaps",
		EN:   "That overlaps with a schedule you have already. Please enter other times.",
		ES:   "Ese horario se cruza con otro que ya tiene. Ingrese otras horas.",
	},
	features.SchedulesFull: {
		Name: "refused-schedules-full",
		EN:   "There is no room for another schedule. Press 1 and delete one first.",
		ES:   "No hay lugar para otro horario. Oprima el uno y borre uno primero.",
	},
	features.EasyCode: {
		Name: "refused-easy-code",
		EN:   "That code is easy to guess. Mix other digits, and not those of your number.",
		ES:   "Ese código es fácil de adivinar. Combine otros, y no los de su número.",
	},
	features.NoSuchGreeting: {}, // a menu offers those that there are
	features.NotACode:       {}, // a question takes four digits alone
	features.NotOfFeature:   {}, // a menu offers what the feature has
}
