package api

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"updatecenter/internal/accounts"
	"updatecenter/internal/api/apikey"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/features"
	"updatecenter/internal/mailboxes"
	"updatecenter/internal/nanp"
	"updatecenter/internal/repair"
	"updatecenter/internal/sse"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
)

// contract reads openapi.yaml, once.
var contract = sync.OnceValues(func() (*openapi3.T, error) {
	openapi3filter.RegisterBodyDecoder(sse.Type, openapi3filter.RegisteredBodyDecoder("text/plain"))
	return readContract(description)
})

func readContract(text string) (*openapi3.T, error) {
	loader := openapi3.NewLoader()
	doc, err := loader.LoadFromData([]byte(text))
	if err != nil {
		return nil, err
	}
	return doc, doc.Validate(loader.Context, openapi3.EnableExamplesValidation(), openapi3.EnableSchemaFormatValidation(),
		openapi3.EnableMultiError())
}

// operationsOf finds the operations of the contract.
var operationsOf = sync.OnceValues(func() (routers.Router, error) {
	doc, err := contract()
	if err != nil {
		return nil, err
	}
	return gorillamux.NewRouter(doc)
})

func described(t *testing.T) (*openapi3.T, routers.Router) {
	t.Helper()
	doc, err := contract()
	if err != nil {
		t.Fatalf("openapi.yaml: %v", err)
	}
	router, err := operationsOf()
	check.OK(t, err)
	return doc, router
}

// verdicts are those of the contract, by what it judged.
var verdicts sync.Map

// judged is the verdict of judge about something. It is asked once about the same, since kin-openapi compiles
// the schema again for each verdict, which takes longer than all else that a request does.
func judged(judge func() error, about ...any) error {
	verdict, _ := verdicts.LoadOrStore(fmt.Sprintf("%q", about), sync.OnceValue(judge))
	return verdict.(func() error)()
}

// compiler compiles each schema of the contract once.
var (
	compiling sync.Mutex
	compiler  = sync.OnceValues(func() (*jsonschema.Compiler, error) {
		doc, err := contract()
		if err != nil {
			return nil, err
		}
		text, err := doc.MarshalJSON()
		if err != nil {
			return nil, err
		}
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			return nil, err
		}
		c := jsonschema.NewCompiler()
		c.AssertFormat()
		return c, c.AddResource("openapi.json", value)
	})
)

// fits holds a value against a schema of the contract.
func fits(name string, value any) error {
	compiling.Lock()
	defer compiling.Unlock()
	c, err := compiler()
	if err != nil {
		return err
	}
	schema, err := c.Compile("openapi.json#/components/schemas/" + name)
	if err != nil {
		return err
	}
	return schema.Validate(value)
}

// fitsBody holds a body against the schema that its type has.
func fitsBody(content openapi3.Content, mediaType string, body []byte) error {
	media := content.Get(mediaType)
	if media == nil {
		return fmt.Errorf("a body is %q", mediaType)
	}
	name, named := strings.CutPrefix(media.Schema.Ref, "#/components/schemas/")
	if named {
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
		return cmp.Or(err, fits(name, value))
	}
	value, err := openapi3filter.RegisteredBodyDecoder(mediaType)(bytes.NewReader(body), nil, media.Schema, nil)
	return cmp.Or(err, media.Schema.Value.VisitJSON(value, openapi3.EnableJSONSchema2020()))
}

