package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/alicebob/miniredis/v2"

	"updatecenter/internal/redistest"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
	"updatecenter/voice/simulator"
)

// TestMain lets the test binary be the program itself, for tests that need a process.
func TestMain(m *testing.M) {
	if os.Getenv("UPDATECENTER_TEST_MAIN") != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// shell runs command lines against one Redis.
type shell struct {
	t     *testing.T
	redis string
}

// testKeys are the secret keys of all commands, and of the servers of stages.
var testKeys = "test:" + base64.StdEncoding.EncodeToString([]byte(strings.Repeat("k", 32)))

// run runs a command line and returns what it wrote and its exit status.
func (s shell) run(input string, args ...string) (out, err string, status int) {
	s.t.Helper()
	var stdout, stderr bytes.Buffer
	status = run(s.t.Context(), args, terminal{
		in: strings.NewReader(input), out: &stdout, err: &stderr,
		getenv: func(name string) string { return map[string]string{"REDIS_URL": ""}[name] },
	})
	return stdout.String(), stderr.String(), status
}

// expect runs a command line on the Redis, and wants a status and words of the output, which it returns.
func (s shell) expect(status int, words []string, input string, args ...string) string {
	s.t.Helper()
	s.t.Setenv("REDIS_URL", s.redis)
	if _, set := os.LookupEnv("SECRET_KEYS"); !set {
		s.t.Setenv("SECRET_KEYS", testKeys)
	}
	out, err, got := s.run(input, args...)
	if got != status {
		s.t.Errorf("%s: exit status %d, not %d\n%s%s", strings.Join(args, " "), got, status, out, err)
	}
	for _, w := range words {
		if !strings.Contains(out+err, w) {
			s.t.Errorf("%s: want %q in\n%s%s", strings.Join(args, " "), w, out, err)
		}
	}
	return out + err
}

// TestLinesCommands provisions lines as an operator does.
func TestLinesCommands(t *testing.T) {
	server := redistest.Start(t)
	s := shell{t, server.URL()}
	csv := "\ufeffnumber,language\r\n612-555-0142,en\r\n\r\n\"(612) 555-0143\",es\r\n911,en\r\n6125550144,fr\r\n6125550142,es\r\n+16125550145,\r\n"
	s.expect(exitError, []string{"3 lines added, 1 were there already (0 with other features now), 2 bad rows", "line 5", "line 6"}, csv, "lines", "import", "-")
	s.expect(exitError, []string{"0 lines added, 4 were there already"}, csv, "lines", "import", "-")
	s.expect(exitOK, []string{"+16125550142", "en", "temporary", "0 failures", "+18886128052"}, "", "lines", "show", "612-555-0142")
	s.expect(exitOK, []string{`"pin": "temporary"`, `"language": null`}, "", "lines", "show", "6125550145", "--json")
	s.expect(exitOK, []string{"temporary PIN again"}, "", "lines", "reset", "6125550142", "--by", "Pat", "--reason", "forgotten")
	s.expect(exitOK, []string{"pin-reset", "customer-validated: operator", "Pat", "forgotten"}, "", "lines", "history", "6125550142")
	s.expect(exitOK, []string{`"event":"pin-reset"`, `"method":"operator"`}, "", "lines", "history", "6125550142", "--json")
	s.expect(exitError, []string{"no such line"}, "", "lines", "reset", "612-555-0199", "--by", "Pat", "--reason", "wrong number")
	s.expect(exitOK, []string{"pin-reset-refused", "wrong number"}, "", "lines", "history", "612-555-0199")
	s.expect(exitOK, []string{"removed"}, "", "lines", "remove", "6125550142", "--by", "Pat", "--reason", "moved")
	s.expect(exitError, []string{"no such line"}, "", "lines", "show", "6125550142")
	s.expect(exitUsage, []string{"not a North American"}, "", "lines", "show", "911")
	s.expect(exitUsage, []string{"--by"}, "", "lines", "reset", "6125550142")
	s.expect(exitError, nil, "", "lines", "import", "/does/not/exist.csv")
	s.expect(exitError, nil, "number|language\n", "lines", "import", "-")
}

// TestKeysCommands creates, lists and revokes a key of the API.
func TestKeysCommands(t *testing.T) {
	server := redistest.Start(t)
	s := shell{t, server.URL()}
	s.expect(exitOK, []string{"uc_", "not shown again"}, "", "keys", "create", "desk", "--scope", "lines:read,pins:reset")
	s.expect(exitError, nil, "", "keys", "create", "desk", "--scope", "lines:read")
	s.expect(exitUsage, nil, "", "keys", "create", "other", "--scope", "everything")
	s.expect(exitOK, []string{"desk", "lines:read,pins:reset"}, "", "keys", "list")
	s.expect(exitOK, []string{"revoked"}, "", "keys", "revoke", "desk")
	s.expect(exitError, nil, "", "keys", "revoke", "nobody")
}

// TestOtherCommands runs what needs no Redis.
func TestOtherCommands(t *testing.T) {
	s := shell{t, ""}
	s.expect(exitOK, []string{"ok  dial-78"}, "", "flows", "check")
	s.expect(exitOK, []string{"flowchart TD", "ask-pin"}, "", "flows", "draw")
	s.expect(exitOK, []string{"| welcome | Welcome to the Update Center. |"}, "", "prompts")
	s.expect(exitOK, []string{"serve", "lines import"}, "", "--help")
	s.expect(exitOK, []string{"REDIS_URL_FILE", "SECRET_KEYS_FILE"}, "", "lines", "import", "--help")
	s.expect(exitUsage, []string{"unexpected argument"}, "", "fly")
	s.expect(exitUsage, []string{"REDIS_URL: is required"}, "", "lines", "show", "6125550142")
}

// TestPromptsOfEveryPolicy finds the prompts for PINs of one length and of several.
func TestPromptsOfEveryPolicy(t *testing.T) {
	table := promptTable()
	for _, row := range []string{"\n| new-pin |", "\n| new-pin-range |"} {
		if strings.Count(table, row) != 1 {
			t.Errorf("%q stands %d times in\n%s", row, strings.Count(table, row), table)
		}
	}
}

// TestHint looks at the status of an answer, and not for its digits.
func TestHint(t *testing.T) {
	for name, c := range map[string]struct {
		failed simulator.WebhookError
		want   bool
	}{
		"refused":       {simulator.WebhookError{Status: http.StatusForbidden, Err: errors.New("status 403")}, true},
		"another port":  {simulator.WebhookError{URL: "http://127.0.0.1:4030/", Err: errors.New("no answer in time")}, false},
		"another error": {simulator.WebhookError{Status: http.StatusNotFound, Err: errors.New("status 404")}, false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := strings.Contains(hint(&c.failed).Error(), "TWILIO_AUTH_TOKEN"); got != c.want {
				t.Errorf("hint %v", hint(&c.failed))
			}
		})
	}
}

