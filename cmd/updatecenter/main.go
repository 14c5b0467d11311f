// Updatecenter is the telephone backend that a phone company's customers reach by
// dialing 78. See README.md at the root of the repository.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"reflect"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"updatecenter/internal/durability"
)

// commands is the command line.
type commands struct {
	Serve serveCommand `cmd:"" help:"Serve Twilio's webhooks and the REST API, on a Redis."`
	Demo  demoCommand  `cmd:"" help:"Serve with Redis embedded and a few demo lines. Its data goes when it stops."`

	Dial dialCommand `cmd:"" help:"Dial with a phone in this terminal."`
	Call callCommand `cmd:"" help:"Play call scripts against a server."`
	Load loadCommand `cmd:"" help:"Play call scripts in numbers, and report how quick the answers were."`

	Answer  answerCommand  `cmd:"" help:"Wait to be called, with a phone in this terminal."`
	Deliver deliverCommand `cmd:"" help:"Ask a server to deliver an account's code, as the web site does, and tell how it goes."`

	Lines        linesCommand        `cmd:"" help:"Provision lines."`
	LongDistance longDistanceCommand `cmd:"" name:"longdistance" help:"Provision long-distance accounts."`
	Accounts     accountsCommand     `cmd:"" help:"Provision accounts."`
	Tickets      ticketsCommand      `cmd:"" help:"Provision repair tickets."`
	Mailboxes    mailboxesCommand    `cmd:"" help:"Provision voice mailboxes."`
	Emails       emailsCommand       `cmd:"" help:"Provision e-mail addresses of lines."`
	Events       eventsCommand       `cmd:"" help:"Look after the changes that the switch is told of."`
	Keys         keysCommand         `cmd:"" help:"Manage the keys of the REST API."`
	Agents       agentsCommand       `cmd:"" help:"Look after the people who sign in to the console of repair agents."`
	Audit        auditCommand        `cmd:"" help:"Verify and export the record of who did what."`
	Flows        flowsCommand        `cmd:"" help:"Check and draw the calls."`
	Prompts      promptsCommand      `cmd:"" help:"List what is said, as a table for reviewers and voice talents."`
	Twilio       twilioCommand       `cmd:"" help:"See how Twilio is pointed at this server."`
}

// commandNamed returns the command that a command line begins with, for which kong needs an eighth of the time that
// it needs for all commands; or all, if it begins otherwise.
func commandNamed(args []string) any {
	for field := range reflect.TypeFor[commands]().Fields() {
		if len(args) > 0 && args[0] == strings.ToLower(field.Name) {
			return reflect.New(reflect.StructOf([]reflect.StructField{field})).Interface()
		}
	}
	return &commands{}
}

// terminal is where a command reads and writes.
type terminal struct {
	in       io.Reader
	out, err io.Writer
	getenv   func(string) string
	opened   *[]io.Closer // closed when the command has ended
}

// The exit statuses.
const (
	exitOK    = 0
	exitError = 1 // what was asked for failed
	exitUsage = 2 // the command line or the settings are wrong

	exitStopped = 130 // an import was stopped by ctrl-C, as shells have it: 128 and the signal
)

// usageError is one that the user mends on the command line or in the environment.
type usageError struct{ error }

func usage(err error) error { return usageError{err} }

func (e usageError) Unwrap() error { return e.error }

// errSaid marks failures of which everything has been said already.
var errSaid = errors.New("said already")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], terminal{in: os.Stdin, out: os.Stdout, err: os.Stderr, getenv: os.Getenv}))
}

// run runs a command line and returns the exit status.
func run(ctx context.Context, args []string, c terminal) int {
	asked := exitOK
	line, err := commandLineOf(commandNamed(args), c, func(status int) { asked = status; panic(exited{}) })
	if err != nil {
		return report(c, err)
	}
	command, err := line.parse(args)
	switch {
	case errors.Is(err, errSaid): // --help
		return asked
	case err != nil:
		return report(c, usage(err))
	}
	ctx, doubt := durability.Watch(ctx)
	command.BindTo(ctx, (*context.Context)(nil))
	err = c.run(command)
	if doubt.Any() {
		fmt.Fprintln(c.err, "updatecenter:", durability.Warning)
	}
	return report(c, err)
}

// run runs a command, and then closes what it has opened.
func (c terminal) run(command *kong.Context) error {
	var opened []io.Closer
	c.opened = &opened
	err := command.Run(c)
	for _, one := range opened {
		_ = one.Close() // the process ends
	}
	return err
}

// exited unwinds from kong, which expects its exit function not to return.
type exited struct{}

// A commandLine parses the command lines of some commands, with the settings in them.
type commandLine struct {
	*kong.Kong
	texts  texts
	getenv func(string) string
}

// commandLineOf prepares to parse the command lines of some commands, whose help goes to the terminal.
func commandLineOf(commands any, c terminal, exit func(int)) (commandLine, error) {
	line := commandLine{texts: texts{}, getenv: c.getenv}
	options := []kong.Option{
		kong.Name("updatecenter"),
		kong.Description("The telephone backend that customers reach by dialing 78."),
		kong.Writers(c.out, c.err), kong.Exit(exit), defaults, kong.PostBuild(sayFiles),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
	}
	for name := range readers {
		options = append(options, kong.NamedMapper(name, line.texts))
	}
	var err error
	line.Kong, err = kong.New(commands, options...)
	return line, err
}

// sayFiles says of each secret setting that it can stand in a file.
func sayFiles(k *kong.Kong) error {
	return kong.Visit(k.Model, func(node kong.Visitable, next kong.Next) error {
		if flag, is := node.(*kong.Flag); is && flag.Tag.Has("secret") {
			flag.Help += " Also as " + flag.Envs[0] + "_FILE."
		}
		return next(nil)
	})
}

// parse parses a command line. Having printed its help, it says errSaid.
func (l commandLine) parse(args []string) (command *kong.Context, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			if _, ok := cause.(exited); !ok {
				panic(cause)
			}
			err = errSaid
		}
	}()
	if command, err = l.Parse(args); err != nil {
		return nil, err
	}
	return command, l.texts.read(command, l.getenv)
}

// report tells an error in a line each, and returns the exit status.
func report(c terminal, err error) int {
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errSaid):
		return exitError
	}
	fmt.Fprintln(c.err, "updatecenter:", err)
	var wrong usageError
	if errors.Is(err, errStopped) {
		return exitStopped
	}
	if errors.As(err, &wrong) {
		return exitUsage
	}
	return exitError
}
