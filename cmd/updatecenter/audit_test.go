package main

import (
	"bytes"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"updatecenter/internal/audit"
	"updatecenter/internal/features"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/redistest"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit/check"
)

// auditKeys are a key ring that is one byte again and again.
func auditKeys(id string) string {
	return id + ":" + base64.StdEncoding.EncodeToString([]byte(strings.Repeat(id, 32)))
}

// recordAt records events of some days in a Redis, and returns how the audit stands then.
func recordAt(t *testing.T, server *redistest.Server, days ...int) audit.Report {
	t.Helper()
	db := must(redisstore.Open(server.URL()))(t)
	defer db.Close()
	var at time.Time
	log := audit.New(audit.Config{
		Store: db.Audit(), Keys: must(secret.ParseKeyring(auditKeys("a")))(t), Now: func() time.Time { return at },
	})
	for _, day := range days {
		at = time.Now().AddDate(0, 0, day)
		event := audit.Event{Action: audit.PINReset, By: "ann", Via: audit.ViaConsole, Subject: "+16125550142"}
		check.OK(t, log.Record(t.Context(), event))
	}
	return must(log.Verify(t.Context(), nil))(t)
}

// TestAuditCommands verifies, exports and trims the audit as an operator does.
func TestAuditCommands(t *testing.T) {
	server := redistest.Start(t)
	s := shell{t, server.URL()}
	t.Setenv("SECRET_KEYS", auditKeys("a"))
	s.expect(exitOK, []string{"no entries", begunAnew}, "", "audit", "verify")
	report := recordAt(t, server, -500, -499, -10, -1)
	head := report.Head.String()
	s.expect(exitOK, []string{"4 entries, from 1 of ", "to 4 of ", "Nothing is wrong", "\n" + head + "\n", begunAnew}, "", "audit", "verify")
	s.expect(exitOK, []string{head}, "", "audit", "verify", "--head", head)
	if _, said, status := s.run("", "audit", "verify", "--head", head, "--redis-url", server.URL()); said != "" || status != exitOK {
		t.Errorf("status %d, with a head it said %q", status, said)
	}
	s.expect(exitError, []string{"FAULT  entry 9: cut", "ends at 4", "not as it was recorded"}, "", "audit", "verify", "--head", "9"+head[1:])
	s.expect(exitUsage, []string{"--head", "SEQ:MAC"}, "", "audit", "verify", "--head", "4")

	// The export itself is the newest entry.
	s.expect(exitOK, []string{`{"v":1,"seq":1,`, `"seq":4`, `"seq":5,`, `"audit-read"`, "5 entries"}, "", "audit", "export")
	since := time.Now().AddDate(0, 0, -5).Format(time.DateOnly)
	s.expect(exitOK, []string{"3 entries", "export 2"}, "", "audit", "export", "--since", since)
	s.expect(exitOK, []string{"0 entries"}, "", "audit", "export", "--since", time.Now().UTC().Add(time.Hour).Format(time.RFC3339))
	s.expect(exitUsage, []string{"--since", "want a day"}, "", "audit", "export", "--since", "yesterday")

	year := time.Now().AddDate(-1, 0, -1).Format(time.DateOnly)
	s.expect(exitUsage, []string{"--by"}, "", "audit", "trim", "--before", year)
	s.expect(exitUsage, []string{"--before", "want a day"}, "", "audit", "trim", "--before", "soon", "--by", "root")
	s.expect(exitError, []string{"at least a year"}, "", "audit", "trim", "--before", since, "--by", "root")
	s.expect(exitOK, []string{"2 entries went", "seq=8"}, "", "audit", "trim", "--before", year, "--by", "root")
	s.expect(exitOK, []string{"6 entries, from 3 of", "2 before them were trimmed"}, "", "audit", "verify", "--head", head)
	s.expect(exitOK, []string{`"by":"command line: root"`, "entries 1 to 2"}, "", "audit", "export")
	if _, said, status := s.run("", "audit", "verify", "--redis-url", server.URL()); said != "" || status != exitOK {
		t.Errorf("status %d, of a trimmed audit it said %q", status, said)
	}

	client := redis.NewClient(&redis.Options{Addr: server.Addr()})
	defer client.Close()
	check.OK(t, client.Del(t.Context(), "uc:audit:{log}:head").Err())
	s.expect(exitError, []string{"FAULT  the head: missing", "7 entries, from 3 of"}, "", "audit", "verify")
	s.expect(exitOK, []string{"the export itself is not recorded", `"seq":3`, `"seq":9`, "7 entries"}, "", "audit", "export")
	s.expect(exitError, []string{"record in the audit"}, "", "lines", "show", "6125550142")
}

