package repair_test

import (
	"context"
	"fmt"
	"log"

	"updatecenter/internal/audit"
	"updatecenter/internal/nanp"
	"updatecenter/internal/redisstore"
	"updatecenter/internal/repair"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit"
	"updatecenter/pins"
)

// printed is an audit on paper.
type printed struct{}

func (printed) Record(_ context.Context, event audit.Event) error {
	fmt.Println("audit:", event.Action, event.By, event.Subject)
	return nil
}

// lines are as [pins.Lines] finds them.
type lines struct{ redisstore.Lines }

func (l lines) Find(ctx context.Context, number nanp.Number) (pins.Line, error) {
	return l.Line(ctx, number)
}

func Example() {
	keys, err := secret.ParseKeyring("2026a:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
	if err != nil {
		log.Panic(err)
	}
	db, end := testkit.Embedded()
	defer end()
	provisioning := pins.Provisioning{Registry: db.Lines(), Validations: db.Lines()}
	ctx := context.Background()
	if _, err := provisioning.Add(ctx, []pins.NewLine{{Number: "+16125550142"}}); err != nil {
		log.Panic(err)
	}
	d := repair.New(repair.Config{
		Lines: lines{db.Lines()}, Provisioning: provisioning, Store: db.Desk(), Audit: printed{}, Keys: keys,
	})
	sue := repair.Who{Name: "sue", Via: repair.ViaConsole, From: "192.0.2.9", PhotoID: true}
	if err := d.PhotoID(ctx, sue, "+16125550142", "driver's license of Minnesota, seen in the store"); err != nil {
		log.Panic(err)
	}
	line, err := d.Reset(ctx, sue, "+16125550142", "forgot the PIN")
	if err != nil {
		log.Panic(err)
	}
	fmt.Println("temporary:", line.Temporary())
	// Output:
	// audit: validated sue +16125550142
	// audit: pin-reset sue +16125550142
	// temporary: true
}
