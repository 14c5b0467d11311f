package letters

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// header is the first line of a manifest.
const header = "file,pages,zip,sha256\n"

// Files that the mail house leaves alone. There is one file that is being written at most,
// since writers take turns: what a process that died left behind is overwritten by the next.
const (
	lockName    = ".lock"
	writingName = ".writing"
)

const fileMode = 0o600

// entry is a line of a manifest: file, pages, ZIP code, SHA-256. None needs quotes.
type entry [4]string

func (e entry) file() string { return e[0] }

func (e entry) line() string { return strings.Join(e[:], ",") + "\n" }

// spool is the directory of letters.
type spool struct{ dir string }

// put stores a letter and lists it in the manifest of a day, unless it is listed.
func (s spool) put(ctx context.Context, day string, pdf []byte, entry entry) error {
	unlock, err := s.lock(ctx)
	if err != nil {
		return fmt.Errorf("lock the spool: %w", err)
	}
	defer unlock()
	manifest := filepath.Join(s.dir, "manifest-"+day+".csv")
	listed, err := s.listed(manifest, entry.file())
	if err != nil {
		return fmt.Errorf("read the manifest: %w", err)
	}
	if listed {
		return nil
	}
	if err := s.write(entry.file(), pdf); err != nil {
		return fmt.Errorf("write it: %w", err)
	}
	if err := s.list(manifest, entry); err != nil {
		return fmt.Errorf("list it in the manifest: %w", err)
	}
	return nil
}

// write puts a whole file in its place, on the disk.
func (s spool) write(name string, content []byte) error {
	beside := filepath.Join(s.dir, writingName)
	if err := writeSynced(beside, os.O_TRUNC, content); err != nil {
		return err
	}
	if err := os.Rename(beside, filepath.Join(s.dir, name)); err != nil {
		return err
	}
	return syncDir(s.dir)
}

// listed says whether a letter stands in a manifest: the one of the day, and if there is such a
// file, any other, for a letter that comes again under another date.
func (s spool) listed(manifest, file string) (bool, error) {
	manifests := []string{manifest}
	_, err := os.Lstat(filepath.Join(s.dir, file))
	switch {
	case err == nil:
		others, err := fs.Glob(os.DirFS(s.dir), "manifest-*.csv")
		if err != nil {
			return false, err
		}
		for _, other := range others {
			manifests = append(manifests, filepath.Join(s.dir, other))
		}
	case !errors.Is(err, fs.ErrNotExist):
		return false, err
	}
	for _, name := range manifests {
		if found, err := lists(name, file); found || err != nil {
			return found, err
		}
	}
	return false, nil
}

// lists says whether a whole line of a manifest is about a letter. No manifest lists nothing.
func lists(manifest, file string) (bool, error) {
	content, err := readManifest(manifest)
	return bytes.Contains(content[:whole(content)], []byte("\n"+file+",")), err
}

// readManifest reads a manifest, which has a hundred bytes for each letter of a day. One that
// isn't there is empty.
func readManifest(name string) ([]byte, error) {
	content, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return content, err
}

// whole is how much of a manifest is whole lines.
func whole(content []byte) int { return bytes.LastIndexByte(content, '\n') + 1 }

// list appends a line to a manifest, whole, after cutting off what a process that died left of
// another.
func (s spool) list(manifest string, entry entry) error {
	line := entry.line()
	content, err := readManifest(manifest)
	if err != nil {
		return err
	}
	if end := whole(content); end < len(content) {
		content = content[:end]
		if err := os.Truncate(manifest, int64(end)); err != nil {
			return err
		}
	}
	if len(content) == 0 {
		line = header + line
	}
	if err := writeSynced(manifest, os.O_APPEND, []byte(line)); err != nil {
		return err
	}
	return syncDir(s.dir)
}

// writeSynced writes to a file, which it makes if need be, and waits until the disk has it.
func writeSynced(name string, flag int, content []byte) (err error) {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY|flag, fileMode)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := f.Write(content); err != nil {
		return err
	}
	return f.Sync()
}

func syncDir(name string) error {
	dir, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
