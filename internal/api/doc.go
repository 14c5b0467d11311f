// Package api is the REST API of the Update Center, /v1, for the phone company's own
// programs: the ordering system that provisions lines, the tools of repair agents, the
// customers' portal.
//
//	GET  /v1/lines/{number}                     lines:read      a line, its PIN's state, failures and locks, its features
//	PUT  /v1/lines/{number}                     lines:write     create it with the temporary PIN, set its language and its features
//	POST /v1/lines/{number}/pin/reset           pins:reset      back to the temporary PIN
//	GET  /v1/lines/{number}/history             lines:read      what happened to its PIN and its features
//	GET  /v1/lines/{number}/features            features:read   how its features are set
//	GET  /v1/lines/{number}/features/{feature}  features:read   how one is set
//	PUT  /v1/lines/{number}/features/{feature}  features:write  set it
//	GET  /v1/access-numbers/{code}              any key         the toll-free number of an area code
//	GET  /openapi.yaml                          no key          all this, as an OpenAPI 3.1 document
//
// openapi.yaml beside the code is the reference: every request and answer of the tests is
// checked against it, and every route must be in it. HEAD stands where GET does; OPTIONS
// tells the methods.
//
// # Serving it
//
//	api.New(api.Config{Lines: lines, Provisioning: provisioning, Features: features, Keys: keys}).Routes(router)
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
// # Features
//
// A PUT replaces all settings of a feature, and says in If-Match which revision of them its
// client has seen: it is the ETag of every answer that shows the feature. So two programs, or
// a program and a caller, who change one list at once lose nothing: the slower one is told
// (412), and starts over from what the other made of it. The rules are those of package
// features, and a refusal (422) names the same reason that a caller hears. A code can be sent
// and is never answered. The history shows what was changed only to keys that may read
// settings.
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
// [LineDocument], [FeaturesDocument] and [HistoryDocument] make what the API answers. The command line shows a
// line by the same document.
package api
