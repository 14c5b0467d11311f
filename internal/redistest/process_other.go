//go:build !linux

package redistest

import "syscall"

// dieWithParent does nothing: where Linux does not run, cleanup alone stops the process.
func dieWithParent() *syscall.SysProcAttr { return nil }
