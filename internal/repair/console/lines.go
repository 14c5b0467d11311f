package console

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"time"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/ids"
	"updatecenter/internal/limit"
	"updatecenter/internal/nanp"
	"updatecenter/internal/repair"
	"updatecenter/internal/typed"
	"updatecenter/pins"
)

// customerRoutes are the pages on which agents help customers, and supervisors look at how.
func (c *Console) customerRoutes() []route {
	const line = "/repair/lines/{number}"
	return []route{
		{path: home, least: forAgents, asks: c.askNumber, keeps: []string{"number"}},
		{path: line, least: forAgents, get: c.showLine},
		{path: line + "/history", least: forSupervisors, get: c.showHistory},
		{path: line + "/validate/call", least: forAgents, post: c.callLine, cut: "/validate/call"},
		{path: line + "/validate/call/{validation}", least: forAgents, get: c.showCall, post: c.checkCode},
		{path: line + "/validate/secret", least: forAgents, asks: c.askSecret, keeps: secretKeeps},
		{path: line + "/open-account", least: forAgents, asks: c.askAccount, keeps: []string{"account", "reason"}},
		{path: line + "/validate/photo-id", least: forSupervisors, asks: c.askPhotoID, told: c.refusePhotoID, keeps: []string{"note"}},
		{path: line + "/reset", least: forAgents, asks: c.asksChange(true, c.config.Desk.Reset), keeps: []string{"reason"}},
		{path: line + "/unlock", least: forAgents, asks: c.asksChange(false, c.config.Desk.Unlock), keeps: []string{"reason"}},
		{path: "/repair/validations/{validation}/events", least: forAgents, get: c.followCall, stream: true},
		{path: "/repair/reports", least: forSupervisors, get: c.showReports},
	}
}

// maxNumber is how much of a telephone number is looked at, in characters.
const maxNumber = 40

// askNumber reads the number of a line in whatever spelling, and goes on to the line.
func (c *Console) askNumber(v *visit) (*question, error) {
	f := v.newForm(&field{
		Name: "number", Label: "Telephone number of the line", InputMode: "tel", Max: maxNumber, Focus: true,
		Hint: "Ten digits, written as you like: 612-555-0142 or 6125550142.",
		Need: "Enter the ten digits of the line’s number.",
	})
	f.alone = true
	return &question{page: "line_find", title: "Find a line", form: f, take: func() error {
		number, err := typed.Number(f.value("number"))
		if err != nil {
			f.fail("number", "This is not a telephone number of ten digits. Area code first, such as 612-555-0142.")
			return nil
		}
		return v.redirect(linePath(number))
	}}, nil
}

func (c *Console) showLine(v *visit) error {
	number, err := v.number()
	if err != nil {
		return err
	}
	who := v.who()
	card, err := c.config.Desk.Find(v.ctx(), who, number)
	switch {
	case errors.Is(err, pins.ErrNoLine):
		return c.showNoLine(v, number)
	case err != nil:
		return c.deskRefused("The line is not shown", err)
	}
	view := viewCard(card, who, c.config.Now(), c.zone)
	view.WholeHistory = forSupervisors.allows(v.session.Agent.Role)
	view.Dial, view.Repair, view.TemporaryPIN = c.config.Dial, c.config.Repair.Display(), c.config.TemporaryPIN.Reveal()
	if view.Key, err = c.newKey(); err != nil {
		return err
	}
	return c.show(v, "line", "Line "+view.Number, view)
}

// showNoLine asks for another number.
func (c *Console) showNoLine(v *visit, number nanp.Number) error {
	q, err := c.askNumber(v)
	if err != nil {
		return err
	}
	q.form.field("number").Value = number.Display()
	q.form.fail("number", number.Display()+" is no line of ours. Check the number with the customer.")
	q.form.refusal = http.StatusNotFound
	return c.ask(v, q)
}

// number is the line that the path names.
func (v *visit) number() (nanp.Number, error) {
	number, err := nanp.Parse(v.part("number"))
	if err != nil {
		return "", noPage.because(err)
	}
	return number, nil
}

// newKey names what is done by a form, however often it is sent.
func (c *Console) newKey() (string, error) {
	key, err := ids.Base32(c.config.Random, 16)
	if err != nil {
		return "", broken(fmt.Errorf("name a form: %w", err))
	}
	return key, nil
}

