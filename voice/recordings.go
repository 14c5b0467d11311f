package voice

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"

	"github.com/gorilla/mux"

	"updatecenter/ivr"
)

// RecordingsPath is where recordings are served, below the public URL.
const RecordingsPath = "/voice/recordings/"

// Recordings are prompts that are played instead of spoken: audio files named
// PROMPT.LANGUAGE.mp3 or .wav, such as changed.es.mp3. A prompt with variables is always
// spoken, as no recording can fill them.
type Recordings struct {
	files fs.FS
	names map[recording]string
	base  string
}

type recording struct {
	prompt   string
	language ivr.Language
}

// audioType is what Twilio is told a file is, by its extension; empty: no file for it. The
// system's own table is not asked: Twilio plays only types that it knows.
// https://www.twilio.com/docs/voice/twiml/play#supported-audio-file-types
func audioType(file string) string {
	switch path.Ext(file) {
	case ".mp3":
		return "audio/mpeg"
	case ".wav":
		return "audio/wav"
	}
	return ""
}

// OpenRecordings reads which prompts of a flow have a recording. All files that would never
// be played are told in one error: those named after no prompt, or after one with variables, a
// second one for the same prompt and language, and directories.
func OpenRecordings(files fs.FS, prompts []ivr.Prompt, publicURL string) (*Recordings, error) {
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		return nil, fmt.Errorf("read recordings: %w", err)
	}
	r := &Recordings{files: files, names: map[recording]string{}, base: strings.TrimSuffix(publicURL, "/") + RecordingsPath}
	var wrong []error
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), ".") {
			continue // what systems put beside, such as the ..data of a mounted volume
		}
		if entry.IsDir() {
			wrong = append(wrong, fmt.Errorf("recording %q: is a directory", entry.Name()))
			continue
		}
		wrong = append(wrong, r.add(entry.Name(), prompts))
	}
	return r, errors.Join(wrong...)
}

// add takes in one file.
func (r *Recordings) add(file string, prompts []ivr.Prompt) error {
	stem := strings.TrimSuffix(file, path.Ext(file))
	prompt, code, _ := strings.Cut(stem, ".")
	l := ivr.ParseLanguage(code)
	if l == "" || audioType(file) == "" {
		return fmt.Errorf("recording %q: want PROMPT.en.mp3, PROMPT.es.mp3, or .wav", file)
	}
	for _, p := range prompts {
		if p.Name != prompt {
			continue
		}
		if strings.Contains(p.EN, "{") {
			return fmt.Errorf("recording %q: the prompt has variables, so it is always spoken", file)
		}
		if other, taken := r.names[recording{prompt, l}]; taken {
			return fmt.Errorf("recording %q: there is %q already", file, other)
		}
		r.names[recording{prompt, l}] = file
		return nil
	}
	return fmt.Errorf("recording %q: there is no prompt %q", file, prompt)
}

// URL returns where a prompt's recording is served, or nothing if it has none. No
// Recordings, nil, have none.
func (r *Recordings) URL(prompt string, l ivr.Language) string {
	if r == nil {
		return ""
	}
	file, recorded := r.names[recording{prompt, l}]
	if !recorded {
		return ""
	}
	return r.base + file
}

// ServeHTTP serves the recordings that were found at start, and no other file.
func (r *Recordings) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	file := mux.Vars(req)["file"]
	for _, name := range r.names {
		if name == file {
			w.Header().Set("Content-Type", audioType(name))
			http.ServeFileFS(w, req, r.files, name)
			return
		}
	}
	http.NotFound(w, req)
}
