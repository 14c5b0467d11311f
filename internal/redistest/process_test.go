package redistest

import (
	"net"
	"strings"
	"testing"
	"time"
)

func TestProcessEndsWithItsTest(t *testing.T) {
	var p *process
	t.Run("lives", func(t *testing.T) { p = launch(t, plain) })
	select {
	case <-p.exited:
	case <-time.After(5 * time.Second):
		t.Fatal("the process outlives its test")
	}
	if conn, err := net.Dial("tcp", p.addr()); err == nil {
		conn.Close()
		t.Error("somebody still listens")
	}
}

func TestProcessThatCannotStartSaysWhy(t *testing.T) {
	other := launch(t, plain)
	for _, c := range []struct {
		name, configuration, want string
		port                      int
	}{
		{"wrong configuration", "no-such-setting yes\n", "no-such-setting", freePort(t)},
		{"port taken", plain(other.port), "in use", other.port},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := process{port: c.port, dir: t.TempDir()}
			err := p.start("redis-server", c.configuration, nil)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("start: %v, want an error that holds %q", err, c.want)
			}
		})
	}
}