// TestGreet wants commands that work as they stand, wherever the demo listens.
func TestGreet(t *testing.T) {
	for address, want := range map[string][]string{
		"127.0.0.1:8080": {"  make call  ", "--from 612-555-0147  "},
		"127.0.0.1:8090": {
			"dial 78 --from 612-555-0142 --url http://127.0.0.1:8090  ", "--from 612-555-0147 --url http://127.0.0.1:8090  ",
			"locked-line.call --url http://127.0.0.1:8090  ",
		},
	} {
		var out strings.Builder
		greet(&out, address, "127.0.0.1:1")
		for _, w := range want {
			if !strings.Contains(out.String(), w) {
				t.Errorf("at %s: want %q in\n%s", address, w, out.String())
			}
		}
	}
}

// TestServe starts the program on a Redis, calls it, and stops it while it answers a turn.
func TestServe(t *testing.T) {
	server := redistest.Start(t)
	s := shell{t, server.URL()}
	s.expect(exitOK, nil, "number,language\n6125550142,en\n", "lines", "import", "-")
	address := freeAddress(t)
	url := "http://" + address
	cmd, log := program(t, server, address)
	await(t, url+"/readyz", log)
	s.expect(exitOK, []string{"ok    "}, "", "call", "../../testdata/calls/new-customer.call", "--url", url)
	s.expect(exitOK, []string{"calls", "p95"}, "", "load", "--calls", "4", "--rate", "50", "--url", url,
		"--script", "../../testdata/calls/unknown-line.call", "../../testdata/calls/no-telephone-number.call")
	server.Down()
	eventually(t, func() bool { return get(t, url+"/readyz") == http.StatusServiceUnavailable }) // it asks once a second
	if status := get(t, url+"/healthz"); status != http.StatusOK {
		t.Errorf("healthz without Redis: %d", status)
	}
	server.Up()
	check.OK(t, cmd.Process.Signal(syscall.SIGTERM))
	if err := cmd.Wait(); err != nil {
		t.Errorf("after SIGTERM: %v\n%s", err, log)
	}
	if before, _, stopped := strings.Cut(log.String(), "stopping"); !stopped || !strings.Contains(before, "balancers are told") {
		t.Errorf("log: %s", log)
	}
}

