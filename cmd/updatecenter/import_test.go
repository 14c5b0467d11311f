package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"updatecenter/internal/redistest"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
)

// TestImportOfLongDistance: long-distance accounts come by a table of their own, and the commands of accounts take them.
func TestImportOfLongDistance(t *testing.T) {
	s := shell{t, redistest.StartMini(t).URL()}
	t.Setenv("SECRET_KEYS", sound["SECRET_KEYS"])
	const file = "btn,user_name,password,name,street1,city,state,zip\n612-555-0142,ann,blue heron,Ann,1 Main,Duluth,MN,55801\n911,,,Ann,1 Main,Duluth,MN,55801\n"
	s.expect(exitError, []string{"1 long-distance accounts added, 0 changed, 0 were so already, 1 bad rows"}, file, "longdistance", "import", "-")
	s.expect(exitError, []string{"0 long-distance accounts added, 0 changed, 1 were so already"}, file, "longdistance", "import", "-")
	s.expect(exitOK, []string{`"user_name": "ann"`, `"btn": "+16125550142"`}, "", "accounts", "show", "ld:612-555-0142")
	s.expect(exitOK, []string{"has a new security code"}, "", "accounts", "new-code", "LD:6125550142", "--by", "ann")
	s.expect(exitUsage, nil, "", "accounts", "show", "ld:911")
}

// TestImportDryRun tells what an import would do, twice, and then does it.
func TestImportDryRun(t *testing.T) {
	server := redistest.Start(t)
	s := shell{t, server.URL()}
	t.Setenv("SECRET_KEYS", sound["SECRET_KEYS"])
	s.expect(exitOK, nil, "number,language,features\n6125550142,en,dial-lock\n6125550143,,\n", "lines", "import", "-")
	s.expect(exitOK, nil, "account,phone,name,street1,city,state,zip\nA1,6125550142,Ann,1 Main,Duluth,MN,55801\n", "accounts", "import", "-", "--notices", "off")
	kept := func() []string { return slices.Sorted(strings.Lines(string(server.Contents(t)))) }
	before := kept()

	lines := "Features;Number;Language\nDial Lock;6125550142;EN\ndial-lock;6125550143;\n;6125550144;\ndial-lock;6125550144;\n;911;\n"
	did := "1 lines added, 3 were there already (2 with other features now), 1 bad rows"
	accounts := "account\tphone\tname\tstreet1\tcity\tstate\tzip\n" +
		"A1\t6125550142\tAnn\t1 Main\tDuluth\tMN\t55801\nA2\t6125550143\tBo\t2 Main\tDuluth\tMN\t55801\n" +
		"A2\t6125550143\tBob\t2 Main\tDuluth\tMN\t55801\nA3\t6125550143\tBo\t2 Main\tDuluth\tMN\t5580\n"
	didAccounts := "1 accounts added, 1 changed, 1 were so already, 1 bad rows"
	tickets := "Ticket,Number,Account,Contact,Status,From,To,Cancelable,Technician,Minutes\n" +
		"4821,6125550142,A1,6515550177,scheduled,2026-03-05T08:00:00-06:00,2026-03-05T12:00:00-06:00,yes,,\n" +
		"4822,6125550142,A1,6515550177,open,,,,,\n4822,6125550142,A1,6515550178,open,,,,,\n4822,6125550142,A1,6515550178,open,,,,,\n" +
		"4823,6125550142,A9,6515550177,open,,,,,\n4824,6125550142,A1,9005550177,open,,,,,\n4825,6125550142,A1,6515550177,scheduled,,,,,\n" +
		"482,6125550142,A1,6515550177,open,,,,,\n"
	didTickets := "2 tickets added, 1 changed, 1 were so already, 4 bad rows"
	badTickets := []string{
		`line 6: account "A9": no such account`, `line 7: contact "9005550177": not called`, "line 8: from: a ticket that is scheduled", `line 9: ticket "482": not the number`,
	}
	mailboxes := "number,set_up\n6125550142,yes\n6125550142,no\n6125550143,\n6125550143,no\n911,no\n"
	didMailboxes := "2 mailboxes added, 1 changed, 1 were so already, 1 bad rows"
	emails := emailsFile + "6125550142,ann@example.com,first_pet,Rex,birth_city,Duluth\n6125550142,ANN@example.com,first_pet,rex,birth_city,duluth\n" +
		"6125550142,ann,first_pet,Rex,birth_city,Duluth\n"
	didEmails := "1 e-mail addresses added, 1 changed, 1 were so already, 1 bad rows"
	for range 2 {
		s.expect(exitError, []string{"dry run, nothing is written: " + didEmails, `line 5: address "ann": want`}, emails, "emails", "import", "-", "--dry-run")
		s.expect(exitError, []string{"dry run, nothing is written: " + didMailboxes, `line 6: number "911"`}, mailboxes, "mailboxes", "import", "-", "--dry-run")
		s.expect(exitError, append(badTickets, "dry run, nothing is written: "+didTickets), tickets, "tickets", "import", "-", "--dry-run")
		s.expect(exitError, []string{"dry run, nothing is written: " + did, `line 6: number "911"`}, lines, "lines", "import", "-", "--dry-run")
		s.expect(exitError, []string{"dry run, nothing is written: " + didAccounts, `zip "5580": want 5 or 9 digits`}, accounts, "accounts", "import", "-", "--dry-run", "--welcome")
	}
	if diff := cmp.Diff(before, kept()); diff != "" {
		t.Errorf("a dry run has written: %s", diff)
	}
	s.expect(exitError, []string{did}, lines, "lines", "import", "-")
	s.expect(exitError, []string{didAccounts}, accounts, "accounts", "import", "-")
	s.expect(exitError, []string{didMailboxes}, mailboxes, "mailboxes", "import", "-")
	s.expect(exitError, []string{didEmails}, emails, "emails", "import", "-")
	s.expect(exitError, []string{didTickets}, tickets, "tickets", "import", "-")
	s.expect(exitError, []string{"0 tickets added, 2 changed"}, tickets, "tickets", "import", "-")
}

