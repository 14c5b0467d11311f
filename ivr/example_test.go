package ivr_test

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"updatecenter/internal/secret"
	"updatecenter/internal/testkit"
	"updatecenter/ivr"
)

// doorbell is what comes of the code of a door.
type doorbell string

const (
	opens  doorbell = "opens"
	closed doorbell = "stays closed"
)

// A door with a telephone: whoever keys its code comes in.
func Example() {
	code := ivr.Variable{Name: "code", Kind: ivr.Secret}
	desk := ivr.Variable{Name: "desk", Kind: ivr.Phone}
	prompt := func(name, en, es string) ivr.Prompt { return ivr.Prompt{Name: name, EN: en, ES: es} }
	flow := &ivr.Flow{
		Name: "door", Start: "ask-code", Help: "call-desk", Sorry: "sorry",
		Notices: ivr.Notices{
			Silence:   prompt("silence", "We heard nothing.", "No oímos nada."),
			TooFew:    prompt("too-few", "Some digits are missing.", "Faltan dígitos."),
			TooMany:   prompt("too-many", "Those were too many.", "Fueron demasiados."),
			WrongKey:  prompt("wrong-key", "That key has no use here.", "Esa tecla no sirve aquí."),
			StartOver: prompt("start-over", "Let us start again.", "Comencemos de nuevo."),
			Apology:   prompt("apology", "Please call {desk}.", "Llame al {desk}."),
		},
		Given: map[ivr.Variable]string{desk: "+16125550142"},
		Nodes: []ivr.Node{
			ivr.Gather{At: "ask-code", Prompt: prompt("ask-code", "Your code?", "¿Su código?"),
				Digits: ivr.Range{Min: 4, Max: 4}, Into: code, Next: "open", Back: ivr.HangUp, GaveUp: ivr.HangUp},
			ivr.Action[doorbell]{At: "open", Run: func(_ context.Context, c *ivr.Call) (doorbell, error) {
				if c.Secret(code).Equal(secret.New("8265")) {
					return opens, nil
				}
				return closed, nil
			}, On: ivr.On[doorbell]{opens: "come-in", closed: "again"}},
			ivr.Retry{At: "again", Times: 3, Back: "ask-code", GaveUp: "call-desk"},
			ivr.Say{At: "come-in", Prompt: prompt("come-in", "Come in.", "Pase."), Next: ivr.HangUp},
			ivr.Say{At: "call-desk", Prompt: prompt("call-desk", "Call {desk}.", "Llame al {desk}."), Next: ivr.HangUp},
			ivr.Say{At: "sorry", Prompt: prompt("sorry", "We are sorry.", "Lo sentimos."), Next: ivr.HangUp},
		},
	}
	db, end := testkit.Embedded()
	defer end()
	keys, _ := secret.ParseKeyring("one:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=")
	engine, err := ivr.New(ivr.Config{
		Flow: flow, Store: db.Calls(), Keys: keys, Now: time.Now,
		TurnURL: "https://example.com/turn/", Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	_, _ = engine.Turn(ctx, ivr.Event{Call: "CA1"})
	document, err := engine.Turn(ctx, ivr.Event{Call: "CA1", Turn: 1, Input: ivr.Input{Keys: "8265"}})
	fmt.Println(string(document), err)
	// Output:
	// <?xml version="1.0" encoding="UTF-8"?><Response><Say voice="Polly.Joanna" language="en-US">Come in.</Say><Say voice="Polly.Lupe" language="es-US">Pase.</Say><Hangup/></Response> <nil>
}

// A part of the call that has a number read back, wherever one was keyed.
func ExampleSubflow() {
	number := ivr.Variable{Name: "number", Kind: ivr.Phone}
	prompt := func(name, en, es string) ivr.Prompt { return ivr.Prompt{Name: name, EN: en, ES: es} }
	confirm := &ivr.Subflow{
		Name: "confirm", Start: "read-back", Variables: []ivr.Variable{number},
		Nodes: []ivr.Node{
			ivr.Menu{At: "read-back", Prompt: prompt("read-back", "You keyed {number}.", "Usted marcó {number}."),
				Options: []ivr.Option{
					{Prompt: prompt("to-keep", "If that is right, press {key}.", "Si es correcto, oprima el {key}."), Next: "right"},
					{Prompt: prompt("to-redo", "To key it again, press {key}.", "Para marcarlo otra vez, oprima el {key}."), Next: "wrong"},
				}, Back: "wrong", GaveUp: "wrong"},
			ivr.Return{At: "right"},
			ivr.Return{At: "wrong"},
		},
	}
	// One of the nodes of a flow that enters it:
	_ = ivr.Enter{At: "confirm-number", Subflow: confirm, On: map[ivr.Step]ivr.Step{"right": "keep", "wrong": "ask-number"}}
	fmt.Print(confirm.Mermaid())
	// Output:
	// flowchart TD
	//     confirm-begins(("enter")) --> read-back
	//     read-back[\"read back"/]
	//     read-back -->|"to-keep"| right
	//     read-back -->|"to-redo, #42;, gave up"| wrong
	//     right(["right"])
	//     wrong(["wrong"])
}
