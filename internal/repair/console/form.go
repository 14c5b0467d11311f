package console

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"updatecenter/internal/secret"
)

// A field is one question of a form, as template "field" shows it.
type field struct {
	Name         string // in the form, and as the element's id
	Label        string
	Hint         string // a sentence below the label; "": none
	Type         string // of the input; "": text. Also "area", "select", "choices" and "tick"
	Value        string // as typed; of a tick, "yes" or ""; never of a secret
	Error        string // what is wrong with it, in a sentence; "": nothing
	Autocomplete string // "": off
	InputMode    string
	Max          int    // characters; 0: maxTyped
	Need         string // what is said when it is empty; "": it may be
	Focus        bool   // the form begins here
	Secret       bool   // never shown again, and never kept
	Options      []option

	entered secret.Text // of a secret
	chosen  []string    // of choices
	_       [0]func()   // forms hold fields by address
}

// An option is one answer of a field that offers some.
type option struct {
	Value, Words, Hint string
	Chosen             bool
}

// maxTyped bounds a field that has no bound of its own, in characters.
const maxTyped = 1000

// A form is what a page asks.
type form struct {
	Fields []*field
	Fault  string // what is wrong with the whole, in a sentence; "": nothing
}

// newForm makes a form. Where a session had run out before the form was sent, it has again what
// was typed then.
func (v *visit) newForm(fields ...*field) *form {
	f := &form{Fields: fields}
	for _, each := range fields {
		if v.draft != nil && !each.Secret {
			each.take(v.draft[each.Name])
		}
	}
	return f
}

// read takes what was sent, and says whether every field holds what it must: then the caller
// judges what the field means.
func (v *visit) read(f *form) bool {
	for _, each := range f.Fields {
		each.take(v.r.PostForm[each.Name])
		if fault := each.fault(); fault != "" {
			f.fail(each.Name, fault)
		}
	}
	return !f.Faulty()
}

// take fills the field in.
func (f *field) take(sent []string) {
	if f.Type == "choices" {
		f.choose(sent)
		return
	}
	var value string
	if len(sent) > 0 {
		value = sent[0]
	}
	if f.Secret {
		f.entered = secret.New(value)
		return
	}
	f.Value = strings.TrimSpace(strings.ReplaceAll(value, "\r\n", "\n"))
	for i := range f.Options {
		f.Options[i].Chosen = f.Options[i].Value == f.Value
	}
}

func (f *field) choose(sent []string) {
	f.chosen = nil
	for i := range f.Options {
		option := &f.Options[i]
		option.Chosen = false
		for _, value := range sent {
			option.Chosen = option.Chosen || value == option.Value
		}
		if option.Chosen {
			f.chosen = append(f.chosen, option.Value)
		}
	}
}

// fault says what is wrong with what was sent, whatever it means.
func (f *field) fault() string {
	value := f.Value
	if f.Secret {
		value = f.entered.Reveal()
	}
	most := f.Max
	if most == 0 {
		most = maxTyped
	}
	switch {
	case f.Type == "choices":
		if len(f.chosen) == 0 {
			return f.Need
		}
	case value == "":
		return f.Need
	case !utf8.ValidString(value) || strings.ContainsFunc(value, f.odd):
		return "This holds characters that can’t be shown. Type it by hand."
	case utf8.RuneCountInString(value) > most:
		return fmt.Sprintf("This is too long: %d characters at most.", most)
	case f.Type == "select" && !f.offered():
		return "Choose one of the list."
	}
	return ""
}

// odd says whether a character can't stand in the field.
func (f *field) odd(r rune) bool {
	return unicode.IsControl(r) && !unicode.IsSpace(r) || r == unicode.ReplacementChar
}

func (f *field) offered() bool {
	for _, option := range f.Options {
		if option.Value == f.Value {
			return true
		}
	}
	return false
}

// field finds a field by its name; it must be there.
func (f *form) field(name string) *field {
	for _, each := range f.Fields {
		if each.Name == name {
			return each
		}
	}
	panic("repair: a form has no field " + name)
}

// value is what was typed in a field that isn't secret.
func (f *form) value(name string) string { return f.field(name).Value }

// secret is what was typed in a secret field.
func (f *form) secret(name string) secret.Text { return f.field(name).entered }

// fail says what is wrong with a field; with none of that name, of the whole form.
func (f *form) fail(name, sentence string) {
	f.unfocus()
	for _, each := range f.Fields {
		if each.Name == name {
			each.Error = sentence
			return
		}
	}
	f.Fault = sentence
}

// unfocus leaves the focus to the summary of what is wrong.
func (f *form) unfocus() {
	for _, each := range f.Fields {
		each.Focus = false
	}
}

// Problems are the fields that something is wrong with, for template "problems".
func (f *form) Problems() []*field {
	var problems []*field
	for _, each := range f.Fields {
		if each.Error != "" {
			problems = append(problems, each)
		}
	}
	return problems
}

// Faulty says whether anything is wrong.
func (f *form) Faulty() bool { return f.Fault != "" || len(f.Problems()) > 0 }

// Described lists the ids of what describes the field to a screen reader, for aria-describedby.
func (f *field) Described() string {
	var ids []string
	if f.Hint != "" {
		ids = append(ids, f.Name+"-hint")
	}
	if f.Error != "" {
		ids = append(ids, f.Name+"-error")
	}
	return strings.Join(ids, " ")
}

// Kind is the type of the input.
func (f *field) Kind() string {
	if f.Type == "" {
		return "text"
	}
	return f.Type
}

// Called is the label as the summary of what is wrong has it, before a colon.
func (f *field) Called() string { return strings.TrimSuffix(f.Label, ".") }

// Complete is the attribute autocomplete.
func (f *field) Complete() string {
	if f.Autocomplete == "" {
		return "off"
	}
	return f.Autocomplete
}

// Most is how many characters the input takes.
func (f *field) Most() int {
	if f.Max == 0 {
		return maxTyped
	}
	return f.Max
}
