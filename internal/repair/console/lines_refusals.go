package console

import (
	"errors"
	"net/http"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/repair"
	"updatecenter/pins"
)

// deskWords says in a sentence why the desk has refused something, and what can be done instead;
// empty: it was no refusal, and something went wrong.
func deskWords(err error, z zone) string {
	var limit *repair.LimitError
	var calls *deliveries.LimitError
	var blocked *deliveries.BlockedError
	switch {
	case errors.As(err, &limit):
		return limitWords(limit, z)
	case errors.As(err, &blocked):
		return "Somebody who answered this line said that they had not asked for our call. It is called with a code again after " +
			z.moment(blocked.Until) + ". Make sure in another way who is calling."
	case errors.As(err, &calls):
		return "This line was called as often as it may be. It can be called again after " +
			z.moment(calls.Until) + ". Until then, make sure in another way who is calling."
	case errors.Is(err, deliveries.ErrNoWay):
		return "No calls can be made at present. Make sure in another way who is calling."
	case errors.Is(err, pins.ErrNotValidated):
		return "You have not validated this customer in the last 15 minutes. Make sure who is calling, and then try again."
	case errors.Is(err, pins.ErrNoLine):
		return "This is not a line of ours any more."
	}
	return ""
}

func limitWords(limit *repair.LimitError, z zone) string {
	after := " You can go on after " + z.moment(limit.Until) + ". Supervisors have been told. If you need more, speak with yours."
	switch limit.What {
	case repair.LookUps:
		return "You have looked up as many lines and accounts as one may in an hour." + after
	case repair.Calls:
		return "You have had as many lines called as one may in an hour." + after
	case repair.Secrets:
		return "You have tried as many security codes and answers as one may in an hour." + after
	case repair.Resets:
		return "You have reset, unlocked and opened as much as one may in an hour." + after
	case repair.WrongClaims: // of programs
	case repair.WrongCodes:
		return "Too many wrong codes were entered for this line. No code validates its customer until " +
			z.moment(limit.Until) + ". Make sure in another way who is calling."
	}
	return "There was too much of this in the last hour." + after
}

// deskRefused is the page for a refusal by the desk. Other errors stay what they are.
func (c *Console) deskRefused(title string, err error) error {
	words := deskWords(err, c.zone)
	if words == "" {
		return err
	}
	return refusing(refusedStatus(err), title, words).because(err)
}

func refusedStatus(err error) int {
	var limit *repair.LimitError
	var calls *deliveries.LimitError
	switch {
	case errors.As(err, &limit), errors.As(err, &calls):
		return http.StatusTooManyRequests
	case errors.Is(err, pins.ErrNoLine):
		return http.StatusNotFound
	}
	return http.StatusConflict
}
