package accounts_test

import (
	"context"
	"fmt"
	"log"

	"updatecenter/internal/accounts"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit"
)

func Example() {
	keys, err := secret.ParseKeyring("2026a:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
	if err != nil {
		log.Panic(err)
	}
	db, end := testkit.Embedded()
	defer end()
	store := db.Accounts()
	all, err := accounts.New(accounts.Config{Store: store, Attempts: store, Enrollments: store, Keys: keys})
	if err != nil {
		log.Panic(err)
	}
	ctx, note := context.Background(), accounts.Note{By: "ordering", From: "api"}
	update, err := all.Put(ctx, "612-555-0142-001", accounts.Details{
		Phone: "+16125550142", Name: "Pat Larsen",
		Address: &accounts.Address{Street: []string{"12 Elm Street"}, City: "Minneapolis", State: "MN", ZIP: "55401"},
	}, note)
	if err != nil {
		log.Panic(err)
	}
	fmt.Println("created:", update.Created, "code:", update.After.Code)

	result, err := all.Verify(ctx, "612-555-0142-001", accounts.Claim{ZIP: secret.New("55402")})
	if err != nil {
		log.Panic(err)
	}
	fmt.Println("verified:", result.Verified, "tries left:", result.TriesLeft)
	// Output:
	// created: true code: ••••••
	// verified: false tries left: 4
}
