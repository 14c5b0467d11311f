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
	"strings"
	"time"

	"updatecenter/internal/agents"
	"updatecenter/internal/api/apikey"
	"updatecenter/internal/durability"
	"updatecenter/internal/secret"
)

//go:embed templates/*.html
var templates embed.FS

// parsePages reads every page, each with the layout and with all parts: files whose names end in
// parts.html. They write times as the zone does.
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

// show answers with a page: the template of that name, and the content for it. A content whose
// form is faulty is answered with 422.
func (c *Console) show(v *visit, page, title string, content any) error {
	status := http.StatusOK
	if asks, ok := content.(interface{ form() *form }); ok && asks.form() != nil && asks.form().Faulty() {
		status, title = http.StatusUnprocessableEntity, "Error: "+title
	}
	return c.showStatus(v, status, page, title, content)
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
		Title: title, Company: c.company, Note: v.note, Content: content,
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
		{path: keysPath, least: forAdministrators, get: c.showKeys, post: c.createKey, keeps: []string{"name", "scopes"}},
		{path: keysPath + "/revoke", least: forAdministrators, get: c.askRevoke, post: c.revokeKey, cut: "/revoke"},
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

func (c *Console) showKeys(v *visit) error {
	page, err := c.keysPage(v)
	if err != nil {
		return err
	}
	if v.r.URL.Query().Get("note") == "revoked" {
		v.note = "Revoked. The key opens nothing any more."
	}
	return c.show(v, "keys", "Keys", page)
}

// createKey answers with the page itself, as the token is shown this once. Loaded again, it finds
// the name taken.
func (c *Console) createKey(v *visit) error {
	page, err := c.keysPage(v)
	if err != nil {
		return err
	}
	if !v.read(page.Form) {
		return c.show(v, "keys", "Keys", page)
	}
	token, err := c.makeKey(v, page.Form.value("name"), page.Form.field("scopes").chosen)
	switch {
	case errors.Is(err, apikey.ErrName):
		page.Form.fail("name", "A name is 1 to 64 letters, digits, dots, hyphens and underscores.")
	case errors.Is(err, apikey.ErrExists):
		page.Form.fail("name", "There is a key of this name. Choose another, or revoke that one first.")
	case errors.Is(err, apikey.ErrTooMany):
		page.Form.fail("name", "There are 1000 keys, and no more are kept. Revoked ones go after a year.")
	case err != nil:
		return err
	default:
		made := page.Form.value("name")
		if page, err = c.keysPage(v); err != nil {
			return err
		}
		page.Token, page.Made = token.Reveal(), made
	}
	return c.show(v, "keys", "Keys", page)
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

// live finds the key of that name that isn't revoked; false: there is none.
func (c *Console) live(v *visit, name string) (revokePage, bool, error) {
	keys, err := c.keys.List(v.ctx(), v.actor())
	if err != nil {
		return revokePage{}, false, err
	}
	for _, key := range keys {
		if key.Name == name && key.Revoked.IsZero() {
			sure := v.newForm(&field{
				Name: "sure", Label: "The programs that use this key have another, or need none", Type: "tick", Need: "Tick this when it is so.",
			})
			return revokePage{asking{sure}, viewKey(key)}, true, nil
		}
	}
	return revokePage{}, false, nil
}

func (c *Console) askRevoke(v *visit) error {
	page, found, err := c.live(v, v.r.URL.Query().Get("name"))
	if err != nil {
		return err
	}
	if !found {
		return noPage()
	}
	return c.show(v, "keys_revoke", "Revoke "+page.Key.Name, page)
}

// revokeKey takes a key that is revoked already, or never was, for revoked.
func (c *Console) revokeKey(v *visit) error {
	page, found, err := c.live(v, v.r.PostForm.Get("name"))
	if err != nil {
		return err
	}
	if found && !v.read(page.Form) {
		return c.show(v, "keys_revoke", "Revoke "+page.Key.Name, page)
	}
	if found {
		err = c.revoke(v, page.Key.Name)
	}
	if err != nil {
		return err
	}
	return v.redirect(keysPath + "?note=revoked")
}

func (c *Console) revoke(v *visit, name string) error {
	ctx, cancel := v.whole()
	defer cancel()
	if err := c.keys.Revoke(ctx, v.actor(), name); err != nil && !errors.Is(err, apikey.ErrNotFound) {
		return err
	}
	return nil
}