// A historyView is all that is known of what happened to a number.
type historyView struct {
	lineView
	Cut     int // how many records are shown, where there may be more; 0: all
	History []happening
}

// showHistory shows a supervisor the whole history. It counts, and stands in the audit, as the
// look-up that it is.
func (c *Console) showHistory(v *visit) error {
	number, err := v.number()
	if err != nil {
		return err
	}
	_, err = c.config.Desk.Find(v.ctx(), v.who(), number)
	if err != nil && !errors.Is(err, pins.ErrNoLine) { // one that was removed has a history
		return c.deskRefused("The history is not shown", err)
	}
	records, err := c.config.History.History(v.ctx(), number, pins.MaxHistory)
	if err != nil {
		return fmt.Errorf("show history: %w", err)
	}
	view := historyView{lineView: viewOf(number), History: happenings(records, c.zone)}
	if len(records) == pins.MaxHistory {
		view.Cut = len(records)
	}
	return c.show(v, "line_history", "History of "+view.Number, view)
}

// deskRefusal says in a sentence why the desk has refused something, and what can be done instead;
// empty: it was no refusal, and something went wrong.
func (c *Console) deskRefusal(err error) (status int, sentence string) {
	var limit *repair.LimitError
	var calls *deliveries.LimitError
	var blocked *deliveries.BlockedError
	switch {
	case errors.As(err, &limit):
		return http.StatusTooManyRequests, limitWords(limit, c.zone)
	case errors.As(err, &blocked):
		return http.StatusConflict, "Somebody who answered this line said that they had not asked for our call. It is called with a code again after " +
			c.zone.moment(blocked.Until) + ". Make sure in another way who is calling."
	case errors.As(err, &calls):
		return http.StatusTooManyRequests, "This line was called as often as it may be. It can be called again after " +
			c.zone.moment(calls.Until) + ". Until then, make sure in another way who is calling."
	case errors.Is(err, deliveries.ErrNoWay):
		return http.StatusConflict, "No calls can be made at present. Make sure in another way who is calling."
	case errors.Is(err, pins.ErrNotValidated):
		return http.StatusConflict, "You have not validated this customer in the last 15 minutes. Make sure who is calling, and then try again."
	case errors.Is(err, pins.ErrNoLine):
		return http.StatusNotFound, "This is not a line of ours any more."
	}
	return 0, ""
}

func limitWords(limit *repair.LimitError, z zone) string {
	after := " You can go on after " + z.moment(limit.Until) + ". Supervisors have been told. If you need more, speak with yours."
	switch limit.What {
	case repair.LookUps:
		return "You have looked up as many lines and accounts as one may in an hour." + after
	case repair.Calls:
		return "You have had as many lines called as one may in an hour." + after
	case repair.Secrets:
		return "You have tried as many security codes and answers as one may in an hour." + after
	case repair.Resets:
		return "You have reset, unlocked and opened as much as one may in an hour." + after
	case repair.WrongClaims: // of programs
	case repair.WrongCodes:
		return "Too many wrong codes were entered for this line. No code validates its customer until " +
			z.moment(limit.Until) + ". Make sure in another way who is calling."
	}
	return "There was too much of this in the last hour." + after
}

// deskRefused is the page for a refusal by the desk. Other errors stay what they are.
func (c *Console) deskRefused(title string, err error) error {
	status, sentence := c.deskRefusal(err)
	if sentence == "" {
		return err
	}
	return refusing(status, title, sentence).because(err)
}

// A lineView is what every page about a line needs.
type lineView struct {
	Number string // "612-555-0142"
	Path   string // "/repair/lines/+16125550142"
}

func viewOf(number nanp.Number) lineView {
	return lineView{Number: number.Display(), Path: linePath(number)}
}

// A partView is a form about a line, at a path of its own.
type partView struct {
	lineView
	asking
	Self  string
	Reset bool // else unlocked, of a page that does one of both
}

// askOf asks something about the line of the path, at a path below its own.
func (v *visit) askOf(path, page, title string, fields ...*field) (*question, nanp.Number, error) {
	number, err := v.number()
	if err != nil {
		return nil, "", err
	}
	f := v.newForm(fields...)
	view := partView{lineView: viewOf(number), asking: asking{f}, Self: linePath(number) + path}
	return &question{page: page, title: title, form: f, content: view}, number, nil
}

