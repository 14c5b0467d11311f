package main

import (
	"fmt"
	"strings"
	"testing"

	"updatecenter/internal/redistest"
)

// TestLinesFeatures imports the features of lines, and reads what became of them.
func TestLinesFeatures(t *testing.T) {
	redistest.Both(t, func(t *testing.T, server *redistest.Server) {
		s := shell{t, server.URL()}
		imports := func(status int, csv string, words ...string) {
			t.Helper()
			s.expect(status, words, csv, "lines", "import", "-")
		}
		shows := func(number, features string) {
			t.Helper()
			s.expect(exitOK, []string{"features        " + features + "\n"}, "", "lines", "show", number)
		}
		imports(exitOK, "number,language,features\n6125550142,en,dial-lock\n6125550143,es,\n",
			"2 lines added, 0 were there already (0 with other features now), 0 bad rows")
		shows("6125550142", "dial-lock")
		shows("6125550143", "none")
		s.expect(exitOK, []string{"\"features\": [\n    \"dial-lock\"\n  ]"}, "", "lines", "show", "6125550142", "--json")
		s.expect(exitOK, []string{`"features": []`}, "", "lines", "show", "6125550143", "--json")

		imports(exitOK, "number,language\n6125550142,en\n6125550143,es\n", "2 were there already (0 with other features now)")
		shows("6125550142", "dial-lock") // a file without the column takes nothing away

		csv := "features,number,language\ncall-rejection do-not-disturb,6125550142,es\n,6125550143,\ncaller-id,6125550143,\nsecurity-screen,6125550144,\n"
		imports(exitError, csv, "1 lines added, 2 were there already (1 with other features now), 1 bad rows", `line 4: features "caller-id": "caller-id" is not a calling feature; want any of no-solicitation`)
		shows("6125550142", "do-not-disturb call-rejection")
		shows("6125550143", "none")
		shows("6125550144", "security-screen")
		s.expect(exitOK, []string{"features-installed: installed security-screen", "import"}, "", "lines", "history", "6125550144")
		s.expect(exitOK, []string{"installed do-not-disturb", "installed call-rejection", "removed dial-lock", "features-installed: ", "import", "command line"},
			"", "lines", "history", "6125550142")
		s.expect(exitOK, []string{`"event":"features-installed"`, `"removed dial-lock"`}, "", "lines", "history", "6125550142", "--json")
		imports(exitError, csv, "0 lines added, 3 were there already (0 with other features now), 1 bad rows")

		imports(exitOK, "number,language,features\n6125550142,en,\n", "(1 with other features now)")
		shows("6125550142", "none")
		s.expect(exitOK, []string{"line.feature.removed", "do-not-disturb", "call-rejection", "dial-lock"}, "", "events", "tail", "6125550142", "--json")
		s.expect(exitOK, nil, "", "lines", "remove", "6125550144")
		imports(exitOK, "number,language\n6125550144,en\n", "1 lines added")
		shows("6125550144", "none")
	})
}

// TestLinesImportInBatches installs features on more lines than go to Redis at once.
func TestLinesImportInBatches(t *testing.T) {
	server := redistest.Start(t)
	s := shell{t, server.URL()}
	file := func(features string) string {
		var csv strings.Builder
		csv.WriteString("number,language,features\n")
		for i := range importBatch + 10 {
			fmt.Fprintf(&csv, "%d,en,%s\n", 6125550000+i, features)
		}
		return csv.String()
	}
	s.expect(exitOK, []string{"2010 lines added, 0 were there already (0 with other features now)"}, file("dial-lock"), "lines", "import", "-")
	for _, other := range []string{"2010", "0"} {
		s.expect(exitOK, []string{"0 lines added, 2010 were there already (" + other + " with other features now)"},
			file("dial-lock call-rejection"), "lines", "import", "-")
	}
	for _, number := range []string{"6125550000", "6125552009"} {
		s.expect(exitOK, []string{"dial-lock call-rejection"}, "", "lines", "show", number)
	}
}
