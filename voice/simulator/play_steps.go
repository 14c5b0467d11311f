package simulator

import (
	"context"
	"time"
)

// ringWait is how long, in real time, a script waits for the telephone to ring.
const ringWait = 10 * time.Second

func (p *player) dial(ctx context.Context, to, from string, known Attestation) error {
	if err := p.free(); err != nil {
		return err
	}
	p.finishCall(ctx)
	p.transcript().add(TheCaller, "(%s)", p.line())
	call, err := p.exchange.Dial(ctx, to, from, known)
	if err != nil {
		return err
	}
	return p.begin(ctx, call)
}

// answerers are who picks up, by the word of the script.
var answerers = map[string]string{"answer": Human, "voicemail": Machine, "fax": Fax, "undetected": Unknown}

func (p *player) answer(ctx context.Context, manner, number string) error {
	if err := p.free(); err != nil {
		return err
	}
	p.finishCall(ctx)
	rings, err := p.exchange.AwaitRing(ctx, number, ringWait)
	if err != nil {
		return &unmet{"the telephone to ring at " + number, err}
	}
	p.transcript().add(TheCaller, "(%s)", p.line())
	by, answers := answerers[manner]
	if !answers {
		rings.refuse(ctx, manner)
		return nil
	}
	return p.begin(ctx, rings.Answer(ctx, by))
}

// refuse has calls to a number refused, or accepted again by the code 0.
func (p *player) refuse(number string, code int, after time.Duration) error {
	if number == "all" {
		number = ""
	}
	p.transcript().add(TheLine, "(%s)", p.line())
	if code == 0 {
		p.exchange.accept(number)
	} else {
		p.exchange.refuse(number, refusal{code, after})
	}
	return nil
}

func (p *player) refused(ctx context.Context, number string) error {
	if err := p.exchange.awaitRefusal(ctx, number, ringWait); err != nil {
		return &unmet{"a call to " + number + " to be refused", err}
	}
	p.transcript().add(TheLine, "refuses to call %s", number)
	return nil
}

func (p *player) hears(h hearing) error {
	if h.matches(heardWords(p.heard)) != h.not {
		return nil
	}
	if h.not {
		return expect("not to hear %s", h.quoted)
	}
	return expect("to hear %s", h.quoted)
}

func (p *player) hearsLanguage(tag string) error {
	if inLanguage(p.heard, tag) {
		return nil
	}
	return expect("to hear the language %s alone", tag)
}

// press presses the keys. Those beyond the end of the entry are lost: the application is being asked
// then, and nothing listens.
func (p *player) press(ctx context.Context, keys string) error {
	call, err := p.up()
	if err != nil {
		return err
	}
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

func (p *player) silence(ctx context.Context) error {
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

func (p *player) repeat(ctx context.Context) error {
	if p.call == nil {
		return expect("a call, which begins with dial or answer")
	}
	p.transcript().add(TheLine, "delivers the last webhook once more")
	if err := p.call.Repeat(ctx); err != nil {
		return &unmet{"the same answer to the same webhook", err}
	}
	return nil
}

func (p *player) loses(loss Loss) error {
	p.transcript().add(TheLine, "(%s)", p.line())
	if p.free() == nil {
		p.lose = loss
		return nil
	}
	p.call.Lose(loss)
	return nil
}

func (p *player) transfers(status string) error {
	p.connects = status
	if p.call != nil {
		p.call.ConnectAs(status)
	}
	return nil
}

func (p *player) hangUp(ctx context.Context) error {
	if p.call == nil {
		return expect("a call to hang up")
	}
	if p.call.ended == nil {
		p.transcript().add(TheCaller, "(hangs up)")
		p.call.HangUp(ctx)
	}
	return nil
}

func (p *player) ended(ctx context.Context) error {
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

func (p *player) advance(by time.Duration) error {
	if p.world == nil {
		return &unmet{"to move the clock", ErrNoWorld}
	}
	p.world.Advance(by)
	p.transcript().add(TheLine, "%s later", by)
	return nil
}

func (p *player) redis(down bool) error {
	switch {
	case p.world == nil:
		return &unmet{"to reach the store", ErrNoWorld}
	case down:
		p.world.RedisDown()
	default:
		p.world.RedisUp()
	}
	p.transcript().add(TheLine, "%s", p.line())
	return nil
}
