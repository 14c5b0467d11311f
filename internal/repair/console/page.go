package console

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"

	"updatecenter/internal/agents"
	"updatecenter/internal/durability"
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
