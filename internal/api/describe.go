package api

import (
	_ "embed"
	"net/http"
)

// description is the OpenAPI document, written by hand.
//
//go:embed openapi.yaml
var description string

func describe(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", yamlType)
	_, _ = w.Write([]byte(description)) // a client that has gone away is told nothing more
	return nil
}
