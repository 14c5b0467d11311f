// Package recovery gives customers back what they have forgotten: a user name, a password, a security code. It
// holds which of them is proved by what, for calls and web sites alike.
//
//	all := recovery.New(recovery.Config{Accounts: accounts, Deliveries: deliveries, Links: true})
//	result, err := all.Recover(ctx, recovery.Request{
//		Service: recovery.LongDistance, Number: accounts.LongDistance(btn), Need: recovery.UserName,
//		Password: keyed, Code: code, Method: deliveries.ByMail, Once: call + " " + turn,
//	})
//
// Nothing is told to who asks. All of an account goes to the address or e-mail address of record: a user name as it is; in
// the place of a password a link by which a new one is chosen, once ([accounts.Accounts.UseLink]); the security code
// as it is. The temporary password of a voice mailbox or an e-mail address is told by a call to the line.
//
// # What proves what
//
// Of a long-distance account, beside its billing telephone number (BTN):
//
//	need                     password   security code
//	user name                right      right
//	password                 as known   right
//	user name and password   -          right
//	security code            -          -
//
// A password as known has to be given and is not judged: who asks for another has forgotten it. The proof is the
// security code, as it is of both. Of an online account the password alone can be recovered, with what proves
// the account when it is enrolled: the security code, the answer, or the ZIP code of an address of record. Of an e-mail
// address it is the password, for both answers to its secret questions; the third wrong pair in a row locks them. That of a
// voice mailbox is told to whoever answers the line's telephone and asks for it, which is proof enough.
//
// # Guessing
//
// What is given counts as a claim to the account, by the account's own limiter: five wrong ones in a row lock it,
// twenty close it, and a hundred at once are five. A number that is no account's is counted and answered in
// the same way, with the same work. Who asks for a security code, or for a call to a voice mailbox's line, has proved
// nothing, and is told [Accepted] whatever there is; limits of deliveries count alike for numbers that are no account's.
package recovery

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"updatecenter/internal/accounts"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/mailboxes"
	"updatecenter/internal/nanp"
	"updatecenter/internal/proofs"
	"updatecenter/internal/secret"
	"updatecenter/internal/wrap"
	"updatecenter/pins"
)

// Service is what somebody can't use.
type Service string

// The services.
const (
	LongDistance  Service = "long_distance"
	OnlineAccount Service = "online_account"
	Email         Service = "email"      // an address that the operator gave a customer
	VoiceMail     Service = "voice_mail" // the mailbox of a telephone line
)

// Need is what somebody has forgotten.
type Need string

// The needs.
const (
	UserName            Need = "user_name"
	Password            Need = "password"
	UserNameAndPassword Need = "user_name_and_password"
	SecurityCode        Need = "security_code"
)

// A Rule is what has to be given for a need, beside the number.
type Rule struct {
	Password bool // the password, as it is known
	Right    bool // and it must be right
	Code     bool // the right security code
	Else     bool // or else the right ZIP code or answer
	Answers  bool // the right answers to both secret questions
	Methods  []deliveries.Method
}

var (
	ways   = []deliveries.Method{deliveries.ByMail, deliveries.Email}
	byCall = []deliveries.Method{deliveries.Voice}
)

// matrix has all rules.
var matrix = map[Service]map[Need]Rule{
	LongDistance: {
		UserName:            {Password: true, Right: true, Code: true, Methods: ways},
		Password:            {Password: true, Code: true, Methods: ways},
		UserNameAndPassword: {Code: true, Methods: ways},
		SecurityCode:        {Methods: ways},
	},
	OnlineAccount: { //nolint:exhaustive // nothing else of it is forgotten
		Password: {Code: true, Else: true, Methods: []deliveries.Method{deliveries.Email}},
	},
	Email:     {Password: {Answers: true, Methods: byCall}}, //nolint:exhaustive // likewise
	VoiceMail: {Password: {Methods: byCall}},                //nolint:exhaustive // likewise
}

// Known says whether there is such a service.
func Known(service Service) bool { return matrix[service] != nil }

// RuleOf returns the rule for a need, and whether there is one.
func RuleOf(service Service, need Need) (Rule, bool) {
	rule, is := matrix[service][need]
	return rule, is
}

// Outcome is what comes of a request.
type Outcome string

// The outcomes.
const (
	Sent        Outcome = "sent"          // it was right: what was forgotten is on its way
	Accepted    Outcome = "accepted"      // it is on its way, if there is such an account with such an address of record, or such a mailbox
	Wrong       Outcome = "wrong"         // also: there is no such account. Result.TriesLeft
	Locked      Outcome = "locked"        // until Result.Until; what was given was not looked at, or was wrong
	Closed      Outcome = "closed"        // until a new code was sent, or somebody opens the account; of Email until there are other answers
	TooMany     Outcome = "too_many"      // deliveries, or somebody at the line wants no such call; the next one can be asked for at Result.Until
	NotOfRecord Outcome = "not_of_record" // it was right, and the account has no such address of record
	NoUserName  Outcome = "no_user_name"  // it was right, and the account has none
	NotOffered  Outcome = "not_offered"   // by whomever: this server does not send it in this way
)

