package main

import (
	"os"
	"slices"
	"strings"
	"testing"

	"updatecenter/internal/audit"
	"updatecenter/internal/features"
	"updatecenter/internal/redistest"
)

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
	parser := must(parserOf(&commands{}, terminal{}, nil))(t)
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
	log := audit.New(audit.Config{Store: o.db.Audit(), Keys: testConfig(t).keys})
	input := map[string]string{"lines import": "number,language\n6125550149,en\n", "accounts import": accountsFile}
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
