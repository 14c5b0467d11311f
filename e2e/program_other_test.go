//go:build !linux

package e2e

import "syscall"

// dieWithParent does nothing: where Linux does not run, cleanup alone stops the program.
func dieWithParent() *syscall.SysProcAttr { return nil }