const emailsFile = "number,address,question_1,answer_1,question_2,answer_2\n6125550142,ann@example.com,first_pet,Rex Harrison,birth_city,St. Cloud\n"

// TestImportOfEmails: nothing that is told or kept has an answer, but the rejects.
func TestImportOfEmails(t *testing.T) {
	server := redistest.StartMini(t)
	s := shell{t, server.URL()}
	t.Setenv("SECRET_KEYS", sound["SECRET_KEYS"])
	rejects := filepath.Join(t.TempDir(), "rejects.csv")
	var all strings.Builder
	imports := func(status int, file, want string) {
		t.Helper()
		out, told, got := s.runOn("emails", "import", file, "--rejects", rejects)
		if got != status || !strings.Contains(out+told, want) {
			t.Errorf("status %d: %s%s; want %s", got, out, told, want)
		}
		all.WriteString(out + told)
	}
	file := filepath.Join(t.TempDir(), "emails.csv")
	rows := emailsFile
	for n := range 5 {
		rows += fmt.Sprintf("6125550142,ann%d@example.com,own,Rex Harrison,own,St. Cloud\n", n)
	}
	rows += "6125550143,ann@example.com,Rex Harrison,first_pet,birth_city,St. Cloud\n"
	check.OK(t, os.WriteFile(file, []byte(rows), 0o600))
	imports(exitError, file, "5 e-mail addresses added, 0 changed, 0 were so already, 2 bad rows")
	for _, want := range []string{`line 7: number "6125550142": the line has as many e-mail addresses`, "line 8: question_1: want one of first_pet"} {
		if !strings.Contains(all.String(), want) {
			t.Errorf("%s, want %s", all.String(), want)
		}
	}
	if kept := string(must(os.ReadFile(rejects))(t)); strings.Count(kept, "Rex Harrison") != 2 {
		t.Error(kept)
	}
	imports(exitError, file, "0 e-mail addresses added, 0 changed, 5 were so already")
	history, _, _ := s.runOn("lines", "history", "6125550142")
	audit, _, _ := s.runOn("audit", "export")
	all.WriteString(history + audit + string(server.Contents(t)))
	for _, hidden := range []string{"Harrison", "73942774766", "St. Cloud", "7825683"} {
		if strings.Contains(all.String(), hidden) {
			t.Errorf("%s is told, or kept", hidden)
		}
	}
	if !strings.Contains(audit, "email-addresses-imported") || !strings.Contains(history, "email-written") || strings.Contains(audit+history, "ann0@") {
		t.Error(audit, history)
	}
}

