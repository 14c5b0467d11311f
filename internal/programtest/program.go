// Package programtest builds the program of this tree and runs it as processes of its own, for tests
// of the whole of it. Only tests import this package.
package programtest

import (
	"bytes"
	"context"
	"fmt"
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
	stopWithin  = time.Minute
)

// Build makes the program of this tree in a directory, and returns its path. The race detector is
// left out: the program is to be as quick as it is. root leads from the test's package to the top of
// the tree.
func Build(ctx context.Context, dir, root string) (string, error) {
	if err := seeTree(root); err != nil {
		return "", fmt.Errorf("look at the tree: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, buildWithin)
	defer cancel()
	program := filepath.Join(dir, "updatecenter")
	out, err := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-o", program, "updatecenter/cmd/updatecenter").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build the program: %w\n%s", err, out)
	}
	return program, nil
}

// seeTree opens every directory of ours. go test repeats the last result as long as nothing has
// changed that the test itself opened, and cannot see what the go command reads.
func seeTree(root string) error {
	return filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() && path != root && (strings.HasPrefix(entry.Name(), ".") || path == filepath.Join(root, "bin")) {
			return filepath.SkipDir
		}
		return err
	})
}

// A Process is the program, running.
type Process struct {
	Said Output

	command *exec.Cmd
	exited  chan struct{} // closed when it has
	status  error         // with which it has exited
}

// Start runs the program, with settings NAME=VALUE beside the test's own environment. It dies with
// the test's process, and with the test by Stop or Kill.
func Start(t testing.TB, program string, settings []string, arguments ...string) *Process {
	t.Helper()
	p := &Process{command: exec.Command(program, arguments...), exited: make(chan struct{})}
	p.command.Dir, p.command.Stdout, p.command.Stderr = t.TempDir(), &p.Said, &p.Said
	p.command.Env = append(os.Environ(), settings...)
	p.command.SysProcAttr = dieWithParent()
	started := make(chan error, 1)
	go p.watch(started)
	if err := <-started; err != nil {
		t.Fatalf("start the program: %v", err)
	}
	return p
}

// watch starts the program and stays until it is gone. Its thread must not end before, since Linux
// takes the end of the thread that forked for the death of the parent.
func (p *Process) watch(started chan<- error) {
	runtime.LockOSThread()
	err := p.command.Start()
	started <- err
	if err == nil {
		p.status = p.command.Wait()
		close(p.exited)
	}
}

// Exited is closed when the program has ended, by itself or not.
func (p *Process) Exited() <-chan struct{} { return p.exited }

// Signal sends a signal, such as SIGSTOP; a program that has ended gets none.
func (p *Process) Signal(signal os.Signal) { _ = p.command.Process.Signal(signal) }

// Kill ends the program with SIGKILL, and waits until it is gone.
func (p *Process) Kill() {
	_ = p.command.Process.Kill()
	<-p.exited
}

// Stop ends the program as Ctrl-C does. The test fails unless it ends well, within a minute, and then
// tells what the program said.
func (p *Process) Stop(t testing.TB) {
	t.Helper()
	p.Signal(os.Interrupt)
	select {
	case <-p.exited:
	case <-time.After(stopWithin):
		p.Kill()
	}
	if p.status != nil {
		t.Errorf("the program ended: %v", p.status)
	}
	if t.Failed() {
		t.Logf("the program said:\n%s", p.Said.String())
	}
}

// An Output keeps what a program says.
type Output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements [io.Writer].
func (o *Output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(b)
}

// String is all that was said so far.
func (o *Output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}
