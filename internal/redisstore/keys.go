package redisstore

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"

	"updatecenter/internal/accounts"
	"updatecenter/internal/agents"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/nanp"
	"updatecenter/internal/repair"
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

func eventsKey(n nanp.Number) string { return "uc:events:{" + tag(string(n)) + "}" }

func deliveredKey(n nanp.Number) string { return "uc:delivered:{" + tag(string(n)) + "}" }

// The lanes of the outbox, one for each line that has events, by the line's number. They share
// one slot of a cluster, so that a dispatcher finds the next ones in one step. The forms of
// these have no field for a version: a new form takes a new name.
const (
	lanesDueKey       = "uc:outbox:{lanes}:due"
	lanesHeldKey      = "uc:outbox:{lanes}:held"
	lanesAnnouncedKey = "uc:outbox:{lanes}:announced"
	lanesClaimedKey   = "uc:outbox:{lanes}:claimed"
)

func noticesKey(lane string) string { return "uc:notices:{" + tag(lane) + "}" }

// The lanes of notices that are due, as those of the outbox: see there.
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