// Outcomes are all of them.
var Outcomes = [...]Outcome{Sent, Accepted, Wrong, Locked, Closed, TooMany, NotOfRecord, NoUserName, NotOffered}

// Request is what somebody asks for, and gives.
type Request struct {
	Service Service
	Number  accounts.Number // [accounts.LongDistance] of the BTN, or an account number; of Email and VoiceMail none
	Line    nanp.Number     // of Email the BTN, and of VoiceMail the line; of others none
	Need    Need

	Password secret.Text // or the keys of it on a keypad
	Code     secret.Text // 6 to 10 digits
	ZIP      secret.Text // of an online account
	Answer   secret.Text // likewise
	Address  string      // of Email: which, by its ID in a [mailboxes.Challenge]
	Answers  [2]secret.Text

	Method deliveries.Method // one of the rule's
	// Turn is that of a call, and Once a client's name and its key: the same for the same asking, and no other request's.
	// Neither: each is another.
	Turn pins.Turn
	Once string
	From string        // of a call: who calls, for the line's history; empty: withheld
	Side pins.Side     // of a call
	Note accounts.Note // for the account's history; without a By it is the customer
}

// Result is the answer to a request.
type Result struct {
	Outcome   Outcome
	TriesLeft int       // with [Wrong]
	Until     time.Time // with [Locked] and [TooMany]
	Guessed   bool      // something was judged, and wrong
}

// ErrRequest is said of a request without a rule, or that lacks what its rule asks for, or has what can't be so.
var ErrRequest = errors.New("nobody is given this back by what was given")

// Sending is what is asked of [deliveries.Deliveries].
type Sending interface {
	// Offers says whether there is a way.
	Offers(method deliveries.Method) bool
	// RequestUnproved has a security code sent, if there is such an account.
	RequestUnproved(ctx context.Context, params deliveries.Params) error
	// RequestPassword has a line called, and a temporary password told to who answers.
	RequestPassword(ctx context.Context, params deliveries.PasswordParams) (deliveries.Delivery, error)
}

// Mailboxes judge what is given of an e-mail address: [mailboxes.Mailboxes].
type Mailboxes interface {
	// ProveEmail judges the answers to its secret questions, and counts them.
	ProveEmail(ctx context.Context, proof mailboxes.EmailProof) (mailboxes.EmailResult, error)
}

// Config is what [Recoveries] are made of.
type Config struct {
	Accounts   *accounts.Accounts
	Deliveries Sending
	Mailboxes  Mailboxes
	Links      bool // whether there is a page on which passwords are chosen
	Learns     bool // whether the operator's platforms learn of a reset: else there is none
}

// Recoveries give customers back what they have forgotten. Any number of goroutines may use it.
type Recoveries struct{ config Config }

// New returns the recoveries of some accounts.
func New(config Config) *Recoveries { return &Recoveries{config} }

// Recover judges what is given, and has what was forgotten sent. The same again, by Once, counts once and sends
// once. Errors: [ErrRequest] and [accounts.ErrNote], before anything is counted; [deliveries.ErrKeyReused];
// [hash.ErrBusy], and then nothing is counted; [storage.ErrUnreadable], those of the stores.
func (r *Recoveries) Recover(ctx context.Context, request Request) (_ Result, err error) {
	defer wrap.Error(&err, "recover "+string(request.Need))
	if name := request.Turn.Name(); name != "" {
		request.Once = "call " + name
	}
	rule, is := RuleOf(request.Service, request.Need)
	switch {
	case !is, !request.fits(rule):
		return Result{}, ErrRequest
	case !r.offers(request):
		return Result{Outcome: NotOffered}, nil
	case request.Need == SecurityCode:
		return r.sendCode(ctx, request)
	case request.Service == VoiceMail:
		return r.call(ctx, request, Accepted)
	case request.Service == Email:
		return r.recoverEmail(ctx, request)
	}
	result, err := r.config.Accounts.VerifyToRecover(ctx, request.Number, request.claim(rule))
	switch {
	case err != nil:
		return Result{}, err
	case !result.Verified:
		return refused(result), nil
	}
	_, err = r.config.Accounts.Send(ctx, request.Number, request.sending(), request.note())
	switch {
	case errors.Is(err, accounts.ErrNotOfRecord):
		return Result{Outcome: NotOfRecord}, nil
	case errors.Is(err, accounts.ErrNoUserName):
		return Result{Outcome: NoUserName}, nil
	case err != nil:
		return Result{}, err
	}
	return Result{Outcome: Sent}, nil
}

// offers says whether this server can do what is asked for.
func (r *Recoveries) offers(request Request) bool {
	if request.Method == deliveries.Voice && !r.config.Learns || request.sending().Link && !r.config.Links {
		return false
	}
	return r.config.Deliveries.Offers(request.Method)
}

