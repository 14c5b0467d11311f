# The workshop: `make` lists what it can do. It needs Go, GNU make and a POSIX shell;
# `make test` fetches the rest, or says what is missing.

PROGRAM := bin/updatecenter
BUILD   := go build -o $(PROGRAM) ./cmd/updatecenter

# The line that make call dials from: make call FROM=612-555-0145
FROM := 612-555-0142

# How long each fuzz target runs, and the longest that the tests of one package may take.
FUZZTIME    := 10s
TESTTIMEOUT := 20m

# The test that measures how quick pages are, which runs when no other does.
ALONE := ^TestConsoleInBrowser$$

# Where make e2e keeps what it has seen.
PICTURES := bin/e2e

# The race detector watches all but the embedded Redis, in the scripts of which tests would spend most of their
# time, and packages of others that compute, and share nothing with our goroutines. -l keeps these from having
# copies of functions of the standard library of their own, whose locks would not be seen. checkptr, which the
# detector brings along, looks at unsafe pointers, of which nothing here has any.
UNWATCHED := regexp/... golang.org/x/crypto/... codeberg.org/go-pdf/fpdf/... github.com/alecthomas/kong/... \
	github.com/alicebob/miniredis/... github.com/ccojocar/zxcvbn-go/... github.com/chromedp/cdproto/... \
	github.com/getkin/kin-openapi/... github.com/go-json-experiment/json/... \
	github.com/santhosh-tekuri/jsonschema/... github.com/yuin/gopher-lua/...
RACE := -race -gcflags='all=-d=checkptr=0' $(foreach package,$(UNWATCHED),-gcflags='$(package)=-race=false -l')

# The tests spend memory rather than time on garbage, and each package ends at once, not after a second for races
# of what it has left running.
RACE_ENV := CGO_ENABLED=1 GOGC=400 GORACE=atexit_sleep_ms=50

# The linter is built from source, once for each version.
LINT_VERSION := v2.15.0
LINT         := .cache/bin/golangci-lint-$(LINT_VERSION)

# The linters of the API's description are of the versions in tools/lint-api/package-lock.json.
# Redocly sends nothing home, and asks for no newer version.
LINT_API := .cache/lint-api/node_modules
OPENAPI  := internal/api/openapi.yaml
export REDOCLY_TELEMETRY := off
export REDOCLY_SUPPRESS_UPDATE_NOTICE := true

# Nothing here uses the commit that go build would stamp into the program, and asking git
# for it fails where the tree belongs to somebody else.
export GOFLAGS := $(strip $(shell go env GOFLAGS) -buildvcs=false)

.DEFAULT_GOAL := help
.PHONY: help run call build test e2e bench models torture demo-import fuzz draw lint lint-api fmt clean
.PHONY: redis-server race-detector chromium nodejs spin format vet

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

run: build ## start the whole thing on 127.0.0.1:8080, with demo lines and an embedded Redis
	./$(PROGRAM) demo

call: build ## dial 78 with a phone in this terminal, from line FROM (make run goes in another)
	./$(PROGRAM) dial 78 --from $(FROM)

build: ## build bin/updatecenter
	$(BUILD)

test: format vet lint lint-api redis-server race-detector chromium ## check format, vet, linters, and run all tests with the race detector
	$(RACE_ENV) go test $(RACE) -timeout $(TESTTIMEOUT) -skip '$(ALONE)' ./...
	@rm -rf $(PICTURES) && mkdir -p $(PICTURES)
	$(RACE_ENV) go test $(RACE) -timeout $(TESTTIMEOUT) -run '$(ALONE)' -artifacts -outputdir $(CURDIR)/$(PICTURES) ./internal/repair/console/e2e

e2e: chromium ## try the console in a browser; the pictures are kept in bin/e2e
	@rm -rf $(PICTURES) && mkdir -p $(PICTURES)
	@go test ./internal/repair/console/e2e -v -count=1 -timeout $(TESTTIMEOUT) -artifacts -outputdir $(CURDIR)/$(PICTURES); status=$$?; \
		echo "pictures of every page: $$(find $(PICTURES) -name '*.png' | wc -l) below $(PICTURES)"; exit $$status

bench: redis-server ## measure, and compare with what stands in tools/bench.pairs
	tools/bench

models: spin ## check the models of the protocols in docs/models, in every order of steps
	tools/models

torture: redis-server race-detector ## kill, stop and cut off servers and Redis for half an hour, and count what is lost
	tools/torture

demo-import: ## import 100,000 lines into the demo
	go test ./cmd/updatecenter -run '^TestDemoSurvivesAnImport$$' -count=1 -v -timeout $(TESTTIMEOUT) -demo-import 100000

fuzz: redis-server ## run every fuzz target for FUZZTIME (10s)
	tools/fuzz $(FUZZTIME)

draw: redis-server ## write the generated parts of the documents anew: settings, prompts, the drawn call, how long calls are
	go test ./cmd/updatecenter -run TestDocuments -update

lint: $(LINT) ## run the linters
	$(LINT) run --allow-serial-runners

lint-api: $(LINT_API)/.package-lock.json ## run the linters of the API's description, openapi.yaml
	@found=$$($(LINT_API)/.bin/redocly lint --config tools/lint-api/redocly.yaml --lint-config error $(OPENAPI) 2>&1) || \
		{ echo "$$found"; exit 1; }
	$(LINT_API)/.bin/spectral lint --ruleset tools/lint-api/spectral.yaml --fail-severity hint $(OPENAPI)

fmt: ## format all Go files
	gofmt -s -w .

clean: ## remove what was built, the linters as well
	rm -rf bin .cache

format:
	@files=$$(gofmt -s -l .) && if [ -n "$$files" ]; then \
		echo "make fmt would change:"; echo "$$files"; exit 1; fi

vet:
	go vet ./...

redis-server:
	@tools/need redis-server

race-detector:
	@tools/need race-detector

chromium:
	@tools/need chromium

nodejs:
	@tools/need nodejs

spin:
	@tools/need spin

# Below .cache, as go vet would look into packages that hold Go files.
$(LINT_API)/.package-lock.json: tools/lint-api/package-lock.json | nodejs
	@mkdir -p $(LINT_API) && cp tools/lint-api/package*.json $(dir $(LINT_API))
	cd $(dir $(LINT_API)) && npm ci --ignore-scripts --no-audit --no-fund --loglevel error

$(LINT):
	@echo "building golangci-lint $(LINT_VERSION), which takes some minutes"
	GOBIN=$(CURDIR)/.cache/build go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_VERSION)
	@mkdir -p $(@D) && mv .cache/build/golangci-lint $@