// conforms holds a request and its answer against openapi.yaml. A request that is described
// must not be refused for its form or its key, and one that is not must be.
func (r *rig) conforms(request *http.Request, body []byte, got answer) {
	r.Helper()
	if got.header.Get("Cache-Control") != "no-store" {
		r.Errorf("Cache-Control = %q", got.header.Get("Cache-Control"))
	}
	_, router := described(r.T)
	if request.Method == http.MethodHead {
		if got.header.Get("Content-Type") == "" {
			r.Error("HEAD: no Content-Type")
		}
		return
	}
	route, vars, err := router.FindRoute(request)
	if err != nil {
		r.undescribed(request, got)
		return
	}
	for name, value := range vars { // which the router leaves escaped
		if vars[name], err = url.PathUnescape(value); err != nil {
			r.Fatal(err)
		}
	}
	input := &openapi3filter.RequestValidationInput{
		Request: withBody(request, body), PathParams: vars, Route: route,
		Options: &openapi3filter.Options{IncludeResponseStatus: true, ExcludeRequestBody: true, ExcludeResponseBody: true},
	}
	invalid := r.notDescribed(input, body)
	refused := slices.Contains([]int{400, 401, 403, 415, 428}, got.status)
	// Which of these it is for says the body's agent; that a customer is not validated, no request.
	unlike := r.unlike || got.status == http.StatusRequestEntityTooLarge || strings.Contains(got.body, "#not-validated")
	if refused != (invalid != nil) && !unlike {
		r.Errorf("%s %s: status %d; openapi.yaml says of the request: %v", request.Method, request.URL, got.status, invalid)
	}
	output := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: got.status, Header: got.header, Options: input.Options,
	}
	err = judged(func() error { return openapi3filter.ValidateResponse(context.Background(), output) },
		request.Method, route.Path, got.status, got.header)
	response := cmp.Or(route.Operation.Responses.Status(got.status), route.Operation.Responses.Default())
	if err == nil && len(response.Value.Content) > 0 {
		err = fitsBody(response.Value.Content, got.header.Get("Content-Type"), []byte(got.body))
	}
	if err != nil {
		r.Errorf("%s %s: the answer is not as described: %v", request.Method, request.URL, err)
	}
}

// notDescribed says why a request is none that openapi.yaml describes: it lacks the key, or has another form.
func (r *rig) notDescribed(input *openapi3filter.RequestValidationInput, body []byte) error {
	security := input.Route.Operation.Security
	if security == nil {
		security = &input.Route.Spec.Security
	}
	input.Options.AuthenticationFunc = r.mayCall
	if err := openapi3filter.ValidateSecurityRequirements(r.Context(), input, *security); err != nil {
		return err
	}
	input.Options.AuthenticationFunc = openapi3filter.NoopAuthenticationFunc
	header := input.Request.Header.Clone()
	header.Del("Authorization")
	if strings.HasPrefix(header.Get("Idempotency-Key"), ownKey) { // of which each request has another
		header.Set("Idempotency-Key", ownKey)
	}
	err := judged(func() error { return openapi3filter.ValidateRequest(context.Background(), input) },
		input.Request.Method, input.Request.URL.String(), header)
	described := input.Route.Operation.RequestBody
	switch {
	case err != nil:
		return err
	case len(body) > 0 && described == nil:
		return errors.New("no body is wanted")
	case len(body) > 0:
		return fitsBody(described.Value.Content, header.Get("Content-Type"), body)
	case described != nil && described.Value.Required:
		return errors.New("the body is missing")
	}
	return nil
}

// undescribed is for the refusal of what isn't there, which no operation describes.
func (r *rig) undescribed(request *http.Request, got answer) {
	r.Helper()
	switch got.status {
	case http.StatusNoContent:
		if request.Method != http.MethodOptions {
			r.Errorf("%s %s is answered, and is not described", request.Method, request.URL)
		}
	case http.StatusNotFound, http.StatusMethodNotAllowed:
		var problem map[string]any
		got.read(&problem)
		if err := fits("Problem", problem); err != nil {
			r.Errorf("problem is not as described: %v", err)
		}
	default:
		r.Errorf("%s %s: status %d, and it is not described", request.Method, request.URL, got.status)
	}
}

// mayCall is the scopes' rule as openapi.yaml has it.
func (r *rig) mayCall(_ context.Context, input *openapi3filter.AuthenticationInput) error {
	token, ok := strings.CutPrefix(input.RequestValidationInput.Request.Header.Get("Authorization"), "Bearer ")
	scopes, valid := r.tokens[token]
	if !ok || !valid {
		return errors.New("no valid key")
	}
	for _, scope := range input.Scopes {
		if !slices.Contains(scopes, apikey.Scope(scope)) {
			return fmt.Errorf("lacks %s", scope)
		}
	}
	return nil
}

