package accounts

import (
	"time"

	"updatecenter/internal/nanp"
	"updatecenter/internal/secret"
)

// newRow reads the cells of a row by their columns. Its errors hold nothing of them.
func newRow(cells map[string]string) (Row, error) {
	number, err := ParseNumber(cells["account"])
	if err != nil {
		return Row{}, err
	}
	phone, err := nanp.Parse(cells["phone"])
	if err != nil {
		return Row{}, &FieldError{"phone", err.Error()}
	}
	details := Details{
		Phone: phone, Language: given(cells["language"]), Name: cells["name"],
		Email: given(cells["email"]), Code: secret.New(cells["security_code"]),
		Address: &Address{
			Street: []string{cells["street1"], cells["street2"], cells["street3"]},
			City:   cells["city"], State: cells["state"], ZIP: cells["zip"],
		},
	}
	if since := cells["email_since"]; since != "" {
		if details.EmailSince, err = time.Parse(time.DateOnly, since); err != nil {
			return Row{}, &FieldError{"email_since", "want a date such as 2026-01-31"}
		}
	}
	// Far in the future, as a file knows no clock: an e-mail address of tomorrow is for Put.
	details, err = details.tidy(time.Unix(1<<40, 0))
	if err != nil {
		return Row{}, err
	}
	return Row{Number: number, Details: details}, details.complete()
}

func given(cell string) *string {
	if cell == "" {
		return nil
	}
	return &cell
}
