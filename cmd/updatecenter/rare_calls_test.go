package main

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"updatecenter/internal/features"
	"updatecenter/internal/hash"
	"updatecenter/internal/nanp"
	"updatecenter/internal/redistest"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
	"updatecenter/voice/simulator"
)

// rareCalls are calls during which something happens that no script can do. Some
// exits are taken here alone: those for a PIN that somebody else changed meanwhile, and the
// one after the words for it.
var rareCalls = map[string]func(*testing.T, *stage){
	"reset before the second entry": func(t *testing.T, s *stage) {
		c := s.dial(t, demoChosen.Display())
		c.press("4071#")
		c.press("1")
		c.press("3907#")
		s.resetPIN(t, demoChosen)
		c.press("3907#")
		c.hears("changed by someone else")
	},
	"reset before the first entry": func(t *testing.T, s *stage) {
		c := s.dial(t, demoChosen.Display())
		c.press("4071#")
		c.press("1")
		s.resetPIN(t, demoChosen)
		c.press("3907#")
		c.hears("changed by someone else")
	},
	"reset before the PIN is keyed": func(t *testing.T, s *stage) {
		c := s.dial(t, demoChosen.Display())
		s.resetPIN(t, demoChosen)
		c.press("4071#")
		c.hears("does not match")
		c.hears("temporary")
	},
	"damaged line": func(t *testing.T, s *stage) {
		client := s.redis(t)
		for _, key := range must(client.Keys(t.Context(), "*line*"+string(demoNew)+"*").Result())(t) {
			check.OK(t, client.Del(t.Context(), key).Err())
			check.OK(t, errors.Join(client.Del(t.Context(), key).Err(), client.LPush(t.Context(), key, "garbage").Err()))
		}
		c := s.dial(t, demoNew.Display())
		c.hears("something went wrong on our side")
	},
	"damaged call": func(t *testing.T, s *stage) {
		c := s.dial(t, demoNew.Display())
		client := s.redis(t)
		for _, key := range must(client.Keys(t.Context(), "*:call:*").Result())(t) {
			record := must(client.Get(t.Context(), key).Result())(t)
			state := int64(strings.Index(record, "\n") + 1)
			check.OK(t, client.SetRange(t.Context(), key, state, "garbage").Err())
		}
		c.press("1234#")
		c.hears("Let us start again")
		c.hears("temporary")
	},
	"call key of a wrong type": func(t *testing.T, s *stage) {
		c := s.dial(t, demoNew.Display())
		client := s.redis(t)
		for _, key := range must(client.Keys(t.Context(), "*:call:*").Result())(t) {
			check.OK(t, errors.Join(client.Del(t.Context(), key).Err(), client.LPush(t.Context(), key, "garbage").Err()))
		}
		c.press("1234#")
		c.hears("Let us start again")
	},
}

