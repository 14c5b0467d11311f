package redisstore

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"updatecenter/internal/accounts"
	"updatecenter/internal/agents"
	"updatecenter/internal/api/apikey"
	"updatecenter/internal/audit"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/nanp"
	"updatecenter/internal/repair"
	"updatecenter/internal/tickets"
	"updatecenter/pins"
)

// Every key of this package begins with "uc:", see [KeyPattern]; those of the queue are asynq's, see
// package queue. What stands in braces is hashed by a cluster,
// so keys with the same braces are on the same node, and one script may touch them all.
//
// What each holds, its bounds, and until when it stays is in the table kinds; one without a version
// takes a new name with a new form. How long a key lives is logical time, which the records hold
// themselves; Redis' own expiry only sweeps up, some slack later.

func callKey(call string) string { return "uc:call:{" + tag(call) + "}" }

func lineKey(n nanp.Number) string { return "uc:line:{" + tag(string(n)) + "}" }

func strikesKey(side pins.Side, n nanp.Number) string {
	return "uc:strikes:" + string(side) + ":{" + tag(string(n)) + "}"
}

func historyKey(n nanp.Number) string { return "uc:history:{" + tag(string(n)) + "}" }

func validationsKey(n nanp.Number) string { return "uc:validations:{" + tag(string(n)) + "}" }

func featuresKey(n nanp.Number) string { return "uc:features:{" + tag(string(n)) + "}" }

func lastCallerKey(n nanp.Number) string { return "uc:last-caller:{" + tag(string(n)) + "}" }

func eventsKey(n nanp.Number) string { return "uc:events:{" + tag(string(n)) + "}" }

func deliveredKey(n nanp.Number) string { return "uc:delivered:{" + tag(string(n)) + "}" }

func ticketsKey(n nanp.Number) string { return "uc:tickets:{" + tag(string(n)) + "}" }

func mailboxKey(n nanp.Number) string { return "uc:mailbox:{" + tag(string(n)) + "}" }

func decoyKey(n nanp.Number) string { return "uc:decoy:{" + tag(string(n)) + "}" }

func ticketKey(name string) string { return "uc:ticket:{" + tag(name) + "}" }

func accountLinesKey(id accounts.ID) string { return "uc:account-lines:{" + tag(string(id)) + "}" }

// The partitions of the outbox, one for each line that has events, by the line's number. They share
// one slot of a cluster, so that a dispatcher finds the next ones in one step. The forms of
// these have no field for a version: a new form takes a new name.
const (
	partitionsDueKey       = "uc:outbox:{lanes}:due"
	partitionsHeldKey      = "uc:outbox:{lanes}:held"
	partitionsAnnouncedKey = "uc:outbox:{lanes}:announced"
	partitionsClaimedKey   = "uc:outbox:{lanes}:claimed"
)

func noticesKey(partition string) string { return "uc:notices:{" + tag(partition) + "}" }

// The partitions of notices that are due, as those of the outbox: see there.
const (
	noticesDueKey       = "uc:notices:{lanes}:due"
	noticesHeldKey      = "uc:notices:{lanes}:held"
	noticesAnnouncedKey = "uc:notices:{lanes}:announced"
	noticesClaimedKey   = "uc:notices:{lanes}:claimed"
)

func callerKey(caller string) string { return "uc:caller:{" + tag(caller) + "}:failures" }

func accountKey(id accounts.ID) string { return accountKeys + tag(string(id)) + "}" }

const accountKeys = "uc:account:{"

func accountHistoryKey(id accounts.ID) string { return "uc:account-history:{" + tag(string(id)) + "}" }

func accountNumberKey(n accounts.Number) string { return "uc:account-number:{" + tag(string(n)) + "}" }

func refusedClaimsKey(id accounts.ID) string { return "uc:account-refused:{" + tag(string(id)) + "}" }

func accountStrikesKey(subject string) string { return "uc:account-strikes:{" + tag(subject) + "}" }

func passwordLinkKey(sum string) string { return "uc:password-link:{" + tag(sum) + "}" }

func enrollmentKey(id accounts.EnrollmentID) string { return "uc:enrollment:{" + tag(string(id)) + "}" }

func deliveryKey(id deliveries.ID) string { return "uc:delivery:{" + tag(string(id)) + "}" }

func createdKey(subject string) string { return "uc:deliveries:{" + tag(subject) + "}:created" }

const createdAllKey = "uc:deliveries:{all}:counted"

func blockedKey(subject string) string { return "uc:deliveries:{" + tag(subject) + "}:blocked" }

func deliveryKeyKey(key string) string { return "uc:delivery-key:{" + tag(key) + "}" }

// The deliveries that aren't finished, by their IDs. These share one slot of a cluster. Their
// forms have no field for a version: a new form takes a new name.
const (
	unfinishedKey = "uc:deliveries:{unfinished}:due"
	announcedKey  = "uc:deliveries:{unfinished}:announced"
)

func deskCallKey(id repair.ID) string { return "uc:desk-call:{" + tag(string(id)) + "}" }

func deskCountKey(subject string) string { return "uc:desk-count:{" + tag(subject) + "}" }

func phoneKey(n nanp.Number) string { return "uc:phone:{" + tag(string(n)) + "}" }

const secretKeysKey = "uc:secret-keys"

