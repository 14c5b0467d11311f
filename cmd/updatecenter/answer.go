package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"

	"updatecenter/internal/typed"
	"updatecenter/voice/simulator"
)

// demoExchange is where the demo asks for calls: at the telephone that waits for them.
const demoExchange = "127.0.0.1:8079"

type answerCommand struct {
	exchangeFlags `embed:""`
	Number        string `arg:"" help:"The number of this telephone."`
	Listen        string `default:"127.0.0.1:8079" help:"Where this telephone's exchange takes requests for calls, in place of Twilio's REST API: the server's TWILIO_API_BASE_URL."`
	ShowKeys      bool   `help:"Show the keys that are pressed."`
}

// Run waits to be called, with the keyboard as keypad.
func (cmd *answerCommand) Run(ctx context.Context, c terminal) (err error) {
	number, err := typed.Number(cmd.Number)
	if err != nil {
		return usage(err)
	}
	exchange, err := cmd.exchange(c, simulator.RealClock{})
	if err != nil {
		return err
	}
	stop, err := takeRequests(ctx, exchange, cmd.Listen)
	if err != nil {
		return err
	}
	defer stop()
	phone := simulator.Terminal{Exchange: exchange, In: c.in, Out: c.out, ShowKeys: cmd.ShowKeys}
	if keyboard, isFile := c.in.(*os.File); isFile {
		restore, raw, failed := simulator.RawMode(keyboard)
		if failed != nil {
			return failed
		}
		defer func() { err = errors.Join(err, restore()) }()
		phone.Raw = raw
	}
	return hint(phone.Wait(ctx, string(number)))
}

// takeRequests has the exchange answer Twilio's REST API at an address, until it is stopped.
func takeRequests(ctx context.Context, exchange *simulator.Exchange, address string) (stop func(), err error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen for calls (another telephone, perhaps?): %w", err)
	}
	rest := simulator.NewREST(exchange)
	server := &http.Server{Handler: rest, ReadHeaderTimeout: headerTimeout}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(listener) // until it is closed
	}()
	return func() {
		_ = server.Close()
		<-done
		rest.Close()
	}, nil
}
