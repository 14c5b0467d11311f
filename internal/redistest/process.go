package redistest

import (
	"bufio"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

const (
	// startTime is how long a redis-server may take to answer: thousands of times what it
	// needs, for machines that do much else.
	startTime = 20 * time.Second

	// startTries bounds how often another free port is tried, when somebody took the
	// last one between our looking and redis-server's binding.
	startTries = 5

	// Ports of ours are between these: with the bus ports below those that systems give to
	// outgoing connections, so that nobody takes the port of a server that was killed.
	lowestPort, highestPort = 10_000, 22_000

	// busOffset is how far the port on which cluster nodes talk to each other lies above
	// their port for clients (redis.io, "Cluster specification").
	busOffset = 10000
)

// A process is one redis-server of ours, listening on 127.0.0.1.
type process struct {
	port   int
	dir    string // its working directory, with its configuration and its log
	pid    int
	exited chan struct{}                   // closed once it is gone
	again  func(arguments ...string) error // starts it once more, by its configuration and these arguments
}

// plain is the configuration of a server that keeps nothing. Its dump, when a test asks
// for one, is not compressed, so that the test can search it.
func plain(port int) string {
	return fmt.Sprintf("port %d\nbind 127.0.0.1\nsave \"\"\nappendonly no\nrdbcompression no\n", port)
}

// launch starts a redis-server on a free port, waits until it answers, and kills it when
// the test ends. configure writes its configuration file.
func launch(t testing.TB, configure func(port int) string, arguments ...string) *process {
	t.Helper()
	binary, err := exec.LookPath("redis-server")
	if err != nil {
		t.Fatal("redis-server is missing: install it first, on Debian with: apt-get install redis-server")
	}
	for try := 1; ; try++ {
		p := &process{port: freePort(t), dir: t.TempDir()}
		err := p.start(binary, configure(p.port), arguments)
		if err == nil {
			t.Cleanup(func() { p.stop(); p.clear(t) })
			return p
		}
		if try == startTries {
			t.Fatalf("start redis-server: %v", err)
		}
	}
}

func (p *process) addr() string { return loopback(p.port) }

func loopback(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// start writes the configuration, starts the process and waits until it answers.
func (p *process) start(binary, configuration string, arguments []string) error {
	if err := os.WriteFile(p.file("redis.conf"), []byte(configuration), 0o600); err != nil {
		return fmt.Errorf("write configuration: %w", err)
	}
	p.again = func(more ...string) error { return p.run(binary, append(slices.Clone(arguments), more...)) }
	return p.again()
}

func (p *process) file(name string) string { return filepath.Join(p.dir, name) }

// run starts the process by the configuration that is there.
func (p *process) run(binary string, arguments []string) error {
	// A file and no pipe: a process that outlives the test keeps nobody waiting.
	log, err := os.OpenFile(p.file("redis.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("create log: %w", err)
	}
	defer log.Close()
	cmd := exec.Command(binary, append([]string{p.file("redis.conf")}, arguments...)...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = p.dir, log, log
	cmd.SysProcAttr = dieWithParent()

	started, exited := make(chan error, 1), make(chan struct{})
	go watch(cmd, started, exited)
	if err := <-started; err != nil {
		return err
	}
	p.pid, p.exited = cmd.Process.Pid, exited
	return p.wait()
}

// watch starts the process and stays until it is gone. Its thread must not end before,
// since Linux takes the end of the thread that forked for the death of the parent.
func watch(cmd *exec.Cmd, started chan<- error, exited chan<- struct{}) {
	runtime.LockOSThread()
	err := cmd.Start()
	started <- err
	if err != nil {
		return
	}
	_ = cmd.Wait() // killed, as a rule: its exit status says nothing
	close(exited)
}

// wait returns once the process answers. One that does not is stopped.
func (p *process) wait() error {
	deadline := time.After(startTime)
	for !p.answers() {
		select {
		case <-p.exited:
			return fmt.Errorf("it exited: %s", p.log())
		case <-deadline:
			p.stop()
			return fmt.Errorf("no answer in %v: %s", startTime, p.log())
		case <-time.After(2 * time.Millisecond):
		}
	}
	return nil
}

// answers tells whether it is our process that answers on the port, by its process id:
// somebody else's Redis may sit there.
func (p *process) answers() bool {
	conn, err := net.DialTimeout("tcp", p.addr(), time.Second)
	if err != nil {
		return false
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(time.Second))
	if _, err := conn.Write([]byte("INFO server\r\nQUIT\r\n")); err != nil {
		return false
	}
	want := "process_id:" + strconv.Itoa(p.pid)
	for lines := bufio.NewScanner(conn); lines.Scan(); {
		if lines.Text() == want {
			return true
		}
	}
	return false
}

// runs says whether the process isn't gone. One that was stopped by a signal runs.
func (p *process) runs() bool {
	select {
	case <-p.exited:
		return false
	default:
		return true
	}
}

// stop kills the process, which keeps nothing that a gentler end would save.
func (p *process) stop() {
	if !p.runs() { // its id may be somebody else's by now
		return
	}
	if running, err := os.FindProcess(p.pid); err == nil {
		_ = running.Kill()
	}
	<-p.exited
}

// clear removes the directory, again while a child of the killed process, which writes a dump or a log, still
// creates files there.
func (p *process) clear(t testing.TB) {
	t.Helper()
	deadline := time.Now().Add(startTime)
	for {
		err := os.RemoveAll(p.dir)
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Errorf("remove the directory of redis-server: %v", err)
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// signal stops the process or has it go on.
func (p *process) signal(s os.Signal) error {
	if s == nil { // of a system that has none
		return errors.ErrUnsupported
	}
	running, err := os.FindProcess(p.pid)
	if err != nil {
		return err
	}
	return running.Signal(s)
}

// log is what the process wrote, in one line.
func (p *process) log() string {
	text, err := os.ReadFile(p.file("redis.log"))
	if err != nil {
		return err.Error()
	}
	return strings.Join(strings.Fields(string(text)), " ")
}

// FreeAddress is an address on this machine for a server of a test: nobody listens there, and no system gives
// its port to an outgoing connection, also while the server is killed.
func FreeAddress(t testing.TB) string {
	t.Helper()
	return loopback(freePort(t))
}

// freePort is a port that nobody listens on, and whose cluster bus port is free as well.
func freePort(t testing.TB) int {
	t.Helper()
	for range 100 {
		ln, port := listenBelow(t)
		bus, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port+busOffset))
		ln.Close()
		if err == nil {
			bus.Close()
			return port
		}
	}
	t.Fatal("find a free port: none in 100 tries has a free cluster bus port")
	return 0
}

// listenBelow listens on a port of ours.
func listenBelow(t testing.TB) (net.Listener, int) {
	t.Helper()
	var err error
	for range 100 {
		port := lowestPort + rand.IntN(highestPort-lowestPort)
		ln, wrong := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if wrong == nil {
			return ln, port
		}
		err = wrong
	}
	t.Fatalf("find a free port: %v", err)
	return nil, 0
}