// TestMetricsAddr starts the program with a listener for /metrics and probes: the public one then
// tells nothing but that it is there. SIGTERM ends both.
func TestMetricsAddr(t *testing.T) {
	address, inside := freeAddress(t), freeAddress(t)
	cmd, log := program(t, redistest.Start(t), address, "METRICS_ADDR="+inside)
	await(t, "http://"+inside+"/readyz", log)
	for url, want := range map[string]int{
		inside + "/metrics": http.StatusOK, inside + "/healthz": http.StatusOK, inside + "/v1/lines/612-555-0142": http.StatusNotFound,
		address + "/metrics": http.StatusNotFound, address + "/readyz": http.StatusNotFound, address + "/healthz": http.StatusOK,
	} {
		if got := get(t, "http://"+url); got != want {
			t.Errorf("%s: status %d, not %d", url, got, want)
		}
	}
	check.OK(t, cmd.Process.Signal(syscall.SIGTERM))
	if err := cmd.Wait(); err != nil || strings.Count(log.String(), "stopping") != 1 {
		t.Errorf("after SIGTERM: %v\n%s", err, log)
	}
}

// A script that names no words to hear doesn't pass on the apology of a server that fails.
func TestCallFailsWithTheServer(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/voice/fallback" {
			w.Header().Set("Content-Type", "text/xml")
			_, _ = io.WriteString(w, "<Response><Say>Sorry</Say></Response>")
			return
		}
		http.Error(w, "broken", http.StatusInternalServerError)
	}))
	defer server.Close()
	script := filepath.Join(t.TempDir(), "silent.call")
	check.OK(t, os.WriteFile(script, []byte("dial 78 from 612-555-0142\n"), 0o600))
	shell{t, ""}.expect(exitError, []string{"FAIL", "1 of 1"}, "", "call", script, "--url", server.URL)
}

// TestServeFinishesTurns holds back the answer of a turn until the server is told to stop.
func TestServeFinishesTurns(t *testing.T) {
	listener := must(net.Listen("tcp", "127.0.0.1:0"))(t)
	arrived, release := make(chan struct{}), make(chan struct{})
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(arrived)
		<-release
		_, _ = io.WriteString(w, "answer")
	})
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- serve(ctx, listener, handler, slog.New(slog.DiscardHandler)) }()
	answer := make(chan string, 1)
	go func() {
		response, err := http.Get("http://" + listener.Addr().String()) //nolint:noctx // a test
		if err != nil {
			answer <- err.Error()
			return
		}
		defer response.Body.Close()
		body, _ := io.ReadAll(response.Body)
		answer <- string(body)
	}()
	<-arrived
	stop()
	eventually(t, func() bool { // it takes no others
		connection, err := net.Dial("tcp", listener.Addr().String())
		if err == nil {
			connection.Close()
		}
		return err != nil
	})
	close(release)
	if got := <-answer; got != "answer" {
		t.Errorf("the turn under way got %q", got)
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	listener := must(net.Listen("tcp", "127.0.0.1:0"))(t)
	defer listener.Close()
	return listener.Addr().String()
}

// await waits until a URL answers 200.
func await(t *testing.T, url string, log *bytes.Buffer) {
	t.Helper()
	eventually(t, func() bool { return get(t, url) == http.StatusOK }, url, " answers; its log: ", log)
}

func get(t *testing.T, url string) int {
	t.Helper()
	request := must(http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil))(t)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		var refused *net.OpError
		if !errors.As(err, &refused) {
			t.Fatal(err)
		}
		return 0
	}
	response.Body.Close()
	return response.StatusCode
}

