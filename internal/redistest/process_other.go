//go:build !linux

package redistest

import (
	"os"
	"syscall"
)

// dieWithParent does nothing: where Linux does not run, cleanup alone stops the process.
func dieWithParent() *syscall.SysProcAttr { return nil }

// The signals that stop a process, and have it go on: not every system has them.
var stopped, continued os.Signal
