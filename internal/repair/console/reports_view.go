package console

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
	"time"

	"updatecenter/internal/audit"
)

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
