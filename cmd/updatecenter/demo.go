package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"text/tabwriter"
	"time"

	"github.com/alicebob/miniredis/v2"

	"updatecenter/internal/features"
	"updatecenter/internal/nanp"
	"updatecenter/internal/outbound/wording"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/secret"
	"updatecenter/pins"
	"updatecenter/voice/simulator"
)

// The demo's account: the phone in the terminal signs with the same token.
const (
	demoToken     = "demoauthtoken" // of the demo alone, which listens on 127.0.0.1
	demoSIPDomain = simulator.DefaultSIPDomain
)

// The demo's numbers.
const (
	demoNew      nanp.Number = "+16125550142"
	demoNewES    nanp.Number = "+16125550143"
	demoNoLang   nanp.Number = "+16125550144"
	demoChosen   nanp.Number = "+16125550145"
	demoLocked   nanp.Number = "+16125550146"
	demoChosenES nanp.Number = "+16125550147"
	demoSuburb   nanp.Number = "+17635550148" // its access number has another area code
	demoAll      nanp.Number = "+16125550149" // these and the next have calling features
	demoAllES    nanp.Number = "+16125550150"
	demoNewOne   nanp.Number = "+16125550151"
	demoTwo      nanp.Number = "+16125550152"
	demoNearFull nanp.Number = "+16125550153"
	demoDial78   nanp.Number = "+16125557800" // to which the switch maps 78
	demoHelpLine nanp.Number = "+16125557801"
	demoDistance nanp.Number = "+16125557802" // the help line for long distance
	demoCaller               = "+16515550177" // has called the lines that have chosen a PIN
	demoPIN                  = "4071"
	demoMistake              = "9999"
)

// demoLines are lines in every state that a caller can find them in, once their PINs are
// chosen and one of them is locked.
var demoLines = []pins.NewLine{
	{Number: demoNew, Language: "en"}, {Number: demoNewES, Language: "es"}, {Number: demoNoLang},
	{Number: demoChosen, Language: "en"}, {Number: demoLocked, Language: "en"},
	{Number: demoChosenES, Language: "es"}, {Number: demoSuburb, Language: "en"},
	{Number: demoAll, Language: "en", Features: pins.FeaturesOf(pins.AllFeatures[:]...)},
	{Number: demoAllES, Language: "es", Features: pins.FeaturesOf(pins.AllFeatures[:]...)},
	{Number: demoNewOne, Language: "en", Features: pins.FeaturesOf(pins.DoNotDisturb)},
	{Number: demoTwo, Language: "en", Features: pins.FeaturesOf(pins.NoSolicitation, pins.SecurityScreen)},
	{Number: demoNearFull, Language: "en", Features: pins.FeaturesOf(pins.DialLock)},
}

// demoAuthorized is how many numbers the Dial Lock of demoNearFull lets through: one fewer
// than it can.
const demoAuthorized = 19

// demoZone is where the demo's lines are.
const demoZone = "America/Chicago"

// demoAddress is where the demo is unless told otherwise, and where telephones call.
const demoAddress = "127.0.0.1:8080"

type demoCommand struct {
	Port           string      `default:"8080" env:"DEMO_PORT" help:"Port on 127.0.0.1."`
	RepairTransfer nanp.Number `env:"REPAIR_TRANSFER" help:"Telephone number to which 0 puts callers through. Default: they are told the number of the repair service."`
}

// Run serves the demo until the context ends.
func (cmd *demoCommand) Run(ctx context.Context, c terminal) error {
	redis := miniredis.NewMiniRedis()
	if err := redis.StartAddr("127.0.0.1:0"); err != nil {
		return fmt.Errorf("start the embedded Redis: %w", err)
	}
	defer redis.Close()
	go age(ctx, redis)
	db, err := redisstore.OpenWithin("redis://"+redis.Addr(), demoOperation)
	if err != nil {
		return fmt.Errorf("open the embedded Redis: %w", err)
	}
	defer db.Close() //nolint:errcheck // at the end of the process
	address := net.JoinHostPort("127.0.0.1", cmd.Port)
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("listen (another demo, perhaps?): %w", err)
	}
	settings, err := demoConfig(address)
	if err != nil {
		return err
	}
	settings.RepairTransfer = cmd.RepairTransfer
	return runDemo(ctx, c, settings, db, redis.Addr(), listener)
}

// The embedded Redis looks at every key when it ages, and answers nobody meanwhile: with 200,000
// keys that takes some 300 ms. A minute is often enough, as records hold their own lifetimes. An
// operation may take longer than on a real Redis, whose import of 100,000 lines it must survive.
const (
	ageEvery      = time.Minute
	demoOperation = 4 * time.Second
)

