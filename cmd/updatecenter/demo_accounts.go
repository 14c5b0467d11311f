package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/api/apikey"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/nanp"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/secret"
	"updatecenter/voice/simulator"
)

// The demo's accounts: the first has a code, which its owner can have told by telephone; the
// second a question and answer instead, and speaks Spanish.
const (
	demoAccount   accounts.Number = "1000-4821"
	demoAccountES accounts.Number = "1000-5930"
	demoCallFrom  nanp.Number     = simulator.DefaultNumber
	demoCode                      = "730418"
	demoQuestion                  = "¿Cómo se llamaba su primera escuela?"
	demoAnswer                    = "Benito Juárez"
)

// What the API key of the demo is drawn from: it is the same in each.
var (
	demoKeyBytes = bytes.Repeat([]byte("demo"), 10)
	demoKey      = "uc_" + hex.EncodeToString(demoKeyBytes[:8]) + "_" + base64.RawURLEncoding.EncodeToString(demoKeyBytes[8:40])
)

// demoOutbound is how the demo reaches customers: it calls them at the telephone in a terminal.
// Nobody is told of changed PINs, as most often no telephone waits there.
func demoOutbound() outbound {
	return outbound{
		company: "Update Center", returnAddress: []string{"100 Main Street", "Minneapolis, MN 55401"},
		codeDigits: 6, from: demoCallFrom, rate: 1, limits: deliveries.DefaultLimits(),
	}
}

// addDemoAccounts adds the demo's accounts, and a key to ask for their codes.
func addDemoAccounts(ctx context.Context, a *app, db *redisstore.DB, now time.Time) error {
	note := accounts.Note{By: "demo"}
	english, spanish := "en", "es"
	for number, details := range map[accounts.Number]accounts.Details{
		demoAccount:   {Phone: demoNew, Language: &english, Name: "Ann Olson", Code: secret.New(demoCode)},
		demoAccountES: {Phone: demoNewES, Language: &spanish, Name: "José Peña"},
	} {
		details.Address = &accounts.Address{Street: []string{"12 Elm Street"}, City: "Minneapolis", State: "MN", ZIP: "55401"}
		email := string(number) + "@example.com"
		details.Email, details.EmailSince = &email, now.AddDate(0, -3, 0)
		if _, err := a.accounts.Put(ctx, number, details, note); err != nil {
			return fmt.Errorf("add account: %w", err)
		}
	}
	if _, err := a.accounts.SetQuestion(ctx, demoAccountES, demoQuestion, secret.New(demoAnswer), note); err != nil {
		return fmt.Errorf("set question: %w", err)
	}
	key, _, err := apikey.New(bytes.NewReader(demoKeyBytes), "demo", apikey.AllScopes[:], now)
	if err != nil {
		return fmt.Errorf("make the demo's key: %w", err)
	}
	return db.Keys().AddKey(ctx, key)
}
