package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"syscall"
	"time"

	"github.com/schollz/progressbar/v3"

	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
	"updatecenter/internal/typed"
	"updatecenter/voice/signature"
	"updatecenter/voice/simulator"
)

// exchangeFlags say to which server the simulated exchange delivers calls. They fit the
// demo as they are.
type exchangeFlags struct {
	URL        string                `default:"http://127.0.0.1:8080" help:"The server's PUBLIC_URL: webhooks are signed for it."`
	Target     string                `help:"Where webhooks are sent, if not to --url."`
	AuthToken  []secret.Text         `name:"auth-token" env:"TWILIO_AUTH_TOKEN" type:"secrets" secret:"" help:"Signs the webhooks; of a list the first. Default: the demo's."`
	SharedKeys []signature.SharedKey `name:"webhook-keys" env:"TWILIO_WEBHOOK_KEYS" type:"shared-keys" secret:"" help:"name:secret of a shared key that signs them by SHA-256 instead; of a list the first."`
	AccountSID []string              `name:"account-sid" env:"TWILIO_ACCOUNT_SID" type:"texts" help:"The Twilio account in the webhooks; of a list the first. Default: the demo's."`
	SIPDomain  string                `name:"sip-domain" help:"SIP domain of calls to 78. Default: the demo's."`
	Numbers    []nanp.Number         `name:"account-numbers" type:"numbers" help:"Telephone numbers of the Twilio account, comma-separated, such as the server's CALL_FROM: a transfer may show these. Default: the demo's."`
}

// exchange signs with the first token, as the others are on their way out.
func (f exchangeFlags) exchange(clock simulator.Clock) (*simulator.Exchange, error) {
	var numbers []string
	for _, number := range f.Numbers {
		numbers = append(numbers, string(number))
	}
	shared := append(f.SharedKeys, signature.SharedKey{})[0]
	exchange, err := simulator.New(simulator.Config{
		PublicURL: f.URL, Target: f.Target, AuthToken: append(f.AuthToken, secret.New(demoToken))[0],
		SharedKey: shared.Secret, KeyName: shared.Name, AccountSID: append(f.AccountSID, "")[0],
		SIPDomain: f.SIPDomain, Numbers: numbers, Clock: clock,
	})
	if err != nil {
		return nil, usage(err)
	}
	return exchange, nil
}

type dialCommand struct {
	exchangeFlags `embed:""`
	To            string `arg:"" help:"What to dial: 78, *78, or a telephone number."`
	From          string `required:"" help:"The number that calls; any other text, such as anonymous, goes out as it is."`
	Stir          string `default:"none" enum:"A,B,C,failed,none" help:"Attestation of a call to a telephone number: A, B, C, failed or none."`
	Script        string `type:"path" help:"Write the call to this file as a call script, with every key that is pressed."`
	ShowKeys      bool   `help:"Show the keys that are pressed."`
}

// Run dials, with the keyboard as keypad.
func (cmd *dialCommand) Run(ctx context.Context, c terminal) (err error) {
	exchange, err := cmd.exchange(simulator.RealClock{})
	if err != nil {
		return err
	}
	stir, err := simulator.ParseAttestation(cmd.Stir)
	if err != nil {
		return usage(err)
	}
	phone, restore, err := c.phone(exchange, cmd.ShowKeys)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, restore()) }()
	if cmd.Script != "" {
		file, failed := os.OpenFile(cmd.Script, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
		if failed != nil {
			return fmt.Errorf("write call script: %w", failed)
		}
		defer func() { err = errors.Join(err, file.Close()) }()
		phone.Record = file
	}
	return hint(phone.Run(ctx, cmd.To, cmd.From, stir))
}

// phone is a telephone whose keypad is the keyboard, which restore gives back.
func (c terminal) phone(exchange *simulator.Exchange, showKeys bool) (phone simulator.Terminal, restore func() error, err error) {
	phone = simulator.Terminal{Exchange: exchange, In: c.in, Out: c.out, ShowKeys: showKeys}
	restore = func() error { return nil }
	if keyboard, isFile := c.in.(*os.File); isFile {
		restore, phone.Raw, err = simulator.RawMode(keyboard)
	}
	return phone, restore, err
}

// hint adds what is most often the matter.
func hint(err error) error {
	var failed *simulator.WebhookError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Errorf("%w (is the server running? make run starts the demo)", err)
	case errors.As(err, &failed) && failed.Status == http.StatusForbidden:
		return fmt.Errorf("%w (are TWILIO_AUTH_TOKEN, TWILIO_WEBHOOK_KEYS, TWILIO_ACCOUNT_SID and --url the server's own?)", err)
	}
	return err
}