// rareFeatureCalls are the rare calls about calling features: somebody takes a feature, a line,
// the entries of a list or the PIN away while the customer listens.
var rareFeatureCalls = map[string]func(*testing.T, *stage){
	"line removed while a feature is managed": func(t *testing.T, s *stage) {
		c := s.dial(t, demoAll.Display())
		c.press("4071#")
		c.press("1")
		s.remove(t, demoAll)
		c.press("*")
		c.hears("not set up for the Update Center any more")
	},
	"line removed at the main menu": func(t *testing.T, s *stage) {
		c := s.dial(t, demoAll.Display())
		c.press("4071#")
		s.remove(t, demoAll)
		c.press("1")
		c.hears("not set up for the Update Center any more")
	},
	"list emptied while it is heard": func(t *testing.T, s *stage) {
		c := s.dial(t, demoNearFull.Display())
		c.press("4071#")
		c.press("1")
		c.press("1")
		c.hears("6 5 1 5 5 5 0 1 0 0")
		s.empty(t)
		c.press("#")
		c.hears("There is nothing on the list to hear.")
		c.lacks("To hear or delete")
	},
	"list emptied before it is heard": func(t *testing.T, s *stage) {
		c := s.dial(t, demoNearFull.Display())
		c.press("4071#")
		c.press("1")
		c.hears("To hear or delete")
		s.empty(t)
		c.press("1")
		c.hears("There is nothing on the list to hear.")
		c.lacks("To hear or delete")
	},
	"entry deleted while it is chosen": func(t *testing.T, s *stage) {
		c := s.dial(t, demoNearFull.Display())
		c.press("4071#")
		c.press("1")
		c.press("1")
		s.empty(t)
		c.press("1")
		c.hears("That was deleted before.")
		c.lacks("To take that back")
		c.lacks("To hear or delete")
	},
	"PIN reset while a number is keyed": func(t *testing.T, s *stage) {
		c := s.dial(t, demoAll.Display())
		c.press("4071#")
		c.press("1")
		c.press("#")
		s.resetPIN(t, demoAll)
		c.press("6515550101#")
		c.hears("That is not possible any more.")
		c.hears("changed by someone else")
		c.lacks("Added")
	},
	"PIN reset while a feature is managed": func(t *testing.T, s *stage) {
		c := s.dial(t, demoAll.Display())
		c.press("4071#")
		c.press("1")
		s.resetPIN(t, demoAll)
		c.press("*")
		c.hears("changed by someone else")
		c.hears("8 0 0 5 7 3 1 3 1 1")
		c.lacks("Main menu")
	},
	"PIN reset before an act": func(t *testing.T, s *stage) {
		c := s.dial(t, demoAll.Display())
		c.press("4071#")
		c.press("2")
		s.resetPIN(t, demoAll)
		c.press("3")
		c.hears("That is not possible any more.")
		c.hears("changed by someone else")
		c.lacks("turned it on")
	},
	"schedule deleted before it is heard": func(t *testing.T, s *stage) {
		c := s.dial(t, demoAll.Display())
		for _, keys := range []string{"4071#", "3", "#", "1", "2130#", "0700#", "1"} {
			c.press(keys)
		}
		c.hears("Your schedules, 1.")
		start, end := must(features.ParseClock("21:30"))(t), must(features.ParseClock("07:00"))(t)
		_, err := s.app.features.Change(t.Context(), features.Request{
			Number: demoAll, Feature: pins.DoNotDisturb, By: "test",
			Edit: features.DropSchedule(features.Schedule{Days: features.Weekdays, Start: start, End: end}),
		})
		check.OK(t, err)
		c.press("1")
		c.hears("There is no schedule to hear.")
		c.lacks("To delete one")
	},
	"PIN reset before a schedule is saved and turned on": func(t *testing.T, s *stage) {
		c := s.dial(t, demoAll.Display())
		for _, keys := range []string{"4071#", "3", "#", "1", "2130#", "0700#"} {
			c.press(keys)
		}
		c.hears("To save it and turn it on, press 3.")
		s.resetPIN(t, demoAll)
		c.press("3")
		c.hears("That is not possible any more.")
		c.hears("changed by someone else")
		c.lacks("turned it on")
	},
	"PIN reset: no solicitation":                    resetAt("1"),
	"PIN reset: security screen":                    resetAt("2"),
	"PIN reset: do not disturb":                     resetAt("3"),
	"PIN reset: dial lock":                          resetAt("4"),
	"PIN reset: call rejection":                     resetAt("5", "1"),
	"PIN reset: selective call forwarding":          resetAt("5", "2"),
	"feature taken away: no solicitation":           goneAt("1"),
	"feature taken away: security screen":           goneAt("2"),
	"feature taken away: do not disturb":            goneAt("3"),
	"feature taken away: dial lock":                 goneAt("4"),
	"feature taken away: call rejection":            goneAt("5", "1"),
	"feature taken away: selective call forwarding": goneAt("5", "2"),
}

// goneAt takes all features away before the last of the keys that lead to one.
func goneAt(keys ...string) func(*testing.T, *stage) {
	return func(t *testing.T, s *stage) {
		c := s.dial(t, demoAll.Display())
		c.press("4071#")
		last := len(keys) - 1
		for _, key := range keys[:last] {
			c.press(key)
		}
		_, err := s.app.features.Install(t.Context(), []features.Installation{{Number: demoAll}}, pins.Note{By: "test"})
		check.OK(t, err)
		c.press(keys[last])
		c.hears("That feature is not on your line any more.")
		c.hears("Your PIN, 1.")
	}
}

// resetAt resets the PIN before the last of the keys that lead to a feature: nothing is told of
// it any more.
func resetAt(keys ...string) func(*testing.T, *stage) {
	return func(t *testing.T, s *stage) {
		c := s.dial(t, demoAll.Display())
		c.press("4071#")
		last := len(keys) - 1
		for _, key := range keys[:last] {
			c.press(key)
		}
		s.resetPIN(t, demoAll)
		c.press(keys[last])
		c.hears("changed by someone else")
		c.lacks("is off")
	}
}

// empty empties the list of the line that has a long one.
func (s *stage) empty(t *testing.T) {
	t.Helper()
	_, err := s.app.features.Change(t.Context(), features.Request{
		Number: demoNearFull, Feature: pins.DialLock, Edit: features.Replace(features.Settings{}, true), By: "test",
	})
	check.OK(t, err)
}

// resetPIN gives a line its temporary PIN again.
func (s *stage) resetPIN(t *testing.T, number nanp.Number) {
	t.Helper()
	note := pins.Note{By: "test", Reason: "test"}
	lines := pins.Provisioning{Registry: s.db.Lines(), Validations: s.db.Lines()}
	check.OK(t, lines.ResetByOperator(t.Context(), number, note))
}

// lacks checks that words were not said.
func (p *phone) lacks(words string) {
	p.t.Helper()
	for _, event := range p.heard {
		if spoken, ok := event.(simulator.Spoken); ok && strings.Contains(spoken.Words, words) {
			p.t.Errorf("heard %q", spoken.Words)
		}
	}
}

func (s *stage) remove(t *testing.T, number nanp.Number) {
	t.Helper()
	check.OK(t, (pins.Provisioning{Registry: s.db.Lines()}).Remove(t.Context(), number, pins.Note{By: "test"}))
}

// allRareCalls are those of both tables.
func allRareCalls() map[string]func(*testing.T, *stage) {
	all := maps.Clone(rareCalls)
	maps.Copy(all, rareFeatureCalls)
	return all
}

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
