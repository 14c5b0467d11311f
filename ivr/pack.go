package ivr

import (
	"bytes"
	"errors"
)

// What is stored of a call is shortened before it is sealed: two bytes stand for each text of fragments. All
// else stays as it is, byte for byte, and secrets above all: how long something sealed is tells which texts
// are in it, as it did before, and nothing of what a caller has keyed or hears spelled.

const (
	packed   = 1 // begins what is packed: no document and no state begins so
	fragment = 2 // stands before the number of a fragment
	unpacked = 3 // begins what has one of these bytes in it
)

// pack shortens a document or a state.
func pack(text []byte) []byte {
	if bytes.ContainsAny(text, "\x01\x02\x03") {
		return append([]byte{unpacked}, text...)
	}
	short := append(make([]byte, 0, len(text)), packed)
	for len(text) > 0 {
		number, size := longest(text)
		if size == 0 {
			short, text = append(short, text[0]), text[1:]
			continue
		}
		short, text = append(short, fragment, number), text[size:]
	}
	return short
}

// longest is the longest fragment that a text begins with; its size is 0 if there is none.
func longest(text []byte) (number byte, size int) {
	for _, n := range fragmentsFrom[text[0]] {
		if f := fragments[n]; len(f) > size && len(f) <= len(text) && string(text[:len(f)]) == f {
			number, size = n, len(f)
		}
	}
	return number, size
}

// errPacked says that something was packed in another way than pack does.
var errPacked = errors.New("it is not packed right")

// unpack is the reverse of pack, and returns what is not packed as it is. Of what a newer release has packed,
// with fragments that this one does not know, it says errNewer.
func unpack(short []byte) ([]byte, error) {
	switch {
	case len(short) > 0 && short[0] == unpacked:
		return short[1:], nil
	case len(short) == 0 || short[0] != packed:
		return short, nil
	}
	text := make([]byte, 0, 4*len(short))
	for rest := short[1:]; len(rest) > 0; rest = rest[1:] {
		switch {
		case rest[0] != fragment:
			text = append(text, rest[0])
			continue
		case len(rest) == 1:
			return nil, errPacked
		case int(rest[1]) >= len(fragments):
			return nil, errNewer
		}
		text = append(text, fragments[rest[1]]...)
		rest = rest[1:]
	}
	return text, nil
}

// fragmentsFrom are the numbers of the fragments that begin with each byte.
var fragmentsFrom = func() (from [256][]byte) {
	for n, f := range fragments {
		from[f[0]] = append(from[f[0]], byte(n))
	}
	return from
}()

