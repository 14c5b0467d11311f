package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/alicebob/miniredis/v2"

	"updatecenter/internal/redistest"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
)

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
