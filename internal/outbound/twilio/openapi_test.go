package twilio_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"updatecenter/internal/testkit/check"
)

// description is the part of Twilio's published OpenAPI description that says how to make,
// list and end calls. Twilio has put it under the Apache License 2.0; the file tells where it
// is from.
type description struct {
	Paths      map[string]map[string]operation
	Components struct{ Schemas map[string]schema }
}

type operation struct {
	Parameters  []parameter
	RequestBody struct {
		Content map[string]struct{ Schema schema }
	}
}

type parameter struct {
	Name, In string
	Required bool
	Schema   schema
}

type schema struct {
	Type, Format, Pattern, Description string
	Enum, Required                     []string
	Minimum, Maximum                   *int
	MinLength, MaxLength               *int
	Items                              *schema
	Properties                         map[string]schema
	Ref                                string `json:"$ref"`
}

func readDescription(t *testing.T) description {
	t.Helper()
	file, err := os.ReadFile("testdata/calls.openapi.json")
	check.OK(t, err)
	var d description
	check.OK(t, json.Unmarshal(file, &d))
	return d
}

// check tells what is wrong with a request, whose form has been parsed.
func (d description) check(r *http.Request) []string {
	for path, operations := range d.Paths {
		op, known := operations[strings.ToLower(r.Method)]
		if inPath := fill(path, r.URL.EscapedPath()); known && inPath != nil {
			return slices.Concat(
				d.checkParameters(op, "path", inPath),
				d.checkParameters(op, "query", r.URL.Query()),
				d.checkForm(op, r.Header.Get("Content-Type"), r.PostForm))
		}
	}
	return []string{"no such operation: " + r.Method + " " + r.URL.Path}
}

// fill finds the values of a path's parameters; nil: it is another path.
func fill(path, asked string) url.Values {
	names, parts := strings.Split(path, "/"), strings.Split(asked, "/")
	if len(names) != len(parts) {
		return nil
	}
	values := url.Values{}
	for i, name := range names {
		before, rest, isParameter := strings.Cut(name, "{")
		inner, after, _ := strings.Cut(rest, "}")
		if !isParameter && name != parts[i] || !strings.HasPrefix(parts[i], before) || !strings.HasSuffix(parts[i], after) {
			return nil
		}
		if isParameter {
			values.Set(inner, strings.TrimSuffix(parts[i], after))
		}
	}
	return values
}

func (d description) checkParameters(op operation, in string, values url.Values) []string {
	place := schema{Properties: map[string]schema{}}
	for _, p := range op.Parameters {
		if p.In == in {
			place.Properties[p.Name] = p.Schema
			if p.Required {
				place.Required = append(place.Required, p.Name)
			}
		}
	}
	return d.checkAll(place, values)
}

func (d description) checkForm(op operation, contentType string, form url.Values) []string {
	if len(op.RequestBody.Content) == 0 {
		return d.checkAll(schema{}, form)
	}
	body, ok := op.RequestBody.Content[contentType]
	if !ok {
		return []string{"content type " + contentType}
	}
	return d.checkAll(body.Schema, form)
}

func (d description) checkAll(place schema, values url.Values) []string {
	var wrong []string
	for _, name := range place.Required {
		if values.Get(name) == "" {
			wrong = append(wrong, name+" is missing")
		}
	}
	for name, given := range values {
		s, known := place.Properties[name]
		if !known {
			wrong = append(wrong, name+" is no parameter")
			continue
		}
		if s.Type != "array" && len(given) > 1 {
			wrong = append(wrong, name+" is given twice")
		}
		for _, value := range given {
			if err := d.checkValue(s, value); err != nil {
				wrong = append(wrong, fmt.Sprintf("%s: %v", name, err))
			}
		}
	}
	return wrong
}

var (
	described = regexp.MustCompile(`Can be:([^.]*)\.`)
	quoted    = regexp.MustCompile("`([^`]+)`")
	most      = regexp.MustCompile("maximum is `([0-9]+)`")
	e164      = regexp.MustCompile(`^\+[1-9][0-9]{1,14}$`)
)

