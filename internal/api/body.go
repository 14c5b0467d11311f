package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"unicode/utf8"
)

// maxBody bounds the body of a request, in bytes.
const maxBody = 64 * 1024

// readBody reads a body that is one JSON object with no fields but those of T. The
// refusals are badContentType, tooLarge, and badBody with the detail should.
func readBody[T any](w http.ResponseWriter, r *http.Request, should string) (T, error) {
	var none T
	if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || media != jsonType {
		return none, badContentType()
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return none, tooLarge()
	case err != nil:
		return none, badBody(should).because(fmt.Errorf("read body: %w", err))
	}
	object, ok := decode[T](body)
	if !ok {
		return none, badBody(should)
	}
	return object, nil
}

// decode reads one JSON object, strictly. Why it could not be read is not kept, as the
// reasons of encoding/json quote the text.
func decode[T any](body []byte) (T, bool) {
	var object *T // stays nil for the JSON null, which is no object
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if !utf8.Valid(body) || decoder.Decode(&object) != nil || object == nil {
		return *new(T), false
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return *new(T), false
	}
	return *object, true
}
