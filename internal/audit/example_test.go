package audit_test

import (
	"context"
	"fmt"
	"log"

	"updatecenter/internal/audit"
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
	ctx, all := context.Background(), audit.New(audit.Config{Store: db.Audit(), Keys: keys})
	for _, action := range []audit.Action{audit.LookedUp, audit.Validated, audit.PINReset} {
		event := audit.Event{Action: action, By: "ann", Via: audit.ViaConsole, From: "203.0.113.7", Subject: "+16125550142"}
		if err := all.Record(ctx, event); err != nil {
			log.Panic(err) // and don't do it
		}
	}
	page, err := all.Page(ctx, audit.Filter{Subject: "+16125550142"}, 2)
	if err != nil {
		log.Panic(err)
	}
	for _, entry := range page {
		fmt.Println(entry.Seq, entry.Action, "by", entry.By)
	}
	report, err := all.Verify(ctx, nil)
	if err != nil {
		log.Panic(err)
	}
	fmt.Println("entries:", report.Entries, "intact:", report.Intact())
	// Output:
	// 3 pin-reset by ann
	// 2 validated by ann
	// entries: 3 intact: true
}
