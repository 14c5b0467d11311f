package features_test

import (
	"context"
	"fmt"
	"time"

	"updatecenter/internal/features"
	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit"
	"updatecenter/pins"
)

func Example() {
	const number nanp.Number = "+16125550142"
	ctx := context.Background()
	db, end := testkit.Embedded()
	defer end()
	installed := pins.FeaturesOf(pins.CallRejection)
	if _, err := db.Lines().Add(ctx, []pins.NewLine{{Number: number, Features: installed}}, time.Now()); err != nil {
		fmt.Println(err)
	}
	lines := features.New(features.Config{Store: db.Features(), Keys: secret.Keyring{}})

	rule, _ := features.RuleOf(pins.CallRejection)
	entry, err := rule.ParseEntry("612-555")
	if err != nil {
		fmt.Println(err)
	}
	setting, err := lines.Change(ctx, features.Request{
		Number: number, Feature: pins.CallRejection, Edit: features.Add(entry), By: "ann", From: "api",
	})
	fmt.Println(setting.List, err)

	_, err = rule.ParseEntry("911")
	reason, _ := features.ReasonOf(err)
	fmt.Println(reason, "-", reason.Sentence())
	// Output:
	// [612555] <nil>
	// barred - Service codes such as 911, and numbers with these first digits, can't be used here. Give another number.
}
