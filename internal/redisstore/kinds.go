package redisstore

import (
	"fmt"
	"regexp"
	"strings"

	"updatecenter/internal/accounts"
	"updatecenter/internal/api/apikey"
	"updatecenter/internal/audit"
	"updatecenter/pins"
)

// A Kind is a row of the registry of what is kept in Redis, docs/keys.md: keys of one form.
type Kind struct {
	Name  string // of the keys; what differs between them is in capitals
	Holds string // and as what
	Most  int    // elements of one key at most; 0: as many as come within the time that Until names
	Bytes int    // of one, roughly, of a customer who is as busy as one can be
	Grows string // of what there are more
	Until string // how long a key, or an element, stays, and what removes it
	// Expires says that Redis deletes the key by itself, always.
	Expires bool
}

// fewFields bounds the fields of a record that grows no further.
const fewFields = 10

// kinds are all keys. Of a key that two rows fit the first counts.
var kinds = []Kind{
	{"uc:call:{CALL}", "a call: a hash with its state and its newest answers", 120, 200_000, "calls under way", "an hour after the last turn", true},
	{"uc:line:{NUMBER}", "a line: a hash, with the turns that changed its PIN", 0, 2_000, "lines", "the line is removed; a turn for 6 hours", false},
	{"uc:strikes:SIDE:{NUMBER}", "failures and attempts under way on one side of a number: a hash", 0, 3_000, "numbers that somebody tried PINs for", "90 days after the last failure; locked until a reset for as long as the lock, of what is no line for 360 days; without failures 6 hours", false},
	{"uc:history:{NUMBER}", "what happened to a number, newest first: a list of JSON", pins.MaxHistory, 400_000, "lines, once there are records", "two years after the newest record; the oldest make room", true},
	{"uc:validations:{NUMBER}", "who has made sure who the customer is: a hash, without a version", 0, 2_000, "lines that repair agents help", "15 minutes, or the line is removed", true},
	{"uc:features:{NUMBER}", "settings of a line's calling features: a hash, with the turns that changed them", 0, 10_000, "lines with features that were set up", "the line is removed; a turn for 6 hours", false},
	{"uc:events:{NUMBER}", "changes of features for the switch, oldest first: a stream", maxEvents, 1_000_000, "lines whose features change", "delivered, and 30 days after; 1000 that wait refuse further changes, but for removals of features; without a PROVISIONING_URL on any server for ever, the newest 1000", false},
	{"uc:delivered:{NUMBER}", "how far these were delivered: a hash", fewFields, 200, "the same", "as they", false},
	{"uc:outbox:{lanes}:due", "lines with events that may wait: a sorted set, without a version", 0, 100_000, "lines with events that wait", "all its events are delivered; without a PROVISIONING_URL on any server for ever", false},
	{"uc:outbox:{lanes}:held", "who has claimed one of these lines, or holds it back: a hash, without a version", 0, 100_000, "the same", "the claim or the wait ends", false},
	{"uc:outbox:{lanes}:announced", "when lines were announced last: a sorted set, without a version", 0, 5_000_000, "lines whose features change", "30 days", false},
	{"uc:outbox:{lanes}:claimed", "when lines were claimed last: a number, without a version", 1, 100, "", "30 days", true},
	{"uc:notices:{lanes}:due", "lines and accounts of whose changes customers are to be told: a sorted set, without a version", 0, 100_000, "changes that nobody was told of yet", "all are told, or nobody can be", false},
	{"uc:notices:{lanes}:held", "who has claimed one of these, or holds it back: a hash, without a version", 0, 100_000, "the same", "the claim or the wait ends", false},
	{"uc:notices:{lanes}:announced", "when they were announced last: a sorted set, without a version", 0, 1_000_000, "changes", "an hour", false},
	{"uc:notices:{lanes}:claimed", "when they were claimed last: a number, without a version", 1, 100, "", "an hour", true},
	{"uc:notices:{LANE}", "changes of a line or account that its customer is to be told of: a list", max(pins.MaxDue, accounts.MaxDue), 30_000, "lines and accounts with such changes", "a delivery tells it, or nobody can", false},
	{"uc:caller:{CALLER}:failures", "wrong PINs of a caller from elsewhere, or of all that can't be verified: a sorted set of turns, without a version", 0, 2_000, "callers from elsewhere with wrong PINs", "an hour, of all together a day; no more than the limit is counted", true},
	{"uc:account:{ID}", "an account: a hash", fewFields, 2_000, "accounts", "for ever", false},
	{"uc:account-history:{ID}", "what happened to an account, newest first: a list of JSON", accounts.MaxHistory, 400_000, "accounts", "two years after the newest record; the oldest make room", true},
	{"uc:account-number:{ACCOUNT}", "whose an account number is: a hash", fewFields, 200, "accounts", "the account has another number", false},
	{"uc:account-refused:{ID}", "claims to numbers that an account must not make good any more: a set, without a version", 0, 2_000, "accounts that get another number while others want it", "a day after the last one", true},
	{"uc:account-strikes:{SUBJECT}", "failures to prove that an account is the own: a hash", 0, 3_000, "accounts that are claimed, and numbers that are none", "90 days after the last failure; without failures 10 minutes; closed until it is opened, of what is no account for a year", false},
	{"uc:enrollment:{ID}", "an enrollment with its accounts: a hash", fewFields, 1_000, "enrollments", "for ever", false},
	{"uc:delivery:{ID}", "a delivery with its events: a hash", 0, 10_000, "deliveries and notices", "90 days after it was created", true},
	{"uc:deliveries:{SUBJECT}:created", "deliveries for an account or line, by when they were created: a sorted set, without a version", 0, 2_000, "accounts and lines with deliveries", "a day", true},
	{"uc:deliveries:{all}:counted", "the same of all: a sorted set, without a version", 0, 1_000_000, "deliveries", "an hour", true},
	{"uc:deliveries:{SUBJECT}:blocked", "until when nobody is called for an account or line: a hash", fewFields, 200, "people who press 9", "30 days", true},
	{"uc:deliveries:{unfinished}:due", "deliveries that aren't finished, by when they are due: a sorted set, without a version", 0, 1_000_000, "deliveries under way", "the delivery is finished", false},
	{"uc:deliveries:{unfinished}:announced", "their newest revisions: a hash, without a version", 0, 1_000_000, "the same", "as they", false},
	{"uc:delivery-key:{KEY}", "what delivery an idempotency key stands for: a hash", fewFields, 300, "requests for deliveries", "a day", true},
	{"uc:desk-call:{ID}", "a validation of a customer by a call: a hash", fewFields, 1_000, "validations by a call", "a day", true},
	{"uc:desk-count:{SUBJECT}", "what an agent, a key or a line has used of its limits: a hash", 0, 20_000, "agents and keys at work, lines that they help", "the limits' hour or day", true},
	{"uc:phone:{NUMBER}", "for which attempt a telephone is reserved: a hash", fewFields, 200, "telephones that ring", "the reservation ends", true},
	{"uc:phone:{NUMBER}:rings", "when attempts have reserved a telephone: a sorted set, without a version", 0, 5_000, "telephones that rang", "a day", true},
	{"uc:phone:{NUMBER}:waiting", "which notice waits for a telephone: its ID, without a version", 1, 100, "telephones that notices wait for", "4 days", true},
	{"uc:secret-keys", "a check value of each secret key: a hash, without a version", 0, 1_000, "secret keys that were used", "by hand", false},
	{"uc:apikeys", "keys of the API: a hash", 2 * apikey.MaxKeys, 300_000, "keys", "a year after it was revoked, when another is made; the 1001st is refused", false},
	{"uc:agent:{agents}:ID", "the profile of an agent: a hash", fewFields, 3_000, "agents that were ever invited, 10,000 at most", "for ever", false},
	{"uc:agent-names:{agents}", "whose the user names are: a hash", mostAgents + 1, 500_000, "the same", "for ever: no name is given to somebody else", false},
	{"uc:signin:{TOKEN}", "a sign-in under way, a session, a draft, a change or a known browser: a hash", fewFields, 2_000, "agents at work, and their browsers", "minutes to 12 hours; a known browser 90 days", true},
	{"uc:signin-strikes:{SUBJECT}", "failures to sign in of an agent, of names that nobody has, or of an address: a hash", fewFields, 200, "agents and addresses that fail; names that nobody has share 262,144 for each secret key", "184 days after the last failure", true},
	{"uc:audit:{log}:head", "where the audit begins and ends: JSON", 1, 300, "", "for ever", false},
	{"uc:audit:{log}:lowest", "its lowest place that was filled and not trimmed: a number", 1, 100, "", "for ever", false},
	{"uc:audit:{log}:before:TIME:WHAT", "keys of a damaged audit, renamed: evidence", 0, 300_000, "audits that were begun after a damaged one", "by hand", false},
	{"uc:audit:{log}:CHUNK", "entries of the audit, 500 to a key: a hash of JSON", audit.MaxRead, 300_000, "what agents, programs and operators do", "`audit trim`, after a year at the earliest", false},
	{"uc:ready:{N}", "nothing: it is written to see whether a server takes writes", 1, 100, "masters of a cluster", "a minute", true},
	{"uc:lasting:{TAG}", "nothing: it is written so that replicas or disks can be waited for", 1, 100, "lines, accounts and agents that were changed", "seconds", true},
	{"asynq:REST", "the queues, as asynq keeps them", 0, 1_000_000, "deliveries and e-mails under way", "the task is done, or has failed for good; counters 90 days", false},
}

var capitals = regexp.MustCompile(`[A-Z]+`)

// KindOf returns the row of a key, and whether there is one.
func KindOf(key string) (Kind, bool) {
	for _, kind := range kinds {
		form := capitals.ReplaceAllString(strings.ReplaceAll(regexp.QuoteMeta(kind.Name), "REST", ".*"), `[^{}]+`)
		if regexp.MustCompile(`^` + form + `$`).MatchString(key) {
			return kind, true
		}
	}
	return Kind{}, false
}

// KindsTable is the registry as a Markdown table.
func KindsTable() string {
	var b strings.Builder
	b.WriteString("| key | holds | elements | bytes | there are as many as | until |\n| --- | --- | --- | --- | --- | --- |\n")
	for _, k := range kinds {
		most := ""
		if k.Most > 1 && k.Most != fewFields {
			most = fmt.Sprint(k.Most)
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %d | %s | %s |\n", k.Name, k.Holds, most, k.Bytes, k.Grows, k.Until)
	}
	return b.String()
}
