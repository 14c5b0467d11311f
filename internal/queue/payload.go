package queue

import (
	"encoding/json"
	"errors"
	"fmt"

	"updatecenter/deliveries"
)

// payload is a task as it is stored.
type payload struct {
	V        int           `json:"v"`
	Delivery deliveries.ID `json:"delivery"`
	Attempt  int           `json:"attempt"`
}

const payloadVersion = 1

// Errors of what is found in the queue.
var (
	errGarbage = errors.New("not a task of ours")
	errVersion = errors.New("a task of a newer release")
)

func encode(task deliveries.Task) ([]byte, error) {
	text, err := json.Marshal(payload{payloadVersion, task.Delivery, task.Attempt})
	if err != nil {
		return nil, fmt.Errorf("write task: %w", err)
	}
	return text, nil
}

// decode reads what encode writes. The error is errGarbage or errVersion.
func decode(text []byte) (deliveries.Task, error) {
	var p payload
	if err := json.Unmarshal(text, &p); err != nil || p.V < payloadVersion {
		return deliveries.Task{}, errGarbage
	}
	if p.V > payloadVersion {
		return deliveries.Task{}, errVersion
	}
	if p.Delivery == "" || p.Attempt < 1 {
		return deliveries.Task{}, errGarbage
	}
	return deliveries.Task{Delivery: p.Delivery, Attempt: p.Attempt}, nil
}
