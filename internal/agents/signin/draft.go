package signin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"updatecenter/internal/agents"
)

// Draft is what an agent had typed when the session ran out. A page must leave out of it
// what is secret: passwords and codes.
type Draft struct {
	Agent  agents.ID           // whose it is
	Path   string              // of the page
	Values map[string][]string // of the form
}

// MaxDraft is how large a draft may be, in bytes of JSON.
const MaxDraft = 16 << 10

// SaveDraft keeps a draft for Rule.Draft, sealed. Errors: [ErrTooLarge], a [WaitError] when
// the agent has had too many kept, and those of stores.
func (s *SignIn) SaveDraft(ctx context.Context, d Draft) (Token, error) {
	written, err := json.Marshal(d)
	if err != nil {
		return Token{}, fmt.Errorf("write draft: %w", err)
	}
	if len(written) > MaxDraft {
		return Token{}, ErrTooLarge
	}
	now := s.time()
	admission, err := s.attempts.Count(ctx, "draft_"+string(d.Agent), now, s.rule.Drafts)
	if err != nil {
		return Token{}, fmt.Errorf("count draft: %w", err)
	}
	if !admission.Admitted {
		return Token{}, &WaitError{Until: admission.Strikes.Until}
	}
	until := now.Add(s.rule.Draft)
	return s.create(ctx, KindDraft, draft{Version: sealedVersion, Until: until, Draft: d}, until)
}

// Draft returns a draft of that agent, once. [ErrNoDraft]; another agent's draft is left
// where it is.
func (s *SignIn) Draft(ctx context.Context, token Token, of agents.ID) (Draft, error) {
	var kept draft
	record, err := s.find(ctx, KindDraft, token, &kept)
	switch {
	case errors.Is(err, ErrNoRecord):
		return Draft{}, ErrNoDraft
	case err != nil:
		return Draft{}, err
	case kept.Draft.Agent != of || !s.time().Before(kept.Until):
		return Draft{}, ErrNoDraft
	}
	err = s.store.Delete(ctx, record.Key, record.Revision)
	if errors.Is(err, ErrNoRecord) || errors.Is(err, ErrStale) {
		return Draft{}, ErrNoDraft
	}
	if err != nil {
		return Draft{}, fmt.Errorf("take draft: %w", err)
	}
	return kept.Draft, nil
}
