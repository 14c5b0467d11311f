package ivr_test

import (
	"strings"
	"testing"

	"updatecenter/ivr"
)

func TestCheckOfMenus(t *testing.T) {
	menu := func(change func(*ivr.Menu)) func(*ivr.Flow) {
		return func(f *ivr.Flow) {
			m := f.Lines[soundMenu].(ivr.Menu)
			change(&m)
			f.Lines[soundMenu] = m
		}
	}
	keys := func(all ...string) func(*ivr.Flow) {
		return menu(func(m *ivr.Menu) {
			for i := range m.Options {
				m.Options[i].Key = all[i]
			}
			for _, key := range all[len(m.Options):] {
				m.Options = append(m.Options, ivr.Option{Prompt: option("tell"), Next: "tell", Key: key})
			}
		})
	}
	turning := func(options int, more, first string) func(*ivr.Flow) {
		return menu(func(m *ivr.Menu) {
			for len(m.Options) < options {
				m.Options = append(m.Options, ivr.Option{Prompt: option("tell"), Next: "tell"})
			}
			if more != "" {
				m.More = option(more)
			}
			if first != "" {
				m.First = option(first)
			}
		})
	}
	lasting := func(options, runes int, listing bool) func(*ivr.Flow) {
		return menu(func(m *ivr.Menu) {
			m.Listing, m.Options = listing, m.Options[:2]
			long := ivr.Prompt{Name: "long", EN: strings.Repeat("a", runes) + "{key}", ES: "{key}"}
			m.Options[0].Prompt, m.Options[0].Next = long, "ask"
			for len(m.Options) < options {
				m.Options = append(m.Options, ivr.Option{Prompt: long, Next: "ask"})
			}
		})
	}
	tests := []struct {
		name   string
		damage func(*ivr.Flow)
		want   []string // nothing: it passes
	}{
		{"keys of their own", keys("1", "3"), nil},
		{"four keys, and pound", keys("1", "2", "3", "4", "#"), nil},
		{"five keys, and pound", keys("1", "2", "3", "4", "5", "#"), []string{`menu "menu" has 6 options, not 1 to 5`}},
		{"a list of five, and pound", func(f *ivr.Flow) {
			keys("", "", "", "", "", "#")(f)
			menu(func(m *ivr.Menu) { m.Listing = true })(f)
		}, nil},
		{"numbers, and pound", keys("", "", "#"), nil},
		{"pages, and pound", func(f *ivr.Flow) { turning(7, "more", "first")(f); keys("", "", "", "", "", "", "", "#")(f) },
			[]string{`menu "menu" has 8 options, not 1 to 5`}},
		{"six entries of a list", func(f *ivr.Flow) {
			keys("1", "2", "3", "4", "5", "6")(f)
			menu(func(m *ivr.Menu) { m.Listing = true })(f)
		}, []string{`menu "menu" has 6 options, not 1 to 5`}},
		{"over half a minute", lasting(5, 110, false), []string{`menu "menu" takes 35s in "en", more than 30s`}},
		{"half a minute", lasting(5, 80, false), nil},
		{"pages of half a minute", func(f *ivr.Flow) {
			lasting(9, 90, false)(f)
			menu(func(m *ivr.Menu) { m.More, m.First = option("more"), option("first") })(f)
		}, nil},
		{"pages of over half a minute", func(f *ivr.Flow) {
			lasting(9, 110, false)(f)
			menu(func(m *ivr.Menu) { m.More, m.First = option("more"), option("first") })(f)
		}, []string{`menu "menu" takes 35s in "en", more than 30s`}},
		{"a list of over half a minute", lasting(5, 110, true), nil},
		{"a list of over three quarters", lasting(5, 180, true), []string{`menu "menu" takes 54s in "en", more than 45s`}},
		{"a key twice", keys("3", "3"), []string{`menu "menu" has two options with the key 3`}},
		{"pound twice", keys("#", "#"), []string{`menu "menu" has two options with the key #`}},
		{"six keys", keys("1", "2", "3", "4", "5", "6"), []string{`menu "menu" has 6 options, not 1 to 5`}},
		{"some keys", keys("1", ""), []string{`menu "menu" numbers only some of its options`}},
		{"zero", keys("1", "0"), []string{`menu "menu": an option can't have the key "0"`}},
		{"star", keys("1", "*"), []string{`menu "menu": an option can't have the key "*"`}},
		{"two digits", keys("1", "12"), []string{`menu "menu": an option can't have the key "12"`}},
		{"pages", turning(6, "more", "first"), nil},
		{"pages without a next", turning(6, "", "first"), []string{`menu "menu" has 6 options to number: More and First are for more than 5`}},
		{"pages without a first", turning(6, "more", ""), []string{`menu "menu" has 6 options to number: More and First are for more than 5`}},
		{"a page that needs no turning", turning(5, "more", "first"), []string{`menu "menu" has 5 options to number: More and First are for more than 5`}},
		{"a turn without its key", func(f *ivr.Flow) {
			turning(6, "more", "first")(f)
			menu(func(m *ivr.Menu) { m.More = words("more") })(f)
		}, []string{`prompt "more": {key} belongs in a menu's options, and only there`}},
		{"an option without words", menu(func(m *ivr.Menu) {
			m.Options = append(m.Options, ivr.Option{Next: "tell"})
		}), []string{`menu "menu": the option that leads to "tell" has no prompt`}},
		{"tries below none", menu(func(m *ivr.Menu) { m.Tries = -1 }), []string{`menu "menu" has -1 tries`}},
		{"two exits of one name", menu(func(m *ivr.Menu) {
			m.Options = append(m.Options, ivr.Option{Prompt: option("ask"), Next: "tell"})
		}), []string{`step "menu": exit "to-ask" leads to "ask" and to "tell"`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.want != nil {
				complaints(t, tt.damage, tt.want)
				return
			}
			flow := sound()
			tt.damage(flow)
			if err := flow.Check(); err != nil {
				t.Error(err)
			}
		})
	}
}
