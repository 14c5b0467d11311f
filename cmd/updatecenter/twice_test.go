package main

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"updatecenter/internal/hash"
	"updatecenter/internal/nanp"
	"updatecenter/internal/redistest"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
	"updatecenter/voice/simulator"
)

// stories are what callers do, each on a line of its own, so that nothing of one depends
// on another. {line} is the line's number, {other} a telephone elsewhere.
var stories = []string{
	"dial 78 from {line}\npress 1234#\npress 8265#\npress 8265#\nhear \"has been changed\"\nended",
	"dial 78 from {line}\npress 4321#\npress 1234#\npress 8265#\npress 8256#\npress 8265#\nhangup",
	"dial 78 from {line}\npress 1111#\npress 2222#\npress 3333#\nended\ndial 78 from {line}\npress 4444#\npress 5555#\nhear \"in 30 minutes\"\nended",
	"dial 888-612-8052 from {other} stir A\npress 1\npress {line}#\npress 4071#\npress 4072#\npress 4073#\nended",
}

// TestEverythingTwice plays 40 calls, all at once, with every webhook
// delivered twice at the same moment, and then with the answer to every webhook lost, so that the
// fallback is asked, twice as well. It finds the same state as after each once.
func TestEverythingTwice(t *testing.T) {
	server := redistest.Start(t)
	once := playStories(t, server, func(*simulator.Config) {})
	twice := playStories(t, server, func(c *simulator.Config) { c.DeliverTwice = true })
	if diff := cmp.Diff(once, twice); diff != "" {
		t.Errorf("delivered once (-) and twice (+):\n%s", diff)
	}
	lost := playStories(t, server, func(c *simulator.Config) {
		c.DeliverTwice, c.KeysLost, c.Client = true, true, &http.Client{Transport: badGateway{c.Client.Transport}}
	})
	if diff := cmp.Diff(once, lost); diff != "" {
		t.Errorf("delivered once (-) and lost (+):\n%s", diff)
	}
	if len(once.Lines) != storyCalls || once.Changed != storyCalls/len(stories) {
		t.Errorf("%d lines, %d of them with a new PIN", len(once.Lines), once.Changed)
	}
}

// badGateway loses every answer but those of the fallback.
type badGateway struct{ http.RoundTripper }

func (b badGateway) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := b.RoundTripper.RoundTrip(r)
	if err == nil && r.URL.Path != simulator.FallbackPath && r.URL.Path != simulator.StatusPath {
		answer.StatusCode, answer.Body = http.StatusBadGateway, http.NoBody
	}
	return answer, err
}

const storyCalls = 40

// aftermath is all that calls leave behind, but for what is random: salts and seals.
type aftermath struct {
	Lines   []pins.Line
	History [][]pins.Record
	Keys    []string
	Changed int // lines that have the PIN 8265
}

func playStories(t *testing.T, server *redistest.Server, change func(*simulator.Config)) aftermath {
	t.Helper()
	flush(t, server)
	s := newStage(t, server, nil)
	numbers := storyLines(t, s)
	var calls sync.WaitGroup
	for i, number := range numbers {
		exchange := s.exchange(func(c *simulator.Config) {
			c.Clock = simulator.NewVirtualClock(s.clock.Now())
			c.Random = rand.NewChaCha8([32]byte{byte(i)})
			change(c)
		})
		story := strings.NewReplacer("{line}", number.National(), "{other}", fmt.Sprintf("651555%04d", i)).Replace(stories[i%len(stories)])
		script := must(simulator.Parse("story", strings.NewReader(story)))(t)
		calls.Go(func() {
			if result := simulator.Play(t.Context(), exchange, script, nil); result.Err != nil {
				t.Errorf("story %d: %v", i%len(stories), result.Err)
			}
		})
	}
	calls.Wait()
	return s.aftermath(t, numbers)
}

// storyLines adds a new line for each story.
func storyLines(t *testing.T, s *stage) []nanp.Number {
	t.Helper()
	var numbers []nanp.Number
	var lines []pins.NewLine
	for i := range storyCalls {
		number := nanp.Number(fmt.Sprintf("+1612777%04d", i))
		numbers = append(numbers, number)
		lines = append(lines, pins.NewLine{Number: number, Language: "en"})
	}
	must(pins.Provisioning{Registry: s.db.Lines(), Now: s.clock.Now}.Add(t.Context(), lines))(t)
	return numbers
}

func (s *stage) aftermath(t *testing.T, numbers []nanp.Number) aftermath {
	t.Helper()
	var a aftermath
	for _, number := range numbers {
		line := must(s.app.lines.Find(t.Context(), number))(t)
		records := must(pins.Provisioning{Registry: s.db.Lines()}.History(t.Context(), number, 100))(t)
		a.History = append(a.History, records)
		if s.hasPIN(t, line, "8265") {
			a.Changed++
			line.PIN = "8265"
		}
		a.Lines = append(a.Lines, line)
	}
	a.Keys = must(s.redis(t).Keys(t.Context(), "*").Result())(t)
	slices.Sort(a.Keys)
	return a
}

// hasPIN says whether the line has that personal PIN, without counting an attempt.
func (s *stage) hasPIN(t *testing.T, line pins.Line, pin string) bool {
	t.Helper()
	if line.Temporary() {
		return false
	}
	hasher := must(hash.New(hash.Config{Keys: s.config.SecretKeys, Params: cheap}))(t)
	match, _, err := hasher.Verify(t.Context(), line.PIN, secret.New(pin))
	check.OK(t, err)
	return match
}
