package redisstore

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// sends finds the commands of scripts, and those that are written as a list.
var sends = regexp.MustCompile(`redis\.p?call\(['"]([A-Za-z]+)|\[\]any\{"([a-z]+)"|NewCmd\(ctx, "([a-z]+)"`)

// TestCommandsAreAll finds commands that the sources of this package send and Commands lacks, and
// those that nothing sends.
func TestCommandsAreAll(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	// By methods of the client.
	sent := []string{"ping", "eval", "evalsha", "multi", "discard", "get", "hget", "hgetall", "lrange", "zrem"}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") || file == "rights.go" {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range sends.FindAllStringSubmatch(string(text), -1) {
			sent = append(sent, strings.ToLower(found[1]+found[2]+found[3]))
		}
	}
	if len(sent) < 100 {
		t.Fatalf("found %d commands", len(sent))
	}
	listed := []string{"wait", "waitaof", "config"} // for what is not in memory alone
	for _, example := range Commands() {
		listed = append(listed, example[0].(string))
	}
	for _, name := range sent {
		if !slices.Contains(listed, name) {
			t.Errorf("%s is sent, and not among Commands", name)
		}
	}
	for _, name := range listed {
		if !slices.Contains(sent, name) {
			t.Errorf("%s is among Commands, and nothing sends it", name)
		}
	}
}
