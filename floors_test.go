package updatecenter_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"updatecenter/internal/testkit/check"
)

// A floor is a rule about what packages import outside their tests. A pattern is an
// import path, or one that ends in /... for all below as well; "./" stands for our module.
type floor struct {
	of     []string // the packages that the rule binds
	save   []string // except these
	never  []string // what they do not import, neither themselves nor through others
	but    []string // except these
	direct bool     // only what a package imports itself counts
	why    string
}

// ground is what every package of ours may know: it knows nothing of ours but secrets.
var ground = []string{"./internal/detached", "./internal/ids", "./internal/secret", "./internal/storage", "./internal/web", "./internal/wrap"}

// floors are the floors of ARCHITECTURE.md. Rules that say which of our packages another
// may know are direct, and add up: who may know ivr need not list what ivr knows.
var floors = []floor{
	{
		of: []string{"./twiml", "./internal/durability", "./internal/limit", "./internal/nanp", "./internal/clientip", "./internal/sse", "./internal/typeface"}, never: []string{"./..."},
		why: "each is a thing of its own, and can be read, tested and replaced alone",
	},
	{
		of: []string{"./internal/hash"}, never: []string{"./..."},
		why: "PINs and passwords are hashed in one way, which knows neither lines nor agents",
	},
	{
		of: ground, never: []string{"./..."},
		why: "what all may know knows nothing",
	},
	{
		of: []string{"./internal/rows"}, never: []string{"./..."}, but: []string{"./internal/nanp", "./internal/typed"},
		why: "a table is read in one way, whatever it lists",
	},
	{
		of: []string{"./internal/typed"}, never: []string{"./..."}, but: []string{"./internal/nanp"},
		why: "what people type is read in one way, whoever asks",
	},
	{
		of: []string{"./internal/passwords"}, never: []string{"./..."}, but: []string{"./internal/nanp", "./internal/typed"},
		why: "a password is weak whoever chooses it",
	},
	{
		of: []string{"./voice/..."}, never: []string{"./internal/typed"}, direct: true,
		why: "what Twilio sends has one form, and anything else there is a forgery or a fault",
	},
	{
		of: []string{"./voice/signature"}, never: []string{"./..."},
		why: "both ends of a webhook use it, so it may know neither",
	},
	{
		of: []string{"./ivr"}, never: []string{"./..."}, but: []string{"./twiml", "./internal/durability"}, direct: true,
		why: "the engine runs any call: it knows no lines, no PINs, and none of its users",
	},
	{
		of: []string{"./ivr/calls/..."}, never: []string{"./..."}, direct: true,
		but: []string{"./ivr", "./ivr/calls/...", "./pins", "./internal/features", "./internal/accounts", "./internal/deliveries", "./internal/recovery", "./internal/tickets", "./internal/mailboxes", "./internal/proofs", "./internal/nanp", "./internal/rows", "./internal/typed"},
		why: "a call is told in steps and prompts; how these become TwiML is the engine's business",
	},
	{
		of: []string{"./ivr/calls/..."}, save: []string{"./ivr/calls/helpline"}, never: []string{"./internal/accounts", "./internal/mailboxes", "./internal/proofs", "./internal/recovery", "./internal/rows", "./internal/typed"}, direct: true,
		why: "the help line alone asks for what proves an account, and reads whom the operator names to help",
	},
	{
		of: []string{"./pins"}, never: []string{"./..."}, but: []string{"./internal/hash", "./internal/limit", "./internal/nanp", "./internal/rows", "./internal/typed"}, direct: true,
		why: "the rules of a PIN hold on the phone, in the API and in the console alike",
	},
	{
		of: []string{"./internal/features"}, never: []string{"./..."}, but: []string{"./pins", "./internal/nanp", "./internal/typed"}, direct: true,
		why: "features are of a line, and their changes stand in its history; the rest they need not know",
	},
	{
		of: []string{"./internal/accounts"}, never: []string{"./..."}, but: []string{"./internal/hash", "./internal/limit", "./internal/nanp", "./internal/passwords", "./internal/rows", "./internal/typed", "./internal/typeface"},
		why: "an account is proved in the same way by whatever asks",
	},
	{
		of: []string{"./internal/proofs"}, never: []string{"./..."}, but: []string{"./pins", "./internal/accounts"}, direct: true,
		why: "what proves an account is judged in the same way whatever it is proved for",
	},
	{
		of: []string{"./internal/mailboxes"}, never: []string{"./..."}, but: []string{"./pins", "./internal/accounts", "./internal/proofs", "./internal/limit", "./internal/nanp", "./internal/rows", "./internal/typed"}, direct: true,
		why: "mailboxes are of lines; who asks for a reset, and how, they need not know",
	},
	{
		of: []string{"./internal/tickets"}, never: []string{"./..."}, but: []string{"./pins", "./internal/accounts", "./internal/proofs", "./internal/nanp", "./internal/rows", "./internal/typed"}, direct: true,
		why: "tickets are of lines and accounts; who calls about them, and how, they need not know",
	},
	{
		of: []string{"./internal/deliveries"}, never: []string{"./..."}, but: []string{"./internal/accounts", "./internal/provisioning", "./internal/durability", "./internal/hash", "./internal/limit", "./internal/nanp", "./internal/passwords", "./internal/rows", "./internal/typed", "./internal/typeface"},
		why: "what is to be delivered, and when again, does not depend on who carries it",
	},
	{
		of: []string{"./internal/notices"}, never: []string{"./..."}, direct: true,
		but: []string{"./pins", "./internal/accounts", "./internal/deliveries", "./internal/nanp"},
		why: "who is told what does not depend on who carries it, nor on what it says",
	},
	{
		of: []string{"./internal/recovery"}, never: []string{"./..."}, direct: true,
		but: []string{"./pins", "./internal/accounts", "./internal/deliveries", "./internal/mailboxes", "./internal/proofs", "./internal/nanp"},
		why: "what proves what is the same for a call and a web site",
	},
	{
		of: []string{"./internal/audit"}, never: []string{"./..."}, but: []string{"./internal/durability"},
		why: "whatever is recorded, the chain is the same, and can be verified by somebody who trusts nothing else",
	},
	{
		of: []string{"./internal/agents"}, never: []string{"./..."}, but: []string{"./internal/audit", "./internal/hash", "./internal/nanp", "./internal/passwords", "./internal/typed"}, direct: true,
		why: "who may sign in does not depend on what they then do",
	},
	{
		of: []string{"./internal/agents/signin"}, never: []string{"./..."}, but: []string{"./internal/agents", "./internal/audit", "./internal/limit", "./internal/typed"}, direct: true,
		why: "the rules of signing in hold whatever the pages look like",
	},
	{
		of: []string{"./internal/agents/..."}, never: []string{"./pins"},
		why: "an agent is no line: what both keep as hashes is package hash's",
	},
	{
		of: []string{"./internal/repair"}, never: []string{"./..."}, direct: true,
		but: []string{"./pins", "./internal/accounts", "./internal/deliveries", "./internal/audit", "./internal/limit", "./internal/nanp", "./internal/typed"},
		why: "who helps a customer keeps the same rules on the console and by the API, which it knows neither of",
	},
	{
		of: []string{"./internal/audited"}, never: []string{"./..."}, direct: true,
		but: []string{"./pins", "./internal/features", "./internal/accounts", "./internal/recovery", "./internal/hash", "./internal/deliveries", "./internal/tickets", "./internal/mailboxes", "./internal/audit", "./internal/api/apikey", "./internal/nanp"},
		why: "what is recorded is the same whichever edge asks for it",
	},
	{
		of: []string{"./internal/repair/console"}, never: []string{"./voice/...", "./ivr/...", "./internal/api", "./internal/redisstore", "./internal/outbound/mail", "github.com/redis/go-redis/...", "github.com/twilio/twilio-go/..."},
		why: "the console is another way to the same domain, and is tested without a call and without Redis",
	},
	{
		of: []string{"./internal/outbound/letters", "./internal/outbound/wording"}, never: []string{"./..."},
		but: []string{"./internal/outbound/wording", "./internal/deliveries", "./internal/accounts", "./internal/durability", "./internal/provisioning", "./internal/hash", "./internal/limit", "./internal/nanp", "./internal/passwords", "./internal/rows", "./internal/typed", "./internal/typeface"},
		why: "a letter is written from what it is handed, and can be looked at without a server",
	},
	{
		of: []string{"./internal/outbound/mail"}, never: []string{"./..."}, direct: true,
		but: []string{"./internal/outbound/wording", "./internal/deliveries", "./internal/agents", "./internal/repair"},
		why: "an e-mail is written from what it is handed",
	},
	{
		of: []string{"./internal/outbound/mailqueue"}, never: []string{"./..."}, but: []string{"./internal/agents", "./internal/queue"}, direct: true,
		why: "it has e-mails sent later, sealed until then, and does not know what they say",
	},
	{
		of: []string{"./internal/queue"}, never: []string{"./..."}, but: []string{"./internal/deliveries", "./internal/accounts", "./internal/durability", "./internal/provisioning", "./internal/hash", "./internal/limit", "./internal/nanp", "./internal/passwords", "./internal/rows", "./internal/typed", "./internal/typeface"},
		why: "it brings tasks, and does not know what they are",
	},
	{
		of: []string{"./internal/provisioning/..."}, never: []string{"./..."}, but: []string{"./internal/provisioning/..."},
		why: "it delivers messages, whatever they say and wherever they wait",
	},
	{
		of:    []string{"./twiml", "./pins", "./internal/features", "./internal/accounts", "./internal/tickets", "./internal/mailboxes", "./internal/proofs", "./internal/deliveries", "./internal/notices", "./internal/audit", "./internal/agents", "./internal/agents/signin", "./internal/repair", "./internal/audited", "./ivr/...", "./internal/nanp", "./internal/secret"},
		never: []string{"net/http", "github.com/redis/go-redis/...", "github.com/alicebob/miniredis/...", "github.com/twilio/twilio-go/..."},
		why:   "the domain knows neither HTTP, nor Redis, nor Twilio: edges carry it to them",
	},
	{
		of: []string{"./voice"}, never: []string{"./..."}, direct: true,
		but: []string{"./ivr", "./twiml", "./voice/signature", "./internal/..."},
		why: "the edge reads a webhook into an event and writes an answer; what the call says is not its business",
	},
	{
		of: []string{"./voice"}, never: []string{"./internal/accounts"}, direct: true,
		why: "of the domain it knows the deliveries alone, which take in the status callbacks of calls that we make",
	},
	{
		of: []string{"./voice"}, never: []string{"./pins", "./internal/features", "./internal/agents", "./internal/repair", "./internal/repair/console", "./internal/redisstore", "./internal/api"},
		why: "the edge answers the same whatever the call is about and wherever its state is kept",
	},
	{
		of: []string{"./voice/simulator"}, never: []string{"./..."},
		but: []string{"./twiml", "./voice/signature", "./internal/nanp"},
		why: "the telephone knows only what Twilio knows, or a call that it makes would prove nothing",
	},
	{
		of: []string{"./internal/redisstore"}, never: []string{"./voice/...", "./internal/api", "./internal/repair/console", "net/http", "github.com/twilio/twilio-go/..."},
		why: "it keeps what the domain hands it, and does not know who asked",
	},
	{
		of: []string{"./internal/api"}, never: []string{"./voice/...", "./ivr/...", "./internal/repair/console", "./internal/agents", "./internal/agents/signin", "./internal/redisstore", "github.com/redis/go-redis/...", "github.com/twilio/twilio-go/..."},
		why: "the API is another way to the same domain, and is tested without a call and without Redis",
	},
	{
		of: []string{"./internal/api/apikey"}, never: []string{"./..."},
		why: "the API asks for keys and Redis keeps them: what a key is belongs to neither",
	},
	{
		of: []string{"./internal/outbound/twilio"}, never: []string{"./..."}, but: []string{"./internal/deliveries", "./internal/accounts", "./internal/durability", "./internal/provisioning", "./internal/hash", "./internal/limit", "./internal/nanp", "./internal/passwords", "./internal/rows", "./internal/typed", "./internal/typeface"},
		why: "it asks Twilio's REST API; what is said in the calls that it has made is not its business",
	},
	{
		of: []string{"./..."}, save: []string{"./cmd/...", "./internal/outbound/twilio"}, never: []string{"github.com/twilio/twilio-go/..."},
		why: "one package asks Twilio's REST API, and knows the ways of its library",
	},
	{
		of: []string{"./..."}, save: []string{"./cmd/...", "./internal/testkit"}, never: []string{"./internal/redisstore"},
		why: "only the command chooses where state is kept, so all else can be tested without",
	},
	{
		of: []string{"./..."}, save: []string{"./cmd/...", "./internal/redisstore", "./internal/queue", "./internal/outbound/mailqueue", "./internal/redistest", "./internal/testkit"}, never: []string{"github.com/redis/go-redis/..."},
		why: "every Redis key and script stands in one place",
	},
	{
		of: []string{"./..."}, save: []string{"./cmd/...", "./internal/redistest", "./internal/testkit"}, never: []string{"github.com/alicebob/miniredis/..."},
		why: "an embedded Redis is for the demo and for tests; nobody may come to depend on it",
	},
	{
		of: []string{"./..."}, save: []string{"./internal/testkit"}, never: []string{"./internal/redistest", "./internal/programtest", "./internal/logtest", "./internal/torture", "./internal/testkit/...", "./internal/golden"},
		why: "they serve tests: nothing for a program",
	},
	{
		of: []string{"./cmd/..."}, never: []string{"testing"},
		why: "only tests fail tests",
	},
}

