package console

import (
	"sync"

	"updatecenter/internal/agents"
)

// Bounds of streams that are open at once: each looks at the store every lookEvery.
const (
	maxStreams      = 500
	maxAgentStreams = 5 // of one agent: a customer is on the line in one window, or two
)

// openStreams counts the streams that are open. The zero value has none.
type openStreams struct {
	mu  sync.Mutex
	all int
	of  map[agents.ID]int
}

// enter counts one more of an agent, unless there are too many.
func (o *openStreams) enter(agent agents.ID) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.all >= maxStreams || o.of[agent] >= maxAgentStreams {
		return false
	}
	if o.of == nil {
		o.of = map[agents.ID]int{}
	}
	o.all++
	o.of[agent]++
	return true
}

// leave undoes an enter that said true.
func (o *openStreams) leave(agent agents.ID) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.all--
	if o.of[agent]--; o.of[agent] == 0 {
		delete(o.of, agent)
	}
}
