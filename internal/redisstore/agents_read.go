package redisstore

import "updatecenter/internal/agents"

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
