package ivr

// Language is what a caller hears.
type Language string

// The languages.
const (
	English Language = "en"
	Spanish Language = "es"
)

// Languages are all of them, in the order in which they are spoken while the caller has
// not chosen.
var Languages = [...]Language{English, Spanish}

// ParseLanguage returns the language of that code, or none.
func ParseLanguage(code string) Language {
	switch l := Language(code); l {
	case English, Spanish:
		return l
	}
	return ""
}

// A voice is who speaks a language, in Twilio's names.
type voice struct{ name, tag string }

// voices are Amazon Polly's, as its SSML is what the prompts use.
var voices = map[Language]voice{
	English: {name: "Polly.Joanna", tag: "en-US"},
	Spanish: {name: "Polly.Lupe", tag: "es-US"},
}

// poundNames are what the key # is called.
var poundNames = map[Language]string{English: "pound", Spanish: "signo de número"}

// keyName is a key of a menu as a word of its language.
func keyName(l Language, key string) string {
	if key == pound {
		return poundNames[l]
	}
	return keyNames[l][key[0]-'0']
}

// keyNames are the keys as words of a Spanish sentence ("oprima el dos"); in English the
// digit itself reads well.
var keyNames = map[Language][10]string{
	English: {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"},
	Spanish: {"cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve"},
}
