package redistest

import (
	"bytes"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// A mode is what a proxy does with connections.
type mode int

const (
	up   mode = iota // hands on
	down             // refuses
	hung             // swallows
)

// A proxy stands before a Redis and fails when told to. It begins up.
type proxy struct {
	t       testing.TB
	addr    string
	port    int
	backend string
	running sync.WaitGroup // every goroutine of the proxy
	delay   atomic.Int64   // of what clients send, a time.Duration

	mu      sync.Mutex
	mode    mode
	ln      net.Listener // nil while down
	links   map[*link]bool
	held    bool       // what replicas say and are told waits
	changed *sync.Cond // held, or a link's end
}

// A link is a client's connection, and ours to the Redis behind.
type link struct {
	client, backend net.Conn    // backend is nil for a client that came while hung
	deaf            atomic.Bool // what the client sends is swallowed
	replica         atomic.Bool // the client is a replica
	closed          bool
}

// listen starts a proxy before the Redis at backend, and closes it when the test ends.
func listen(t testing.TB, backend string) *proxy {
	t.Helper()
	ln, port := listenBelow(t)
	p := &proxy{t: t, addr: loopback(port), port: port, backend: backend, ln: ln, links: map[*link]bool{}}
	p.changed = sync.NewCond(&p.mu)
	p.running.Go(func() { p.accept(ln) })
	t.Cleanup(p.close)
	return p
}

// Addr is where clients connect: 127.0.0.1:PORT. It stays the same through every fault.
func (p *proxy) Addr() string { return p.addr }

// Down cuts all connections and refuses new ones, as a Redis that is not running.
func (p *proxy) Down() { p.set(down) }

// Hang keeps connections and accepts new ones, but hands nothing on and never answers,
// as a Redis whose machine is gone. What was on its way may have been carried out.
func (p *proxy) Hang() { p.set(hung) }

// Up ends a fault. Connections that hung are cut, since part of what they said is lost.
func (p *proxy) Up() { p.set(up) }

// Delay makes every round trip take that much longer, as on a long way to Redis. What comes one
// behind the other is delayed together. Zero ends it.
func (p *proxy) Delay(d time.Duration) { p.delay.Store(int64(d)) }

// HoldReplication has what the server tells its replicas, and they tell it, wait in the proxy, as
// on a broken network between them; nobody notices for a minute. What waits is lost when the
// server is killed, or Down, and goes on with ReleaseReplication.
func (p *proxy) HoldReplication() { p.hold(true) }

// ReleaseReplication ends HoldReplication.
func (p *proxy) ReleaseReplication() { p.hold(false) }

func (p *proxy) hold(held bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.held = held
	p.changed.Broadcast()
}

func (p *proxy) set(m mode) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.mode == m {
		return
	}
	p.mode = m
	switch m {
	case up:
		p.cut()
		p.open()
	case down:
		p.shut()
		p.cut()
	case hung:
		p.deafen()
		p.open()
	}
}

// close ends the proxy and waits for its goroutines.
func (p *proxy) close() {
	p.set(down)
	p.running.Wait()
}

// open listens, at the same port as the last time. While the proxy was down somebody may
// have used that port for a moment, so it is tried for a while.
func (p *proxy) open() {
	if p.ln != nil {
		return
	}
	ln, err := net.Listen("tcp", p.addr)
	for deadline := time.Now().Add(5 * time.Second); err != nil && time.Now().Before(deadline); {
		time.Sleep(10 * time.Millisecond)
		ln, err = net.Listen("tcp", p.addr)
	}
	if err != nil {
		p.t.Errorf("listen again: %v", err)
		return
	}
	p.ln = ln
	p.running.Go(func() { p.accept(ln) })
}

func (p *proxy) shut() {
	if p.ln != nil {
		p.ln.Close()
		p.ln = nil
	}
}

// cut ends every link.
func (p *proxy) cut() {
	for l := range p.links {
		p.end(l)
	}
}

// end closes a link; what waits in it is lost.
func (p *proxy) end(l *link) {
	l.closed = true
	l.client.Close()
	if l.backend != nil {
		l.backend.Close()
	}
	delete(p.links, l)
	p.changed.Broadcast()
}

// deafen leaves every client its connection, and nobody at the other end.
func (p *proxy) deafen() {
	for l := range p.links {
		l.deaf.Store(true)
		l.backend.Close()
	}
}

func (p *proxy) accept(ln net.Listener) {
	for {
		client, err := ln.Accept()
		if err != nil {
			return
		}
		p.running.Go(func() { p.serve(client) })
	}
}

// serve hands on what the client and the Redis say, until either of them ends.
func (p *proxy) serve(client net.Conn) {
	l := p.join(client)
	if l == nil {
		client.Close()
		return
	}
	if l.backend != nil {
		p.running.Go(func() { p.answer(l) })
	}
	p.relay(l, l, client, func() time.Duration { return time.Duration(p.delay.Load()) })
	p.mu.Lock()
	defer p.mu.Unlock()
	p.end(l)
}

// relay hands on what one end of a link says, until either end closes.
func (p *proxy) relay(l *link, to io.Writer, from io.Reader, delay func() time.Duration) {
	type piece struct {
		due  time.Time
		text []byte
	}
	pieces := make(chan piece, 256)
	p.running.Go(func() {
		defer close(pieces)
		for buffer := make([]byte, 32<<10); ; {
			n, err := from.Read(buffer)
			if n > 0 {
				pieces <- piece{time.Now().Add(delay()), bytes.Clone(buffer[:n])}
			}
			if err != nil {
				return
			}
		}
	})
	for piece := range pieces {
		time.Sleep(time.Until(piece.due))
		if !p.free(l) {
			continue // the reader ends as well
		}
		if _, err := to.Write(piece.text); err != nil {
			p.mu.Lock()
			p.end(l)
			p.mu.Unlock()
		}
	}
}

// free waits until nothing holds a link, and says whether it is still there.
func (p *proxy) free(l *link) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.held && l.replica.Load() && !l.closed {
		p.changed.Wait()
	}
	return !l.closed
}

// join makes the link for a client that has just connected; nil when it is to be cut.
func (p *proxy) join(client net.Conn) *link {
	backend, err := net.DialTimeout("tcp", p.backend, 5*time.Second)
	p.mu.Lock()
	defer p.mu.Unlock()
	l := &link{client: client}
	if p.mode == up && err == nil {
		l.backend = backend
		p.links[l] = true
		return l
	}
	if backend != nil {
		backend.Close()
	}
	if p.mode == hung {
		l.deaf.Store(true)
		p.links[l] = true
		return l
	}
	return nil
}

// Write takes what the client sent: to the Redis, or to nobody.
func (l *link) Write(sent []byte) (int, error) {
	if l.deaf.Load() {
		return len(sent), nil
	}
	if bytes.Contains(sent, []byte("REPLCONF")) { // no client of ours says it
		l.replica.Store(true)
	}
	n, err := l.backend.Write(sent)
	if l.deaf.Load() { // it became so meanwhile, which is no reason to end the link
		return len(sent), nil
	}
	return n, err
}

// answer hands on what the Redis sends. When it sends no more, the client is cut, unless
// it is to hang.
func (p *proxy) answer(l *link) {
	p.relay(l, l.client, l.backend, func() time.Duration { return 0 })
	if !l.deaf.Load() {
		l.client.Close()
	}
}