// TestImportRejects mends the bad rows where they were written to.
func TestImportRejects(t *testing.T) {
	s := shell{t, redistest.Start(t).URL()}
	t.Setenv("SECRET_KEYS", sound["SECRET_KEYS"])
	dir := t.TempDir()
	file, rejects := filepath.Join(dir, "accounts.csv"), filepath.Join(dir, "rejects.csv")
	write := func(path, content string) {
		t.Helper()
		check.OK(t, os.WriteFile(path, []byte(content), 0o644))
	}
	write(file, accountsFile+"1000-4,612-555-0145,Bo,1 Main,Edina,MN,55424,,82651O,\r\n")
	write(rejects, "something else")
	out, told, status := s.runOn("accounts", "import", file, "--rejects", rejects, "--notices", "off")
	if status != exitError || !strings.Contains(out, "2 accounts added") || strings.Contains(out+told, "82651O") {
		t.Errorf("status %d: %s%s", status, out, told)
	}
	content, err := os.ReadFile(rejects)
	want := "reason,account,phone,name,street1,city,state,zip,email,security_code,language\n" +
		`"zip ""554"": want 5 or 9 digits",1000-3,612-555-0144,Bad Zip,1 Main,Minneapolis,MN,554,,,` + "\n" +
		`"security_code: want 6 to 10 digits",1000-4,612-555-0145,Bo,1 Main,Edina,MN,55424,,82651O,` + "\n"
	if string(content) != want || err != nil {
		t.Errorf("rejects: %s, %v", content, err)
	}
	if info, err := os.Stat(rejects); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("rejects: %v, %v", info.Mode(), err)
	}
	write(file, strings.NewReplacer("554,", "55401,", "82651O", "826510").Replace(want))
	s.expect(exitOK, []string{"2 accounts added, 0 changed, 0 were so already, 0 bad rows"}, "", "accounts", "import", file, "--rejects", rejects)
	if content, err := os.ReadFile(rejects); len(content) > 0 || err != nil {
		t.Errorf("rejects: %s, %v", content, err)
	}
	s.expect(exitUsage, []string{"--rejects"}, "", "accounts", "import", file, "--rejects", file)
	if content, _ := os.ReadFile(file); len(content) == 0 {
		t.Error("the file is lost")
	}
	s.expect(exitError, []string{"open rejects"}, "", "accounts", "import", file, "--rejects", filepath.Join(dir, "none", "rejects.csv"))
}

// runOn runs a command line on the Redis.
func (s shell) runOn(args ...string) (out, err string, status int) {
	s.t.Helper()
	s.t.Setenv("REDIS_URL", s.redis)
	return s.run("", args...)
}