// recoverEmail has the line called for who knows the answers.
func (r *Recoveries) recoverEmail(ctx context.Context, request Request) (Result, error) {
	proof := mailboxes.EmailProof{
		Line: request.Line, Email: mailboxes.EmailID(request.Address), Answers: request.Answers, Once: request.Once,
		By: request.Note.By, From: request.Note.From,
	}
	if call := request.Turn.Call; call != "" {
		proof.By, proof.From, proof.Side, proof.Call = pins.ByCaller, request.From, request.Side, call
	}
	proved, err := r.config.Mailboxes.ProveEmail(ctx, proof)
	if err != nil {
		return Result{}, err
	}
	result := Result{Outcome: Wrong, Until: proved.LockedUntil, TriesLeft: proved.TriesLeft, Guessed: proved.Guessed}
	switch proved.Outcome { //nolint:exhaustive // all others are wrong
	case proofs.Right:
		return r.call(ctx, request, Sent)
	case proofs.LockedForNow:
		result.Outcome = Locked
	case proofs.Closed:
		result.Outcome = Closed
	}
	return result, nil
}

// call has the line called. That somebody there wants no such calls is told who has proved an address; of a mailbox it is found
// out later, as only a line with a mailbox was ever called.
func (r *Recoveries) call(ctx context.Context, request Request, then Outcome) (Result, error) {
	topic := deliveries.MailboxPassword
	if request.Service == Email {
		topic = deliveries.EmailPassword
	}
	_, err := r.config.Deliveries.RequestPassword(ctx, deliveries.PasswordParams{
		Topic: topic, Line: request.Line, Ref: request.Address, Key: request.Once,
	})
	if blocked, is := errors.AsType[*deliveries.BlockedError](err); is {
		return Result{Outcome: TooMany, Until: blocked.Until}, nil
	}
	return asked(err, then)
}

// asked is what comes of asking for a delivery.
func asked(err error, then Outcome) (Result, error) {
	if limit, is := errors.AsType[*deliveries.LimitError](err); is {
		return Result{Outcome: TooMany, Until: limit.Until}, nil
	}
	switch {
	case errors.Is(err, deliveries.ErrNoWay):
		return Result{Outcome: NotOffered}, nil
	case err != nil:
		return Result{}, err
	}
	return Result{Outcome: then}, nil
}

// sendCode has the security code sent, for who has proved nothing.
func (r *Recoveries) sendCode(ctx context.Context, request Request) (Result, error) {
	params := deliveries.Params{
		Account: request.Number, Topic: deliveries.SecurityCode, Method: request.Method,
		Request: strings.Join([]string{"recover", string(request.Number), string(request.Method)}, " "),
	}
	if request.Once != "" {
		params.Key = " recovery " + request.Once // clients' own keys begin with their names
	}
	return asked(r.config.Deliveries.RequestUnproved(ctx, params), Accepted)
}

// refused is the answer to a claim that was not right, or not looked at.
func refused(result accounts.Result) Result {
	answer := Result{Outcome: Wrong, TriesLeft: result.TriesLeft, Guessed: result.Wrong()}
	switch {
	case result.Closed:
		answer.Outcome = Closed
	case !result.LockedUntil.IsZero():
		answer.Outcome, answer.Until = Locked, result.LockedUntil
	}
	return answer
}

// fits says whether all is there that the rule asks for, and nothing else.
func (q Request) fits(rule Rule) bool {
	_, longDistance := q.Number.BTN()
	others := !q.ZIP.IsZero() || !q.Answer.IsZero()
	ofLine := q.Service == Email || q.Service == VoiceMail
	switch {
	case longDistance != (q.Service == LongDistance), !slices.Contains(rule.Methods, q.Method):
		return false
	case ofLine != (q.Line != ""), ofLine == (q.Number != ""), ofLine && q.Line.Display() == "":
		return false
	case rule.Answers != (q.Address != ""), rule.Answers == slices.ContainsFunc(q.Answers[:], secret.Text.IsZero):
		return false
	case rule.Password == q.Password.IsZero(), rule.Password && accounts.Keypad(q.Password).IsZero():
		return false
	case others && !rule.Else:
		return false
	case !rule.Code:
		return q.Code.IsZero()
	}
	return q.claim(rule).Valid()
}

// claim is what is judged.
func (q Request) claim(rule Rule) accounts.Claim {
	claim := accounts.Claim{ZIP: q.ZIP, Code: q.Code, Answer: q.Answer, Note: q.Note}
	if rule.Right {
		claim.Password = q.Password
	}
	if q.Once != "" {
		claim.Once = fmt.Sprintf("recovery %s %s", q.Need, q.Once)
	}
	return claim
}

// sending is what is sent to who has proved the account.
func (q Request) sending() accounts.Sending {
	return accounts.Sending{
		UserName: q.Need == UserName || q.Need == UserNameAndPassword,
		Link:     q.Method != deliveries.Voice && (q.Need == Password || q.Need == UserNameAndPassword),
		Letter:   q.Method == deliveries.ByMail,
	}
}

func (q Request) note() accounts.Note {
	if q.Note.By == "" {
		q.Note.By = accounts.ByCustomer
	}
	return q.Note
}
