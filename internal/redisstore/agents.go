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

var (
	// errLongProfile refuses more than [agents.MaxSealed] bytes.
	errLongProfile = errors.New("the profile is too long")
	// errManyAgents refuses more than mostAgents.
	errManyAgents = errors.New("there are 10,000 profiles, and no more are kept")
)

// unknownAgent stands in for the ID where a user name is nobody's. IDs of agents begin otherwise.
const unknownAgent agents.ID = "unknown"

// Create implements [agents.Store]. It refuses the 10,001st profile. It is one round trip.
func (s Agents) Create(ctx context.Context, profile agents.Stored) error {
	if len(profile.Sealed) > agents.MaxSealed {
		return errLongProfile
	}
	done, err := s.db.run(ctx, createAgent, []string{agentKey(profile.ID), agentNamesKey},
		string(profile.ID), string(profile.Name), strconv.FormatInt(profile.Revision, 10), profile.Sealed, mostAgents)
	switch {
	case err != nil:
		return err
	case done == int64(agentTaken):
		return agents.ErrTaken
	case done == int64(agentsFull):
		return errManyAgents
	}
	return nil
}

// Load implements [agents.Store]. It is one round trip.
func (s Agents) Load(ctx context.Context, id agents.ID) (agents.Stored, error) {
	answers, err := s.db.ask(ctx, readAgent(id))
	if err != nil {
		return agents.Stored{}, err
	}
	return parseAgent(id, answers[0])
}

// ByName implements [agents.Store]. It is two round trips, also for a user name that is nobody's.
func (s Agents) ByName(ctx context.Context, name agents.UserName) (agents.Stored, error) {
	answers, err := s.db.ask(ctx, []any{"hmget", agentNamesKey, "v", string(name)})
	if err != nil {
		return agents.Stored{}, err
	}
	fields, _ := answers[0].([]any)
	id, err := parseAgentName(fields)
	if err != nil {
		return agents.Stored{}, err
	}
	stored, err := s.Load(ctx, id)
	if err == nil && stored.Name != name {
		err = ErrGarbage
	}
	if err != nil {
		return agents.Stored{}, err
	}
	return stored, nil
}

// Save implements [agents.Store]. It is one round trip.
func (s Agents) Save(ctx context.Context, profile agents.Stored) error {
	if len(profile.Sealed) > agents.MaxSealed {
		return errLongProfile
	}
	done, err := s.db.run(ctx, saveAgent, []string{agentKey(profile.ID)},
		string(profile.Name), strconv.FormatInt(profile.Revision, 10), profile.Sealed,
		strconv.FormatInt(profile.Revision+1, 10))
	switch {
	case err != nil:
		return err
	case done == int64(agentMissing):
		return agents.ErrNoAgent
	case done == int64(agentStale):
		return storage.ErrStale
	}
	return nil
}

