package simulator_test

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"updatecenter/voice/simulator"
)

// waiting is a person at a terminal phone that waits to be rung. The reactions come in the
// order of the words on the screen.
func waiting(t *testing.T, reactions ...func(keyboard io.Writer, exchange *simulator.Exchange)) (someone *person, run func(words ...string) (script string, err error)) {
	someone = &person{}
	return someone, func(words ...string) (string, error) {
		config := codeApp(t).config()
		config.Clock = patientClock{letGo: make(chan time.Time)}
		exchange := newExchange(t, config)
		keys, keyboard := io.Pipe()
		defer func() { _ = keys.Close() }()
		for i, react := range reactions {
			someone.waits = append(someone.waits, reaction{words[i], func() { react(keyboard, exchange) }})
		}
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
		defer cancel()
		var recorded bytes.Buffer
		phone := &simulator.Terminal{Exchange: exchange, In: keys, Out: someone, Record: &recorded}
		err := phone.Wait(ctx, "612-555-0142")
		return recorded.String(), err
	}
}

func rung(t *testing.T) func(io.Writer, *simulator.Exchange) {
	return func(_ io.Writer, exchange *simulator.Exchange) {
		out := outbound("+16125550142")
		if _, err := exchange.Ring(context.Background(), out); err != nil {
			t.Error(err)
		}
	}
}

func keyed(keys string) func(io.Writer, *simulator.Exchange) {
	return func(keyboard io.Writer, _ *simulator.Exchange) { _, _ = io.WriteString(keyboard, keys) }
}

const (
	waitLine = "Waiting for calls to 612-555-0142; h ends.\n"
	ringLine = "Ringing: from 888-612-8052; press Enter or a key to answer, h to refuse.\n"
)

func TestTerminalIsRung(t *testing.T) {
	someone, run := waiting(t, rung(t), keyed("h"), rung(t), keyed("\r"), keyed("1"), keyed("h"))
	script, err := run("h ends.", "to refuse.", "h ends.", "to refuse.", "press 1.", "h ends.")
	if err != nil {
		t.Fatal(err)
	}
	const screen = waitLine + ringLine + "You refused the call.\n" + waitLine + ringLine +
		"[en-US] To hear it press 1.\n> •\n1 2 3.\nThe far end hung up.\n" + waitLine
	// The key may still cut the last word short.
	if got := strings.ReplaceAll(someone.screen.String(), " —", ""); got != screen {
		t.Errorf("the screen shows\n%s\nwant\n%s", got, screen)
	}
	const want = "busy 612-555-0142\nanswer 612-555-0142\nhear \"To hear it press 1.\"\npress 1\nhear \"1 2 3.\"\nended\n"
	if script != want {
		t.Errorf("script\n%s", script)
	}
	if _, err := simulator.Parse("x.call", strings.NewReader(script)); err != nil {
		t.Error(err)
	}
}

func TestTerminalWithoutAPersonIsNotRung(t *testing.T) {
	phone := &simulator.Terminal{Exchange: newExchange(t, codeApp(t).config()), In: strings.NewReader(""), Out: &bytes.Buffer{}}
	if err := phone.Wait(t.Context(), "612-555-0142"); err != nil {
		t.Error(err)
	}
	phone.In, phone.Out = strings.NewReader("h"), brokenPaper{}
	if err := phone.Wait(t.Context(), "612-555-0142"); err == nil {
		t.Error("nothing could be shown, and nobody was told")
	}
}

// The application ends one call while it rings, and another while it asks.
func TestTerminalIsCutOff(t *testing.T) {
	config := codeApp(t).config()
	config.Clock = patientClock{letGo: make(chan time.Time)}
	r := newREST(t, config)
	keys, keyboard := io.Pipe()
	defer func() { _ = keys.Close() }()
	var someone person
	made := make(chan string, 1)
	call := func() {
		_, answer := r.ask(callsPath, orderForm())
		made <- answer["sid"].(string)
	}
	hangUp := func() { r.ask(callPath(<-made), map[string][]string{"Status": {"completed"}}) }
	someone.waits = []reaction{
		{"h ends.", call}, {"to refuse.", hangUp}, {"h ends.", call},
		{"to refuse.", func() { keyed("#")(keyboard, nil) }}, {"press 1.", hangUp},
		{"h ends.", func() { keyed("h")(keyboard, nil) }},
	}
	phone := &simulator.Terminal{Exchange: r.exchange, In: keys, Out: &someone}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	if err := phone.Wait(ctx, "612-555-0142"); err != nil {
		t.Fatal(err)
	}
	const screen = waitLine + ringLine + "It rings no more.\n" + waitLine + ringLine +
		"[en-US] To hear it press 1.\nThe far end hung up.\n" + waitLine
	if got := someone.screen.String(); got != screen {
		t.Errorf("the screen shows\n%s\nwant\n%s", got, screen)
	}
}
