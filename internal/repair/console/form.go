package console

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/boombuler/barcode/qr"

	"updatecenter/internal/agents"
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

	alone   bool // there is one field, and no summary of what is wrong: the field keeps the focus
	refusal int  // the HTTP status of a refusal; 0: that of a form that is wrong
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
func (f *form) read(sent url.Values) bool {
	for _, each := range f.Fields {
		each.take(sent[each.Name])
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
		if option.Chosen = slices.Contains(sent, option.Value); option.Chosen {
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
	switch {
	case f.Type == "choices":
		if len(f.chosen) == 0 {
			return f.Need
		}
	case value == "":
		return f.Need
	case !utf8.ValidString(value) || strings.ContainsFunc(value, f.odd):
		return "This holds characters that can’t be shown. Type it by hand."
	case utf8.RuneCountInString(value) > f.Most():
		return fmt.Sprintf("This is too long: %d characters at most.", f.Most())
	case f.Type == "select" && !slices.ContainsFunc(f.Options, func(o option) bool { return o.Value == f.Value }):
		return "Choose one of the list."
	}
	return ""
}

// odd says whether a character can't stand in the field.
func (f *field) odd(r rune) bool {
	return unicode.IsControl(r) && !unicode.IsSpace(r) || r == unicode.ReplacementChar
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

// fail says what is wrong with a field; with none of that name, of the whole form. The focus is left
// to the summary of what is wrong.
func (f *form) fail(name, sentence string) {
	at := -1
	for i, each := range f.Fields {
		each.Focus = each.Focus && f.alone
		if each.Name == name {
			at = i
		}
	}
	if at < 0 {
		f.Fault = sentence
		return
	}
	f.Fields[at].Error = sentence
}

// refuse says what is wrong with the whole form, and the HTTP status of that.
func (f *form) refuse(status int, sentence string) {
	f.fail("", sentence)
	f.refusal = status
}

// status is the HTTP status of a form that something is wrong with.
func (f *form) status() int { return cmp.Or(f.refusal, http.StatusUnprocessableEntity) }

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
func (f *field) Kind() string { return cmp.Or(f.Type, "text") }

// Called is the label as the summary of what is wrong has it, before a colon.
func (f *field) Called() string { return strings.TrimSuffix(f.Label, ".") }

// Complete is the attribute autocomplete.
func (f *field) Complete() string { return cmp.Or(f.Autocomplete, "off") }

// Most is how many characters the input takes.
func (f *field) Most() int { return cmp.Or(f.Max, maxTyped) }

// A factorPage lets an agent choose the second factor. It holds the key of an app that is not
// confirmed yet: nobody has use for it before the agent has shown a code of it.
type factorPage struct {
	asking
	Self      string
	Now       string // the factor in words; "": none yet
	AppOnly   bool
	EmailOnly bool
	NoMail    bool // codes by e-mail are not offered
	Email     string
	SetUp     string // what the app is given, otpauth://
	Key       string // the same to paste, in groups
	Size      int    // of the QR code, in modules each way, with its quiet zone
	Drawn     string // the QR code, as a path of SVG
	Code      *field
}

// The keys of apps are longer than no other text that a form sends: an otpauth URL.
const maxSetUp = 500

// factorPage makes the page with the key that the agent was shown already, or with a new one.
func (c *Console) factorPage(v *visit) (factorPage, error) {
	agent := v.session.Agent
	shown, ok := appSetUp(v.r.PostForm.Get("setup"))
	if !ok {
		app, err := c.config.Agents.NewApp(agent)
		if err != nil {
			return factorPage{}, broken(err)
		}
		shown = app.URL
	}
	code := codeField()
	code.Focus = false
	page := factorPage{
		asking: asking{v.newForm(code)}, Self: v.r.URL.Path, Code: code, Email: agent.Email,
		AppOnly: agent.Required == agents.App, EmailOnly: agent.Required == agents.Email, NoMail: c.config.NoMail,
		SetUp: shown.Reveal(), Key: grouped(appKey(shown).Reveal()),
	}
	if page.NoMail && byEmail(v) {
		page.Form.fail("", "No e-mail can be sent from here. Use an authenticator app.")
	}
	var err error
	page.Size, page.Drawn, err = drawQR(shown)
	return page, err
}

// byEmail says whether codes by e-mail were chosen.
func byEmail(v *visit) bool { return v.r.PostForm.Get("with") == "email" }

// askFactor lets an agent choose the second step in the set-up.
func (c *Console) askFactor(v *visit) (*question, error) {
	page, err := c.factorPage(v)
	if err != nil {
		return nil, err
	}
	return c.factorQuestion(v, "set_up_factor", "Set up your second step", page, func(agent agents.Agent) error {
		return c.goOnAs(v, agent)
	}), nil
}

// factorQuestion takes what the agent has chosen, and then does what follows.
func (c *Console) factorQuestion(
	v *visit, name, title string, page factorPage, then func(agents.Agent) error,
) *question {
	if byEmail(v) {
		page.Form.Fields = nil // which are of the app
	}
	return &question{page: name, title: title, form: page.Form, content: page, take: func() error {
		agent, err := c.chooseFactor(v, page)
		if err != nil {
			return err
		}
		return then(agent)
	}, faults: []fault{
		{agents.ErrWrongCode, "code", "That is not the code that your app shows now. Scan the picture above with it, " +
			"wait for a new code, and check the clock of your telephone."},
		{agents.ErrRequired, "", "An administrator requires the other way for you."},
	}}
}

func (c *Console) chooseFactor(v *visit, page factorPage) (agents.Agent, error) {
	id := v.session.Agent.ID
	if byEmail(v) {
		return c.config.Agents.ChooseEmail(v.ctx(), v.by(), id)
	}
	return c.config.Agents.ConfirmApp(v.ctx(), v.by(), id, appKey(secret.New(page.SetUp)), page.Form.secret("code"))
}

// appSetUp reads what a page has shown for an app; whether the key is one, package agents says.
func appSetUp(written string) (secret.Text, bool) {
	parsed, err := url.Parse(written)
	ok := err == nil && len(written) <= maxSetUp && parsed.Scheme == "otpauth" && parsed.Host == "totp" && parsed.Query().Get("secret") != ""
	return secret.New(written), ok
}

// appKey is the key in what an app is given.
func appKey(setUp secret.Text) secret.Text {
	parsed, err := url.Parse(setUp.Reveal())
	if err != nil {
		return secret.Text{}
	}
	return secret.New(parsed.Query().Get("secret"))
}

// grouped writes a key in groups of four, as people copy it.
func grouped(key string) string {
	var b strings.Builder
	for i, c := range []byte(key) {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteByte(c)
	}
	return b.String()
}

// quiet is how many modules stay white around a QR code (ISO/IEC 18004, section 6.3.8).
const quiet = 4

// drawQR draws a QR code as a path, one square for each dark module: so it is part of the page,
// and no address has the key.
func drawQR(text secret.Text) (size int, path string, err error) {
	code, err := qr.Encode(text.Reveal(), qr.M, qr.Auto)
	if err != nil { // its text may quote what was to be drawn
		return 0, "", broken(errors.New("draw QR code: can't be drawn"))
	}
	var b strings.Builder
	bounds := code.Bounds()
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			if red, _, _, _ := code.At(x, y).RGBA(); red == 0 {
				fmt.Fprintf(&b, "M%d %dh1v1h-1z", x+quiet, y+quiet)
			}
		}
	}
	return bounds.Dx() + 2*quiet, b.String(), nil
}