// serving starts the program, and returns where it serves once it does.
func serving(t *testing.T, server *redistest.Server, environment ...string) (url string, cmd *exec.Cmd) {
	t.Helper()
	address := freeAddress(t)
	cmd, log := program(t, server, address, environment...)
	await(t, "http://"+address+"/readyz", log)
	return "http://" + address, cmd
}

// killed kills a program.
func killed(cmd *exec.Cmd) {
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
}

// program starts the program as a process of its own, serving at an address.
func program(t *testing.T, server *redistest.Server, address string, environment ...string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "serve")
	var log bytes.Buffer
	cmd.Stderr = &log
	cmd.Env = append(append(os.Environ(), "UPDATECENTER_TEST_MAIN=1", "LISTEN_ADDR="+address, "PUBLIC_URL=http://"+address,
		"REDIS_URL="+server.URL(), "TWILIO_AUTH_TOKEN="+demoToken, "SIP_DOMAINS="+demoSIPDomain,
		"SECRET_KEYS="+testKeys, "SHUTDOWN_DELAY=100ms"), environment...)
	check.OK(t, cmd.Start())
	return cmd, &log
}

var demoImport = flag.Int("demo-import", 200, "lines that are imported into the demo")

var demoRedis = regexp.MustCompile(`redis://[0-9.:]+`)

// TestDemoSurvivesAnImport imports lines into a demo that runs, and calls from one of them. make
// demo-import has it import 100,000.
func TestDemoSurvivesAnImport(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	out, errs := &testkit.Log{}, &testkit.Log{}
	_, port, _ := strings.Cut(freeAddress(t), ":")
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, []string{"demo", "--port", port}, terminal{in: strings.NewReader(""), out: out, err: errs, getenv: func(string) string { return "" }})
	}()
	eventually(t, func() bool { return strings.Contains(out.String(), "Ctrl-C stops it all") })
	t.Setenv("SECRET_KEYS", demoSecretKeys)
	var rows strings.Builder
	rows.WriteString("number,language,features\n")
	areas := []int{952, 612, 651, 763, 507}
	for i := range *demoImport {
		fmt.Fprintf(&rows, "%d%d%04d,en,dial-lock\n", areas[i/20_000%len(areas)], 220+i/1000%20, i%1000)
	}
	sh := shell{t, demoRedis.FindString(out.String())}
	sh.expect(exitOK, []string{fmt.Sprintf("%d lines added", *demoImport)}, rows.String(), "lines", "import", "-")
	script := t.TempDir() + "/new.call"
	check.OK(t, os.WriteFile(script, []byte("dial 78 from 952-220-0001\nhear \"temporary\"\n"), 0o600))
	sh.expect(exitOK, nil, "", "call", script, "--url", "http://127.0.0.1:"+port)
	stop()
	if status := <-ended; status != exitOK || errs.String() != "" {
		t.Errorf("the demo ended with %d, and told\n%s", status, errs)
	}
}

// TestImportIntoASlowRedis has Redis answer nothing for two seconds, which a server would not wait.
func TestImportIntoASlowRedis(t *testing.T) {
	server := redistest.Start(t)
	admin := (&stage{server: server}).redis(t)
	check.OK(t, admin.Do(t.Context(), "client", "pause", 2000, "all").Err())
	shell{t, server.URL()}.expect(exitOK, []string{"1 lines added"}, "number,language\n6125550142,en\n", "lines", "import", "-")
}

// TestDemoAgesItsRedis: seldom, as nobody is answered meanwhile.
func TestDemoAgesItsRedis(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		redis := miniredis.NewMiniRedis()
		_ = redis.Set("call", "")
		redis.SetTTL("call", 90*time.Second)
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		go age(ctx, redis)
		for _, at := range []struct {
			after time.Duration
			left  time.Duration
		}{{59 * time.Second, 90 * time.Second}, {2 * time.Second, 30 * time.Second}, {time.Minute, 0}} {
			time.Sleep(at.after)
			synctest.Wait()
			if left := redis.TTL("call"); left != at.left || redis.Exists("call") != (left > 0) {
				t.Errorf("%v left, want %v", left, at.left)
			}
		}
	})
}
