package redistest

import "syscall"

// dieWithParent makes Linux kill the process when the test's own dies: after a time-out
// or a kill no cleanup runs.
func dieWithParent() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
