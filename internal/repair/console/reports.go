package console

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"updatecenter/internal/audit"
	"updatecenter/internal/typed"
)

// Bounds of a report.
const (
	onReport = 50 // entries of the audit in a list
	// lookedAt is how many entries are looked at for today, and again for the list. Each is read and
	// proved, in some 30 µs, and the page should be there in 100 ms.
	lookedAt = 1000
)

// A reportsView is what supervisors see of the work of all.
type reportsView struct {
	Day        string
	Work       []workView
	Limits     []entryView
	MoreLimits bool      // these are the newest alone
	Since      time.Time // there was more today, before this, than is counted here; zero: there wasn't
	LookedAt   int
	Form       *form
	Entries    []entryView
	Older      string // where older entries are; "": nowhere
	Within     bool   // the list is short because no more were looked at
}

func reportsForm(v *visit) *form {
	kinds := []option{{Value: "", Words: "Everything"}}
	for _, action := range audit.Actions() {
		kinds = append(kinds, option{Value: string(action), Words: actionWords(action)})
	}
	f := v.newForm(
		&field{Name: "by", Label: "Who", Max: audit.MaxName, Hint: "User name, or key/agent."},
		&field{Name: "action", Label: "What", Type: "select", Options: kinds},
		&field{Name: "about", Label: "About", Max: audit.MaxName, Hint: "Number of a line, or such as: agent bob."},
	)
	f.read(v.r.URL.Query())
	return f
}

// showReports records that the audit is read, before it is.
func (c *Console) showReports(v *visit) error {
	now := c.config.Now()
	view := reportsView{Day: c.zone.today(now), LookedAt: lookedAt, Form: reportsForm(v)}
	filter, err := reportsFilter(v, view.Form)
	if err != nil {
		return err
	}
	if err := c.config.Audit.Record(v.ctx(), c.reading(v, filter)); err != nil {
		return fmt.Errorf("record a look at the audit: %w", err)
	}
	if err := c.today(v.ctx(), &view, c.zone.midnight(now)); err != nil {
		return err
	}
	if !view.Form.Faulty() {
		if err := c.entries(v.ctx(), &view, filter); err != nil {
			return err
		}
	}
	return c.ask(v, &question{page: "reports", title: "Reports", form: view.Form, content: view})
}

func reportsFilter(v *visit, f *form) (audit.Filter, error) {
	filter := audit.Filter{By: f.value("by"), Action: audit.Action(f.value("action")), Subject: f.value("about")}
	if number, err := typed.Number(filter.Subject); err == nil {
		filter.Subject = string(number)
	}
	before := v.r.URL.Query().Get("before")
	if before == "" {
		return filter, nil
	}
	var err error
	filter.Before, err = strconv.ParseInt(before, 10, 64)
	if err != nil || filter.Before < 1 {
		return audit.Filter{}, noPage
	}
	return filter, nil
}

func (c *Console) reading(v *visit, filter audit.Filter) audit.Event {
	var parts []string
	for _, part := range []struct{ name, value string }{
		{"by", filter.By}, {"action", string(filter.Action)}, {"about", filter.Subject},
	} {
		if part.value != "" {
			parts = append(parts, part.name+" "+part.value)
		}
	}
	by := v.by()
	return audit.Event{Action: audit.AuditRead, By: by.Name, Via: by.Via, From: by.From, Detail: strings.Join(parts, ", ")}
}

// today fills in what was done since midnight.
func (c *Console) today(ctx context.Context, view *reportsView, midnight time.Time) error {
	var done, limits []audit.Entry
	var oldest time.Time
	whole := false
	last, err := c.lookBack(ctx, 0, func(e audit.Entry) bool {
		if whole = e.At.Before(midnight); whole {
			return true
		}
		oldest = e.At
		if e.Action == audit.PINReset || e.Action == audit.PINUnlocked {
			done = append(done, e)
		}
		if e.Action == audit.LimitReached {
			limits = append(limits, e)
		}
		return false
	})
	if err != nil {
		return fmt.Errorf("report on today: %w", err)
	}
	if !whole && last > 1 {
		view.Since = oldest
	}
	view.MoreLimits = len(limits) > onReport
	view.Work, view.Limits = work(done), viewEntries(limits[:min(len(limits), onReport)])
	return nil
}

