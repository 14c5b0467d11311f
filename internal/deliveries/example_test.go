package deliveries_test

import (
	"context"
	"fmt"
	"testing"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/testkit"
)

// exampleT stands for the test that an example is not.
type exampleT struct{ testing.TB }

func (exampleT) Helper()                  {}
func (exampleT) Context() context.Context { return context.Background() }

// The way of a code that somebody asked for, with stand-ins for all around.
func Example() {
	ctx := context.Background()
	db, end := testkit.Embedded()
	defer end()
	f := newFixtureOn(exampleT{}, db)

	delivery, err := f.Request(ctx, deliveries.Params{
		Account: "612-555-0142-001", Topic: deliveries.SecurityCode, Method: deliveries.Voice,
	})
	fmt.Println(delivery.Status, err)

	f.Queue.Run(ctx, f.Now(), f.Attempt) // Twilio is asked to ring
	err = f.Status(ctx, delivery.Task(), deliveries.StatusCallback{CallSID: "CA1", CallStatus: "ringing", Sequence: 1})
	fmt.Println(err)

	opening, err := f.Opened(ctx, delivery.Task(), "CA1") // it was answered
	fmt.Println(opening.Topic, opening.Code, err)

	fmt.Println(f.Spoken(ctx, delivery.Task(), 1)) // somebody has pressed 1, which is turn 1 of the call
	err = f.Status(ctx, delivery.Task(), deliveries.StatusCallback{CallSID: "CA1", CallStatus: "completed", Sequence: 3})
	fmt.Println(err)
	delivery, err = f.Get(ctx, delivery.ID)
	fmt.Println(tells(delivery), err)
	// Output:
	// queued <nil>
	// <nil>
	// security_code •••••• <nil>
	// <nil>
	// <nil>
	// [queued calling ringing answered delivered] <nil>
}

// A repair agent has the line called of somebody who says to be its customer.
func ExampleDeliveries_RequestValidation() {
	ctx := context.Background()
	db, end := testkit.Embedded()
	defer end()
	f := newFixtureOn(exampleT{}, db)

	delivery, err := f.RequestValidation(ctx, deliveries.ValidationParams{Line: "+16125550150", Language: "en", Ref: "val_1"})
	fmt.Println(delivery.Topic, delivery.Status, err)

	f.Queue.Run(ctx, f.Now(), f.Attempt) // the line rings
	opening, err := f.Opened(ctx, delivery.Task(), "CA1")
	fmt.Println(opening.Code, err)

	fmt.Println(f.Declined(ctx, delivery.Task())) // "I speak with none of yours"
	_, err = f.RequestValidation(ctx, deliveries.ValidationParams{Line: "+16125550150", Language: "en", Ref: "val_2"})
	fmt.Println(err)
	// Output:
	// validation_code queued <nil>
	// •••••• <nil>
	// <nil>
	// request call to validate a customer: create delivery: somebody who was called did not ask for it
}
