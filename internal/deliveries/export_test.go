package deliveries

// ParseDue reads what Notice.Due wrote.
var ParseDue = parseDue

// Waiting is how many calls of a class wait.
func (p *Pace) Waiting(class Class) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	for n := range paced {
		if paced[n].class == class {
			return len(p.lines[n].waiting)
		}
	}
	return 0
}
