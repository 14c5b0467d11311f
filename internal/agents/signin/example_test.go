package signin_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"updatecenter/internal/agents/signin"
	"updatecenter/internal/secret"
)

// The three steps of signing in. Each is a page of its own, and may be another server's.
func Example() {
	var s *signin.SignIn // from signin.New
	signIn := func(ctx context.Context, userName string, password, code secret.Text, from string, browser signin.Token) (signin.Token, error) {
		token, err := s.Begin(ctx, userName, from, browser)
		if err != nil {
			return signin.Token{}, err
		}
		if _, err := s.Password(ctx, token, password, from); err != nil {
			return signin.Token{}, err
		}
		session, _, err := s.Code(ctx, token, code, from)
		return session, err
	}
	_ = signIn
}

// A wrong entry can bring a wait, which holds from then on.
func ExampleWaitError() {
	until := time.Date(2026, 3, 2, 9, 0, 5, 0, time.UTC)
	err := fmt.Errorf("%w: %w", signin.ErrWrong, &signin.WaitError{Until: until})
	var wait *signin.WaitError
	fmt.Println(errors.Is(err, signin.ErrWrong), errors.As(err, &wait), wait.Until.Format("15:04:05"))
	// Output: true true 09:00:05
}