func readAll(t *testing.T, request *http.Request) []byte {
	t.Helper()
	body, err := io.ReadAll(request.Body)
	check.OK(t, err)
	return body
}

func withBody(request *http.Request, body []byte) *http.Request {
	again := request.Clone(request.Context())
	again.Body = io.NopCloser(bytes.NewReader(body))
	return again
}

func TestEveryRouteIsDescribed(t *testing.T) {
	doc, _ := described(t)
	var want []string
	for path, item := range doc.Paths.Map() {
		for method := range item.Operations() {
			want = append(want, method+" "+path)
		}
	}
	slices.Sort(want)
	check.Same(t, newRig(t).served(), want)
}

// TestEveryExampleIsValid: reading the contract has held the examples of bodies, parameters and
// headers against their schemas; these are the schemas' own. Each kind is seen to be refused when
// it is wrong.
func TestEveryExampleIsValid(t *testing.T) {
	doc, _ := described(t)
	checked := 0
	for name, schema := range doc.Components.Schemas {
		for _, example := range schema.Value.Examples {
			checked++
			if err := fits(name, example); err != nil {
				t.Errorf("example of %s: %v", name, err)
			}
		}
	}
	if all := strings.Count(description, " examples: ["); checked != all {
		t.Errorf("%d of %d examples of schemas were found", checked, all)
	}
	text := description
	for right, wrong := range map[string]string{
		`{value: {verified: false, tries_left: 4}}`:          `{value: {verified: true, tries_left: 4}}`,
		`{agent: "77", code: 482 913}`:                       `{agent: "77", code: 482 91}`,
		`e164: {value: "+16125550142"}`:                      `e164: {value: "+1612555014"}`,
		`example: "612"`:                                     `example: "112"`,
		`lock: timed, locked_until: "2026-03-04T14:30:00Z"}`: `lock: timed}`,
	} {
		text = strings.Replace(text, right, wrong, 1)
	}
	_, err := readContract(text)
	for _, wrong := range []string{"at '/tries_left': false schema", `Error at "/code"`, "'+1612555014'", "'112'", "example locked"} {
		if err == nil || !strings.Contains(err.Error(), wrong) {
			t.Errorf("%s: taken for a valid example; wrong is said to be %v", wrong, err)
		}
	}
}

func TestEveryProblemIsDescribed(t *testing.T) {
	doc, _ := described(t)
	listed := map[string]bool{}
	for _, kind := range doc.Components.Schemas["Problem"].Value.Properties["type"].Value.Enum {
		listed[fmt.Sprint(kind)] = true
	}
	told := map[string]bool{}
	for _, no := range []*refusal{
		badNumber, badAreaCode, badLimit, badBody(Fault{}), noKey, badKey, missingScope(apikey.PinsReset), noPath, noLine,
		badMethod("GET"), tooLarge, badContentType, broken(io.EOF), unavailable(io.EOF),
		noFeature, notInstalled, badIfMatch("If-Match"), noIfMatch, changedMeanwhile, nothingMatches(), refusedSettings(features.Refusals{{Reason: features.ListFull}}), backlog,
		badAccount, badIdempotencyKey, badLastEventID, noAccount, noLink, noEnrollment, noDelivery, accountTaken, enrollmentFull,
		noSecret, noWay, notOfRecord(&deliveries.TooNewError{}),
		notOfRecord(&deliveries.TooNewError{Method: deliveries.Email, Since: start, From: start}),
		notOfRecord(&deliveries.TooNewError{Method: deliveries.ByMail, Since: start, From: start}), callsDeclined(start), tooLate, refusedDetails(accounts.FieldErrors{{}}), keyReused, tooManyDeliveries(&deliveries.LimitError{}, start),
		notCalled(&nanp.DestinationError{}), tooManyStreams, badAgent, notValidated, agentMissing, noValidation, lineDeclines(start),
		tooManyCalls(&deliveries.LimitError{}, start), limitReached(&repair.LimitError{}, start),
		badTicket, noTicket, noTest, noIfMatchOfTicket, ticketChanged, noMailbox, noIfMatchOfMailbox, mailboxChanged,
		badEmail, noSuchEmail, emailsFull, noIfMatchOfEmail, emailChanged, ticketOfOther, ticketsFull, otherResult,
	} {
		row := fmt.Sprintf("| `%s` | %d |", no.name, no.problem.Status)
		if !listed[no.problem.Type] || !strings.Contains(doc.Info.Description, row) {
			t.Errorf("%s is not listed, or not as %s", no.problem.Type, row)
		}
		told[no.problem.Type] = true
	}
	if !maps.Equal(listed, told) {
		t.Errorf("listed: %v; told: %v", slices.Sorted(maps.Keys(listed)), slices.Sorted(maps.Keys(told)))
	}
}