// lookBack goes through the audit before a place, 0: from the newest entry on, until stop says so.
// It returns the place where it ended, after lookedAt entries at the latest; 1 or less: there are
// no more before it.
func (c *Console) lookBack(ctx context.Context, before int64, stop func(audit.Entry) bool) (int64, error) {
	for looked := 0; looked < lookedAt; {
		page, err := c.config.Audit.Page(ctx, audit.Filter{Before: before}, audit.MaxPage)
		if err != nil || len(page) == 0 {
			return 0, err
		}
		for _, entry := range page {
			if stop(entry) {
				return entry.Seq, nil
			}
		}
		before, looked = page[len(page)-1].Seq, looked+len(page)
	}
	return before, nil
}

// entries fills in the entries that the filter asks for, and where older ones are.
func (c *Console) entries(ctx context.Context, view *reportsView, filter audit.Filter) error {
	var found []audit.Entry
	last, err := c.lookBack(ctx, filter.Before, func(e audit.Entry) bool {
		if filter.Matches(e) {
			found = append(found, e)
		}
		return len(found) == onReport
	})
	if err != nil {
		return fmt.Errorf("report entries: %w", err)
	}
	view.Entries = viewEntries(found)
	if last <= 1 {
		return nil
	}
	view.Within = len(found) < onReport
	query := view.Form.query()
	query.Set("before", strconv.FormatInt(last, 10))
	view.Older = "/repair/reports?" + query.Encode()
	return nil
}

// An entryView is an entry of the audit, in words.
type entryView struct {
	Seq    int64
	At     time.Time
	What   string
	Who    string // "ann, console"
	About  string
	Detail string
	From   string
}

func viewEntries(entries []audit.Entry) []entryView {
	views := make([]entryView, 0, len(entries))
	for _, e := range entries {
		views = append(views, entryView{
			Seq: e.Seq, At: e.At, What: actionWords(e.Action), Who: e.By + ", " + e.Via,
			About: displayed(e.Subject), Detail: e.Detail, From: e.From,
		})
	}
	return views
}

// actionWords writes an action as people do: "pin-reset" is "PIN reset".
func actionWords(action audit.Action) string {
	words := strings.ReplaceAll(string(action), "-", " ")
	if rest, found := strings.CutPrefix(words, "pin "); found {
		return "PIN " + rest
	}
	if words == "" {
		return ""
	}
	return strings.ToUpper(words[:1]) + words[1:]
}

// A workView is what one agent, or one key with its agent, has done today.
type workView struct {
	Who, Via        string
	Resets, Unlocks int
}

// work counts resets and unlocks by who did them; most resets first, then by name.
func work(entries []audit.Entry) []workView {
	counted := map[[2]string]*workView{}
	for _, e := range entries {
		who := [2]string{e.By, e.Via}
		if counted[who] == nil {
			counted[who] = &workView{Who: e.By, Via: e.Via}
		}
		if e.Action == audit.PINReset {
			counted[who].Resets++
		} else {
			counted[who].Unlocks++
		}
	}
	views := make([]workView, 0, len(counted))
	for _, view := range counted {
		views = append(views, *view)
	}
	slices.SortFunc(views, func(a, b workView) int {
		return cmp.Or(cmp.Compare(b.Resets, a.Resets), cmp.Compare(a.Who, b.Who), cmp.Compare(a.Via, b.Via))
	})
	return views
}

// query is what the form asks, as a URL has it.
func (f *form) query() url.Values {
	query := url.Values{}
	for _, each := range f.Fields {
		if each.Value != "" {
			query.Set(each.Name, each.Value)
		}
	}
	return query
}
