// Package api is the REST API of the Update Center, /v1, for the phone company's own
// programs: the ordering system that provisions lines, the tools of repair agents.
//
//	GET  /v1/lines/{number}            lines:read    a line, its PIN's state, failures and locks
//	PUT  /v1/lines/{number}            lines:write   create it with the temporary PIN, set its language
//	POST /v1/lines/{number}/pin/reset  pins:reset    back to the temporary PIN
//	GET  /v1/lines/{number}/history    lines:read    what happened to its PIN
//	GET  /v1/access-numbers/{code}     any key       the toll-free number of an area code
//	GET  /openapi.yaml                 no key        all this, as an OpenAPI 3.1 document
//
// openapi.yaml beside the code is the reference: every request and answer of the tests is
// checked against it, and every route must be in it. HEAD stands where GET does; OPTIONS
// tells the methods.
//
// # Serving it
//
//	api.New(api.Config{Lines: lines, Provisioning: provisioning, Keys: keys}).Routes(router)
//
// The router should be made with SkipClean(true), or it redirects odd paths instead of
// refusing them. The server bounds headers and the time for reading a request
// (MaxHeaderBytes, ReadTimeout); the API bounds bodies, at 64 KiB, and what it asks of the
// stores, at 3 seconds for a request.
//
// # Keys
//
// A client shows a key, "Authorization: Bearer uc_...", which package apikey makes and knows
// again; its scopes say what it may do. The key's name is who did it, in the history of a
// line and in the log.
//
// # Errors
//
// Every refusal is a [Problem] (RFC 9457). A handler returns an error with two faces: what
// the client is told, and the cause, which only the log holds. Both name the same instance,
// so that a client's complaint finds its line in the log. What is logged of a request is
// its method and its route, never its path, headers or body.
//
// # Documents
//
// [LineDocument] and [HistoryDocument] make what the API answers. The command line shows a
// line by the same document.
package api
