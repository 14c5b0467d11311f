package api

import (
	"net/http"

	"updatecenter/features"
	"updatecenter/internal/secret"
)

// A settingsBody is what the settings of a feature should be. It has the parts of a
// [features.Document] that can be set, so that whether one is missing can be told.
type settingsBody struct {
	On           *bool                        `json:"on"`
	List         *[]string                    `json:"list"`
	Schedules    *[]features.ScheduleDocument `json:"schedules"`
	Greeting     *int                         `json:"greeting"`
	Breakthrough *bool                        `json:"emergency_breakthrough"`
	Code         features.Part[secret.Text]   `json:"code"` // left away: as it is
	ForwardTo    features.Part[string]        `json:"forward_to"`
}

const settingsBodyShould = "The body must be one JSON object with on and all the other parts that the feature is answered with, " +
	"without feature, revision and code_set; code, four digits or null, may be left away."

// readSettings reads a body as the edit that puts it in force.
func readSettings(w http.ResponseWriter, r *http.Request, rule features.Rule) (features.Edit, error) {
	body, err := readBody[settingsBody](w, r, settingsBodyShould)
	if err != nil {
		return features.Edit{}, err
	}
	if body.lacks(rule) {
		return features.Edit{}, badBody(settingsBodyShould)
	}
	settings, err := rule.Read(body.document())
	if err != nil {
		return features.Edit{}, err
	}
	return features.Replace(settings, !body.Code.Given), nil
}

// document is the body as package features reads it; the body must have On.
func (b settingsBody) document() features.Document {
	return features.Document{
		On: *b.On, List: b.List, Schedules: b.Schedules, Greeting: b.Greeting,
		Breakthrough: b.Breakthrough, Code: b.Code, ForwardTo: b.ForwardTo,
	}
}

// lacks says whether a part is missing that the feature has. Nobody's list is to be emptied
// by a client that only means to turn the feature on.
func (b settingsBody) lacks(rule features.Rule) bool {
	return b.On == nil ||
		rule.List != nil && b.List == nil ||
		rule.Schedules && b.Schedules == nil ||
		rule.Greetings && b.Greeting == nil ||
		rule.Breakthrough && b.Breakthrough == nil ||
		rule.Target && !b.ForwardTo.Given
}
