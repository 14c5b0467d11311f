package programtest

import "syscall"

// dieWithParent makes Linux kill the program when the test's own process dies: after a time-out or
// a kill no cleanup runs.
func dieWithParent() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
