package e2e

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// How long the program may take to be built, and to stop.
const (
	buildWithin = 3 * time.Minute
	stopWithin  = 10 * time.Second
)

// build makes the program of this tree, without the race detector: it is to be as quick as it is.
func build(t *testing.T) string {
	t.Helper()
	seeTree(t)
	ctx, cancel := context.WithTimeout(t.Context(), buildWithin)
	defer cancel()
	program := filepath.Join(t.TempDir(), "updatecenter")
	out, err := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-o", program, "updatecenter/cmd/updatecenter").CombinedOutput()
	if err != nil {
		t.Fatalf("build the program: %v\n%s", err, out)
	}
	return program
}

// seeTree opens every directory of ours. go test repeats the last result as long as nothing has
// changed that the test itself opened, and cannot see what the go command reads.
func seeTree(t *testing.T) {
	t.Helper()
	const root = ".."
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() && path != root && (strings.HasPrefix(entry.Name(), ".") || path == filepath.Join(root, "bin")) {
			return filepath.SkipDir
		}
		return err
	})
	if err != nil {
		t.Fatalf("look at the tree: %v", err)
	}
}

// A process is the program, running.
type process struct {
	command *exec.Cmd
	said    output
	exited  chan struct{} // closed when it has
	status  error         // with which it has exited
}

// start runs the program until the test ends.
func start(t *testing.T, program string, arguments ...string) *process {
	t.Helper()
	p := &process{command: exec.Command(program, arguments...), exited: make(chan struct{})}
	p.command.Dir, p.command.Stdout, p.command.Stderr = t.TempDir(), &p.said, &p.said
	p.command.SysProcAttr = dieWithParent()
	started := make(chan error, 1)
	go p.watch(started)
	if err := <-started; err != nil {
		t.Fatalf("start the program: %v", err)
	}
	t.Cleanup(func() { p.stop(t) })
	return p
}

// watch starts the program and stays until it is gone. Its thread must not end before, since Linux
// takes the end of the thread that forked for the death of the parent.
func (p *process) watch(started chan<- error) {
	runtime.LockOSThread()
	err := p.command.Start()
	started <- err
	if err == nil {
		p.status = p.command.Wait()
		close(p.exited)
	}
}

// stop ends the program as Ctrl-C does, and tells what it said if the test has failed.
func (p *process) stop(t *testing.T) {
	_ = p.command.Process.Signal(os.Interrupt) // it may have ended
	select {
	case <-p.exited:
	case <-time.After(stopWithin):
		_ = p.command.Process.Kill()
		<-p.exited
	}
	if p.status != nil {
		t.Errorf("the program ended: %v", p.status)
	}
	if t.Failed() {
		t.Logf("the program said:\n%s", p.said.String())
	}
}

// An output keeps what a program says.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}
