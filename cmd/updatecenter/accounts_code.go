package main

import (
	"context"
	"fmt"
	"log/slog"

	"updatecenter/deliveries"
)

type accountsNewCode struct {
	accountFlag `embed:""`
	By          string `required:"" help:"Who does it."`
	Reason      string `help:"Why."`
	Notices     string `env:"NOTICES" default:"voice" enum:"voice,letter,email,off" help:"How a server tells the customer: as its setting NOTICES says, or off."`
}

// Run makes a new security code. It is shown to nobody; the customer has it delivered. The
// code stands even if the notice can't be asked for, which then is told.
func (cmd *accountsNewCode) Run(ctx context.Context, c console) error {
	db, all, number, err := cmd.open(ctx, c)
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // at the end of the process
	update, err := all.NewCode(ctx, actor(cmd.By), number, cmd.Reason)
	if err != nil {
		return fmt.Errorf("%s: %w", number, err)
	}
	fmt.Fprintf(c.out, "%s has a new security code. What counted before is retired; the customer can have the code delivered.\n", number)
	if cmd.Notices == "off" {
		return nil
	}
	told := notices{
		all: deliveriesByServers(c, db, all.Accounts), method: deliveries.Method(cmd.Notices), log: slog.New(slog.NewTextHandler(c.err, nil)),
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), noticeWithin)
	defer cancel()
	if err := told.account(ctx, update); err != nil {
		return fmt.Errorf("the customer was not told: %w", err)
	}
	return nil
}

type accountsOpen struct {
	accountFlag `embed:""`
	By          string `required:"" help:"Who does it."`
	Reason      string `required:"" help:"Why."`
}

// Run opens the verification of the account. One that is not closed stays as it is.
func (cmd *accountsOpen) Run(ctx context.Context, c console) error {
	db, all, number, err := cmd.open(ctx, c)
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // at the end of the process
	if err := all.Open(ctx, actor(cmd.By), number, cmd.Reason); err != nil {
		return fmt.Errorf("%s: %w", number, err)
	}
	fmt.Fprintf(c.out, "%s is open: claims are looked at, unless the account is locked for half an hour.\n", number)
	return nil
}