// TestAuditBegin has something else stand under the keys of the audit, and begins another.
func TestAuditBegin(t *testing.T) {
	server := redistest.Start(t)
	s := shell{t, server.URL()}
	t.Setenv("SECRET_KEYS", auditKeys("a"))
	head := recordAt(t, server, -3, -2, -1).Head.String()
	file := filepath.Join(t.TempDir(), "audit.jsonl")
	s.expect(exitError, []string{"goes on", "--anyway"}, "", "audit", "begin", "--after", file, "--by", "ann")
	client := redis.NewClient(&redis.Options{Addr: server.Addr()})
	defer client.Close()
	for _, key := range []string{"head", "1"} {
		check.OK(t, errors.Join(client.Del(t.Context(), "uc:audit:{log}:"+key).Err(), client.LPush(t.Context(), "uc:audit:{log}:"+key, "x").Err()))
	}
	s.expect(exitError, []string{"record in the audit"}, "", "lines", "show", "6125550142")
	s.expect(exitUsage, []string{"--by"}, "", "audit", "begin", "--after", file)
	s.expect(exitOK, []string{"after 3 entries", head, "Keep " + file, "\n1:", "seq=1"}, "", "audit", "begin", "--after", file, "--by", "ann")
	s.expect(exitError, []string{"file exists"}, "", "audit", "begin", "--after", file, "--by", "ann", "--anyway")
	s.expect(exitError, []string{"no such line"}, "", "lines", "show", "6125550142")
	s.expect(exitOK, []string{"2 entries, from 1", "begun in place of a damaged one", "by command line: ann: after 3 entries", "Nothing is wrong"}, "", "audit", "verify")
	s.expect(exitOK, []string{"3 entries, from 1", "the file that entry 1 of the audit names"}, "", "audit", "verify", "--file", file)
	check.OK(t, os.WriteFile(file, bytes.Replace(must(os.ReadFile(file))(t), []byte(`"ann"`), []byte(`"bob"`), 1), 0o600))
	s.expect(exitError, []string{"entry 1: changed", "another file than"}, "", "audit", "verify", "--file", file)
	if aside := must(client.Keys(t.Context(), "uc:audit:{log}:before:*").Result())(t); len(aside) != 4 {
		t.Errorf("set aside are %q", aside)
	}
}

// TestAuditVerifyTells has a line for each fault, and says nothing of the keys.
func TestAuditVerifyTells(t *testing.T) {
	server := redistest.Start(t)
	s := shell{t, server.URL()}
	t.Setenv("SECRET_KEYS", auditKeys("a"))
	recordAt(t, server, -4, -3, -2, -1)
	client := redis.NewClient(&redis.Options{Addr: server.Addr()})
	defer client.Close()
	const key = "uc:audit:{log}:0"
	changed := strings.Replace(client.HGet(t.Context(), key, "2").Val(), "ann", "bob", 1)
	check.OK(t, client.HSet(t.Context(), key, "2", changed).Err())
	check.OK(t, client.HDel(t.Context(), key, "4").Err())
	s.expect(exitError, []string{"FAULT  entry 2: changed\nFAULT  entry 4: cut\n"}, "", "audit", "verify")
	s.expect(exitError, []string{"has faults"}, "", "audit", "trim", "--before", "2020-01-01", "--by", "root")

	t.Setenv("SECRET_KEYS", auditKeys("b"))
	out, err, status := shell{t, ""}.run("", "audit", "verify", "--redis-url", server.URL())
	if status != exitError || !strings.Contains(out, "key-gone: its key, a, is not in the key ring") {
		t.Errorf("status %d\n%s%s", status, out, err)
	}
	for _, id := range []string{"a", "b"} {
		if key := auditKeys(id); strings.Contains(out+err, key[2:12]) {
			t.Error("a key is told")
		}
	}
	server.Down()
	s.expect(exitError, []string{"verify the audit"}, "", "audit", "verify")
	s.expect(exitError, []string{"no answer"}, "", "audit", "export")
	t.Setenv("SECRET_KEYS", "")
	s.expect(exitUsage, []string{"SECRET_KEYS: is required"}, "", "audit", "verify")
}

