package api

import (
	"encoding/json"
	"fmt"
	"net/http"
)

const (
	jsonType    = "application/json"
	problemType = "application/problem+json" // RFC 9457, section 3
	yamlType    = "application/yaml"         // RFC 9512
)

// reply writes a document as JSON. Nothing is written if it can't be.
func reply(w http.ResponseWriter, status int, contentType string, document any) error {
	body, err := json.Marshal(document)
	if err != nil {
		return broken(fmt.Errorf("encode answer: %w", err))
	}
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n')) // a client that has gone away is told nothing more
	return nil
}
