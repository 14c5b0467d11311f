package main

import (
	"context"
	"html/template"
	"net/http"
	"slices"
	"sync"
	"time"

	"updatecenter/internal/agents"
	"updatecenter/internal/outbound/mail"
	"updatecenter/internal/outbound/wording"
)

// demoMailPath is where the demo shows the e-mails to its agents.
const demoMailPath = "/demo/mail"

// mailboxHolds bounds how many e-mails the demo remembers.
const mailboxHolds = 50

// demoMailbox takes the e-mails to the demo's agents, and shows them on a page. Any number of
// goroutines may use it.
type demoMailbox struct {
	house    wording.House
	zone     *time.Location
	mu       sync.Mutex
	messages []agents.Message // oldest first
}

// Mail implements [agents.Mailer].
func (m *demoMailbox) Mail(_ context.Context, message agents.Message) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.messages = append(m.messages, message)
	if len(m.messages) > mailboxHolds {
		m.messages = m.messages[1:]
	}
	return nil
}

// newest is the last e-mail, of which there must be one.
func (m *demoMailbox) newest() agents.Message {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.messages[len(m.messages)-1]
}

func (m *demoMailbox) empty() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.messages = nil
}

// demoMailPage shows e-mails as their text is, with links that can be followed.
var demoMailPage = template.Must(template.New("mail").Parse(`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>E-mail of the demo</title>
<style>
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 45rem; margin: 2rem auto; padding: 0 1rem; }
article { border: 1px solid; border-radius: .5rem; padding: 0 1rem; margin: 1rem 0; }
h2 { font-size: 1.1rem; } pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; }
</style></head>
<body><main>
<h1>E-mail of the demo</h1>
<p>What the agents would find in their mailboxes, newest first. <a href="">Look again</a></p>
{{range .}}<article><h2>{{.Subject}}</h2><p>To {{.To}}</p><pre>{{.Text}}</pre>{{with .Link}}<p><a href="{{.}}">Open the link</a></p>{{end}}</article>
{{else}}<p>There is none yet.</p>
{{end}}</main></body></html>
`))

// shownMail is an e-mail on the page.
type shownMail struct{ To, Subject, Text, Link string }

// beside answers requests for the page, and leaves all others to the server.
func (m *demoMailbox) beside(server http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == demoMailPath {
			m.ServeHTTP(w, r)
			return
		}
		server.ServeHTTP(w, r)
	})
}

// ServeHTTP shows the page.
func (m *demoMailbox) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	m.mu.Lock()
	messages := slices.Clone(m.messages)
	m.mu.Unlock()
	slices.Reverse(messages)
	shown := make([]shownMail, 0, len(messages))
	for _, message := range messages {
		subject, text, err := mail.AgentText(m.house, m.zone, message)
		if err != nil {
			text = err.Error()
		}
		shown = append(shown, shownMail{To: message.To, Subject: subject, Text: text, Link: message.Link.Reveal()})
	}
	w.Header().Set("Cache-Control", "no-store")
	_ = demoMailPage.Execute(w, shown) // to a browser that may be gone
}