// TestShowReport writes what no short audit brings about.
func TestShowReport(t *testing.T) {
	var out strings.Builder
	showReport(&out, audit.Report{Entries: 2, Faults: []audit.Fault{{Seq: 1, Last: 2, Kind: audit.Changed}}, More: 7})
	want := "FAULT  entries 1 to 2: changed\nFAULT  and 7 more\n2 entries, none of which can be trusted.\nThe audit is not as it was recorded.\n"
	if out.String() != want {
		t.Errorf("got\n%s", out.String())
	}
}

// unrecorded are the commands that leave no entry in the audit, each with its reason.
var unrecorded = map[string]string{
	"serve":        "what a server is asked for is recorded then",
	"demo":         "it serves data of its own, which goes with it",
	"dial":         "it is a telephone: what is done by telephone stands in the line's history",
	"call":         "it is a telephone: what is done by telephone stands in the line's history",
	"load":         "it is a telephone: what is done by telephone stands in the line's history",
	"answer":       "it is a telephone: what is done by telephone stands in the line's history",
	"deliver":      "it asks a server's API, which records it",
	"audit verify": "it shows nobody's data, and must work while nothing can be recorded",
	"flows check":  "it reads the program alone",
	"flows draw":   "it reads the program alone",
	"prompts":      "it reads the program alone",
	"twilio check": "it shows how Twilio is set up, and nobody's data",
}

// recorded are all other commands, in an order in which they work, with their arguments and the
// entries that they leave, oldest first. EVENT is an event that waits.
var recorded = []struct {
	command string
	args    []string
	actions []audit.Action
}{
	{"events tail", nil, []audit.Action{audit.EventsRead, audit.EventsRead}},
	{"events skip", []string{"6125550142", "EVENT", "--by", "Pat", "--reason", "damaged"}, []audit.Action{audit.EventSkipped}},
	{"events replay", []string{"--all"}, []audit.Action{audit.EventsReplayed, audit.EventsReplayed}},
	{"lines import", []string{"-"}, []audit.Action{audit.LinesImported, audit.LinesImported}},
	{"lines show", []string{"6125550142"}, []audit.Action{audit.LookedUp}},
	{"lines history", []string{"6125550142"}, []audit.Action{audit.LookedUp}},
	{"lines reset", []string{"6125550142", "--by", "Pat", "--reason", "forgotten"}, []audit.Action{audit.PINReset}},
	{"lines remove", []string{"6125550142"}, []audit.Action{audit.LineRemoved}},
	{"accounts import", []string{"-"}, []audit.Action{audit.AccountsImported, audit.AccountsImported}},
	{"accounts show", []string{"1000-1"}, []audit.Action{audit.AccountRead}},
	{"accounts history", []string{"1000-1"}, []audit.Action{audit.AccountRead}},
	{"accounts open", []string{"1000-1", "--by", "Pat", "--reason", "mistyped"}, []audit.Action{audit.AccountOpened}},
	{"accounts new-code", []string{"1000-1", "--by", "Pat", "--notices", "off"}, []audit.Action{audit.AccountChanged}},
	{"longdistance import", []string{"-"}, []audit.Action{audit.AccountsImported, audit.AccountsImported}},
	{"tickets import", []string{"-"}, []audit.Action{audit.TicketsImported, audit.TicketsImported}},
	{"mailboxes import", []string{"-"}, []audit.Action{audit.MailboxesImported, audit.MailboxesImported}},
	{"emails import", []string{"-"}, []audit.Action{audit.EmailAddressesImported, audit.EmailAddressesImported}},
	{"keys create", []string{"crm", "--scope", "lines:read"}, []audit.Action{audit.KeyCreated}},
	{"keys list", nil, []audit.Action{audit.KeysRead}},
	{"keys revoke", []string{"crm"}, []audit.Action{audit.KeyRevoked}},
	{"agents invite", []string{"ada", "--full-name", "Ada", "--email", "ada@mail.example.com"}, []audit.Action{audit.AgentInvited}},
	{"agents list", nil, []audit.Action{audit.AgentRead}},
	{"agents deactivate", []string{"ada"}, []audit.Action{audit.AgentDeactivated}},
	{"agents reactivate", []string{"ada"}, []audit.Action{audit.AgentReactivated}},
	{"audit export", nil, []audit.Action{audit.AuditRead}},
	{"audit begin", []string{"--after", os.DevNull, "--by", "root"}, nil},   // nothing is damaged: see TestAuditBegin
	{"audit trim", []string{"--before", "2020-01-01", "--by", "root"}, nil}, // nothing is so old: see TestAuditCommands
}

