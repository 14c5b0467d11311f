package simulator_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"updatecenter/internal/testkit/check"
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
			check.Same(t, screen, test.screen)
			if test.script == "" {
				return
			}
			check.Same(t, script, test.script)
			check.OK(t, play(t, newExchange(t, center(t).config()), script, nil).Err)
		})
	}
}

func TestTerminalWithoutKeysStaysOnTheLine(t *testing.T) {
	config := center(t).config()
	var screen bytes.Buffer
	terminal := &simulator.Terminal{Exchange: newExchange(t, config), In: strings.NewReader("1234"), Out: &screen}
	check.OK(t, terminal.Run(t.Context(), "888-612-8052", "612-555-0142", simulator.AttestedA))
	if got := screen.String(); !strings.HasSuffix(got, "The far end hung up.\n") {
		t.Errorf("the screen shows\n%s", got)
	}
}

func TestTerminalTellsWhyTheApplicationFailed(t *testing.T) {
	var screen bytes.Buffer
	terminal := &simulator.Terminal{Exchange: newExchange(t, newApplication(t, nil).config()), In: strings.NewReader(""), Out: &screen}
	err := terminal.Run(t.Context(), "78", "612-555-0142", simulator.NoPassport)
	var broken *simulator.WebhookError
	if !errors.As(err, &broken) || !strings.Contains(screen.String(), "application error") {
		t.Errorf("%v; the screen shows\n%s", err, screen.String())
	}
}

func TestTerminalWrapsLines(t *testing.T) {
	app := newApplication(t, map[string]string{"/voice/incoming": "<Say>" + strings.Repeat("números ", 40) + "</Say>"})
	var screen bytes.Buffer
	terminal := &simulator.Terminal{Exchange: newExchange(t, app.config()), In: strings.NewReader(""), Out: &screen}
	check.OK(t, terminal.Run(t.Context(), "78", "612-555-0142", simulator.NoPassport))
	for line := range strings.Lines(screen.String()) {
		if len([]rune(line)) > 73 {
			t.Errorf("%q is too long", line)
		}
	}
}

// brokenPaper is where nothing can be written.
type brokenPaper struct{}

var errPaper = errors.New("out of paper")

func (brokenPaper) Write([]byte) (int, error) { return 0, errPaper }

func TestTerminalTellsWhatItCouldNotWrite(t *testing.T) {
	for _, terminal := range []simulator.Terminal{
		{Out: brokenPaper{}},
		{Out: &bytes.Buffer{}, Record: brokenPaper{}},
	} {
		terminal.Exchange, terminal.In = newExchange(t, center(t).config()), strings.NewReader("")
		if err := terminal.Run(t.Context(), "78", "612-555-0142", simulator.NoPassport); !errors.Is(err, errPaper) {
			t.Errorf("got %v", err)
		}
	}
}

func TestRecordedAttestation(t *testing.T) {
	for word, want := range map[string]string{"A": " stir A", "B": " stir B", "C": " stir C", "failed": " stir failed", "none": " stir none", "D": ""} {
		stir, err := simulator.ParseAttestation(word)
		if (err == nil) != (want != "") {
			t.Errorf("%s: %v", word, err)
		}
		var script bytes.Buffer
		terminal := &simulator.Terminal{Exchange: newExchange(t, center(t).config()), In: strings.NewReader("h"), Out: &bytes.Buffer{}, Record: &script}
		check.OK(t, terminal.Run(t.Context(), "888-612-8052", "612 555 0142", stir))
		first, _, _ := strings.Cut(script.String(), "\n")
		if first != "dial 888-612-8052 from 6125550142"+want {
			t.Errorf("%s: %q", word, first)
		}
		if _, err := simulator.Parse("x.call", &script); err != nil {
			t.Error(err)
		}
	}
}

func TestRawModeOfAFile(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "keys"))
	check.OK(t, err)
	defer func() { _ = file.Close() }()
	restore, raw, err := simulator.RawMode(file)
	if err != nil || raw {
		t.Fatalf("raw %v, %v", raw, err)
	}
	check.OK(t, restore())
}