// age lets keys of the embedded Redis expire, which doesn't look at the clock by itself.
func age(ctx context.Context, redis *miniredis.Miniredis) {
	ticker := time.NewTicker(ageEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			redis.FastForward(ageEvery)
		}
	}
}

func runDemo(ctx context.Context, c terminal, settings config, db *redisstore.DB, redis string, listener net.Listener) error {
	log := slog.New(slog.NewTextHandler(c.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	redisstore.LogTo(log)
	heard, err := startDemoSwitch(ctx, c.out, settings.PublicURL)
	if err != nil {
		return err
	}
	defer heard.Close() //nolint:errcheck // at the end of the process
	if settings.LettersDir, err = os.MkdirTemp("", "updatecenter-letters-"); err != nil {
		return fmt.Errorf("make a place for letters: %w", err)
	}
	defer os.RemoveAll(settings.LettersDir) //nolint:errcheck // at the end of the process
	settings.ProvisioningURL, settings.ProvisioningSecret = heard.url, heard.secret
	mailbox := &demoMailbox{company: wording.Company{Company: settings.Company, Repair: settings.RepairNumber}, zone: settings.Zone}
	a, err := newApp(settings, outside{db: db, now: time.Now, log: log, mails: mailbox, embedded: true})
	if err != nil {
		return err
	}
	if err := a.redis.start(ctx); err != nil {
		return err
	}
	a.handler = mailbox.beside(a.handler)
	if err := addDemoLines(ctx, a, db, time.Now); err != nil {
		return fmt.Errorf("add the demo's lines: %w", err)
	}
	if err := addDemoAccounts(ctx, a, db, time.Now()); err != nil {
		return fmt.Errorf("add the demo's accounts: %w", err)
	}
	if err := addDemoTickets(ctx, a, time.Now(), settings.Zone); err != nil {
		return err
	}
	if err := addDemoMailboxes(ctx, a); err != nil {
		return err
	}
	if err := addDemoAgents(ctx, a.support.agents, mailbox); err != nil {
		return fmt.Errorf("add the demo's agents: %w", err)
	}
	greet(c.out, listener.Addr().String(), redis)
	fmt.Fprintf(c.out, "\nLetters go to %s. Ctrl-C stops it all.\n\n", settings.LettersDir)
	return a.run(ctx, listener, nil)
}

// demoSecretKeys are no secret: commands on the demo's Redis, which is on this computer alone and
// goes with the process, need them for the audit.
const demoSecretKeys = "demo:dGhlIGRlbW8gaGlkZXMgbm90aGluZyBvZiBhbnlib2Q=" //nolint:gosec // it is no secret

// demoConfig is that of a server with settings as by default.
func demoConfig(address string) (config, error) {
	keys, err := secret.ParseKeyring(demoSecretKeys)
	if err != nil {
		return config{}, fmt.Errorf("read the demo's keys: %w", err)
	}
	zone, err := time.LoadLocation(demoZone)
	if err != nil {
		return config{}, fmt.Errorf("find the time zone: %w", err)
	}
	return config{
		twilioSettings: twilioSettings{
			PublicURL: "http://" + address, TwilioAccounts: []string{simulator.DefaultAccountSID},
			TwilioAuthTokens: []secret.Text{secret.New(demoToken)}, TwilioURL: "http://" + demoExchange,
			SIPDomains: []string{demoSIPDomain}, Dial78Numbers: []nanp.Number{demoDial78},
			HelpLines: []nanp.Number{demoHelpLine}, LongDistance: []nanp.Number{demoDistance}, CallFrom: demoCallFrom,
		},
		redisSettings: redisSettings{SecretKeys: keys}, TemporaryPIN: secret.New(defaultTemporary),
		PINMinDigits: defaultDigits, PINMaxDigits: defaultDigits, UnvouchedFailures: pins.DefaultUnvouched().Most,
		RepairNumber: defaultRepair, deliverySettings: demoDeliveries(),
		consoleSettings: consoleSettings{ConsoleURL: "http://" + address, Zone: zone},
	}, nil
}

// addDemoLines adds the demo's lines and brings them into their states.
func addDemoLines(ctx context.Context, a *app, db *redisstore.DB, now func() time.Time) error {
	if _, err := (pins.Provisioning{Registry: db.Lines(), Now: now}).Add(ctx, demoLines); err != nil {
		return err
	}
	for _, number := range []nanp.Number{demoChosen, demoChosenES, demoAll, demoAllES, demoTwo, demoNearFull} {
		if err := chooseDemoPIN(ctx, a.lines, number); err != nil {
			return err
		}
		if err := a.features.SetLastCaller(ctx, number, demoCaller, now()); err != nil {
			return err
		}
	}
	if err := authorizeDemoNumbers(ctx, a.features); err != nil {
		return err
	}
	return lockDemoLine(ctx, a.lines)
}

// authorizeDemoNumbers fills a list of Dial Lock but for one place.
func authorizeDemoNumbers(ctx context.Context, lines *features.Lines) error {
	dialLock, _ := features.RuleOf(pins.DialLock)
	settings := features.Settings{}
	for i := range demoAuthorized {
		entry, err := dialLock.ParseEntry(fmt.Sprintf("651555%04d", 100+i))
		if err != nil {
			return err
		}
		settings.List = append(settings.List, entry)
	}
	_, err := lines.Change(ctx, features.Request{
		Number: demoNearFull, Feature: pins.DialLock, Edit: features.Replace(settings, true), By: "demo",
	})
	return err
}

// chooseDemoPIN gives a line its own PIN, as a caller does.
func chooseDemoPIN(ctx context.Context, lines *pins.Lines, number nanp.Number) error {
	line, err := lines.Find(ctx, number)
	if err != nil {
		return err
	}
	return lines.Change(ctx, pins.ChangeRequest{
		Number: number, Revision: line.Revision, Entry: secret.New(demoPIN),
		Turn: pins.Turn{Call: "demo"}, Side: pins.FromLine, From: string(number),
	})
}

// lockDemoLine locks a line as callers do: by wrong PINs.
func lockDemoLine(ctx context.Context, lines *pins.Lines) error {
	for turn := range pins.DefaultLock().LockAt {
		_, err := lines.Check(ctx, pins.Attempt{
			Number: demoLocked, Side: pins.FromLine, From: string(demoLocked),
			Turn: pins.Turn{Call: "demo", Number: turn},
		}, secret.New(demoMistake))
		if err != nil {
			return err
		}
	}
	return nil
}

// greet says what to try. A telephone calls port 8080 unless it is told otherwise.
func greet(out io.Writer, address, redis string) {
	fmt.Fprintf(out, "The Update Center is up at http://%s, with Redis embedded. All data goes when it stops.\n\nIn another terminal:\n", address)
	first, url := "make call", ""
	if address != demoAddress {
		url = " --url http://" + address
		first = "bin/updatecenter dial 78 --from " + demoNew.Display() + url
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	row := func(command, what string) { fmt.Fprintf(table, "  %s\t%s\n", command, what) }
	row(first, "dial 78 as a new customer; the temporary PIN is "+defaultTemporary)
	for _, line := range []struct {
		from nanp.Number
		who  string
	}{
		{demoNewES, "a new customer who speaks Spanish"},
		{demoNoLang, "one who has not chosen a language"},
		{demoSuburb, "one whose access number has another area code"},
		{demoChosen, "one who has the PIN " + demoPIN},
		{demoChosenES, "one who has the same PIN and speaks Spanish"},
		{demoLocked, "one whose line is locked for 30 minutes"},
		{demoAll, "one with the PIN " + demoPIN + " and all the calling features"},
		{demoAllES, "the same in Spanish"},
	} {
		row("bin/updatecenter dial 78 --from "+line.from.Display()+url, line.who)
	}
	if url == "" { // the telephone that is called asks for keys at the first port
		row("bin/updatecenter answer "+demoNew.Display(), "wait to be called; then, in a third terminal,")
		row("bin/updatecenter deliver "+string(demoAccount), "have the security code of an account told there")
	}
	row("bin/updatecenter dial 888-612-8052 --from 651-555-0199"+url, "the access number, from any phone")
	row("bin/updatecenter dial "+demoHelpLine.Display()+" --from 651-555-0199"+url, "the help line, for whoever cannot sign in")
	row("bin/updatecenter dial "+demoDistance.Display()+" --from 651-555-0199"+url, "the same for long distance")
	row("bin/updatecenter call testdata/calls/locked-line.call"+url, "play a call from a file")
	_ = table.Flush() // a terminal that can't be written to has nobody to tell
	fmt.Fprintf(out, "And to see how a line stands:\n  bin/updatecenter lines show %s --redis-url redis://%s --secret-keys %s\n", demoNew.Display(), redis, demoSecretKeys)
	greetAgents(out, "http://"+address)
}