// commandsOf are all commands, as "lines show".
func commandsOf(t *testing.T) []string {
	t.Helper()
	parser := must(commandLineOf(&commands{}, terminal{}, nil))(t)
	var all []string
	for _, leaf := range parser.Model.Leaves(true) {
		all = append(all, strings.TrimPrefix(leaf.FullPath(), "updatecenter "))
	}
	return all
}

// TestEveryCommandIsRecorded walks the commands. Each must leave the entries that it has in one list,
// with the user of this computer; or stand in the other with a reason.
func TestEveryCommandIsRecorded(t *testing.T) {
	server := redistest.StartMini(t)
	o := newOffice(t, server)
	agentSettings(t)
	t.Setenv("SECRET_KEYS", testKeys)
	event := o.change(features.Switch(true))
	log := audit.New(audit.Config{Store: o.db.Audit(), Keys: testConfig(t).SecretKeys})
	input := map[string]string{
		"lines import": "number,language\n6125550149,en\n", "accounts import": accountsFile,
		"longdistance import": "btn,name,street1,city,state,zip\n", "tickets import": "ticket,number,account,contact,status\n",
		"mailboxes import": "number,set_up\n", "emails import": "number,address,question_1,answer_1,question_2,answer_2\n",
	}
	all, listed := commandsOf(t), []string{}
	for _, r := range recorded {
		listed = append(listed, r.command)
		args := append(strings.Fields(r.command), strings.Split(strings.ReplaceAll(strings.Join(r.args, "\x00"), "EVENT", event), "\x00")...)
		if r.args == nil {
			args = strings.Fields(r.command)
		}
		before := newest(t, log)
		t.Setenv("REDIS_URL", o.redis)
		out, errs, status := o.run(input[r.command], args...)
		var actions []audit.Action
		for _, e := range must(log.Page(t.Context(), audit.Filter{}, audit.MaxPage))(t) {
			if e.Seq > before {
				actions = append(actions, e.Action)
				if e.From == "" || !strings.HasPrefix(e.By, "command line: ") {
					t.Errorf("%s: by %q, %q", r.command, e.By, e.From)
				}
			}
		}
		slices.Reverse(actions)
		if !slices.Equal(actions, r.actions) || status == exitUsage {
			t.Errorf("%s: status %d, recorded %v, want %v\n%s%s", r.command, status, actions, r.actions, out, errs)
		}
	}
	for command := range unrecorded {
		listed = append(listed, command)
	}
	slices.Sort(all)
	slices.Sort(listed)
	if !slices.Equal(all, listed) {
		t.Errorf("the commands are\n%q\nlisted are\n%q", all, listed)
	}
}

func newest(t *testing.T, log *audit.Log) int64 {
	t.Helper()
	if entries := must(log.Page(t.Context(), audit.Filter{}, 1))(t); len(entries) > 0 {
		return entries[0].Seq
	}
	return 0
}
