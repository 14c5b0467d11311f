package features

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"updatecenter/internal/nanp"
	"updatecenter/internal/storage"
	"updatecenter/internal/wrap"
	"updatecenter/pins"
)

// Request is somebody's wish to change a feature.
type Request struct {
	Number  nanp.Number
	Feature pins.Feature
	Edit    Edit
	Match   func(revision int64) bool // whether the feature's revision is one that is to be changed, or the change is stale; nil: any is
	Proved  int64                     // the revision of the line's PIN that the caller has proved to know; 0: it is no caller
	Turn    pins.Turn                 // of a call; zero: none, and the change is made whatever was made before
	By      string                    // who: [pins.ByCaller], or the name of a person or key
	Side    pins.Side                 // of a call
	From    string                    // who called, or the interface that was used
}

// Outcome is a feature after a [Request].
type Outcome struct {
	Setting
	Changed bool // the request changed it just now: not if it was so already, or the turn came before
	Made    bool // the request changed it, now or when the turn came before
}

// Change edits the settings of a feature as they are at that moment, and returns them. It
// records the change and publishes the event of it, all in one step; others who change the
// feature at the same time lose nothing, and neither does this change. An edit that changes
// nothing stores nothing. The same turn again changes nothing more, and returns the settings
// as they are. Errors: a [*Refusal], ErrOvertaken, ErrNotInstalled, ErrBacklog, pins.ErrNoLine,
// storage.ErrStale of a request with Match, storage.ErrContended of any other, storage.ErrUnreadable; nothing is
// changed then.
func (l *Lines) Change(ctx context.Context, request Request) (_ Outcome, err error) {
	defer wrap.Error(&err, "change feature")
	id, err := l.newEventID()
	if err != nil {
		return Outcome{}, err
	}
	turn := request.Turn
	if turn == (pins.Turn{}) {
		// With a name of its own even this change can be repeated safely, if it isn't known
		// whether it was made.
		turn = pins.Turn{Call: id}
	}
	try := func() (Outcome, error) { return l.try(ctx, request, turn, id) }
	if request.Match != nil {
		return try()
	}
	return storage.Retry(ctx, try)
}

// try makes the change once, of the settings as they are now.
func (l *Lines) try(ctx context.Context, request Request, turn pins.Turn, id string) (Outcome, error) {
	line, done, err := l.find(ctx, request.Number, turn)
	if err != nil {
		return Outcome{}, err
	}
	if done {
		setting, err := line.installed(request.Feature)
		return Outcome{Setting: setting, Made: true}, err
	}
	present, wanted, err := line.weighed(request)
	switch {
	case err != nil:
		return Outcome{}, err
	case wanted.equal(present.Settings):
		return Outcome{Setting: present}, nil
	}
	now := l.config.Now().UTC()
	changed := Setting{
		Feature: request.Feature, Revision: max(present.Revision+1, now.UnixMilli()), Settings: wanted,
	}
	change, err := l.prepare(request, line, id, now, present, changed)
	if err != nil {
		return Outcome{}, err
	}
	change.Turn = turn
	if err := l.commit(ctx, change); err != nil {
		return Outcome{}, err
	}
	return Outcome{Setting: changed, Changed: true, Made: true}, nil
}

// weighed returns the feature as it is, and as the request would have it. Who must not change
// it doesn't learn what of the edit would be refused.
func (l Line) weighed(request Request) (present Setting, wanted Settings, err error) {
	if request.Proved != 0 && request.Proved != l.PINRevision {
		return Setting{}, Settings{}, ErrOvertaken
	}
	present, wanted, err = l.edited(request.Feature, request.Edit)
	stale := request.Match != nil && !request.Match(present.Revision)
	if stale && !errors.Is(err, ErrNotInstalled) {
		err = storage.ErrStale
	}
	return present, wanted, err
}

// installed returns a feature as it is, or ErrNotInstalled.
func (l Line) installed(f pins.Feature) (Setting, error) {
	setting, installed := l.Setting(f)
	if !installed {
		return Setting{}, ErrNotInstalled
	}
	return setting, nil
}

// prepare writes down a change for the store.
func (l *Lines) prepare(request Request, line Line, id string, now time.Time, before, after Setting) (Change, error) {
	settings, err := l.sealSettings(request.Number, after, line.lost[after.Feature])
	if err != nil {
		return Change{}, err
	}
	event, err := encodeEvent(storedEvent{
		ID: id, Type: FeatureChanged, At: now, Number: request.Number, Feature: after.Feature,
		Revision: after.Revision, By: request.By, Settings: settings,
	})
	if err != nil {
		return Change{}, err
	}
	return Change{
		Number: request.Number, Feature: after.Feature,
		Expected: before.Revision, Revision: after.Revision, Settings: settings, Event: event,
		Proved: request.Proved,
		Record: pins.Record{
			At: now, Event: pins.FeatureChanged, By: request.By, Side: request.Side,
			From: request.From, Call: request.Turn.Call,
			Feature: after.Feature, Changes: changes(before.Settings, after.Settings),
		},
	}, nil
}

