package simulator_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"updatecenter/internal/secret"
	"updatecenter/voice/simulator"
)

// A small application: it greets, and hangs up.
var greeter = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/xml")
	_, _ = io.WriteString(w, `<Response><Say language="en-US">Welcome to the Update Center.</Say></Response>`)
})

func Example() {
	server := httptest.NewServer(greeter)
	defer server.Close()
	exchange, err := simulator.New(simulator.Config{
		PublicURL: server.URL,
		AuthToken: secret.New("the account's token"),
		Clock:     simulator.NewVirtualClock(time.Now()),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	script, err := simulator.Parse("greeting.call", strings.NewReader(`
dial 78 from 612-555-0142
hear "update center"
language en
ended
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	result := simulator.Play(context.Background(), exchange, script, nil)
	fmt.Println("failure:", result.Err)
	for _, said := range result.Transcript {
		fmt.Printf("%s: %s\n", said.Speaker, said.Words)
	}
	// Output:
	// failure: <nil>
	// Caller: (dial 78 from 612-555-0142)
	// Center: Welcome to the Update Center.
	// Exchange: the far end hung up
}

func ExampleCall_Next() {
	server := httptest.NewServer(greeter)
	defer server.Close()
	exchange, err := simulator.New(simulator.Config{PublicURL: server.URL, AuthToken: secret.New("the account's token")})
	if err != nil {
		fmt.Println(err)
		return
	}
	call, err := exchange.Dial(context.Background(), "888-612-8052", "612-555-0142", simulator.AttestedA)
	for err == nil {
		var event simulator.Event
		event, err = call.Next(context.Background())
		switch event := event.(type) {
		case simulator.Spoken:
			fmt.Println(event.Words)
		case simulator.Ended:
			fmt.Println("over:", event.By)
			return
		}
	}
	// Output:
	// Welcome to the Update Center.
	// over: the far end
}