// scriptFlags name call scripts.
type scriptFlags struct {
	Files []string `arg:"" name:"file" type:"existingfile" help:"Call scripts."`
}

func (f scriptFlags) read() ([]simulator.Script, error) {
	var scripts []simulator.Script
	for _, name := range f.Files {
		script, err := readScript(name)
		if err != nil {
			return nil, usage(err)
		}
		scripts = append(scripts, script)
	}
	return scripts, nil
}

func readScript(name string) (simulator.Script, error) {
	file, err := os.Open(name)
	if err != nil {
		return simulator.Script{}, err
	}
	defer file.Close() //nolint:errcheck // it was only read
	return simulator.Parse(name, file)
}

type callCommand struct {
	exchangeFlags `embed:""`
	scriptFlags   `embed:""`
	Transcript    bool `help:"Show what was said and pressed."`
	ShowKeys      bool `help:"Show the keys that are pressed."`
}

// Run plays the scripts one after the other, with time as it passes in the script.
func (cmd *callCommand) Run(ctx context.Context, c terminal) error {
	scripts, err := cmd.read()
	if err != nil {
		return err
	}
	exchange, err := cmd.exchange(simulator.NewVirtualClock(time.Now()))
	if err != nil {
		return err
	}
	failed := 0
	for _, script := range scripts {
		result := simulator.Play(ctx, exchange, script, nil)
		if err := result.Failed(); err != nil {
			failed++
			fmt.Fprintf(c.out, "FAIL  %s: %v\n", script.Name, err)
			for _, problem := range result.Problems {
				fmt.Fprintf(c.out, "      %v\n", hint(problem))
			}
		} else {
			fmt.Fprintf(c.out, "ok    %s (%d turns)\n", script.Name, len(result.Turns))
		}
		if cmd.Transcript {
			if err := result.Transcript.Write(c.out, cmd.ShowKeys); err != nil {
				return fmt.Errorf("write transcript: %w", err)
			}
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d call scripts failed", failed, len(scripts))
	}
	return nil
}

type loadCommand struct {
	exchangeFlags `embed:""`
	Calls         int         `default:"100" help:"How many calls."`
	Rate          float64     `default:"10" help:"Calls begun in a second; 0: as fast as can be."`
	AtOnce        int         `default:"100" help:"Most calls under way at the same time."`
	Script        []string    `required:"" type:"existingfile" sep:"none" help:"Call script; may be given more than once, or followed by others."`
	Others        []string    `arg:"" optional:"" name:"file" type:"existingfile" help:"More call scripts."`
	FirstLine     nanp.Number `type:"number" help:"Call from this number and those that follow it, one for each call, so that no call changes what the next one finds. Default: as the scripts say."`
}

// Run plays the scripts in numbers and reports.
func (cmd *loadCommand) Run(ctx context.Context, c terminal) error {
	scripts, err := scriptFlags{Files: slices.Concat(cmd.Script, cmd.Others)}.read()
	if err != nil {
		return err
	}
	exchange, err := cmd.exchange(simulator.NewVirtualClock(time.Now()))
	if err != nil {
		return err
	}
	line, err := cmd.lines()
	if err != nil {
		return err
	}
	bar := newBar(c, int64(cmd.Calls), "calls", progressbar.OptionShowIts())
	report, err := simulator.Load(ctx, exchange, simulator.LoadPlan{
		Calls: cmd.Calls, Rate: cmd.Rate, AtOnce: cmd.AtOnce, Scripts: scripts, Line: line,
		Progress: func(done int) { _ = bar.Set(done) },
	})
	fmt.Fprint(c.out, report)
	if err == nil && report.Failed > 0 {
		err = fmt.Errorf("%d of %d calls failed", report.Failed, cmd.Calls)
	}
	return err
}

// lines makes the numbers that call, a line after the other within one exchange and those behind it; or
// nothing if the scripts are to say them.
func (cmd *loadCommand) lines() (func(int) string, error) {
	if cmd.FirstLine == "" {
		return nil, nil
	}
	digits, err := strconv.ParseInt(cmd.FirstLine.National(), 10, 64)
	if err != nil {
		return nil, usage(fmt.Errorf("--first-line: %w", err))
	}
	return func(i int) string { return strconv.FormatInt(digits+int64(i), 10) }, nil
}

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
	exchange, err := cmd.exchange(simulator.RealClock{})
	if err != nil {
		return err
	}
	stop, err := takeRequests(ctx, exchange, cmd.Listen)
	if err != nil {
		return err
	}
	defer stop()
	phone, restore, err := c.phone(exchange, cmd.ShowKeys)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, restore()) }()
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
