package redisstore

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"updatecenter/pins"
)

// errLongRecord refuses a record of more than maxRecord bytes.
var errLongRecord = errors.New("the record is too long")

const (
	maxRecord = 8 << 10
	maxClaim  = 256 // of what a network claims, in a record of ours
)

// record is an entry of a history as it is stored.
type record struct {
	V int `json:"v"`
	pins.Record
}

const recordVersion = 1

func encode(r pins.Record) (string, error) {
	text, err := json.Marshal(record{recordVersion, r})
	if err != nil {
		return "", fmt.Errorf("write record: %w", err)
	}
	if len(text) > maxRecord {
		return "", errLongRecord
	}
	return string(text), nil
}

func decode(text string) (pins.Record, error) {
	var r record
	if err := json.Unmarshal([]byte(text), &r); err != nil || r.V < recordVersion {
		return pins.Record{}, ErrGarbage
	}
	if r.V > recordVersion {
		return pins.Record{}, ErrVersion
	}
	return r.Record, nil
}

// clip bounds what a network claims, so that no claim keeps a lock from being recorded.
func clip(claim string) string {
	if len(claim) > maxClaim {
		claim = claim[:maxClaim]
	}
	return strings.ToValidUTF8(claim, "")
}
