package recovery_test

import (
	"context"
	"testing"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/mailboxes"
	"updatecenter/internal/proofs"
	"updatecenter/internal/recovery"
	"updatecenter/internal/secret"
	"updatecenter/internal/testkit"
	"updatecenter/internal/testkit/check"
	"updatecenter/pins"
)

// objecting is a line where somebody wants no calls about the e-mail address whose answers are right.
type objecting struct {
	until time.Time
	proof mailboxes.EmailProof
}

func (*objecting) Offers(deliveries.Method) bool { return true }

func (*objecting) RequestUnproved(context.Context, deliveries.Params) error { return nil }

func (o *objecting) RequestPassword(_ context.Context, params deliveries.PasswordParams) (deliveries.Delivery, error) {
	if params.Topic == deliveries.EmailPassword {
		return deliveries.Delivery{}, &deliveries.BlockedError{Until: o.until}
	}
	return deliveries.Delivery{}, nil
}

func (o *objecting) ProveEmail(_ context.Context, proof mailboxes.EmailProof) (mailboxes.EmailResult, error) {
	o.proof = proof
	return mailboxes.EmailResult{Outcome: proofs.Right}, nil
}

// Who has answered the questions of an address is told that no call is made; the records say who it was.
func TestEmail(t *testing.T) {
	o := &objecting{until: time.Now()}
	all := recovery.New(recovery.Config{Deliveries: o, Mailboxes: o, Learns: true})
	request := recovery.Request{
		Service: recovery.Email, Need: recovery.Password, Line: testkit.Home, Address: "eml_1", Method: deliveries.Voice,
		Answers: [2]secret.Text{secret.New("Rex"), secret.New("Duluth")}, Once: "crm 1", Note: accounts.Note{By: "crm", From: "API"},
	}
	result, err := all.Recover(t.Context(), request)
	check.OK(t, err)
	check.Same(t, result, recovery.Result{Outcome: recovery.TooMany, Until: o.until})
	check.Same(t, []string{o.proof.Once, o.proof.By, o.proof.From, string(o.proof.Side), o.proof.Call}, []string{"crm 1", "crm", "API", "", ""})
	request.Turn, request.From, request.Side = pins.Turn{Call: "CA1", Number: 7}, "+16515550199", pins.Remote
	check.OK(t, check.Err(all.Recover(t.Context(), request)))
	check.Same(t, []string{o.proof.Once, o.proof.By, o.proof.From, string(o.proof.Side), o.proof.Call},
		[]string{"call CA1:7", pins.ByCaller, "+16515550199", string(pins.Remote), "CA1"})
}