// List implements [agents.Store]. Of a profile that can't be read there are only ID and user name,
// so that it hides no others. It is one round trip, and one more for every 200 profiles, each of
// which ends within a second; who was created meanwhile may be missing.
func (s Agents) List(ctx context.Context) ([]agents.Stored, error) {
	answers, err := s.db.ask(ctx, []any{"hgetall", agentNamesKey})
	if err != nil {
		return nil, err
	}
	flat, _ := answers[0].([]any)
	owners, err := parseAgentNames(flat)
	if err != nil {
		return nil, err
	}
	all := make([]agents.Stored, 0, len(owners))
	for names := range slices.Chunk(slices.Sorted(maps.Keys(owners)), batch) {
		var commands [][]any
		for _, name := range names {
			commands = append(commands, readAgent(owners[name]))
		}
		answers, err := s.db.askEach(ctx, commands...)
		if err != nil {
			return nil, err
		}
		for i, name := range names {
			all = append(all, listedAgent(name, owners[name], answers[i]))
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
	fields, _ := answer.([]any)
	if len(fields) != 4 {
		return agents.Stored{}, ErrGarbage
	}
	if isEmpty(fields) {
		return agents.Stored{}, agents.ErrNoAgent
	}
	if err := checkVersion(fields[0]); err != nil {
		return agents.Stored{}, err
	}
	stored := agents.Stored{ID: id}
	name, ok1 := fields[1].(string)
	sealed, ok2 := fields[3].(string)
	if !ok1 || !ok2 || !parseNumber(fields[2], &stored.Revision) {
		return agents.Stored{}, ErrGarbage
	}
	stored.Name, stored.Sealed = agents.UserName(name), []byte(sealed)
	return stored, nil
}

// listedAgent is a profile as List has it.
func listedAgent(name agents.UserName, id agents.ID, answer any) agents.Stored {
	stored, err := parseAgent(id, answer)
	if err != nil || stored.Name != name {
		return agents.Stored{ID: id, Name: name}
	}
	return stored
}

// parseAgentName reads version and ID of the names' hash. The ID of nobody is unknownAgent.
func parseAgentName(fields []any) (agents.ID, error) {
	if len(fields) != 2 {
		return "", ErrGarbage
	}
	if isEmpty(fields) {
		return unknownAgent, nil
	}
	if err := checkVersion(fields[0]); err != nil {
		return "", err
	}
	if fields[1] == nil {
		return unknownAgent, nil
	}
	id, ok := fields[1].(string)
	if !ok {
		return "", ErrGarbage
	}
	return agents.ID(id), nil
}

// parseAgentNames reads the whole of the names' hash.
func parseAgentNames(flat []any) (map[agents.UserName]agents.ID, error) {
	owners := make(map[agents.UserName]agents.ID, len(flat)/2)
	var version any
	for i := 0; i+1 < len(flat); i += 2 {
		name, ok1 := flat[i].(string)
		id, ok2 := flat[i+1].(string)
		switch {
		case !ok1 || !ok2:
			return nil, ErrGarbage
		case name == "v":
			version = id
		default:
			owners[agents.UserName(name)] = agents.ID(id)
		}
	}
	if len(flat) == 0 {
		return owners, nil
	}
	return owners, checkVersion(version)
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

// profileLua reads a profile: its fields, none when there is no such profile, or an error to
// answer.
const profileLua = digitsLua + strangeLua + `
local function profile(key)
	local bad = strange(key)
	if bad then return nil, bad end
	local h = redis.call('HMGET', key, 'v', 'name', 'rev', 'sealed')
	if not h[1] then return {} end
	if h[2] and digits(h[3]) and h[4] then return h end
	return nil, redis.error_reply('GARBAGE not a record')
end

local function same(a, name, rev, sealed)
	return a[2] == name and a[3] == rev and a[4] == sealed
end
`

// What createAgent and saveAgent answer when they change nothing.
const (
	agentTaken   = 0
	agentsFull   = -1
	agentMissing = 0
	agentStale   = -1
)

// createAgent stores a new profile with its user name, unless it is stored already.
//
//	KEYS  profile, user names
//	ARGV  ID, user name, revision, sealed, most user names
//	      1 stored, 0 there is another under the user name or the ID, -1 there are too many
var createAgent = newWrite(profileLua + `
local a, bad = profile(KEYS[1])
if bad then return bad end
bad = strange(KEYS[2])
if bad then return bad end
local owner = redis.call('HGET', KEYS[2], ARGV[2])
if a[1] then
	if owner == ARGV[1] and same(a, ARGV[2], ARGV[3], ARGV[4]) then return 1 end
	return 0
end
if owner then return 0 end
if redis.call('HLEN', KEYS[2]) > tonumber(ARGV[5]) then return -1 end
redis.call('HSET', KEYS[2], 'v', '1', ARGV[2], ARGV[1])
redis.call('HSET', KEYS[1], 'v', '1', 'name', ARGV[2], 'rev', ARGV[3], 'sealed', ARGV[4])
return 1
`).lasts()

// saveAgent replaces a profile that has a revision, unless that is done already.
//
//	KEYS  profile
//	ARGV  user name, revision, sealed, next revision
//	      1 replaced, 0 no such profile, -1 another revision
var saveAgent = newWrite(profileLua + `
local a, bad = profile(KEYS[1])
if bad then return bad end
if a[2] ~= ARGV[1] then return 0 end
if same(a, ARGV[1], ARGV[4], ARGV[3]) then return 1 end
if a[3] ~= ARGV[2] then return -1 end
redis.call('HSET', KEYS[1], 'rev', ARGV[4], 'sealed', ARGV[3])
return 1
`).lasts()
