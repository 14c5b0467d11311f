//go:build !linux

package programtest

import "syscall"

// dieWithParent does nothing: where Linux does not run, cleanup alone stops the program.
func dieWithParent() *syscall.SysProcAttr { return nil }
