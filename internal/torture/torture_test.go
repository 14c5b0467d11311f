package torture

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// heard takes what a test is told.
type heard struct {
	testing.TB
	errors []string
}

func (h *heard) Helper() {}
func (h *heard) Errorf(format string, args ...any) {
	h.errors = append(h.errors, fmt.Sprintf(format, args...))
}

func TestReport(t *testing.T) {
	file := filepath.Join(t.TempDir(), "rows")
	t.Setenv(environment, file)
	for _, test := range []struct {
		counts Counts
		fails  bool
	}{
		{Counts{Operations: 3, Kills: 2, Lost: 0}, false},
		{Counts{Operations: 3, Doubled: 1}, true},
		{Counts{Lost: 0}, true},
		{Counts{Operations: 3, Kills: 0}, true},
	} {
		h := &heard{TB: t}
		Report(h, "servers killed", "single", test.counts)
		if failed := len(h.errors) > 0; failed != test.fails {
			t.Errorf("%v: %q", test.counts, h.errors)
		}
	}
	got, err := os.ReadFile(file)
	const want = "servers killed\tsingle\t3\t2\t0\t-\t-\t-\t-\tTestReport\n" +
		"servers killed\tsingle\t3\t-\t-\t1\t-\t-\t-\tTestReport\n" +
		"servers killed\tsingle\t-\t-\t0\t-\t-\t-\t-\tTestReport\n" +
		"servers killed\tsingle\t3\t0\t-\t-\t-\t-\t-\tTestReport\n"
	if err != nil || string(got) != want {
		t.Errorf("%q, %v", got, err)
	}
}

func TestTimes(t *testing.T) {
	t.Setenv(environment, "")
	if Long() || Times(2, 200) != 2 {
		t.Error("the short form is long")
	}
	t.Setenv(environment, "a file")
	if !Long() || Times(2, 200) != 200 {
		t.Error("the long form is short")
	}
}