// A listed is what go list tells of a package.
type listed struct {
	ImportPath string
	Imports    []string // what it imports itself
	Deps       []string // and all that these import, in turn
}

func TestFloors(t *testing.T) {
	module, packages := list(t)
	for _, f := range floors {
		for _, broken := range f.broken(module, packages) {
			t.Error(broken)
		}
		for _, pattern := range f.strangers(module, packages) {
			t.Errorf("a floor names %s, and there is no such package", pattern)
		}
	}
}

// broken tells each import that breaks the floor, with the reason that it breaks.
func (f floor) broken(module string, packages []listed) []string {
	var out []string
	for _, p := range packages {
		if !matches(module, f.of, p.ImportPath) || matches(module, f.save, p.ImportPath) {
			continue
		}
		imports := p.Deps
		if f.direct {
			imports = p.Imports
		}
		for _, path := range imports {
			if matches(module, f.never, path) && !matches(module, f.but, path) && !matches(module, ground, path) {
				out = append(out, fmt.Sprintf("%s imports %s: %s", p.ImportPath, path, f.why))
			}
		}
	}
	return out
}

// strangers are the patterns for our own packages that match none. A rule that binds a
// package under an old name binds nothing.
func (f floor) strangers(module string, packages []listed) []string {
	var out []string
	for _, pattern := range slices.Concat(f.of, f.save, f.never, f.but) {
		known := func(p listed) bool { return matches(module, []string{pattern}, p.ImportPath) }
		if strings.HasPrefix(pattern, "./") && !slices.ContainsFunc(packages, known) {
			out = append(out, pattern)
		}
	}
	return out
}

