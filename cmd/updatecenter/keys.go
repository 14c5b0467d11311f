package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"updatecenter/internal/api/apikey"
	"updatecenter/internal/audited"
)

type keysCommand struct {
	Create keysCreate `cmd:"" help:"Create a key. It is shown once; only a hash of it is kept."`
	List   keysList   `cmd:"" help:"List the keys."`
	Revoke keysRevoke `cmd:"" help:"Revoke a key."`
}

// keyFlags are those of all commands on keys.
type keyFlags struct {
	redisSettings `embed:""`
}

// open opens the Redis and the keys in it.
func (f keyFlags) open(ctx context.Context, c terminal) (audited.Keys, error) {
	db, log, err := f.redisSettings.open(ctx, c)
	if err != nil {
		return audited.Keys{}, err
	}
	return audited.Keys{Store: db.Keys(), Audit: log, Now: time.Now, Random: rand.Reader}, nil
}

type keysCreate struct {
	keyFlags `embed:""`
	Name     string `arg:"" help:"Name of the key, which stands in histories and logs."`
	Scope    string `required:"" help:"What it may do, comma-separated: lines:read, lines:write, pins:reset, features:read, features:write, accounts:read, accounts:write, accounts:verify, deliveries:read, deliveries:write, validations:write, validations:photo-id."`
}

// Run creates the key and shows it.
func (cmd *keysCreate) Run(ctx context.Context, c terminal) error {
	scopes, err := apikey.ParseScopes(cmd.Scope)
	if err != nil {
		return usage(err)
	}
	keys, err := cmd.open(ctx, c)
	if err != nil {
		return err
	}
	token, err := keys.Create(ctx, actor(""), cmd.Name, scopes)
	if err != nil {
		return err
	}
	fmt.Fprintln(c.err, "This is the key. It is not shown again:")
	fmt.Fprintln(c.out, token.Reveal())
	return nil
}

type keysList struct {
	keyFlags `embed:""`
}

// Run lists the keys.
func (cmd *keysList) Run(ctx context.Context, c terminal) error {
	all, err := cmd.open(ctx, c)
	if err != nil {
		return err
	}
	keys, err := all.List(ctx, actor(""))
	if err != nil {
		return err
	}
	table := newTable(c.out, "NAME", "SCOPES", "CREATED", "REVOKED")
	for _, key := range keys {
		table.row(key.Name, apikey.JoinScopes(key.Scopes), day(key.Created), day(key.Revoked))
	}
	return table.Flush()
}

type keysRevoke struct {
	keyFlags `embed:""`
	Name     string `arg:"" help:"Name of the key."`
}

// Run revokes the key.
func (cmd *keysRevoke) Run(ctx context.Context, c terminal) error {
	keys, err := cmd.open(ctx, c)
	if err != nil {
		return err
	}
	if err := keys.Revoke(ctx, actor(""), cmd.Name); err != nil {
		return err
	}
	fmt.Fprintf(c.out, "The key %s is revoked.\n", cmd.Name)
	return nil
}
