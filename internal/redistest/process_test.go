package redistest

import (
	"errors"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"updatecenter/internal/testkit/check"
)

func TestProcessEndsWithItsTest(t *testing.T) {
	var p *process
	t.Run("lives", func(t *testing.T) { p = launch(t, plain) })
	select {
	case <-p.exited:
	case <-time.After(3 * time.Minute):
		t.Fatal("the process outlives its test")
	}
	if conn, err := net.Dial("tcp", p.addr()); err == nil {
		conn.Close()
		t.Error("somebody still listens")
	}
}

// TestDirectoryIsRemovedUnderAChild ends tests while a child of their Redis rewrites its log: killed with its
// parent's test, it may create a file in the directory that is being removed.
func TestDirectoryIsRemovedUnderAChild(t *testing.T) {
	for range 10 {
		var dir string
		t.Run("rewriting", func(t *testing.T) {
			server := Start(t)
			dir = server.process.dir
			client := redis.NewClient(&redis.Options{Addr: server.process.addr()})
			defer client.Close()
			check.OK(t, client.ConfigSet(t.Context(), "appendonly", "yes").Err())
		})
		if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
			t.Fatalf("the directory of an ended test: %v", err)
		}
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