// matches tells whether any of the patterns matches any of the import paths.
func matches(module string, patterns []string, paths ...string) bool {
	for _, pattern := range patterns {
		if strings.HasPrefix(pattern, "./") {
			pattern = module + pattern[1:]
		}
		prefix, below := strings.CutSuffix(pattern, "/...")
		for _, path := range paths {
			if path == prefix || below && strings.HasPrefix(path, prefix+"/") {
				return true
			}
		}
	}
	return false
}

// list asks the go command for the name of our module and for its packages.
func list(t *testing.T) (module string, packages []listed) {
	t.Helper()
	look(t)
	name, err := exec.CommandContext(t.Context(), "go", "list", "-m").Output()
	if err != nil {
		t.Fatalf("list module: %v", err)
	}
	out, err := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports,Deps", "./...").Output()
	if err != nil {
		t.Fatalf("list packages: %v", err)
	}
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		err := decoder.Decode(&p)
		if errors.Is(err, io.EOF) {
			return strings.TrimSpace(string(name)), packages
		}
		if err != nil {
			t.Fatalf("read list of packages: %v", err)
		}
		packages = append(packages, p)
	}
}

// look opens every directory of ours. go test repeats the last result as long as nothing
// has changed that the test itself opened, and cannot see what the go command reads.
func look(t *testing.T) {
	t.Helper()
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if entry.IsDir() && path != "." && (strings.HasPrefix(entry.Name(), ".") || path == "bin") {
			return filepath.SkipDir
		}
		return err
	})
	if err != nil {
		t.Fatalf("look at the tree: %v", err)
	}
}

