package repair

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"updatecenter/audit"
	"updatecenter/internal/nanp"
)

// Bounds of a report.
const (
	onReport   = 50 // entries of the audit on a page
	pagesToday = 5  // of audit.MaxPage, for what was done today
)

// A reportsView is what supervisors see of the work of all.
type reportsView struct {
	Day     string
	Work    []workView
	Limits  []entryView
	More    bool // there was more today than is counted here
	Form    *form
	Entries []entryView
	Older   string // where older entries are; "": nowhere
}

func (r reportsView) form() *form { return r.Form }

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
	query := v.r.URL.Query()
	for _, each := range f.Fields {
		each.take(query[each.Name])
		if fault := each.fault(); fault != "" {
			f.fail(each.Name, fault)
		}
	}
	return f
}

// showReports records that the audit is read, before it is.
func (c *Console) showReports(v *visit) error {
	now := c.now().UTC()
	midnight := now.Truncate(24 * time.Hour)
	view := reportsView{Day: now.Format("January 2, 2006"), Form: reportsForm(v)}
	filter, err := reportsFilter(v, view.Form)
	if err != nil {
		return err
	}
	if err := c.audit.Record(v.ctx(), c.reading(v, filter)); err != nil {
		return fmt.Errorf("record a look at the audit: %w", err)
	}
	if err := c.today(v.ctx(), &view, midnight); err != nil {
		return err
	}
	if !view.Form.Faulty() {
		if err := c.entries(v.ctx(), &view, filter); err != nil {
			return err
		}
	}
	return c.show(v, "reports", "Reports", view)
}

func reportsFilter(v *visit, f *form) (audit.Filter, error) {
	filter := audit.Filter{By: f.value("by"), Action: audit.Action(f.value("action")), Subject: f.value("about")}
	if number, err := nanp.Parse(filter.Subject); err == nil {
		filter.Subject = string(number)
	}
	before := v.r.URL.Query().Get("before")
	if before == "" {
		return filter, nil
	}
	var err error
	filter.Before, err = strconv.ParseInt(before, 10, 64)
	if err != nil || filter.Before < 1 {
		return audit.Filter{}, noPage()
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
	var done []audit.Entry
	for _, action := range []audit.Action{audit.PINReset, audit.PINUnlocked} {
		entries, more, err := c.since(ctx, action, midnight)
		if err != nil {
			return err
		}
		done, view.More = append(done, entries...), view.More || more
	}
	limits, more, err := c.since(ctx, audit.LimitReached, midnight)
	if err != nil {
		return err
	}
	view.Work, view.Limits, view.More = work(done), viewEntries(limits), view.More || more
	return nil
}

// since collects the entries of an action from a time on; more: there may be others.
func (c *Console) since(ctx context.Context, action audit.Action, at time.Time) (found []audit.Entry, more bool, err error) {
	filter := audit.Filter{Action: action}
	for range pagesToday {
		page, err := c.audit.Page(ctx, filter, audit.MaxPage)
		if err != nil {
			return nil, false, fmt.Errorf("report on today: %w", err)
		}
		for _, entry := range page {
			if entry.At.Before(at) {
				return found, false, nil
			}
			found = append(found, entry)
		}
		if len(page) < audit.MaxPage {
			return found, false, nil
		}
		filter.Before = page[len(page)-1].Seq
	}
	return found, true, nil
}

// entries fills in the entries that the filter asks for, and where older ones are.
func (c *Console) entries(ctx context.Context, view *reportsView, filter audit.Filter) error {
	page, err := c.audit.Page(ctx, filter, onReport)
	if err != nil {
		return fmt.Errorf("report entries: %w", err)
	}
	view.Entries = viewEntries(page)
	older, err := c.older(ctx, page, filter)
	if err != nil || older <= 1 {
		return err
	}
	query := view.Form.query()
	query.Set("before", strconv.FormatInt(older, 10))
	view.Older = "/repair/reports?" + query.Encode()
	return nil
}

// older is the place before which the next page begins; 1 or less: there is nothing before.
func (c *Console) older(ctx context.Context, page []audit.Entry, filter audit.Filter) (int64, error) {
	if len(page) == onReport {
		return page[onReport-1].Seq, nil
	}
	if filter.Before == 0 {
		newest, err := c.audit.Page(ctx, audit.Filter{}, 1)
		if err != nil || len(newest) == 0 {
			return 0, err
		}
		filter.Before = newest[0].Seq + 1
	}
	return filter.Before - audit.Reach, nil
}
