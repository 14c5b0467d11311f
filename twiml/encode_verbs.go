package twiml

func (w *writer) verb(b []byte, v Verb) []byte {
	switch v := v.(type) {
	case Say:
		b = w.say(b, v)
	case Play:
		b = w.play(b, v)
	case Pause:
		b = w.pause(b, v)
	case Gather:
		b = w.gather(b, v)
	case Redirect:
		b = w.redirect(b, v)
	case Dial:
		b = w.dial(b, v)
	case Reject:
		b = w.reject(b, v)
	case Hangup:
		b = append(b, "<Hangup/>"...)
	default:
		w.invalid("Response", "holds nil, a pointer or a foreign verb")
	}
	return b
}

func (w *writer) prompt(b []byte, p Prompt) []byte {
	switch p := p.(type) {
	case Say:
		b = w.say(b, p)
	case Play:
		b = w.play(b, p)
	case Pause:
		b = w.pause(b, p)
	default:
		w.invalid("Gather", "holds nil, a pointer or a foreign prompt")
	}
	return b
}

func (w *writer) play(b []byte, p Play) []byte {
	b = append(b, "<Play"...)
	b = w.loop(b, "Play", p.Loop)
	b = append(b, ">"...)
	b = w.required(b, "Play", p.URL)
	return append(b, "</Play>"...)
}

func (w *writer) pause(b []byte, p Pause) []byte {
	b = append(b, "<Pause"...)
	b = w.count(b, "Pause", ` length="`, p.Length, MaxPause)
	return append(b, "/>"...)
}

func (w *writer) gather(b []byte, g Gather) []byte {
	b = append(b, "<Gather"...)
	b = w.action(b, "Gather", g.Action)
	b = w.method(b, "Gather", g.Method)
	b = w.count(b, "Gather", ` numDigits="`, g.NumDigits, MaxDigits)
	b = w.finishOnKey(b, g.FinishOnKey)
	b = w.count(b, "Gather", ` timeout="`, g.Timeout, MaxGatherTimeout)
	if g.ActionOnEmptyResult {
		b = append(b, ` actionOnEmptyResult="true"`...)
	}
	b = append(b, ">"...)
	for _, p := range g.Prompts {
		b = w.prompt(b, p)
		if w.failed(b) {
			return b
		}
	}
	return append(b, "</Gather>"...)
}

func (w *writer) finishOnKey(b []byte, k FinishKey) []byte {
	switch {
	case k == "":
	case k == NoFinishKey:
		b = append(b, ` finishOnKey=""`...)
	case len(k) == 1 && (classes[k[0]]&ofDigit != 0 || k == "*" || k == "#"):
		b = append(b, ` finishOnKey="`...)
		b = append(b, k...)
		b = append(b, `"`...)
	default:
		w.invalid("Gather", "finishOnKey is not one of 0-9, * and #")
	}
	return b
}

func (w *writer) redirect(b []byte, r Redirect) []byte {
	b = append(b, "<Redirect"...)
	b = w.method(b, "Redirect", r.Method)
	b = append(b, ">"...)
	b = w.required(b, "Redirect", r.URL)
	return append(b, "</Redirect>"...)
}

func (w *writer) dial(b []byte, d Dial) []byte {
	b = append(b, "<Dial"...)
	b = w.action(b, "Dial", d.Action)
	b = w.method(b, "Dial", d.Method)
	b = w.count(b, "Dial", ` timeout="`, d.Timeout, MaxDialTimeout)
	b = w.word(b, "Dial", ` callerId="`, d.CallerID)
	b = append(b, ">"...)
	b = w.target(b, d.Target)
	return append(b, "</Dial>"...)
}

func (w *writer) target(b []byte, t Target) []byte {
	switch t := t.(type) {
	case Number:
		if !isE164(string(t)) {
			w.invalid("Dial", "Number is not in E.164 form")
			return b
		}
		b = append(b, "<Number>"...)
		b = append(b, t...)
		b = append(b, "</Number>"...)
	case SIP:
		if !isSIP(string(t)) {
			w.invalid("Dial", "Sip is not a SIP address of at most 255 characters")
			return b
		}
		b = append(b, "<Sip>"...)
		b = appendURL(b, string(t))
		b = append(b, "</Sip>"...)
	default:
		w.invalid("Dial", "Target is nil, a pointer or foreign")
	}
	return b
}

func (w *writer) reject(b []byte, r Reject) []byte {
	switch r.Reason {
	case "":
		b = append(b, "<Reject/>"...)
	case Rejected:
		b = append(b, `<Reject reason="rejected"/>`...)
	case Busy:
		b = append(b, `<Reject reason="busy"/>`...)
	default:
		w.invalid("Reject", "reason is neither rejected nor busy")
	}
	return b
}
