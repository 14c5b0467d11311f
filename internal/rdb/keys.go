package rdb

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"

	"updatecenter/accounts"
	"updatecenter/agents"
	"updatecenter/deliveries"
	"updatecenter/desk"
	"updatecenter/internal/nanp"
	"updatecenter/pins"
)

// Every key of this package begins with "uc:", see [KeyPattern]; those of the queue are asynq's, see
// package queue. What stands in braces is hashed by a cluster,
// so keys with the same braces are on the same node, and one script may touch them all.
//
// How long a key lives is logical time, which the records hold themselves; Redis' own expiry
// only sweeps up, some slack later.

// callKey holds a call: a hash. It lives until Commit.Expires of the last turn.
func callKey(call string) string { return "uc:call:{" + tag(call) + "}" }

// lineKey holds a line: a hash. It lives until the line is removed.
func lineKey(n nanp.Number) string { return "uc:line:{" + tag(string(n)) + "}" }

// strikesKey holds the failures and the attempts under way on one side of a number, be it a
// line or not: a hash. It lives for LockRule.ForgetIn after the last failure; at a hard lock
// until that is lifted, or, of a number that is no line, for four times ForgetIn; without
// failures for [pins.TurnsKept].
func strikesKey(side pins.Side, n nanp.Number) string {
	return "uc:strikes:" + string(side) + ":{" + tag(string(n)) + "}"
}

// historyKey holds what happened to a number, newest first: a list of JSON records. It is
// never deleted.
func historyKey(n nanp.Number) string { return "uc:history:{" + tag(string(n)) + "}" }

// validationsKey holds who has made sure who the customer of a line is: a hash. It lives until
// none of them counts any more, or the line is removed. Its form has no field for a version: a
// new form takes a new name.
func validationsKey(n nanp.Number) string { return "uc:validations:{" + tag(string(n)) + "}" }

// featuresKey holds the settings of a line's calling features: a hash. It lives as long as the
// line.
func featuresKey(n nanp.Number) string { return "uc:features:{" + tag(string(n)) + "}" }

// eventsKey holds the changes of a line's settings for the switch, oldest first: a stream, the
// ID of an entry is the time of the change. It lives, be there still a line or not, until all
// entries were delivered, and then for keptDelivered.
func eventsKey(n nanp.Number) string { return "uc:events:{" + tag(string(n)) + "}" }

// deliveredKey holds how far the events of a line were delivered: a hash. It lives a little
// longer than they.
func deliveredKey(n nanp.Number) string { return "uc:delivered:{" + tag(string(n)) + "}" }

// The lanes of the outbox, one for each line that has events, by the line's number. They share
// one slot of a cluster, so that a dispatcher finds the next ones in one step. The forms of
// these have no field for a version: a new form takes a new name.
const (
	// lanesDueKey holds the known lanes by when they are due: a sorted set. A lane is known
	// until all its events were delivered.
	lanesDueKey = "uc:outbox:{lanes}:due"
	// lanesHeldKey holds who has claimed a lane, or holds it back: a hash. A field lives as
	// long as the lane is claimed, or waits to be tried again.
	lanesHeldKey = "uc:outbox:{lanes}:held"
	// lanesAnnouncedKey holds the lanes by when they were announced last: a sorted set. A
	// member lives for keptDelivered.
	lanesAnnouncedKey = "uc:outbox:{lanes}:announced"
	// lanesClaimedKey holds when lanes were claimed last: a number. It lives for keptDelivered,
	// and tells servers that deliver nothing that others do.
	lanesClaimedKey = "uc:outbox:{lanes}:claimed"
)

// noticesKey holds the notices of changes that are due, of a line by its number or of an account by its
// ID: a list, at most [pins.MaxDue] and [accounts.MaxDue]. A notice leaves it when a delivery tells it,
// or nobody can.
func noticesKey(lane string) string { return "uc:notices:{" + tag(lane) + "}" }

