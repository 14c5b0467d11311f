package simulator_test

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"updatecenter/voice/simulator"
)

// patientClock lets the pace of words pass at once, and holds longer waits, which are
// questions, until they are let go.
type patientClock struct {
	simulator.RealClock
	letGo chan time.Time
}

func (c patientClock) After(d time.Duration) <-chan time.Time {
	if d >= 5*time.Second {
		return c.letGo
	}
	done := make(chan time.Time, 1)
	done <- time.Time{}
	return done
}

// person reads the screen, and does something when certain words appear on it.
type person struct {
	mu     sync.Mutex
	screen bytes.Buffer
	waits  []reaction
}

type reaction struct {
	words string
	do    func()
}

func (p *person) Write(shown []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.screen.Write(shown)
	if len(p.waits) > 0 && strings.HasSuffix(strings.TrimRight(p.screen.String(), " \r\n"), p.waits[0].words) {
		go p.waits[0].do()
		p.waits = p.waits[1:]
	}
	return len(shown), nil
}

// atTheTerminal makes a call of someone who reacts in the given order, and returns what
// the screen showed and the script recorded. keys:X presses X, silence waits, any else is
// the context's end.
func atTheTerminal(t *testing.T, change func(*simulator.Terminal), reactions ...string) (screen, script string, err error) {
	t.Helper()
	keys, keyboard := io.Pipe()
	defer func() { _ = keys.Close() }()
	clock := patientClock{letGo: make(chan time.Time)}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	var someone person
	for pair := range slices.Chunk(reactions, 2) {
		words, do := pair[0], pair[1]
		someone.waits = append(someone.waits, reaction{words, func() {
			switch {
			case strings.HasPrefix(do, "keys:"):
				_, _ = io.WriteString(keyboard, strings.TrimPrefix(do, "keys:"))
			case do == "silence":
				clock.letGo <- time.Time{}
			case do == "no more keys":
				_ = keyboard.Close()
			default:
				cancel()
			}
		}})
	}
	config := center(t).config()
	config.Clock = clock
	var recorded bytes.Buffer
	terminal := &simulator.Terminal{Exchange: newExchange(t, config), In: keys, Out: &someone, Record: &recorded}
	change(terminal)
	err = terminal.Run(ctx, "78", "612-555-0142", simulator.NoPassport)
	return someone.screen.String(), recorded.String(), err
}

func asIs(*simulator.Terminal) {}

const headLine = "Dialing 78 from 612-555-0142. Keys 0-9 * #; h hangs up.\n"

func TestTerminal(t *testing.T) {
	tests := []struct {
		name      string
		change    func(*simulator.Terminal)
		reactions []string
		screen    string
		script    string
	}{
		{"a whole call", asIs, []string{"temporary PIN.", "keys:1234", "PIN nuevo.", "keys:8265#"},
			headLine + `[en-US] Key your temporary PIN.
> ••••
[es-US] Ahora un PIN nuevo.
> •••••
[en-US] Call 8 0 0, 5 7 3.
(transferred to 800-573-1311)
(plays goodbye.en.mp3)
The far end hung up.
`, `dial 78 from 612-555-0142
hear "Key your temporary PIN."
press 1234
hear "Ahora un PIN nuevo."
press 8265#
hear "Call 8 0 0, 5"
ended
`},
		{"keys shown, pressed ahead", func(t *simulator.Terminal) { t.ShowKeys = true },
			[]string{"temporary PIN.", "keys:12348265#", "PIN nuevo.", "keys:8265#8265#"},
			headLine + `[en-US] Key your temporary PIN.
> 1234
(Keys are lost that are pressed while nothing listens.)
[es-US] Ahora un PIN nuevo.
> 8265#
[en-US] Call 8 0 0, 5 7 3.
(transferred to 800-573-1311)
(plays goodbye.en.mp3)
The far end hung up.
`, ""},
		{"silence", asIs, []string{"temporary PIN.", "silence", "(silence)\n[es-US] Ahora un PIN nuevo.", "keys:12", "••", "silence"},
			headLine + `[en-US] Key your temporary PIN.
(silence)
[es-US] Ahora un PIN nuevo.
> ••
[en-US] Call 8 0 0, 5 7 3.
(transferred to 800-573-1311)
(plays goodbye.en.mp3)
The far end hung up.
`, `dial 78 from 612-555-0142
hear "Key your temporary PIN."
silence
hear "Ahora un PIN nuevo."
press 12
hear "Call 8 0 0, 5"
ended
`},
		{"hang up", asIs, []string{"temporary PIN.", "keys:12", "••", "keys:h"},
			headLine + "[en-US] Key your temporary PIN.\n> ••\nYou hung up.\n",
			"dial 78 from 612-555-0142\nhear \"Key your temporary PIN.\"\nhangup\n"},
		{"Ctrl-C on a raw terminal", func(t *simulator.Terminal) { t.Raw = true }, []string{"temporary PIN.", "keys:\x1b[3~x\x03"},
			strings.ReplaceAll(headLine+"[en-US] Key your temporary PIN.\nYou hung up.\n", "\n", "\r\n"), ""},
		{"the program ends", asIs, []string{"temporary PIN.", "context"},
			headLine + "[en-US] Key your temporary PIN.\nYou hung up.\n", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			screen, script, err := atTheTerminal(t, test.change, test.reactions...)
			if err != nil {
				t.Fatalf("%v; the screen shows\n%s", err, screen)
			}
			// How much was said when a key came depends on the moment.
			screen = strings.ReplaceAll(screen, " —", "")
			if diff := cmp.Diff(test.screen, screen); diff != "" {
				t.Errorf("screen (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.script, script); test.script != "" && diff != "" {
				t.Errorf("script (-want +got):\n%s", diff)
			}
		})
	}
}