// linePath is where a line is. A + in a path stands for itself (RFC 3986, section 3.3).
func linePath(number nanp.Number) string { return "/repair/lines/" + string(number) }

// A cardView is a line as the agent sees it.
type cardView struct {
	lineView
	Temporary    bool
	Since        time.Time
	Language     string
	Sides        []sideView
	Features     []string
	History      []happening
	Validation   *validationView // nil: there is none
	Done         *doneView       // nil: this agent has just changed nothing
	Key          string          // names the next call to the line, so that a double click rings once
	PhotoID      bool
	WholeHistory bool
	Dial         string
	Access       string // the number by which the line is reached from any telephone
	Repair       string
	TemporaryPIN string // as customers are told it; empty: not to be told
}

// A sideView is how wrong PINs stand for calls from one side.
type sideView struct{ Name, Failures, Lock string }

// A validationView says how the agent has validated the customer, and how long that is good.
type validationView struct {
	Way   string
	Until time.Time
	Left  string
}

// A doneView is what this agent has changed of the line a moment ago.
type doneView struct {
	Reset bool // else unlocked
	At    time.Time
}

// viewCard shows a line to an agent at the time now. What belongs to the company and to the agent's
// role is the caller's to fill in.
func viewCard(card repair.Card, who repair.Who, now time.Time, z zone) cardView {
	line := card.Line
	view := cardView{
		lineView: viewOf(line.Number), Temporary: line.Temporary(), Since: line.Since,
		Language: languageWords(line.Language),
		Sides: []sideView{
			{"Calls from the line", failureWords(line.FromLine), lockWords(line.FromLine, now, z)},
			{"Calls from elsewhere", failureWords(line.Remote), lockWords(line.Remote, now, z)},
		},
		Features: featureNames(line.Features), History: happenings(card.History, z),
		Validation: viewValidation(card.Validation, now), Done: doneBy(who, card.History, now),
		PhotoID: who.PhotoID,
	}
	if access, err := pins.AccessNumber(line.Number.AreaCode()); err == nil {
		view.Access = access.Display()
	}
	return view
}

func viewValidation(v pins.Validation, now time.Time) *validationView {
	if !now.Before(v.Until) {
		return nil
	}
	return &validationView{Way: wayWords(v.Method), Until: v.Until, Left: timeLeft(v.Until.Sub(now))}
}

// doneBy finds what the agent has done for this customer: the newest change of the PIN or its
// locks, if it was this agent's and no longer ago than a validation lasts. It is read off the
// history, so a page that is loaded again says the same.
func doneBy(who repair.Who, history []pins.Record, now time.Time) *doneView {
	for _, record := range history {
		switch record.Event {
		case pins.Reset, pins.PINUnlocked:
			if record.By != who.Name || record.From != who.Via || now.Sub(record.At) > pins.ValidFor {
				return nil
			}
			return &doneView{Reset: record.Event == pins.Reset, At: record.At}
		case pins.Changed, pins.Locked, pins.Removed:
			return nil
		case pins.ResetRefused, pins.CustomerValidated, pins.FeatureChanged, pins.FeaturesInstalled, pins.EventSkipped, pins.NoticeUndelivered,
			pins.TicketWritten, pins.TicketContactChanged, pins.TicketCanceled, pins.ServiceTestRequested, pins.ServiceTestEnded, pins.ServiceTestCallAsked, pins.ServiceTestHeard,
			pins.MailboxWritten, pins.MailboxPasswordReset, pins.EmailWritten, pins.EmailRemoved, pins.EmailPasswordReset, pins.EmailLocked:
		}
	}
	return nil
}

func languageWords(language string) string {
	return cmp.Or(map[string]string{"en": "English", "es": "Spanish"}[language], "Not chosen yet")
}

// lockWords says whether and how a side is locked; empty: it is not.
func lockWords(strikes limit.Strikes, now time.Time, z zone) string {
	switch {
	case strikes.Closed:
		return "Locked until the PIN is reset or the line is unlocked."
	case strikes.LockedAt(now):
		return "Locked until " + z.moment(strikes.LockedUntil) + "."
	}
	return ""
}
