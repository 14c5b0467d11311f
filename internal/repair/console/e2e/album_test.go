package e2e

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/chromedp/chromedp"
)

// An album is the directory of a test's pictures, numbered in the order in which they were taken.
type album string

// albumOf is the same for everybody in a test.
func albumOf(t *testing.T) album {
	t.Helper()
	dir := filepath.Join(t.ArtifactDir(), fileName(t.Name()))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatalf("make an album: %v", err)
	}
	return album(dir)
}

// next is the file of the next picture.
func (a album) next(name string) (string, error) {
	taken, err := os.ReadDir(string(a))
	return filepath.Join(string(a), fmt.Sprintf("%03d-%s.png", len(taken)+1, fileName(name))), err
}

// picture keeps the whole page as a picture. A test that fails takes one, too.
func (p *tab) picture(name string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	taken, err := chromedp.Run(ctx, chromedp.FullScreenshot(100)) // 100: as PNG
	if err != nil {
		p.t.Errorf("take a picture: %v", err)
		return
	}
	file, err := p.book.next(name)
	if err == nil {
		err = os.WriteFile(file, taken, 0o600)
	}
	if err != nil {
		p.t.Errorf("keep a picture: %v", err)
	}
}

// fileName leaves letters and digits, and puts hyphens between them.
func fileName(words string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(words), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}), "-")
}
