package api

import (
	"bytes"
	_ "embed"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"updatecenter/internal/accounts"
	"updatecenter/internal/features"
)

const (
	maxBody   = 64 * 1024 // bytes of a request
	maxFaults = 50        // of one body that are told
	maxName   = 64        // bytes of a client's own name for a field that are told
)

// A Fault is what is wrong with one field of a body (RFC 9457, section 3).
type Fault struct {
	Detail  string `json:"detail"`  // quotes nothing of the value
	Pointer string `json:"pointer"` // "#/schedules/0/start" (RFC 6901, section 6)
}

// A form is a body that is being read. Fields are named by JSON pointers, "/schedules/0/start".
type form struct {
	given  map[string]bool // that are there, be it as null
	faults []Fault
}

// readBody reads a body that is one JSON object with no fields but those of T, each at most once
// and in that very case; then check looks at what they hold. The refusals are badContentType,
// tooLarge, and badBody with all that is wrong. With that, the object has what could be read.
func readBody[T any](w http.ResponseWriter, r *http.Request, check func(T, *form)) (T, error) {
	var object T
	if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || media != jsonType {
		return object, badContentType
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return object, tooLarge
	}
	if err != nil {
		return object, badBody(Fault{"could not be read to its end", "#"}).because(fmt.Errorf("read body: %w", err))
	}
	object, faults := decode(body, check)
	if len(faults) > 0 {
		return object, badBody(faults...)
	}
	return object, nil
}

// decode reads one JSON object, strictly. The object is only whole if there are no faults.
func decode[T any](body []byte, check func(T, *form)) (T, []Fault) {
	var object T
	f := form{given: map[string]bool{}}
	err := json.Unmarshal(body, new(json.RawMessage))
	syntax, bad := errors.AsType[*json.SyntaxError](err)
	switch {
	case len(bytes.TrimSpace(body)) == 0:
		f.fault("", "is empty; want an object")
	case bad:
		f.fault("", fmt.Sprintf("is not JSON, from byte %d on", syntax.Offset))
	case !utf8.Valid(body):
		f.fault("", "is not UTF-8")
	default:
		f.read(bytes.TrimSpace(body), "", reflect.ValueOf(&object).Elem())
	}
	if f.given[""] { // it is an object
		check(object, &f)
	}
	return object, f.faults
}

// read reads JSON into a field. What does not fit is a fault, and is left away.
func (f *form) read(value []byte, at string, into reflect.Value) {
	object, null := isObject(into.Type()), value[0] == 'n'
	switch kind := into.Kind(); {
	case kind == reflect.Pointer && !null:
		into.Set(reflect.New(into.Type().Elem()))
		f.read(value, at, into.Elem())
	case kind == reflect.Slice && value[0] == '[':
		f.readList(value, at, into)
	case object && value[0] == '{':
		f.readObject(value, at, into)
	case object, kind == reflect.Bool && null, json.Unmarshal(value, into.Addr().Interface()) != nil:
		f.fault(at, wanted(into.Type()))
	}
}

func (f *form) readList(list []byte, at string, into reflect.Value) {
	var values []json.RawMessage
	_ = json.Unmarshal(list, &values) // which is a list, and valid
	into.Set(reflect.MakeSlice(into.Type(), len(values), len(values)))
	for i, value := range values {
		element := at + "/" + strconv.Itoa(i)
		f.given[element] = true
		if value[0] == 'n' {
			f.fault(element, wanted(into.Type().Elem()))
			continue
		}
		f.read(value, element, into.Index(i))
	}
}

func (f *form) readObject(object []byte, at string, into reflect.Value) {
	f.given[at] = true
	fields := map[string]reflect.Value{}
	for _, field := range reflect.VisibleFields(into.Type()) {
		if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); name != "" {
			fields[name] = into.FieldByIndex(field.Index)
		}
	}
	decoder := json.NewDecoder(bytes.NewReader(object))
	_, _ = decoder.Token() // all of it is valid
	for decoder.More() {
		name, _ := decoder.Token()
		var value json.RawMessage
		_ = decoder.Decode(&value)
		member := fmt.Sprint(name)
		pointer := at + "/" + pointerEscapes.Replace(member)
		field, known := fields[member]
		switch {
		case !known && !isName(member):
			f.fault(at, "has a field with a name that is none: "+oneOf(fields))
		case !known:
			f.fault(pointer, "is no field; names are as they are written here: "+oneOf(fields))
		case f.given[pointer]:
			f.fault(pointer, "stands twice")
		default:
			f.given[pointer] = true
			f.read(value, pointer, field)
		}
	}
}

// isName says whether an unknown member is named as fields are, so that it can be told. A code or a PIN
// that is typed in the place of a name is not.
func isName(member string) bool {
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, member)
	return len(member) <= maxName && len(digits) < 4
}

var pointerEscapes = strings.NewReplacer("~", "~0", "/", "~1") // RFC 6901, section 3

func oneOf(fields map[string]reflect.Value) string {
	return strings.Join(slices.Sorted(maps.Keys(fields)), ", ")
}

