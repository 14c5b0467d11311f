package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"text/tabwriter"
	"time"

	"updatecenter/internal/apikey"
)

type keysCommand struct {
	Create keysCreate `cmd:"" help:"Create a key. It is shown once; only a hash of it is kept."`
	List   keysList   `cmd:"" help:"List the keys."`
	Revoke keysRevoke `cmd:"" help:"Revoke a key."`
}

type keysCreate struct {
	redisFlag `embed:""`
	Name      string `arg:"" help:"Name of the key, which stands in histories and logs."`
	Scope     string `required:"" help:"What it may do, comma-separated: lines:read, lines:write, pins:reset, features:read, features:write, accounts:read, accounts:write, accounts:verify, deliveries:read, deliveries:write, validations:write, validations:photo-id."`
}

// Run creates the key and shows it.
func (cmd *keysCreate) Run(ctx context.Context, c console) error {
	scopes, err := apikey.ParseScopes(cmd.Scope)
	if err != nil {
		return usage(err)
	}
	db, err := cmd.open(c)
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // at the end of the process
	key, token, err := apikey.New(rand.Reader, cmd.Name, scopes, time.Now())
	if err != nil {
		return fmt.Errorf("create key: %w", err)
	}
	if err := db.Keys().AddKey(ctx, key); err != nil {
		return fmt.Errorf("create key: %w", err)
	}
	fmt.Fprintln(c.err, "This is the key. It is not shown again:")
	fmt.Fprintln(c.out, token.Reveal())
	return nil
}

type keysList struct {
	redisFlag `embed:""`
}

// Run lists the keys.
func (cmd *keysList) Run(ctx context.Context, c console) error {
	db, err := cmd.open(c)
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // at the end of the process
	keys, err := db.Keys().Keys(ctx)
	if err != nil {
		return fmt.Errorf("list keys: %w", err)
	}
	table := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "NAME\tSCOPES\tCREATED\tREVOKED")
	for _, key := range keys {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", key.Name, apikey.JoinScopes(key.Scopes), day(key.Created), day(key.Revoked))
	}
	return table.Flush()
}

type keysRevoke struct {
	redisFlag `embed:""`
	Name      string `arg:"" help:"Name of the key."`
}

// Run revokes the key.
func (cmd *keysRevoke) Run(ctx context.Context, c console) error {
	db, err := cmd.open(c)
	if err != nil {
		return err
	}
	defer db.Close() //nolint:errcheck // at the end of the process
	if err := db.Keys().RevokeKey(ctx, cmd.Name, time.Now()); err != nil {
		return fmt.Errorf("revoke key: %w", err)
	}
	fmt.Fprintf(c.out, "The key %s is revoked.\n", cmd.Name)
	return nil
}
