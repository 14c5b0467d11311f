package audit

// An Action is what was done, or refused.
type Action string

// What the audit tells of.
const (
	SignedIn            Action = "signed-in" // password and second factor were right
	SignInFailed        Action = "sign-in-failed"
	SignInLocked        Action = "sign-in-locked"
	SignedOut           Action = "signed-out"
	SignedOutEverywhere Action = "signed-out-everywhere"

	LookedUp         Action = "looked-up"        // a line, by its number
	ValidationBegun  Action = "validation-begun" // the line is called, or a claim is judged
	Validated        Action = "validated"
	ValidationFailed Action = "validation-failed"
	PINReset         Action = "pin-reset"
	PINUnlocked      Action = "pin-unlocked"
	ResetRefused     Action = "reset-refused"
	LimitReached     Action = "limit-reached" // of what one agent, or key, may do in an hour

	LineChanged    Action = "line-changed" // or added
	LineRemoved    Action = "line-removed"
	LinesImported  Action = "lines-imported"
	FeatureChanged Action = "feature-changed"

	AccountRead      Action = "account-read" // or an enrollment with accounts
	AccountChanged   Action = "account-changed"
	AccountClaimed   Action = "account-claimed" // a code, an answer or a ZIP code is judged
	AccountOpened    Action = "account-opened"  // its verification, which failures had closed
	AccountsImported Action = "accounts-imported"

	DeliveryRequested Action = "delivery-requested"
	DeliveryRead      Action = "delivery-read"
	DeliveryCanceled  Action = "delivery-canceled"

	EventsRead     Action = "events-read" // changes of features, for the switch
	EventsReplayed Action = "events-replayed"
	EventSkipped   Action = "event-skipped"

	AgentRead        Action = "agent-read"
	AgentInvited     Action = "agent-invited"
	AgentSetUp       Action = "agent-set-up"
	PasswordChanged  Action = "password-changed"
	FactorChanged    Action = "factor-changed"
	ProfileChanged   Action = "profile-changed"
	RoleChanged      Action = "role-changed"
	FactorRequired   Action = "factor-required"
	AgentDeactivated Action = "agent-deactivated"
	AgentReactivated Action = "agent-reactivated"
	AgentRecreated   Action = "agent-recreated"
	AgentDeleted     Action = "agent-deleted"

	KeysRead     Action = "keys-read"
	KeyCreated   Action = "key-created"
	KeyRevoked   Action = "key-revoked"
	AuditRead    Action = "audit-read"
	AuditTrimmed Action = "audit-trimmed"
	AuditBegun   Action = "audit-begun" // after one that was damaged: see [Log.Begin]
)

// Actions returns all of them, in the order above.
func Actions() []Action {
	return []Action{
		SignedIn, SignInFailed, SignInLocked, SignedOut, SignedOutEverywhere,
		LookedUp, ValidationBegun, Validated, ValidationFailed, PINReset, PINUnlocked, ResetRefused, LimitReached,
		LineChanged, LineRemoved, LinesImported, FeatureChanged,
		AccountRead, AccountChanged, AccountClaimed, AccountOpened, AccountsImported,
		DeliveryRequested, DeliveryRead, DeliveryCanceled, EventsRead, EventsReplayed, EventSkipped,
		AgentRead, AgentInvited, AgentSetUp, PasswordChanged, FactorChanged, ProfileChanged, RoleChanged, FactorRequired,
		AgentDeactivated, AgentReactivated, AgentRecreated, AgentDeleted,
		KeysRead, KeyCreated, KeyRevoked, AuditRead, AuditTrimmed, AuditBegun,
	}
}