const (
	waitLine = "Waiting for calls to 612-555-0142; h ends.\n"
	ringLine = "Ringing: from 888-612-8052; press Enter or a key to answer, h to refuse.\n"
)

// waiting is somebody at a terminal phone that waits to be rung, who reacts to the words on the screen in
// their order, until they press h while nobody calls.
func waiting(t *testing.T, reactions func(r *rest, key func(keys string) func()) []reaction) (screen, script string) {
	t.Helper()
	config := codeApp(t).config()
	config.Clock = patientClock{letGo: make(chan time.Time)}
	r := newREST(t, config)
	keys, keyboard := io.Pipe()
	defer func() { _ = keys.Close() }()
	someone := person{waits: reactions(r, func(keys string) func() { return func() { _, _ = io.WriteString(keyboard, keys) } })}
	var recorded bytes.Buffer
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	phone := &simulator.Terminal{Exchange: r.exchange, In: keys, Out: &someone, Record: &recorded}
	check.OK(t, phone.Wait(ctx, "612-555-0142"))
	// A key may still cut the last word short.
	return strings.ReplaceAll(someone.screen.String(), " —", ""), recorded.String()
}

func TestTerminalIsRung(t *testing.T) {
	screen, script := waiting(t, func(r *rest, key func(string) func()) []reaction {
		call := func() { r.ask(callsPath, orderForm()) }
		return []reaction{
			{"h ends.", call}, {"to refuse.", key("h")}, {"h ends.", call}, {"to refuse.", key("\r")}, {"press 1.", key("1")}, {"h ends.", key("h")},
		}
	})
	const want = waitLine + ringLine + "You refused the call.\n" + waitLine + ringLine +
		"[en-US] To hear it press 1.\n> •\n1 2 3.\nThe far end hung up.\n" + waitLine
	if screen != want {
		t.Errorf("the screen shows\n%s\nwant\n%s", screen, want)
	}
	const recorded = "busy 612-555-0142\nanswer 612-555-0142\nhear \"To hear it press 1.\"\npress 1\nhear \"1 2 3.\"\nended\n"
	if script != recorded {
		t.Errorf("script\n%s", script)
	}
	if _, err := simulator.Parse("x.call", strings.NewReader(script)); err != nil {
		t.Error(err)
	}
}

func TestTerminalWithoutAPersonIsNotRung(t *testing.T) {
	phone := &simulator.Terminal{Exchange: newExchange(t, codeApp(t).config()), In: strings.NewReader(""), Out: &bytes.Buffer{}}
	check.OK(t, phone.Wait(t.Context(), "612-555-0142"))
	phone.In, phone.Out = strings.NewReader("h"), brokenPaper{}
	if err := phone.Wait(t.Context(), "612-555-0142"); err == nil {
		t.Error("nothing could be shown, and nobody was told")
	}
}

// The application ends one call while it rings, and another while it asks.
func TestTerminalIsCutOff(t *testing.T) {
	screen, _ := waiting(t, func(r *rest, key func(string) func()) []reaction {
		made := make(chan string, 1)
		call := func() {
			_, answer := r.ask(callsPath, orderForm())
			made <- answer["sid"].(string)
		}
		hangUp := func() { r.ask(callPath(<-made), map[string][]string{"Status": {"completed"}}) }
		return []reaction{
			{"h ends.", call}, {"to refuse.", hangUp}, {"h ends.", call}, {"to refuse.", key("#")}, {"press 1.", hangUp}, {"h ends.", key("h")},
		}
	})
	const want = waitLine + ringLine + "It rings no more.\n" + waitLine + ringLine +
		"[en-US] To hear it press 1.\nThe far end hung up.\n" + waitLine
	if screen != want {
		t.Errorf("the screen shows\n%s\nwant\n%s", screen, want)
	}
}