// fragments are texts that often stand in documents and states. Their order is part of what is stored: new ones
// come at the end, up to 256, once all servers know them. None is a digit or a word that could be a secret.
// They name the DefaultVoices, at their own speed: with others an answer is stored some hundred bytes longer.
var fragments = [...]string{
	`<?xml version="1.0" encoding="UTF-8"?><Response>`,
	`<?xml version="1.0" encoding="UTF-8"?><Response><Gather action="https://`,
	`<Gather action="https://`,
	`/voice/turn/`,
	`/voice/callback/turn/`,
	`?lang=en" numDigits="`,
	`?lang=es" numDigits="`,
	`?lang=en&amp;may=`,
	`?lang=es&amp;may=`,
	`" numDigits="`,
	`" timeout="7" actionOnEmptyResult="true"><Say voice="Polly.Joanna-Neural" language="en-US">`,
	`" timeout="7" actionOnEmptyResult="true"><Say voice="Polly.Lupe-Neural" language="es-US">`,
	`" timeout="10" actionOnEmptyResult="true"><Say voice="Polly.Joanna-Neural" language="en-US">`,
	`" timeout="10" actionOnEmptyResult="true"><Say voice="Polly.Lupe-Neural" language="es-US">`,
	`" finishOnKey="" timeout="`,
	`" actionOnEmptyResult="true">`,
	`<Say voice="Polly.Joanna-Neural" language="en-US">`,
	`<Say voice="Polly.Lupe-Neural" language="es-US">`,
	`</Say><Say voice="Polly.Joanna-Neural" language="en-US">`,
	`</Say><Say voice="Polly.Lupe-Neural" language="es-US">`,
	`.</Say><Say voice="Polly.Joanna-Neural" language="en-US">`,
	`.</Say><Say voice="Polly.Lupe-Neural" language="es-US">`,
	`</Say></Gather></Response>`,
	`.</Say></Gather></Response>`,
	`.</Say><Hangup/></Response>`,
	`</Say>`,
	`</Gather></Response>`,
	`<Hangup/></Response>`,
	`<prosody rate="80%"><say-as interpret-as="digits">`,
	`<prosody rate="80%">`,
	`</say-as></prosody>`,
	`</prosody>`,
	`<say-as interpret-as="digits">`,
	`<say-as interpret-as="spell-out">`,
	`</say-as>`,
	`</say-as><break time="200ms"/><say-as interpret-as="digits">`,
	`</say-as><break time="400ms"/><say-as interpret-as="digits">`,
	`</say-as><break time="500ms"/><say-as interpret-as="digits">`,
	`<Play>https://`,
	`/voice/recordings/`,
	`.mp3</Play>`,

	`Welcome to the Update Center`,
	`Le damos la bienvenida al Centro de Actualización`,
	`Please enter your PIN, then press pound. If you forgot it, press 0, then pound`,
	`Ingrese su PIN y luego oprima el signo de número. Si lo olvidó, oprima cero y el signo de número`,
	`Enter the temporary PIN that came with your service, then press pound. If you do not have it, press 0, then pound`,
	`Ingrese el PIN temporal que recibió con su servicio y luego oprima el signo de número. Si no lo tiene, oprima cero y el signo de número`,
	`That PIN does not match our records`,
	`Ese PIN no coincide con nuestros registros`,
	`For help, press 0. To leave, press star`,
	`Para obtener ayuda, oprima el cero. Para salir, oprima asterisco`,
	`To change your PIN, press `,
	`Para cambiar su PIN, oprima el `,
	`For No Solicitation, press `,
	`Para el Filtro de Vendedores, oprima el `,
	`For Security Screen, press `,
	`Para el Filtro de Seguridad, oprima el `,
	`For Do Not Disturb, press `,
	`Para No Molestar, oprima el `,
	`For Dial Lock, press `,
	`Para el Bloqueo de Marcación, oprima el `,
	`For Call Rejection, press `,
	`Para el Rechazo de Llamadas, oprima el `,
	`For Selective Call Forwarding, press `,
	`Para el Desvío Selectivo de Llamadas, oprima el `,
	`For more choices, press `,
	`Para más opciones, oprima el `,
	`No key was pressed`,
	`No se oprimió ninguna tecla`,
	`That key does not work here`,
	`Esa tecla no sirve aquí`,
	`. Enter it now, then press pound`,
	`, then press pound`,
	` y luego oprima el signo de número`,
	`, press star, then pound`,
	`, oprima asterisco y el signo de número`,
	`, press `,
	`, oprima el `,
	`call our repair service`,
	`llame al servicio de reparaciones`,
	` from your primary home number`,
	` desde el número principal de su casa`,

	`{"v":2,"step":"`,
	`","lang":"en","caller":{"number":"+1`,
	`","lang":"es","caller":{"number":"+1`,
	`","caller":{"number":"+1`,
	`","from":"+1`,
	`","from":"sip:`,
	`","line":true},"`,
	`","line":true,"vouched":true},"`,
	`","vouched":true},"`,
	`tries":1,"visits":{"`,
	`tries":2,"visits":{"`,
	`visits":{"`,
	`},"stack":["`,
	`"],"blanks":{"`,
	`},"blanks":{"`,
	`":1,"`,
	`":2,"`,
	`":"`,
	`","`,
	`"}}`,
}