// commit asks a store that failed, and may yet have made the change, once more: nobody must
// hear that something went wrong while the change stands.
func (l *Lines) commit(ctx context.Context, change Change) error {
	_, err := storage.Write(ctx, func() error { return l.config.Store.Change(ctx, change) },
		storage.ErrStale, ErrOvertaken, ErrNotInstalled, ErrBacklog, pins.ErrNoLine, storage.ErrUnreadable)
	return err
}

// changes tells what became of settings, for the line's history: "on", "added +16125550199",
// "schedule weekdays 21:00-07:00 removed", "code set". A code itself is never told.
func changes(before, after Settings) []string {
	var all []string
	if before.On != after.On {
		all = append(all, onOff(after.On))
	}
	all = append(all, listChanges(before.List, after.List)...)
	for _, s := range missing(before.Schedules, after.Schedules) {
		all = append(all, fmt.Sprintf("schedule %s removed", s))
	}
	for _, s := range missing(after.Schedules, before.Schedules) {
		all = append(all, fmt.Sprintf("schedule %s added", s))
	}
	if before.Greeting != after.Greeting {
		all = append(all, fmt.Sprintf("greeting %d", after.Greeting))
	}
	if before.Breakthrough != after.Breakthrough {
		all = append(all, "emergency breakthrough "+onOff(after.Breakthrough))
	}
	return append(all, otherChanges(before, after)...)
}

func otherChanges(before, after Settings) []string {
	var all []string
	switch {
	case after.Code.Equal(before.Code) && after.CodeLost == before.CodeLost:
	case !after.hasCode():
		all = append(all, "code removed")
	default:
		all = append(all, "code set")
	}
	switch after.Target {
	case before.Target:
	case "":
		all = append(all, "forwards nowhere")
	default:
		all = append(all, "forwards to "+string(after.Target))
	}
	return all
}

func listChanges(before, after []Entry) []string {
	var all []string
	for _, entry := range missing(before, after) {
		all = append(all, "removed "+string(entry))
	}
	for _, entry := range missing(after, before) {
		all = append(all, "added "+string(entry))
	}
	if len(all) == 0 && !slices.Equal(before, after) {
		all = append(all, "list put in another order")
	}
	return all
}

// missing are those of all that others lack.
func missing[T comparable](all, others []T) []T {
	var lacking []T
	for _, one := range all {
		if !slices.Contains(others, one) {
			lacking = append(lacking, one)
		}
	}
	return lacking
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

// Replace replaces all settings, but for the code if keepCode says so. What they hold is
// checked part by part, as if each had been set alone. Refusals: all but NotListed.
func Replace(settings Settings, keepCode bool) Edit {
	return Edit{"", func(d *draft) error {
		wanted := settings
		wanted.CodeLost = false // what is lost is kept, never given
		if keepCode {
			wanted.Code, wanted.CodeLost = d.Code, d.CodeLost
		}
		checked, err := d.rule.checked(d.number, wanted, nil)
		if err != nil {
			return err
		}
		d.Settings = checked
		return nil
	}}
}

// checked builds settings anew, and so refuses what no edits could lead to, besides what is refused
// already. The error is [Refusals].
func (r Rule) checked(number nanp.Number, s Settings, refused Refusals) (Settings, error) {
	d := draft{rule: r, number: number}
	d.buildList(s, &refused)
	for i, schedule := range s.Schedules {
		refused.add(partOf("schedules", i), d.do(AddSchedule(schedule)))
	}
	if r.Greetings || s.Greeting != 0 {
		refused.add("greeting", d.do(ChooseGreeting(s.Greeting)))
	}
	if r.Breakthrough || s.Breakthrough {
		refused.add("emergency_breakthrough", d.do(LetThrough(s.Breakthrough)))
	}
	if d.CodeLost = s.CodeLost; !s.Code.IsZero() {
		refused.add("code", d.do(SetCode(s.Code)))
	}
	if s.Target != "" {
		refused.add("forward_to", d.do(ForwardTo(s.Target)))
	}
	if err := d.do(Switch(s.On)); err != nil && !refused.has("forward_to") {
		refused.add("forward_to", err)
	}
	if len(refused) > 0 {
		return Settings{}, refused
	}
	return d.Settings, nil
}

// buildList ends with the first entry for which there is no room.
func (d *draft) buildList(s Settings, refused *Refusals) {
	for i, entry := range s.List {
		err := d.do(Add(entry))
		refused.add(partOf("list", i), err)
		if reason, _ := ReasonOf(err); reason == ListFull {
			return
		}
	}
}

// partOf names an element of a part.
func partOf(part string, i int) string { return part + "/" + strconv.Itoa(i) }
