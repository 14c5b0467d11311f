package console

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"net/http"
)

//go:embed static
var static embed.FS

// A file is one that pages ask for.
type file struct {
	path  string // with what tells this content from any other
	kind  string
	hash  string
	bytes []byte
}

// readFiles reads the files by name.
func readFiles() (map[string]file, error) {
	files := map[string]file{}
	for name, kind := range map[string]string{
		"style.css": "text/css; charset=utf-8",
		"app.js":    "text/javascript; charset=utf-8",
		"icon.svg":  "image/svg+xml",
	} {
		content, err := static.ReadFile("static/" + name)
		if err != nil {
			return nil, fmt.Errorf("read file of pages: %w", err)
		}
		sum := sha256.Sum256(content)
		hash := hex.EncodeToString(sum[:8])
		files[name] = file{path: "/repair/static/" + name + "?v=" + hash, kind: kind, hash: hash, bytes: content}
	}
	return files, nil
}

// serveFile answers with a file. Under the hash that pages name it never changes.
func (c *Console) serveFile(v *visit) error {
	file, known := c.files[v.part("file")]
	if !known {
		return noPage()
	}
	caching := "no-cache"
	if v.r.URL.Query().Get("v") == file.hash {
		caching = "public, max-age=31536000, immutable"
	}
	v.w.Header().Set("Cache-Control", caching)
	v.w.Header().Set("Content-Type", file.kind)
	v.w.WriteHeader(http.StatusOK)
	_, _ = v.w.Write(file.bytes) // a browser that went away needs no file
	return nil
}
