package console

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"updatecenter/internal/agents"
	"updatecenter/internal/api/apikey"
	"updatecenter/internal/durability"
	"updatecenter/internal/secret"
)

//go:embed templates/*.html
var templates embed.FS

// parsed are the pages of each zone, as a func: all consoles of a zone have the same.
var parsed sync.Map

// pagesOf are the pages that write times as the zone does.
func pagesOf(z zone) (map[string]*template.Template, error) {
	pages, _ := parsed.LoadOrStore(z, sync.OnceValues(func() (map[string]*template.Template, error) { return parsePages(z) }))
	return pages.(func() (map[string]*template.Template, error))()
}

// parsePages reads every page, each with the layout and with all parts: files whose names end in
// parts.html.
func parsePages(z zone) (map[string]*template.Template, error) {
	frame, err := template.New("frame").Funcs(template.FuncMap{
		"moment": z.moment, "hourly": z.hour, "machine": machine,
	}).ParseFS(templates, "templates/layout.html", "templates/*parts.html")
	if err != nil {
		return nil, fmt.Errorf("read layout: %w", err)
	}
	files, err := fs.Glob(templates, "templates/*.html")
	if err != nil {
		return nil, fmt.Errorf("list pages: %w", err)
	}
	pages := map[string]*template.Template{}
	for _, name := range files {
		if strings.HasSuffix(name, "parts.html") || strings.HasSuffix(name, "/layout.html") {
			continue
		}
		page, err := frame.Clone()
		if err == nil {
			page, err = page.ParseFS(templates, name)
		}
		if err != nil {
			return nil, fmt.Errorf("read page: %w", err)
		}
		pages[strings.TrimSuffix(path.Base(name), ".html")] = page
	}
	return pages, nil
}

// A frame is what layout.html shows around a page.
type frame struct {
	Title   string
	Company string
	Style   string // where the style sheet is
	Script  string
	Icon    string
	Agent   string // the name of who is signed in and set up; "": nobody
	User    bool   // somebody is signed in, though perhaps not set up
	Links   []link // to other parts of the console
	Note    string // a word to begin with
	Content any
}

// A link leads to a part of the console.
type link struct {
	Path, Words string
	Here        bool
}

// A question is a page with a form, and what is done with what is typed in it.
type question struct {
	page, title string // the template, and the title without what tells that something is wrong
	form        *form
	content     any          // for the template; nil: the form alone
	take        func() error // does it, once the form holds what it must: answers, or fails the form
	faults      []fault      // what the form says for errors of take
}

// A fault is an error, and what is said for it of a field; "": of the whole form.
type fault struct {
	err             error
	field, sentence string
}

// A maker makes a question. It returns none where it has answered by itself.
type maker func(v *visit) (*question, error)

// asking is embedded in the content of pages with a form.
type asking struct{ Form *form }

// asks serves a page with a form: GET shows it, POST takes what was typed.
func (c *Console) asks(ask maker) handler {
	return func(v *visit) error {
		q, err := ask(v)
		if err != nil || q == nil {
			return err
		}
		if v.posts() && q.form.read(v.r.PostForm) {
			if err := c.refused(q, q.take()); err != nil || !q.form.Faulty() {
				return err
			}
		}
		return c.ask(v, q)
	}
}

// refused has the form say why something was refused. Other errors stay what they are.
func (c *Console) refused(q *question, err error) error {
	for _, fault := range q.faults {
		if errors.Is(err, fault.err) {
			q.form.fail(fault.field, fault.sentence)
			return nil
		}
	}
	if err == nil || q.form.refusedBy(err) {
		return nil
	}
	status, sentence := c.deskRefusal(err)
	if sentence == "" {
		return err
	}
	q.form.refuse(status, sentence)
	return nil
}

// ask shows a page with a form. Where something is wrong with it, the status is that of the form.
func (c *Console) ask(v *visit, q *question) error {
	content := q.content
	if content == nil {
		content = asking{q.form}
	}
	if q.form.Faulty() {
		return c.showStatus(v, q.form.status(), q.page, "Error: "+q.title, content)
	}
	return c.show(v, q.page, q.title, content)
}

// show answers with a page: the template of that name, and the content for it.
func (c *Console) show(v *visit, page, title string, content any) error {
	return c.showStatus(v, http.StatusOK, page, title, content)
}

func (c *Console) showStatus(v *visit, status int, page, title string, content any) error {
	var body bytes.Buffer
	err := c.pages[page].ExecuteTemplate(&body, "layout", c.frame(v, title, content))
	if err != nil {
		return broken(fmt.Errorf("make page %s: %w", page, err))
	}
	v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.w.WriteHeader(status)
	_, _ = v.w.Write(body.Bytes()) // a browser that went away needs no page
	return nil
}

func (c *Console) frame(v *visit, title string, content any) frame {
	f := frame{
		Title: title, Company: c.config.Company, Note: v.note, Content: content,
		Style: c.files["style.css"].path, Script: c.files["app.js"].path, Icon: c.files["icon.svg"].path,
	}
	if v.doubt.Any() || v.r.URL.Query().Has(unsure) {
		f.Note = strings.TrimSpace(f.Note + " " + durability.Warning)
	}
	agent := v.session.Agent
	if f.User = agent.ID != ""; !f.User || v.session.SetUp {
		return f
	}
	f.Agent = agent.FullName
	f.Links = links(agent.Role, v.r.URL.Path)
	return f
}

