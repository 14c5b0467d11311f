package e2e

import (
	"net"
	"regexp"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/programtest"
)

// upWithin is how long the demo may take until it says how to sign in.
const upWithin = 30 * time.Second

// A demo is the program, as make run starts it.
type demo struct {
	host     string            // http://127.0.0.1:PORT
	password string            // of everybody
	names    map[string]string // user names, by role
}

// startDemo builds the program, starts it on a free port, and reads from its output how to sign in.
// It stops with the test.
func startDemo(t *testing.T) demo {
	t.Helper()
	port := freePort(t)
	d := demo{host: "http://127.0.0.1:" + port}
	program, err := programtest.Build(t.Context(), t.TempDir(), "..")
	if err != nil {
		t.Fatal(err)
	}
	p := programtest.Start(t, program, nil, "demo", "--port", port)
	t.Cleanup(func() { p.Stop(t) })
	d.await(t, p)
	return d
}

// freePort is one that nobody listens at, most likely not in a moment either.
func freePort(t *testing.T) string {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("find a free port: %v", err)
	}
	defer listener.Close()
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatalf("find a free port: %v", err)
	}
	return port
}

// await waits until the demo has said how to sign in.
func (d *demo) await(t *testing.T, program *programtest.Process) {
	t.Helper()
	for deadline := time.Now().Add(upWithin); !d.read(program.Said.String()); time.Sleep(lookAgain) {
		select {
		case <-program.Exited():
			t.Fatal("the demo ended before it was up")
		default:
		}
		if time.Now().After(deadline) {
			t.Fatal("the demo does not say how to sign in at the console")
		}
	}
}

var (
	saidPassword = regexp.MustCompile(`with the password "([^"]+)"`)
	saidPerson   = regexp.MustCompile(`(?m)^ +(\S+) +the (agent|supervisor|administrator),`)
)

// read takes who can sign in, and with what, from the words with which the demo greets. It says
// whether it found all of it. By then the demo listens.
func (d *demo) read(said string) bool {
	password := saidPassword.FindStringSubmatch(said)
	d.names = map[string]string{}
	for _, person := range saidPerson.FindAllStringSubmatch(said, -1) {
		d.names[person[2]] = person[1]
	}
	if password == nil || len(d.names) != 3 || !strings.Contains(said, d.host+"/repair") {
		return false
	}
	d.password = password[1]
	return true
}
