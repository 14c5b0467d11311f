package repair_test

import (
	"context"
	"fmt"
	"log"

	"updatecenter/internal/audit"
	"updatecenter/internal/nanp"
	"updatecenter/internal/repair"
	"updatecenter/internal/secret"
	"updatecenter/pins"
)

// printed is an audit on paper.
type printed struct{}

func (printed) Record(_ context.Context, event audit.Event) error {
	fmt.Println("audit:", event.Action, event.By, event.Subject)
	return nil
}

// lines are those in memory.
type lines struct{ *pins.Memory }

func (l lines) Find(ctx context.Context, number nanp.Number) (pins.Line, error) {
	return l.Line(ctx, number)
}

func Example() {
	keys, err := secret.ParseKeyring("2026a:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
	if err != nil {
		log.Fatal(err)
	}
	memory := pins.NewMemory()
	provisioning := pins.Provisioning{Registry: memory, Validations: memory}
	ctx := context.Background()
	if _, err := provisioning.Add(ctx, []pins.NewLine{{Number: "+16125550142"}}); err != nil {
		log.Fatal(err)
	}
	d := repair.New(repair.Config{
		Lines: lines{memory}, Provisioning: provisioning, Store: repair.NewMemory(), Audit: printed{}, Keys: keys,
	})
	sue := repair.Who{Name: "sue", Via: repair.ViaConsole, From: "192.0.2.9", PhotoID: true}
	if err := d.PhotoID(ctx, sue, "+16125550142", "driver's license of Minnesota, seen in the store"); err != nil {
		log.Fatal(err)
	}
	line, err := d.Reset(ctx, sue, "+16125550142", "forgot the PIN")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("temporary:", line.Temporary())
	// Output:
	// audit: validated sue +16125550142
	// audit: pin-reset sue +16125550142
	// temporary: true
}
