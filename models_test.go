package updatecenter_test

import (
	"os"
	"regexp"
	"testing"

	"updatecenter/internal/testkit/check"
)

// namedInModels is a row of docs/models/README.md that says where in the code a step of a model is.
var namedInModels = regexp.MustCompile("(?m)^\\| .* \\| `(\\w+)` in ([\\w/.]+) \\|$")

// TestModelsNameTheCode holds that what the models say they are models of is there.
func TestModelsNameTheCode(t *testing.T) {
	readme, err := os.ReadFile("docs/models/README.md")
	check.OK(t, err)
	rows := namedInModels.FindAllSubmatch(readme, -1)
	if len(rows) < 10 {
		t.Fatalf("%d names of the code in docs/models/README.md, want more", len(rows))
	}
	for _, row := range rows {
		code, err := os.ReadFile(string(row[2]))
		if err != nil {
			t.Errorf("docs/models/README.md: %v", err)
			continue
		}
		if !regexp.MustCompile(`(?m)^(func (\([^)]*\) )?|var )` + string(row[1]) + `\b`).Match(code) {
			t.Errorf("docs/models/README.md names %s, which %s does not declare", row[1], row[2])
		}
	}
}
