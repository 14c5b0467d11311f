package simulator_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"updatecenter/voice/simulator"
)

func TestTerminalWithoutKeysStaysOnTheLine(t *testing.T) {
	config := center(t).config()
	var screen bytes.Buffer
	terminal := &simulator.Terminal{Exchange: newExchange(t, config), In: strings.NewReader("1234"), Out: &screen}
	if err := terminal.Run(t.Context(), "888-612-8052", "612-555-0142", simulator.AttestedA); err != nil {
		t.Fatal(err)
	}
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
	if err := terminal.Run(t.Context(), "78", "612-555-0142", simulator.NoPassport); err != nil {
		t.Fatal(err)
	}
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

// A recorded script plays.
func TestRecordedScriptPlays(t *testing.T) {
	_, recorded, err := atTheTerminal(t, asIs, "temporary PIN.", "keys:1234", "PIN nuevo.", "keys:8265#")
	if err != nil {
		t.Fatal(err)
	}
	if result := play(t, newExchange(t, center(t).config()), recorded, nil); result.Err != nil {
		t.Errorf("%v in\n%s", result.Err, recorded)
	}
}

func TestRecordedAttestation(t *testing.T) {
	for stir, want := range map[simulator.Attestation]string{
		simulator.AttestedA: " stir A", simulator.AttestedB: " stir B", simulator.AttestedC: " stir C",
		simulator.Failed: " stir failed", simulator.Unverified: " stir none",
		"TN-Validation-Failed-B-Diverted": " stir failed-B-Diverted", simulator.NoPassport: "",
	} {
		var script bytes.Buffer
		terminal := &simulator.Terminal{Exchange: newExchange(t, center(t).config()), In: strings.NewReader("h"), Out: &bytes.Buffer{}, Record: &script}
		if err := terminal.Run(t.Context(), "888-612-8052", "612 555 0142", stir); err != nil {
			t.Fatal(err)
		}
		first, _, _ := strings.Cut(script.String(), "\n")
		if first != "dial 888-612-8052 from 6125550142"+want {
			t.Errorf("%s: %q", stir, first)
		}
		if _, err := simulator.Parse("x.call", &script); err != nil {
			t.Error(err)
		}
	}
}

func TestRawModeOfAFile(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "keys"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	restore, raw, err := simulator.RawMode(file)
	if err != nil || raw {
		t.Fatalf("raw %v, %v", raw, err)
	}
	if err := restore(); err != nil {
		t.Error(err)
	}
}
