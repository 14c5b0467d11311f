package simulator

import (
	"context"
	"errors"
	"slices"
)

// Wait is a telephone that waits to be rung at a number, and can be answered with Enter or
// any key; h and Ctrl-C refuse the call. It takes call after call, until h or Ctrl-C is
// pressed while nobody calls, the input ends, or the context is done. It fails as Run does.
// With a [VirtualClock] a telephone rings until it is answered.
func (t *Terminal) Wait(ctx context.Context, number string) error {
	over := make(chan struct{})
	defer close(over)
	s := t.session(over)
	for {
		s.screen.line("Waiting for calls to " + number + "; h ends.")
		err := s.serve(ctx, t.Exchange, number)
		if errors.Is(err, errHungUp) {
			err = nil
		} else if err == nil && s.screen.err == nil && s.recorder.err == nil {
			continue
		}
		return errors.Join(err, s.screen.err, s.recorder.err)
	}
}

// serve takes one call. errHungUp: the person wants no more.
func (s *session) serve(ctx context.Context, exchange *Exchange, number string) error {
	rings, err := s.await(ctx, exchange, number)
	if err != nil {
		return err
	}
	s.screen.line("Ringing: from " + grouped(rings.From) + "; press Enter or a key to answer, h to refuse.")
	answered, err := s.pickUp(ctx, rings)
	if err != nil || !answered {
		return err
	}
	s.recorder.rung("answer", grouped(rings.To))
	s.call, s.burst, s.language = rings.Answer(ctx, Human), nil, ""
	return s.talk(ctx)
}

// await waits until the number rings.
func (s *session) await(ctx context.Context, exchange *Exchange, number string) (*Ringing, error) {
	for {
		rings, changed := exchange.takeRinging(international(compact(number)))
		if rings != nil {
			return rings, nil
		}
		select {
		case <-changed:
		case burst, more := <-s.keys:
			if !more || slices.Contains(burst, hangUpKey) {
				return nil, errHungUp
			}
		case <-ctx.Done():
			return nil, errHungUp
		}
	}
}

// pickUp waits for the person. It is false if the call was not answered.
func (s *session) pickUp(ctx context.Context, rings *Ringing) (bool, error) {
	select {
	case <-rings.Over():
		s.screen.line("It rings no more.")
		return false, nil
	case burst, more := <-s.keys:
		switch {
		case !more:
			return false, errHungUp
		case slices.Contains(burst, hangUpKey):
			rings.RefuseBusy(ctx)
			s.recorder.rung("busy", grouped(rings.To))
			s.screen.line("You refused the call.")
			return false, nil
		}
		return true, nil
	case <-ctx.Done():
		return false, errHungUp
	}
}
