package e2e

import (
	"sync"

	"github.com/chromedp/chromedp"
)

// complaints gathers what a tab's pages have had to complain of.
type complaints struct {
	mu    sync.Mutex
	lines []string
}

// listen has every line of the browser's console fail the test at its end.
func (p *tab) listen() {
	messages := chromedp.Console(p.ctx)
	go func() {
		for message, err := range messages {
			if err != nil {
				return
			}
			if message.Source == "network" || message.Type == chromedp.ConsoleDebug { // statuses such as 422; advice
				continue
			}
			p.said.mu.Lock()
			p.said.lines = append(p.said.lines, message.String())
			p.said.mu.Unlock()
		}
	}()
	p.t.Cleanup(func() {
		for _, line := range p.said.take() {
			p.t.Errorf("on the browser's console: %s", line)
		}
	})
}

func (c *complaints) take() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	taken := c.lines
	c.lines = nil
	return taken
}
