package signin

import (
	"context"
	"fmt"

	"updatecenter/internal/secret"
)

// Confirm checks the password of who is signed in, before the own password or factor is changed:
// whoever finds an open session must not be able to try passwords there. Failures count as at
// signing in, for this session alone, and a right password forgives none. Errors: [ErrWrong], [ErrLocked], a
// [WaitError], pins.ErrBusy, and those of stores and the audit.
func (s *SignIn) Confirm(ctx context.Context, session Session, entry secret.Text, from string) error {
	t, err := s.admit(ctx, session.Agent, "", session.placeOf(from))
	if err != nil {
		return err
	}
	right, err := s.agents.CheckPassword(ctx, session.Agent, entry)
	if err != nil {
		s.takeBack(ctx, t)
		return fmt.Errorf("check password: %w", err)
	}
	if !right {
		return s.failed(ctx, t, "password, while signed in")
	}
	s.takeBack(ctx, t)
	return nil
}
