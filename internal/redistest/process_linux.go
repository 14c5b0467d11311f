package redistest

import (
	"os"
	"syscall"
)

// dieWithParent makes Linux kill the process when the test's own dies: after a time-out
// or a kill no cleanup runs.
func dieWithParent() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}

// The signals that stop a process, and have it go on.
var stopped, continued os.Signal = syscall.SIGSTOP, syscall.SIGCONT