// links are the parts of the console that a role may open.
func links(role agents.Role, at string) []link {
	var shown []link
	add := func(least access, to, words string) {
		if least.allows(role) {
			shown = append(shown, link{Path: to, Words: words, Here: at == to})
		}
	}
	add(forAgents, home, "Find a line")
	add(forSupervisors, "/repair/reports", "Reports")
	add(forAdministrators, "/repair/people", "People")
	add(forAdministrators, "/repair/keys", "Keys")
	return shown
}

const keysPath = "/repair/keys"

func (c *Console) keyRoutes() []route {
	return []route{
		{
			path: keysPath, least: forAdministrators, asks: c.askKey, keeps: []string{"name", "scopes"},
			notes: map[string]string{"revoked": "Revoked. The key opens nothing any more."},
		},
		{path: keysPath + "/revoke", least: forAdministrators, asks: c.askRevoke, cut: "/revoke"},
	}
}

// A keyView is a key of the REST API as administrators see one.
type keyView struct {
	Name    string
	Scopes  string
	Created time.Time
	Revoked time.Time // zero: it works
}

// A keysPage lists the keys, and asks for a new one.
type keysPage struct {
	asking
	Keys  []keyView
	Token string // of the key that was made just now, which nobody sees again; "": none was
	Made  string // its name
}

func (c *Console) keysPage(v *visit) (keysPage, error) {
	keys, err := c.keys.List(v.ctx(), v.actor())
	if err != nil {
		return keysPage{}, err
	}
	var page keysPage
	for _, key := range keys {
		page.Keys = append(page.Keys, viewKey(key))
	}
	scopes := &field{Name: "scopes", Label: "What it may do", Type: "choices", Need: "Tick what the key may do: no more than its program needs."}
	for _, scope := range apikey.AllScopes {
		scopes.Options = append(scopes.Options, option{Value: string(scope), Words: string(scope)})
	}
	page.Form = v.newForm(
		&field{Name: "name", Label: "Name", Hint: "Of the program that will use it. It stands in histories and in the audit.", Max: 64, Need: "Enter a name."},
		scopes,
	)
	return page, nil
}

func viewKey(key apikey.Key) keyView {
	return keyView{
		Name: key.Name, Scopes: strings.ReplaceAll(apikey.JoinScopes(key.Scopes), ",", ", "),
		Created: key.Created, Revoked: key.Revoked,
	}
}

// askKey asks for a new key. A POST is answered with the page itself, as the token is shown this
// once. Loaded again, it finds the name taken.
func (c *Console) askKey(v *visit) (*question, error) {
	page, err := c.keysPage(v)
	return &question{page: "keys", title: "Keys", form: page.Form, content: page, take: func() error {
		name := page.Form.value("name")
		token, err := c.makeKey(v, name, page.Form.field("scopes").chosen)
		if err != nil {
			return err
		}
		if page, err = c.keysPage(v); err != nil {
			return err
		}
		page.Token, page.Made = token.Reveal(), name
		return c.show(v, "keys", "Keys", page)
	}, faults: []fault{
		{apikey.ErrName, "name", "A name is 1 to 64 letters, digits, dots, hyphens and underscores."},
		{apikey.ErrExists, "name", "There is a key of this name. Choose another, or revoke that one first."},
		{apikey.ErrTooMany, "name", "There are 1000 keys, and no more are kept. Revoked ones go after a year."},
	}}, err
}

// makeKey makes a key. Once that is recorded it goes on although the browser may leave.
func (c *Console) makeKey(v *visit, name string, chosen []string) (secret.Text, error) {
	scopes := make([]apikey.Scope, len(chosen))
	for i, scope := range chosen {
		scopes[i] = apikey.Scope(scope)
	}
	ctx, cancel := v.whole()
	defer cancel()
	return c.keys.Create(ctx, v.actor(), name, scopes)
}

// A revokePage asks whether a key shall be revoked.
type revokePage struct {
	asking
	Key keyView
}

// askRevoke takes a key that is revoked already, or never was, for revoked.
func (c *Console) askRevoke(v *visit) (*question, error) {
	name := v.r.PostForm.Get("name")
	if !v.posts() {
		name = v.r.URL.Query().Get("name")
	}
	keys, err := c.keys.List(v.ctx(), v.actor())
	if err != nil {
		return nil, err
	}
	const done = keysPath + "?note=revoked"
	at := slices.IndexFunc(keys, func(key apikey.Key) bool { return key.Name == name && key.Revoked.IsZero() })
	switch {
	case at < 0 && v.posts():
		return nil, v.redirect(done)
	case at < 0:
		return nil, noPage
	}
	sure := v.newForm(tickField("sure", "The programs that use this key have another, or need none"))
	page := revokePage{asking{sure}, viewKey(keys[at])}
	return &question{page: "keys_revoke", title: "Revoke " + name, form: sure, content: page, take: func() error {
		ctx, cancel := v.whole()
		defer cancel()
		if err := c.keys.Revoke(ctx, v.actor(), name); err != nil && !errors.Is(err, apikey.ErrNotFound) {
			return err
		}
		return v.redirect(done)
	}}, nil
}