func TestFloorsCanBreak(t *testing.T) {
	packages := []listed{
		{ImportPath: "m/low", Imports: []string{"fmt"}, Deps: []string{"fmt", "net/http"}},
		{ImportPath: "m/low/deep", Imports: []string{"m/low", "m/lower"}, Deps: []string{"m/low", "m/lower"}},
		{ImportPath: "m/lower", Imports: nil, Deps: nil},
		{ImportPath: "m/high", Imports: []string{"m/low"}, Deps: []string{"fmt", "m/low", "net/http"}},
	}
	for _, c := range []struct {
		name  string
		floor floor
		want  []string
	}{
		{"held", floor{of: []string{"./low"}, never: []string{"./..."}}, nil},
		{"direct", floor{of: []string{"./high"}, never: []string{"./low"}, direct: true}, []string{"m/high imports m/low: w"}},
		{"direct alone", floor{of: []string{"./high"}, never: []string{"net/http"}, direct: true}, nil},
		{"through another", floor{of: []string{"./high"}, never: []string{"net/http"}}, []string{"m/high imports net/http: w"}},
		{"one package", floor{of: []string{"./low"}, never: []string{"./lower"}}, nil},
		{"all below", floor{of: []string{"./low/..."}, never: []string{"./lower"}}, []string{"m/low/deep imports m/lower: w"}},
		{"all below, but one", floor{of: []string{"./low/..."}, never: []string{"./..."}, but: []string{"./low"}}, []string{"m/low/deep imports m/lower: w"}},
		{"all, save one", floor{of: []string{"./..."}, save: []string{"./high"}, never: []string{"./low"}}, []string{"m/low/deep imports m/low: w"}},
		{"a path of the standard library", floor{of: []string{"./..."}, never: []string{"net"}}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.floor.why = "w"
			if got := c.floor.broken("m", packages); !slices.Equal(got, c.want) {
				t.Errorf("broken: %q, want %q", got, c.want)
			}
		})
	}
	f := floor{of: []string{"./lost"}, save: []string{"./lost/..."}, never: []string{"net/http", "./high"}, but: []string{"./low/..."}}
	if got, want := f.strangers("m", packages), []string{"./lost", "./lost/..."}; !slices.Equal(got, want) {
		t.Errorf("strangers: %q, want %q", got, want)
	}
}

// namedInModels is a row of docs/models/README.md that says where in the code a step of a model is.
var namedInModels = regexp.MustCompile("(?m)^\\| .* \\| `(\\w+)` in ([\\w/.]+) \\|$")

// TestModelsNameTheCode holds that what the models say they are models of is there.
func TestModelsNameTheCode(t *testing.T) {
	readme, err := os.ReadFile("docs/models/README.md")
	check.OK(t, err)
	rows := namedInModels.FindAllSubmatch(readme, -1)
	if len(rows) < 10 {
		t.Fatalf("%d names of the code in docs/models/README.md, want more", len(rows))
	}
	for _, row := range rows {
		code, err := os.ReadFile(string(row[2]))
		if err != nil {
			t.Errorf("docs/models/README.md: %v", err)
			continue
		}
		if !regexp.MustCompile(`(?m)^(func (\([^)]*\) )?|var )` + string(row[1]) + `\b`).Match(code) {
			t.Errorf("docs/models/README.md names %s, which %s does not declare", row[1], row[2])
		}
	}
}
