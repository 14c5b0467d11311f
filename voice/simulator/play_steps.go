package simulator

import (
	"context"
	"fmt"
	"time"
)

// ringWait is how long, in real time, a script waits for the telephone to ring.
const ringWait = 10 * time.Second

func (s dialStep) play(ctx context.Context, p *player) error {
	if err := p.free(); err != nil {
		return err
	}
	p.finishCall(ctx)
	p.transcript().add(TheCaller, "(%s)", s.written())
	call, err := p.exchange.Dial(ctx, s.to, s.from, s.known)
	if err != nil {
		return err
	}
	return p.begin(ctx, call)
}

// answerers are who picks up, by the word of the script.
var answerers = map[string]string{"answer": Human, "voicemail": Machine, "fax": Fax, "undetected": Unknown}

func (s answerStep) play(ctx context.Context, p *player) error {
	if err := p.free(); err != nil {
		return err
	}
	p.finishCall(ctx)
	rings, err := p.exchange.AwaitRing(ctx, s.number, ringWait)
	if err != nil {
		return &unmet{"the telephone to ring at " + s.number, err}
	}
	p.transcript().add(TheCaller, "(%s)", s.written())
	switch s.manner {
	case "busy":
		rings.RefuseBusy(ctx)
		return nil
	case "no-answer":
		rings.LetRing(ctx)
		return nil
	case "failed":
		rings.Fail(ctx)
		return nil
	}
	return p.begin(ctx, rings.Answer(ctx, answerers[s.manner]))
}

func (s refuseStep) play(_ context.Context, p *player) error {
	number := s.number
	if number == "all" {
		number = ""
	}
	p.transcript().add(TheLine, "(%s)", s.written())
	if s.code == 0 {
		p.exchange.Accept(number)
	} else {
		p.exchange.Refuse(number, s.code, s.after)
	}
	return nil
}

func (s refusedStep) play(ctx context.Context, p *player) error {
	if err := p.exchange.AwaitRefusal(ctx, s.number, ringWait); err != nil {
		return &unmet{"a call to " + s.number + " to be refused", err}
	}
	p.transcript().add(TheLine, "refuses to call %s", s.number)
	return nil
}

func (s hearStep) play(_ context.Context, p *player) error {
	if s.matches(heardWords(p.heard)) != s.not {
		return nil
	}
	quoted := fmt.Sprintf("%q", s.words)
	if s.pattern != nil {
		quoted = "/" + s.words + "/"
	}
	if s.not {
		return expect("not to hear %s", quoted)
	}
	return expect("to hear %s", quoted)
}

func (s languageStep) play(_ context.Context, p *player) error {
	if inLanguage(p.heard, s.tag) {
		return nil
	}
	return expect("to hear the language %s alone", s.tag)
}

// play presses the keys. Those beyond the end of the entry are lost: the application is being asked
// then, and nothing listens.
func (s pressStep) play(ctx context.Context, p *player) error {
	call, err := p.up()
	if err != nil {
		return err
	}
	keys := s.keys.Reveal()
	entry := call.entryIn(keys)
	for i := range len(entry) {
		if err := call.Press(entry[i]); err != nil {
			return &unmet{"a question for the keys", err}
		}
		p.heard = nil
	}
	p.transcript().addKeys("presses", entry)
	if lost := keys[len(entry):]; lost != "" {
		p.transcript().addKeys("presses while nothing listens", lost)
	}
	if call.Entering() {
		return p.pause(ctx)
	}
	return p.listen(ctx)
}

// pause lets the question time out.
func (p *player) pause(ctx context.Context) error {
	event, err := p.call.Next(ctx)
	if err != nil {
		return err
	}
	if asked, ok := event.(Gathering); ok {
		if err := sleep(ctx, p.exchange.config.Clock, asked.Timeout); err != nil {
			return err
		}
	}
	if err := p.call.Silence(); err != nil {
		return &unmet{"a question to leave unanswered", err}
	}
	return p.listen(ctx)
}

func (silenceStep) play(ctx context.Context, p *player) error {
	call, err := p.up()
	if err != nil {
		return err
	}
	if !call.Listening() {
		return expect("a question to leave unanswered")
	}
	p.transcript().add(TheCaller, "(says nothing)")
	p.heard = nil
	return p.pause(ctx)
}

func (repeatStep) play(ctx context.Context, p *player) error {
	if p.call == nil {
		return expect("a call, which begins with dial or answer")
	}
	p.transcript().add(TheLine, "delivers the last webhook once more")
	if err := p.call.Repeat(ctx); err != nil {
		return &unmet{"the same answer to the same webhook", err}
	}
	return nil
}

func (s loseStep) play(_ context.Context, p *player) error {
	p.transcript().add(TheLine, "(%s)", s.written())
	if p.free() == nil {
		p.lose = losses[s.what]
		return nil
	}
	p.call.Lose(losses[s.what])
	return nil
}

func (s transferStep) play(_ context.Context, p *player) error {
	p.connects = s.status
	if p.call != nil {
		p.call.ConnectAs(s.status)
	}
	return nil
}

func (hangupStep) play(ctx context.Context, p *player) error {
	if p.call == nil {
		return expect("a call to hang up")
	}
	if p.call.ended == nil {
		p.transcript().add(TheCaller, "(hangs up)")
		p.call.HangUp(ctx)
	}
	return nil
}

func (endedStep) play(ctx context.Context, p *player) error {
	if p.call != nil && p.call.cutOff() {
		if err := p.listen(ctx); err != nil {
			return err
		}
	}
	if p.call == nil || p.call.ended == nil || p.call.ended.By != FarEnd {
		return expect("the far end to have hung up")
	}
	return nil
}

func (s advanceStep) play(_ context.Context, p *player) error {
	if p.world == nil {
		return &unmet{"to move the clock", ErrNoWorld}
	}
	p.world.Advance(s.by)
	p.transcript().add(TheLine, "%s later", s.by)
	return nil
}

func (s redisStep) play(_ context.Context, p *player) error {
	switch {
	case p.world == nil:
		return &unmet{"to reach the store", ErrNoWorld}
	case s.down:
		p.world.RedisDown()
	default:
		p.world.RedisUp()
	}
	p.transcript().add(TheLine, "%s", s.written())
	return nil
}
