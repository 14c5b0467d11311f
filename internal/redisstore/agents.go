package redisstore

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"

	"updatecenter/internal/agents"
	"updatecenter/internal/storage"
)

// Agents keeps the profiles of the repair agents: an [agents.Store].
//
// All are in one slot of a cluster, so a profile and the entry of its user name are written in
// one step, and no server that dies leaves one without the other. There are too few for that to
// weigh: 10,000 at the most, those that are deleted and keep their name included.
type Agents struct{ db *DB }

var _ agents.Store = Agents{}

// Agents returns the store of profiles.
func (db *DB) Agents() Agents { return Agents{db} }

// mostAgents bounds how many profiles there are, and so what List has to hold.
const mostAgents = 10_000

// errManyAgents refuses more than mostAgents.
var errManyAgents = errors.New("there are 10,000 profiles, and no more are kept")

// unknownAgent stands in for the ID where a user name is nobody's. IDs of agents begin otherwise.
const unknownAgent agents.ID = "unknown"

// Create implements [agents.Store]. It refuses the 10,001st profile. It is one round trip.
func (s Agents) Create(ctx context.Context, profile agents.Stored) error {
	if len(profile.Sealed) > agents.MaxSealed {
		return errTooLong
	}
	done, err := s.db.run(ctx, createAgent, []string{agentKey(profile.ID), agentNamesKey},
		string(profile.ID), string(profile.Name), strconv.FormatInt(profile.Revision, 10), profile.Sealed, mostAgents)
	return verdict(done, err, agents.ErrTaken, errManyAgents)
}

// Load implements [agents.Store]. It is one round trip.
func (s Agents) Load(ctx context.Context, id agents.ID) (agents.Stored, error) {
	answer, err := s.db.askOne(ctx, "Agents.Load", readAgent(id)...)
	if err != nil {
		return agents.Stored{}, err
	}
	return parseAgent(id, answer)
}

// ByName implements [agents.Store]. It is two round trips, also for a user name that is nobody's.
func (s Agents) ByName(ctx context.Context, name agents.UserName) (agents.Stored, error) {
	id := string(unknownAgent)
	if err := s.db.hash(ctx, "Agents.ByName", agentNamesKey, nil, string(name), optional{&id}); err != nil {
		return agents.Stored{}, err
	}
	stored, err := s.Load(ctx, agents.ID(id))
	if err == nil && stored.Name != name {
		err = storage.ErrDamaged
	}
	return sound(stored, err)
}

// saveAgent is [replaceSealed], of a change that people rely on.
var saveAgent = replaceSealed.of("Agents.Save").lasts()

// Save implements [agents.Store]. It is one round trip.
func (s Agents) Save(ctx context.Context, profile agents.Stored) error {
	if len(profile.Sealed) > agents.MaxSealed {
		return errTooLong
	}
	return s.db.replace(ctx, saveAgent, agentKey(profile.ID), profile.Revision, profile.Sealed, agents.ErrNoAgent)
}

// List implements [agents.Store]. Of a profile that can't be read there are only ID and user name,
// so that it hides no others. It is one round trip, and one more for every 200 profiles, each of
// which ends within a second; who was created meanwhile may be missing.
func (s Agents) List(ctx context.Context) ([]agents.Stored, error) {
	owners, err := s.db.pairs(ctx, "Agents.List", agentNamesKey)
	if err == nil && len(owners) > 0 {
		err = checkVersion(owners["v"])
	}
	if err != nil {
		return nil, err
	}
	delete(owners, "v")
	all := make([]agents.Stored, 0, len(owners))
	for names := range slices.Chunk(slices.Sorted(maps.Keys(owners)), batch) {
		var commands [][]any
		for _, name := range names {
			commands = append(commands, readAgent(agents.ID(owners[name])))
		}
		answers, err := s.db.askEach(ctx, "Agents.List", commands...)
		if err != nil {
			return nil, err
		}
		for i, name := range names {
			all = append(all, listedAgent(agents.UserName(name), agents.ID(owners[name]), answers[i]))
		}
	}
	return all, nil
}

// readAgent is the command that reads a profile.
func readAgent(id agents.ID) []any {
	return []any{"hmget", agentKey(id), "v", "name", "rev", "sealed"}
}

// parseAgent reads the answer to readAgent.
func parseAgent(id agents.ID, answer any) (agents.Stored, error) {
	stored := agents.Stored{ID: id}
	err := parseRecord(answer, agents.ErrNoAgent, (*string)(&stored.Name), &stored.Revision, &stored.Sealed)
	return sound(stored, err)
}

// listedAgent is a profile as List has it.
func listedAgent(name agents.UserName, id agents.ID, answer any) agents.Stored {
	stored, err := parseAgent(id, answer)
	if err != nil || stored.Name != name {
		return agents.Stored{ID: id, Name: name}
	}
	return stored
}

// A profile is one hash:
//
//	v       1
//	name    the user name
//	rev     the revision
//	sealed  all else, as package agents sealed it
//
// Whose the user names are is one hash, in the same slot:
//
//	v       1
//	<name>  the ID; the shortest name has three letters

// createAgent stores a new profile with its user name, unless it is stored already.
//
//	KEYS  profile, user names
//	ARGV  ID, user name, revision, sealed, most user names
//	      1 stored, 0 there is another under the user name or the ID, -1 there are too many
var createAgent = newWrite("Agents.Create", sealedLua+`
local has, held, bad = stored(KEYS[1])
if not bad then bad = strange(KEYS[2]) end
if bad then return bad end
local owner = redis.call('HGET', KEYS[2], ARGV[2])
if has then
	if owner == ARGV[1] and has == ARGV[3] and held == ARGV[4] then return 1 end
	return 0
end
if owner then return 0 end
if redis.call('HLEN', KEYS[2]) > tonumber(ARGV[5]) then return -1 end
redis.call('HSET', KEYS[2], 'v', '1', ARGV[2], ARGV[1])
redis.call('HSET', KEYS[1], 'v', '1', 'name', ARGV[2], 'rev', ARGV[3], 'sealed', ARGV[4])
return 1
`).lasts()
