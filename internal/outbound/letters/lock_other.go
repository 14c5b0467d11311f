//go:build !unix || aix || solaris

package letters

import (
	"errors"
	"os"
)

// tryLock has no lock to offer: without one, two could list the same letter.
func tryLock(*os.File) (bool, error) { return false, errors.ErrUnsupported }