func ringsKey(n nanp.Number) string { return "uc:phone:{" + tag(string(n)) + "}:rings" }

func waitingKey(n nanp.Number) string { return "uc:phone:{" + tag(string(n)) + "}:waiting" }

func readyKey(n int) string { return "uc:ready:{" + strconv.Itoa(n) + "}" }

const apiKeysKey = "uc:apikeys"

// The keys of the audit share one slot of a cluster, as an entry and the head are written in one step.
// That the lowest place is known without the head tells that there was an audit when its head is gone.
const (
	auditHeadKey   = "uc:audit:{log}:head"
	auditLowestKey = "uc:audit:{log}:lowest"
)

func auditAsideKey(name, key string) string {
	return auditAsideKeys + name + strings.TrimPrefix(key, auditKeys)
}

const (
	auditKeys      = "uc:audit:{log}"
	auditAsideKeys = auditKeys + ":before:"
)

func auditChunkKey(n int64) string { return "uc:audit:{log}:" + strconv.FormatInt(n, 10) }

// Those of agents share one slot, as a profile and its user name are written in one step.

func agentKey(id agents.ID) string { return "uc:agent:{agents}:" + tag(string(id)) }

const agentNamesKey = "uc:agent-names:{agents}"

func signInKey(key [32]byte) string { return "uc:signin:{" + hex.EncodeToString(key[:]) + "}" }

func signInStrikesKey(subject string) string { return "uc:signin-strikes:{" + tag(subject) + "}" }

// maxTag is the longest name that stands in a key as it is.
const maxTag = 64

// tag returns a name as it stands between the braces of a key: itself if it is short and
// plain, else a hash, which is longer than any plain name. So whatever a network claims to
// be a caller or a call, keys are short, distinct, and braces can't break them.
func tag(name string) string {
	if plain(name) {
		return name
	}
	sum := sha256.Sum256([]byte(name))
	return "sha256." + hex.EncodeToString(sum[:])
}

func plain(name string) bool {
	if name == "" || len(name) > maxTag {
		return false
	}
	for _, c := range []byte(name) {
		switch {
		case c >= '0' && c <= '9', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z':
		case c == '+', c == '-', c == '.', c == '_', c == '@', c == ':':
		default:
			return false
		}
	}
	return true
}

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
	{"uc:call:{CALL}", "a call: a string with its state and its newest answer; one that a release before began: a hash", 120, 600, "calls under way", "an hour after the last turn", true},
	{"uc:line:{NUMBER}", "a line: a hash, with the turns that changed its PIN", 0, 2_000, "lines", "the line is removed; a turn for 6 hours", false},
	{"uc:strikes:SIDE:{NUMBER}", "failures and attempts under way on one side of a number: a hash", 0, 3_000, "numbers that somebody tried PINs for", "90 days after the last failure; locked until a reset for as long as the lock, of what is no line for 360 days; without failures 6 hours", false},
	{"uc:history:{NUMBER}", "what happened to a number, newest first: a list of JSON", pins.MaxHistory, 400_000, "lines, once there are records", "two years after the newest record; the oldest make room", true},
	{"uc:validations:{NUMBER}", "who has made sure who the customer is: a hash, without a version", 0, 2_000, "lines that repair agents help", "15 minutes, or the line is removed", true},
	{"uc:features:{NUMBER}", "settings of a line's calling features: a hash, with the turns that changed them", 0, 10_000, "lines with features that were set up", "the line is removed; a turn for 6 hours", false},
	{"uc:last-caller:{NUMBER}", "who called a line last, sealed, and when: a hash", fewFields, 300, "lines that are called", "a day after the call; the line is removed", true},
	{"uc:tickets:{NUMBER}", "a line's repair tickets: a hash", fewFields, 8_000, "lines with tickets", "a year after a ticket was written last; the line is removed", true},
	{"uc:ticket:{TICKET}", "whose a ticket, or a service test, is: a hash", fewFields, 200, "tickets and service tests", "a year after it was written last; a service test for a week", true},
	{"uc:account-lines:{ID}", "the lines of an account that have had tickets: a sorted set, without a version", tickets.MaxLines, 2_000, "accounts with tickets", "a year after a ticket was written last", true},
	{"uc:mailbox:{NUMBER}", "a line's voice mailbox and e-mail addresses, with the resets of their passwords in the last day, and the wrong answers to secret questions: a hash", fewFields, 8_000, "lines with voice mail or e-mail", "the line is removed", false},
	{"uc:decoy:{NUMBER}", "the answers to secret questions of a number that has no e-mail addresses: a hash", fewFields, 4_000, "such numbers that somebody tried to answer for", "90 days after the last answer; locked until there are others for 360 days", true},
	{"uc:events:{NUMBER}", "changes of features, what callers did with tickets, and resets of passwords of mailboxes and e-mail, for the operator's systems, oldest first: a stream", maxEvents, 1_000_000, "lines whose features change", "delivered, and 30 days after; 1000 that wait refuse further changes, but for removals of features; without a PROVISIONING_URL on any server for ever, the newest 1000", false},
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
	{"uc:password-link:{SUM}", "whose a link is by which a password is chosen: a hash", fewFields, 200, "links that were sent", "a day by e-mail, 21 days by letter", true},
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