func TestEveryScopeIsDescribed(t *testing.T) {
	doc, _ := described(t)
	var used []string
	for _, item := range doc.Paths.Map() {
		for _, operation := range item.Operations() {
			if operation.Security == nil {
				continue
			}
			for _, scheme := range *operation.Security {
				used = append(used, scheme["key"]...)
			}
		}
	}
	for _, scope := range apikey.AllScopes {
		if !slices.Contains(used, string(scope)) || !strings.Contains(doc.Info.Description, "| `"+string(scope)+"` |") {
			t.Errorf("%s is not described", scope)
		}
	}
}

func TestEveryReasonIsDescribed(t *testing.T) {
	doc, _ := described(t)
	listed := map[string]bool{}
	for _, reason := range doc.Components.Schemas["Problem"].Value.Properties["reason"].Value.Enum {
		listed[fmt.Sprint(reason)] = true
	}
	for _, reason := range features.Reasons {
		if !listed[string(reason)] || !strings.Contains(doc.Info.Description, "| `"+string(reason)+"` |") {
			t.Errorf("%s is not described", reason)
		}
	}
	if len(listed) != len(features.Reasons) {
		t.Errorf("%d reasons are listed, and there are %d", len(listed), len(features.Reasons))
	}
}

func TestEveryFeatureIsDescribed(t *testing.T) {
	doc, _ := described(t)
	var want []any
	for _, f := range pins.AllFeatures {
		want = append(want, string(f))
	}
	check.Same(t, doc.Components.Schemas["FeatureName"].Value.Enum, want)
}

func TestEveryQuestionIsDescribed(t *testing.T) {
	doc, _ := described(t)
	var want []any
	for _, question := range mailboxes.Questions {
		want = append(want, string(question))
		if !strings.Contains(doc.Info.Description, "| `"+string(question)+"` |") {
			t.Errorf("%s is not described", question)
		}
	}
	check.Same(t, doc.Components.Schemas["EmailQuestion"].Value.Enum, want)
	check.Same(t, *doc.Components.Schemas["Emails"].Value.Properties["addresses"].Value.MaxItems, uint64(mailboxes.MaxEmails))
	answer := doc.Components.Schemas["EmailPut"].Value.Properties["questions"].Value.Items.Value.Properties["answer"].Value
	check.Same(t, []uint64{answer.MinLength, *answer.MaxLength}, []uint64{mailboxes.MinAnswer, mailboxes.MaxAnswer})
}

func TestDescription(t *testing.T) {
	r := newRig(t)
	request := r.request(http.MethodGet, "/openapi.yaml", "")
	request.Header.Del("Authorization")
	got := r.send(request).is(http.StatusOK, "")
	if got.header.Get("Content-Type") != "application/yaml" || !strings.HasPrefix(got.body, "openapi: 3.1.") {
		t.Errorf("got %s: %.40s", got.header.Get("Content-Type"), got.body)
	}
	if len(r.world.Calls.Made("APIKeys.Key")) > 0 {
		t.Error("asked for a key")
	}
}