// The lanes of notices that are due, as those of the outbox: see there.
const (
	noticesDueKey  = "uc:notices:{lanes}:due"
	noticesHeldKey = "uc:notices:{lanes}:held"
	// A member of noticesAnnouncedKey lives for an hour.
	noticesAnnouncedKey = "uc:notices:{lanes}:announced"
	noticesClaimedKey   = "uc:notices:{lanes}:claimed"
)

// callerKey holds the failures of a caller, or of all under the name [pins.Unvouched]: a sorted
// set of turns by their time, no more than the limit of failures within the window over which
// they are counted. It lives for the window, or for [pins.TurnsKept] if that is longer. Its form
// has no field for a version: a new form takes a new name.
func callerKey(caller string) string { return "uc:caller:{" + tag(caller) + "}:failures" }

// accountKey holds an account: a hash. It lives for ever.
func accountKey(id accounts.ID) string { return accountKeys + tag(string(id)) + "}" }

const accountKeys = "uc:account:{"

// accountHistoryKey holds what happened to an account, newest first: a list of JSON records.
// It is never deleted.
func accountHistoryKey(id accounts.ID) string { return "uc:account-history:{" + tag(string(id)) + "}" }

// accountNumberKey holds whose an account number is, if the account's own record agrees: a
// hash. It lives until the account has another number.
func accountNumberKey(n accounts.Number) string { return "uc:account-number:{" + tag(string(n)) + "}" }

// refusedClaimsKey holds the claims to numbers that an account must not make good any more: a
// set. It lives for refusedFor after the last one. Its form has no field for a version: a new
// form takes a new name.
func refusedClaimsKey(id accounts.ID) string { return "uc:account-refused:{" + tag(string(id)) + "}" }

// accountStrikesKey holds the failures and the attempts under way of one subject, an account
// or what stands for a number that is nobody's: a hash. It lives for LockRule.ForgetRow after the last
// failure, and until a lock has ended; without failures for [accounts.SettledKept]; of an account that
// is closed until it is opened, and of a closed number that is nobody's for [accounts.KeptClosed] times
// as long.
func accountStrikesKey(subject string) string { return "uc:account-strikes:{" + tag(subject) + "}" }

// enrollmentKey holds an enrollment: a hash. It lives for ever.
func enrollmentKey(id accounts.EnrollmentID) string { return "uc:enrollment:{" + tag(string(id)) + "}" }

// deliveryKey holds a delivery with its events: a hash. It lives for keptDelivery.
func deliveryKey(id deliveries.ID) string { return "uc:delivery:{" + tag(string(id)) + "}" }

// createdKey holds when deliveries for a subject were created: a sorted set of their IDs. A
// member lives for a day. The forms of this and of createdAllKey have no field for a version: a
// new form takes a new name.
func createdKey(subject string) string { return "uc:deliveries:{" + tag(subject) + "}:created" }

// createdAllKey holds the same for all subjects. A member lives for an hour, or for
// Limits.Every if that is longer.
const createdAllKey = "uc:deliveries:{all}:counted"

// blockedKey holds until when nobody is called for a subject: a hash. It lives for keptBlock.
func blockedKey(subject string) string { return "uc:deliveries:{" + tag(subject) + "}:blocked" }

// deliveryKeyKey holds what delivery a client's idempotency key stands for: a hash. It lives
// for a day.
func deliveryKeyKey(key string) string { return "uc:delivery-key:{" + tag(key) + "}" }

// The deliveries that aren't finished, by their IDs. These share one slot of a cluster. Their
// forms have no field for a version: a new form takes a new name.
const (
	// unfinishedKey holds when they are due, or earlier times: a sorted set. A member lives
	// until somebody who looks at it finds the delivery finished, or gone.
	unfinishedKey = "uc:deliveries:{unfinished}:due"
	// announcedKey holds their newest revisions, those that are being stored included: a hash.
	// A field lives as long as the member.
	announcedKey = "uc:deliveries:{unfinished}:announced"
)

