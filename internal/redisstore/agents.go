package redisstore

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"

	"updatecenter/internal/agents"
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
		return agents.ErrStale
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