// checkValue also holds a value to the rules that stand only in words.
func (d description) checkValue(s schema, value string) error {
	if name, isRef := strings.CutPrefix(s.Ref, "#/components/schemas/"); isRef {
		s = d.Components.Schemas[name]
	}
	words := s.Description
	if s.Type == "array" {
		s = *s.Items
	}
	if list := described.FindStringSubmatch(words); list != nil {
		for _, word := range quoted.FindAllStringSubmatch(list[1], -1) {
			s.Enum = append(s.Enum, word[1])
		}
	}
	if limit := most.FindStringSubmatch(words); limit != nil {
		n, _ := strconv.Atoi(limit[1])
		s.Maximum = &n
	}
	if strings.Contains(words, "underscores are not permitted") && strings.Contains(value, "_") {
		host, err := url.Parse(value)
		if err != nil || strings.Contains(host.Host, "_") {
			return fmt.Errorf("underscore in host of %q", value)
		}
	}
	switch s.Type {
	case "integer":
		return checkInteger(s, value)
	case "string":
		return checkString(s, value)
	}
	return fmt.Errorf("type %q, which this test doesn't know", s.Type)
}

func checkInteger(s schema, value string) error {
	n, err := strconv.Atoi(value)
	if err != nil || n < 0 || s.Minimum != nil && n < *s.Minimum || s.Maximum != nil && n > *s.Maximum {
		return fmt.Errorf("%q is no number, or out of range", value)
	}
	return nil
}

func checkString(s schema, value string) error {
	switch {
	case len(s.Enum) > 0 && !slices.Contains(s.Enum, value):
		return fmt.Errorf("%q is none of %q", value, s.Enum)
	case s.MinLength != nil && len(value) < *s.MinLength, s.MaxLength != nil && len(value) > *s.MaxLength:
		return fmt.Errorf("length of %q", value)
	case s.Pattern != "" && !regexp.MustCompile(s.Pattern).MatchString(value):
		return fmt.Errorf("%q is not as %s", value, s.Pattern)
	}
	switch s.Format {
	case "", "http-method": // the latter has an enum
		return nil
	case "uri":
		u, err := url.Parse(value)
		if err != nil || !u.IsAbs() || u.Host == "" {
			return fmt.Errorf("%q is no absolute URL", value)
		}
		return nil
	case "endpoint", "phone-number":
		if !e164.MatchString(value) {
			return fmt.Errorf("%q is not E.164", value)
		}
		return nil
	case "date-time":
		_, err := time.Parse(time.RFC3339, value)
		return err
	}
	return fmt.Errorf("format %q, which this test doesn't know", s.Format)
}

// A check that finds nothing wrong with anything would prove nothing.
func TestDescriptionFindsFaults(t *testing.T) {
	d := readDescription(t)
	const path = "/2010-04-01/Accounts/" + sid + "/Calls.json"
	good := "To=%2B16125550142&From=%2B18886128052"
	for _, c := range []struct{ method, target, form, want string }{
		{"POST", path, good, ""},
		{"POST", path, "To=%2B16125550142", "From is missing"},
		{"POST", path, good + "&Ringtone=loud", "Ringtone is no parameter"},
		{"POST", path, good + "&Timeout=601", "Timeout: "},
		{"POST", path, good + "&Timeout=soon", "Timeout: "},
		{"POST", path, good + "&Method=PATCH", "Method: "},
		{"POST", path, good + "&Url=/voice", "Url: "},
		{"POST", path, good + "&Url=http://a&Url=http://b", "Url is given twice"},
		{"POST", path, good + "&StatusCallback=http://a_b.example.com/", "StatusCallback: "},
		{"POST", path, good + "&StatusCallbackEvent=hungup", "StatusCallbackEvent: "},
		{"POST", path, good + "&StatusCallbackEvent=ringing&StatusCallbackEvent=answered", ""},
		{"POST", path, good + "&MachineDetection=true", "MachineDetection: "},
		{"POST", path, good + "&ApplicationSid=AP1", "ApplicationSid: "},
		{"POST", path, "To=6125550142&From=%2B18886128052", "To: "},
		{"POST", strings.Replace(path, sid, "AC1", 1), good, "AccountSid: "},
		{"GET", path + "?PageSize=1001", "", "PageSize: "},
		{"GET", path + "?StartTime%3E=yesterday", "", "StartTime>: "},
		{"GET", path + "?Status=initiated", "", "Status: "},
		{"POST", strings.Replace(path, ".json", "/CA1.json", 1), "Status=completed", "Sid: "},
		{"DELETE", path, "", "no such operation"},
	} {
		r, err := http.NewRequestWithContext(t.Context(), c.method, c.target, strings.NewReader(c.form))
		check.OK(t, err)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		check.OK(t, r.ParseForm())
		got := strings.Join(d.check(r), "; ")
		if c.want == "" && got != "" || !strings.HasPrefix(got, c.want) {
			t.Errorf("%s %s %s: got %q, want %q", c.method, c.target, c.form, got, c.want)
		}
	}
}