// isObject says whether a type is read field by field, and not by itself.
func isObject(t reflect.Type) bool {
	pointer := reflect.PointerTo(t)
	return t.Kind() == reflect.Struct && !pointer.Implements(reflect.TypeFor[json.Unmarshaler]()) &&
		!pointer.Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

// wanted says what JSON a type is read from. But for times, what reads itself reads text.
func wanted(t reflect.Type) string {
	switch kind := t.Kind(); {
	case kind == reflect.Pointer:
		return wanted(t.Elem())
	case kind == reflect.Bool:
		return "want true or false"
	case kind == reflect.Int:
		return "want a whole number"
	case kind == reflect.Slice:
		return "want a list"
	case t == reflect.TypeFor[time.Time]():
		return "want a time such as 2026-01-31T00:00:00Z"
	case isObject(t):
		return "want an object"
	}
	return "want text"
}

// fault says what is wrong with a field.
func (f *form) fault(at, detail string) {
	if len(f.faults) < maxFaults {
		f.faults = append(f.faults, Fault{detail, "#" + (&url.URL{Path: at}).EscapedPath()})
	}
}

// need says what a field must be, unless it is right, or something is known to be wrong with it,
// within it, or with what it is in.
func (f *form) need(right bool, at, detail string) {
	pointer := "#" + at + "/"
	known := slices.ContainsFunc(f.faults, func(fault Fault) bool {
		other := fault.Pointer + "/"
		return strings.HasPrefix(other, pointer) || strings.HasPrefix(pointer, other) && other != "#/"
	})
	switch {
	case right || known:
	case f.given[""] && !f.given[at]:
		f.fault(at, "is missing: "+detail)
	default:
		f.fault(at, detail)
	}
}

// refuse says what the rules of the domain refuse, besides what is known to be wrong.
func (f *form) refuse(err error) {
	fields, _ := errors.AsType[accounts.FieldErrors](err)
	for _, field := range fields {
		f.need(false, pointerOf(field.Field), field.Reason)
	}
	parts, _ := errors.AsType[features.Refusals](err)
	for _, part := range parts {
		f.need(false, "/"+part.Part, part.Reason.Sentence())
	}
}

// pointerOf finds a field, which is named as in a file, in a body.
func pointerOf(field string) string {
	switch field {
	case "street1", "street2", "street3":
		return "/address/street/" + strconv.Itoa(int(field[len(field)-1]-'1'))
	case "city", "state", "zip":
		return "/address/" + field
	case "question_1", "answer_1", "question_2", "answer_2":
		part, n, _ := strings.Cut(field, "_")
		return "/questions/" + strconv.Itoa(int(n[0]-'1')) + "/" + part
	}
	return "/" + field
}

// etag is the entity tag of a feature's settings at a revision: "7".
func etag(revision int64) string { return `"` + strconv.FormatInt(revision, 10) + `"` }

// An etagList is the value of If-Match or If-None-Match (RFC 9110, sections 13.1.1 and 13.1.2).
type etagList struct {
	any  bool     // "*"
	tags []string // as they are written: "7", W/"7"
}

// entityTag is one tag at the start of a list (RFC 9110, section 8.8.3).
var entityTag = regexp.MustCompile(`^(?:W/)?"[^\x00-\x20"\x7f]*"`)

// readETags reads a header; nil: it is not there. One that is repeated is one list, and empty
// elements do not count (RFC 9110, sections 5.3 and 5.6.1).
func readETags(header http.Header, name string) (*etagList, error) {
	values := header.Values(name)
	if len(values) == 0 {
		return nil, nil
	}
	rest := strings.Trim(strings.Join(values, ","), " \t")
	if rest == "*" {
		return &etagList{any: true}, nil
	}
	list := &etagList{}
	for {
		rest = strings.TrimLeft(rest, " \t,")
		if rest == "" {
			return list, nil
		}
		tag := entityTag.FindString(rest)
		rest = strings.TrimLeft(rest[len(tag):], " \t")
		if tag == "" || rest != "" && rest[0] != ',' {
			return nil, badIfMatch(name)
		}
		list.tags = append(list.tags, tag)
	}
}

// strong compares as If-Match does: a weak tag never matches.
func (l *etagList) strong(revision int64) bool {
	return l.any || slices.Contains(l.tags, etag(revision))
}

// weak compares as If-None-Match does.
func (l *etagList) weak(revision int64) bool {
	return l.strong(revision) || slices.Contains(l.tags, "W/"+etag(revision))
}

// maxIdempotencyKey bounds the key that a client makes up, in bytes.
const maxIdempotencyKey = 255

// idempotencyKey reads the one Idempotency-Key header, by which a request that is sent again,
// as nobody heard the answer, rings no telephone twice. It is 1 to 255 characters of ASCII
// that can be seen.
func idempotencyKey(header http.Header) (string, error) {
	values := header.Values("Idempotency-Key")
	if len(values) != 1 || values[0] == "" || len(values[0]) > maxIdempotencyKey {
		return "", badIdempotencyKey
	}
	for _, c := range []byte(values[0]) {
		if c < '!' || c > '~' {
			return "", badIdempotencyKey
		}
	}
	return values[0], nil
}

// description is the OpenAPI document, written by hand.
//
//go:embed openapi.yaml
var description string

func describe(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", yamlType)
	_, _ = w.Write([]byte(description)) // a client that has gone away is told nothing more
	return nil
}
