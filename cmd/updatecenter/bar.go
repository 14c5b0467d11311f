package main

import (
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// newBar is a progress bar on standard error, if a person looks at it. A most of -1 means
// that nobody knows how many there will be.
func newBar(c terminal, most int64, of string, more ...progressbar.Option) *progressbar.ProgressBar {
	out := io.Discard
	if file, isFile := c.err.(*os.File); isFile && term.IsTerminal(int(file.Fd())) {
		out = c.err
	}
	return progressbar.NewOptions64(most, append([]progressbar.Option{progressbar.OptionSetWriter(out), progressbar.OptionSetDescription(of),
		progressbar.OptionShowCount(), progressbar.OptionThrottle(100 * time.Millisecond),
		progressbar.OptionClearOnFinish(),
		// Without this a bar of unknown length is drawn by a goroutine of its own, which races
		// with whoever moves it on (progressbar v3.19.1).
		progressbar.OptionSetSpinnerChangeInterval(0)}, more...)...)
}