// TestImportStops stops an import that waits for more, and goes on with a second one.
func TestImportStops(t *testing.T) {
	s := shell{t, redistest.Start(t).URL()}
	t.Setenv("SECRET_KEYS", sound["SECRET_KEYS"])
	t.Setenv("REDIS_URL", s.redis)
	for what, file := range map[string]string{
		"lines":    "number,language\n6125550142,en\n911,en\n6125550143,es\n",
		"accounts": accountsFile,
	} {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		in, feed := io.Pipe()
		var stdout, stderr bytes.Buffer
		status := make(chan int)
		go func() {
			status <- run(ctx, []string{what, "import", "-"}, terminal{in: in, out: &stdout, err: &stderr, getenv: func(string) string { return "" }})
		}()
		for _, piece := range []string{file, "612555"} { // the second is asked for when the first is done with
			if _, err := io.WriteString(feed, piece); err != nil {
				t.Fatal(err)
			}
		}
		cancel()
		got := <-status
		if got != exitStopped || !strings.Contains(stderr.String(), "stopped after 3 rows: run it again to go on") ||
			!strings.Contains(stdout.String(), "2 "+what+" added") || !strings.Contains(stdout.String(), "1 bad rows") {
			t.Errorf("%s: status %d: %s%s", what, got, &stdout, &stderr)
		}
		s.expect(exitError, []string{"0 " + what + " added"}, file, what, "import", "-")
	}
}

// TestImportTellsHowFar reads a file, and knows how much of it is read.
func TestImportTellsHowFar(t *testing.T) {
	file := filepath.Join(t.TempDir(), "lines.csv")
	check.OK(t, os.WriteFile(file, []byte(strings.Repeat("x", 100_000)), 0o600))
	i, err := importFlags{File: file}.begin(t.Context(), terminal{err: io.Discard}, "lines")
	check.OK(t, err)
	for _, want := range []float64{0.65536, 1} {
		if _, err := io.ReadFull(i.in, make([]byte, 34_000)); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(i.in, make([]byte, 16_000)); err != nil {
			t.Fatal(err)
		}
		if got := i.bar.State().CurrentPercent; got != want {
			t.Errorf("read %v, want %v", got, want)
		}
	}
	check.OK(t, i.end())
}

// TestLinesFeatures imports the features of lines, and reads what became of them.
func TestLinesFeatures(t *testing.T) {
	server := redistest.Start(t)
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

// A caller claims a From that would clear the screen and forge a row.
func TestHistoryShowsNoControls(t *testing.T) {
	var out strings.Builder
	err := showHistory(&out, []pins.Record{{
		At: time.Unix(0, 0), Event: pins.Locked, By: pins.ByCaller, Side: pins.Remote, From: "x\x1b[2J\nFAKE", Call: "CA1",
	}})
	if err != nil || strings.ContainsRune(out.String(), 0x1b) || strings.Count(out.String(), "\n") != 2 {
		t.Errorf("%v: %q", err, out.String())
	}
}

func TestHistoryTellsWhatHappened(t *testing.T) {
	tests := map[string]pins.Record{
		"pin-changed":                  {Event: pins.Changed},
		"customer-validated: photo-id": {Event: pins.CustomerValidated, Method: pins.ByPhotoID},
		"feature-changed do-not-disturb: on, greeting 2": {
			Event: pins.FeatureChanged, Feature: pins.DoNotDisturb, Changes: []string{"on", "greeting 2"},
		},
		"feature-changed dial-lock: code set": {
			Event: pins.FeatureChanged, Feature: pins.DialLock, Changes: []string{"code set"},
		},
		"features-installed: installed dial-lock, removed call-rejection": {
			Event: pins.FeaturesInstalled, Changes: []string{"installed dial-lock", "removed call-rejection"},
		},
		"feature-changed dial-lock: on[2J": { // of a record that is damaged
			Event: pins.FeatureChanged, Feature: "dial-lock\n", Changes: []string{"on\x1b[2J"},
		},
	}
	for want, record := range tests {
		record.By = pins.ByCaller
		var out strings.Builder
		check.OK(t, showHistory(&out, []pins.Record{record}))
		_, row, _ := strings.Cut(out.String(), "\n")
		if !strings.Contains(row, "  "+want+"  caller") {
			t.Errorf("want %q in\n%s", want, out.String())
		}
	}
}

func TestPasswordsOfURLsAreNotLogged(t *testing.T) {
	if got := redacted("https://twilio:hunter2@ivr.example.com/x"); strings.Contains(got, "hunter2") || !strings.Contains(got, "ivr.example.com/x") {
		t.Error(got)
	}
}
