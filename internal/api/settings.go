package api

import (
	"net/http"

	"updatecenter/internal/features"
)

// readSettings reads a body as the edit that puts it in force.
func readSettings(w http.ResponseWriter, r *http.Request, rule features.Rule) (features.Edit, error) {
	keepCode := false
	document, err := readBody(w, r, func(d features.Document, f *form) {
		checkSettings(d, f, rule)
		keepCode = !f.given["/code"]
	})
	if err != nil {
		return features.Edit{}, err
	}
	settings, err := rule.Read(document)
	if err != nil {
		return features.Edit{}, err
	}
	return features.Replace(settings, keepCode), nil
}

// checkSettings wants all parts that the feature has: nobody's list is to be emptied by a client that
// only means to turn the feature on. If anything is wrong, it finds all that the rule would refuse.
func checkSettings(d features.Document, f *form, rule features.Rule) {
	f.need(f.given["/on"], "/on", "want true or false")
	f.need(!f.given["/code_set"], "/code_set", "is only answered; set code")
	for _, part := range rule.Missing(d) {
		f.need(false, "/"+part, "want it as it was answered, or changed")
	}
	if len(f.faults) > 0 {
		_, err := rule.Read(d)
		f.refuse(err)
	}
}
