package features

import (
	"context"
	"fmt"
	"strconv"

	"updatecenter/internal/features"
	"updatecenter/ivr"
)

// perPage is how many entries are heard at once.
const perPage = 5

// The steps of hear-list.
const (
	listPage     ivr.Step = "list-page"
	listMenu     ivr.Step = "list-menu"
	listNext     ivr.Step = "list-next"
	listNothing  ivr.Step = "list-nothing"
	listAsk      ivr.Step = "list-confirm"
	listDelete   ivr.Step = "list-delete"
	listDeleted  ivr.Step = "list-deleted"
	listStay     ivr.Step = "list-stay"
	listLeft     ivr.Step = "list-left"
	listNoAnswer ivr.Step = "list-no-answer"
)

// A slot is a place on a page, which holds an entry or none.
type slot struct {
	entry, kind ivr.Blank
	prompt      ivr.Prompt // offers to delete it
	pick        ivr.Step
}

var slots = makeSlots()

func makeSlots() [perPage]slot {
	var all [perPage]slot
	for i := range all {
		n := strconv.Itoa(i + 1)
		all[i] = slot{
			entry: ivr.Blank{Name: "entry-" + n, Kind: ivr.Listed}, kind: ivr.Blank{Name: "kind-" + n, Kind: ivr.Phrase},
			prompt: toDeleteEntry(n), pick: ivr.Step("pick-entry-" + n),
		}
	}
	return all
}

// hearList says the entries of a list, five at a time, and deletes one of them.
func (d desk) hearList() editor {
	menu := ivr.Menu{At: listMenu, Listing: true, Prompt: sayHowToDelete, Closing: sayGoBack, Back: listLeft, GaveUp: listNoAnswer}
	var picks []ivr.Line
	flow := &ivr.Subflow{Name: "hear-list", Start: listPage, Blanks: told, Choices: choices()}
	for i, s := range slots {
		flow.Choices[s.kind] = []ivr.Prompt{listedArea, listedExchange, listedAbroad}
		flow.Blanks = append(flow.Blanks[:len(flow.Blanks):len(flow.Blanks)], s.entry, s.kind)
		menu.Options = append(menu.Options, ivr.Option{Prompt: s.prompt, Next: s.pick, If: filled(s.entry)})
		picks = append(picks, ivr.Work[acting]{At: s.pick, Run: pickEntry(i), On: ivr.On[acting]{acted: listAsk}})
	}
	menu.Options = append(menu.Options, ivr.Option{Prompt: toHearMore, Key: "#", Next: listNext, If: filled(turnPage)})
	flow.Lines = append([]ivr.Line{
		ivr.Work[paging]{At: listPage, Run: d.thisPage, On: ivr.On[paging]{aPage: listMenu, nothing: listNothing}},
		menu,
		ivr.Work[paging]{At: listNext, Run: d.nextPage, On: ivr.On[paging]{aPage: listMenu, nothing: listNothing}},
	}, picks...)
	flow.Lines = append(flow.Lines,
		ivr.Menu{At: listAsk, Prompt: sayEntry, Options: []ivr.Option{
			{Prompt: toDelete, Next: listDelete}, {Prompt: toKeep, Next: listPage},
		}, Closing: sayGoBack, Back: listPage, GaveUp: listNoAnswer},
		changes(listDelete, d.act(dropChosen), listDeleted),
		ivr.Say{At: listDeleted, Prompt: sayNews, Next: listStay},
		ivr.Work[paging]{At: listStay, Run: d.thisPage, On: ivr.On[paging]{aPage: listMenu, nothing: listLeft}},
		ivr.Say{At: listNothing, Prompt: sayNews, Next: listLeft},
		ivr.Return{At: listLeft}, ivr.Return{At: listNoAnswer},
	)
	return editor{Subflow: flow, given: map[ivr.Blank]string{offset: "0"}, left: []ivr.Step{listLeft}, noAnswer: listNoAnswer}
}

// filled is the condition of an option whose blank must hold something.
func filled(b ivr.Blank) func(*ivr.Call) bool {
	return func(c *ivr.Call) bool { return c.Text(b) != "" }
}

// paging is what comes of looking for entries.
type paging string

const (
	aPage   paging = "a page"
	nothing paging = "nothing"
)

// thisPage fills the page with the entries that are being heard, the first ones to begin with.
func (d desk) thisPage(ctx context.Context, c *ivr.Call) (paging, error) { return d.page(ctx, c, 0) }

// nextPage fills it with those after them.
func (d desk) nextPage(ctx context.Context, c *ivr.Call) (paging, error) {
	return d.page(ctx, c, perPage)
}

// page fills the page with those that come so many entries later: after the last ones the
// first. A page that is gone, as its entries were deleted, is the last one that there is.
func (d desk) page(ctx context.Context, c *ivr.Call, later int) (paging, error) {
	from, err := strconv.Atoi(c.Text(offset))
	if err != nil {
		return "", fmt.Errorf("read offset: %w", err)
	}
	from += later
	setting, err := d.find(ctx, c)
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
	for i, s := range slots {
		c.Erase(s.entry, s.kind)
		if from+i < len(list) {
			entry := list[from+i]
			c.Fill(s.entry, string(entry))
			c.FillPhrase(s.kind, entryWords[kindOf(entry)].listed)
		}
	}
}

// pickEntry notes which entry of the page the caller chose.
func pickEntry(i int) func(context.Context, *ivr.Call) (acting, error) {
	return func(_ context.Context, c *ivr.Call) (acting, error) {
		tellChosen(c, features.Entry(c.Text(slots[i].entry)))
		return acted, nil
	}
}

func dropChosen(c *ivr.Call) (features.Edit, ivr.Prompt, error) {
	return features.Drop(features.Entry(c.Text(chosen))), deleted, nil
}
