package main

import (
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"updatecenter/internal/redistest"
	"updatecenter/pins"
	"updatecenter/voice/simulator"
)

// rareCalls are calls during which something happens that no script can do. Some
// exits are taken here alone: those for a PIN that somebody else changed meanwhile, and the
// one after the words for it.
var rareCalls = map[string]func(*testing.T, *stage){
	"reset before the second entry": func(t *testing.T, s *stage) {
		c := s.dial(t, demoChosen.Display())
		c.press("4071#")
		c.press("1")
		c.press("3907#")
		s.reset(t)
		c.press("3907#")
		c.hears("changed by someone else")
	},
	"reset before the first entry": func(t *testing.T, s *stage) {
		c := s.dial(t, demoChosen.Display())
		c.press("4071#")
		c.press("1")
		s.reset(t)
		c.press("3907#")
		c.hears("changed by someone else")
	},
	"reset before the PIN is keyed": func(t *testing.T, s *stage) {
		c := s.dial(t, demoChosen.Display())
		s.reset(t)
		c.press("4071#")
		c.hears("does not match")
		c.hears("temporary")
	},
	"damaged line": func(t *testing.T, s *stage) {
		client := s.redis(t)
		for _, key := range must(client.Keys(t.Context(), "*line*"+string(demoNew)+"*").Result())(t) {
			if err := client.Del(t.Context(), key).Err(); err != nil {
				t.Fatal(err)
			}
			if err := client.Set(t.Context(), key, "garbage", 0).Err(); err != nil {
				t.Fatal(err)
			}
		}
		c := s.dial(t, demoNew.Display())
		c.hears("something went wrong on our side")
	},
	"damaged call": func(t *testing.T, s *stage) {
		c := s.dial(t, demoNew.Display())
		client := s.redis(t)
		for _, key := range must(client.Keys(t.Context(), "*call*").Result())(t) {
			if err := client.HSet(t.Context(), key, "state", "garbage").Err(); err != nil {
				t.Fatal(err)
			}
		}
		c.press("1234#")
		c.hears("Let us start again")
		c.hears("temporary")
	},
	"call key of a wrong type": func(t *testing.T, s *stage) {
		c := s.dial(t, demoNew.Display())
		client := s.redis(t)
		for _, key := range must(client.Keys(t.Context(), "*call*").Result())(t) {
			if err := client.Set(t.Context(), key, "garbage", 0).Err(); err != nil {
				t.Fatal(err)
			}
		}
		c.press("1234#")
		c.hears("Let us start again")
	},
}

// reset gives the customer's line its temporary PIN again.
func (s *stage) reset(t *testing.T) {
	t.Helper()
	provisioning := pins.Provisioning{Registry: s.db.Lines(), Validations: s.db.Lines()}
	if err := provisioning.ResetByOperator(t.Context(), demoChosen, pins.Note{By: "test", Reason: "test"}); err != nil {
		t.Fatal(err)
	}
}

// redis is a client for doing damage.
func (s *stage) redis(t testing.TB) *redis.Client {
	t.Helper()
	client := redis.NewClient(must(redis.ParseURL(s.server.DirectURL()))(t))
	t.Cleanup(func() { client.Close() })
	return client
}

// flush empties a Redis for the next test.
func flush(t testing.TB, server *redistest.Server) {
	t.Helper()
	client := redis.NewClient(must(redis.ParseURL(server.DirectURL()))(t))
	defer client.Close()
	if err := client.FlushAll(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
}

// phone is a call by hand.
type phone struct {
	t     *testing.T
	call  *simulator.Call
	heard []simulator.Event
}

// dial calls 78 from a line.
func (s *stage) dial(t *testing.T, from string) *phone {
	t.Helper()
	p := &phone{t: t, call: must(s.exchange(nil).Dial(t.Context(), "78", from, simulator.NoPassport))(t)}
	p.listen()
	return p
}

func (p *phone) listen() {
	p.t.Helper()
	p.heard = must(p.call.Listen(p.t.Context()))(p.t)
}

func (p *phone) press(keys string) {
	p.t.Helper()
	for _, key := range []byte(keys) {
		if err := p.call.Press(key); err != nil {
			p.t.Fatal(err)
		}
	}
	p.listen()
}

func (p *phone) hears(words string) {
	p.t.Helper()
	var all []string
	for _, event := range p.heard {
		if spoken, ok := event.(simulator.Spoken); ok {
			all = append(all, spoken.Words)
		}
	}
	if heard := strings.Join(all, " "); !strings.Contains(heard, words) {
		p.t.Errorf("want %q, heard %q", words, heard)
	}
}
