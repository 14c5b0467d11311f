package main

import (
	"context"
	"fmt"
)

type accountsNewCode struct {
	accountFlag `embed:""`
	By          string `required:"" help:"Who does it."`
	Reason      string `help:"Why."`
	Notices     string `env:"NOTICES" default:"voice" enum:"voice,letter,email,off" help:"How a server tells the customer: as its setting NOTICES says, or off."`
}

// Run makes a new security code. It is shown to nobody; the customer has it delivered.
func (cmd *accountsNewCode) Run(ctx context.Context, c terminal) error {
	db, all, number, err := cmd.open(ctx, c, noticesByServers(cmd.Notices))
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // at the end of the process
	if _, err := all.NewCode(ctx, actor(cmd.By), number, cmd.Reason); err != nil {
		return fmt.Errorf("%s: %w", number, err)
	}
	fmt.Fprintf(c.out, "%s has a new security code. What counted before is retired; the customer can have the code delivered.\n", number)
	return nil
}

type accountsOpen struct {
	accountFlag `embed:""`
	By          string `required:"" help:"Who does it."`
	Reason      string `required:"" help:"Why."`
}

// Run opens the verification of the account. One that is not closed stays as it is.
func (cmd *accountsOpen) Run(ctx context.Context, c terminal) error {
	db, all, number, err := cmd.open(ctx, c, notices{})
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