// deskCallKey holds a validation of a customer by a call: a hash. It lives for [desk.Kept].
func deskCallKey(id desk.ID) string { return "uc:desk-call:{" + tag(string(id)) + "}" }

// deskCountKey holds what was counted for one subject at the repair desk: a hash. It lives for as
// long as anything of it counts after the last one was counted, or refused for the first time.
func deskCountKey(subject string) string { return "uc:desk-count:{" + tag(subject) + "}" }

// phoneKey holds for which attempt a telephone is reserved: a hash. It lives until the
// reservation ends.
func phoneKey(n nanp.Number) string { return "uc:phone:{" + tag(string(n)) + "}" }

// secretKeysKey holds a check value for each secret key that a server or command has had, by the
// key's id: a hash. It lives for ever. Its form has no field for a version: a new form takes a new
// name.
const secretKeysKey = "uc:secret-keys"

// ringsKey holds when attempts have reserved a telephone to ring it: a sorted set of them. A member
// lives for a day. Its form has no field for a version: a new form takes a new name.
func ringsKey(n nanp.Number) string { return "uc:phone:{" + tag(string(n)) + "}:rings" }

// waitingKey holds which notice waits for a telephone: a string, its ID. It lives for keptWaiting. Its
// form has no field for a version: a new form takes a new name.
func waitingKey(n nanp.Number) string { return "uc:phone:{" + tag(string(n)) + "}:waiting" }

// readyKey holds nothing: an empty string. It is written to see whether a server takes writes, in each
// master of a cluster under the first number that is its own, and lives for a minute. It has no form.
func readyKey(n int) string { return "uc:ready:{" + strconv.Itoa(n) + "}" }

// apiKeysKey holds the keys to the API: a hash. It lives for ever.
const apiKeysKey = "uc:apikeys"

// auditHeadKey holds where the audit ends: a string, JSON with a version of its own. It lives for
// ever. All keys of the audit share one slot of a cluster, as an entry and the head are written in
// one step.
const auditHeadKey = "uc:audit:{log}:head"

// auditLowestKey holds the lowest place of the audit that was filled and not trimmed: a string, a
// number. It lives for ever, and so tells that there was an audit when its head is gone.
const auditLowestKey = "uc:audit:{log}:lowest"

// auditAsideKey is what a key of the audit becomes when another audit is begun after a damaged one, by
// the time of that. It is evidence, and is deleted by hand.
func auditAsideKey(name, key string) string {
	return auditAsideKeys + name + strings.TrimPrefix(key, auditKeys)
}

const (
	auditKeys      = "uc:audit:{log}"
	auditAsideKeys = auditKeys + ":before:"
)

// auditChunkKey holds the n-th chunk of the audit, auditChunk entries by their places: a hash of
// JSON, each with a version of its own. An entry lives until it is trimmed.
func auditChunkKey(n int64) string { return "uc:audit:{log}:" + strconv.FormatInt(n, 10) }

// agentKey holds the profile of a repair agent: a hash. It is never deleted. All keys of agents
// share one slot of a cluster, as a profile and its user name are written in one step.
func agentKey(id agents.ID) string { return "uc:agent:{agents}:" + tag(string(id)) }

// agentNamesKey holds whose the user names are: a hash, with a version beside the names. It is
// never deleted, and no name leaves it.
const agentNamesKey = "uc:agent-names:{agents}"

// signInKey holds a sign-in under way, a session, a draft or a known browser, by the hash of its token: a hash. It
// lives until Record.Expires.
func signInKey(key [32]byte) string { return "uc:signin:{" + hex.EncodeToString(key[:]) + "}" }

// signInStrikesKey holds the failures to sign in of one subject: a hash. It lives until all are
// forgotten: LockRule.ForgetIn after the last failure or Window after the first one, and until a
// wait has ended.
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
