package letters_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"updatecenter/internal/deliveries"
	"updatecenter/internal/logtest"
	"updatecenter/internal/outbound/letters"
	"updatecenter/internal/testkit/check"
)

const manifest = "manifest-2026-01-05.csv"

// spoolOf names, for a process that this test starts, the spool to print into.
const spoolOf = "LETTERS_TEST_SPOOL"

// many is how many letters such a process prints.
const many = 8

func TestMain(m *testing.M) {
	if dir := os.Getenv(spoolOf); dir != "" {
		if err := printMany(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func numbered(i int) deliveries.Message {
	l := letter(deliveries.SecurityCode, "en")
	l.ID = deliveries.ID(fmt.Sprintf("dlv_%026d", i))
	return l
}

func printMany(dir string) error {
	p, err := letters.New(config(dir))
	if err != nil {
		return err
	}
	for i := range many {
		if err := p.Print(context.Background(), numbered(i)); err != nil {
			return err
		}
	}
	return nil
}

// listed fails unless the manifest lists that many letters, each once, and each is on the disk
// as it says.
func listed(t *testing.T, dir string, want int) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(dir, manifest))
	check.OK(t, err)
	rows, err := csv.NewReader(bytes.NewReader(content)).ReadAll()
	if err != nil {
		t.Fatalf("%v in\n%s", err, content)
	}
	if header := strings.Join(rows[0], " "); header != "file pages zip sha256" || len(rows)-1 != want {
		t.Fatalf("the manifest lists %d letters below %q, want %d", len(rows)-1, header, want)
	}
	seen := map[string]bool{}
	for _, row := range rows[1:] {
		pdf, err := os.ReadFile(filepath.Join(dir, row[0]))
		sum := sha256.Sum256(pdf)
		if err != nil || row[3] != hex.EncodeToString(sum[:]) || row[1] != "1" || row[2] != "55403-2411" || seen[row[0]] {
			t.Errorf("%v: %v, or not what is on the disk, or twice", row, err)
		}
		seen[row[0]] = true
	}
}

func mustPrint(t *testing.T, dir string, letters ...deliveries.Message) {
	t.Helper()
	p := printer(t, dir)
	for _, l := range letters {
		check.OK(t, p.Print(t.Context(), l))
	}
}

func TestTheSameLetterIsListedOnce(t *testing.T) {
	dir := t.TempDir()
	mustPrint(t, dir, numbered(1), numbered(2), numbered(1))
	later := numbered(2)
	later.Date = later.Date.AddDate(0, 0, 1)
	later.Account.Code = letter(deliveries.SecurityCode, "es").Account.Code
	mustPrint(t, dir, later)
	listed(t, dir, 2)
	if manifests, _ := filepath.Glob(filepath.Join(dir, "*.csv")); len(manifests) != 1 {
		t.Errorf("a letter that came again is listed in %v", manifests)
	}
}

func TestALetterThatWasTakenAwayIsNotPrintedAgain(t *testing.T) {
	dir := t.TempDir()
	mustPrint(t, dir, numbered(1))
	name := filepath.Join(dir, string(numbered(1).ID)+".pdf")
	check.OK(t, os.Remove(name))
	mustPrint(t, dir, numbered(1))
	if _, err := os.Stat(name); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("it is there again: %v", err)
	}
}

func TestCrash(t *testing.T) {
	spool := t.TempDir()
	mustPrint(t, spool, numbered(1), numbered(2))
	for name, crash := range map[string]func(t *testing.T, dir string){
		"between letter and manifest": func(t *testing.T, dir string) {
			truncate(t, filepath.Join(dir, manifest), -1)
		},
		"before any line": func(t *testing.T, dir string) {
			check.OK(t, os.Remove(filepath.Join(dir, manifest)))
			mustPrint(t, dir, numbered(1))
		},
		"within the line": func(t *testing.T, dir string) {
			truncate(t, filepath.Join(dir, manifest), 5)
		},
		"at the end of the line": func(t *testing.T, dir string) {
			truncate(t, filepath.Join(dir, manifest), 1)
		},
		"within the letter": func(t *testing.T, dir string) {
			truncate(t, filepath.Join(dir, manifest), -1)
			letter := filepath.Join(dir, string(numbered(2).ID)+".pdf")
			truncate(t, letter, 100)
			check.OK(t, os.Rename(letter, filepath.Join(dir, ".writing")))
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			check.OK(t, os.CopyFS(dir, os.DirFS(spool)))
			crash(t, dir)
			mustPrint(t, dir, numbered(2), numbered(1))
			listed(t, dir, 2)
			if _, err := os.Stat(filepath.Join(dir, ".writing")); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("something is left of what died: %v", err)
			}
		})
	}
}

// truncate cuts bytes off a file; -1 stands for its last line.
func truncate(t *testing.T, name string, bytesOff int) {
	t.Helper()
	content, err := os.ReadFile(name)
	check.OK(t, err)
	keep := len(content) - bytesOff
	if bytesOff < 0 {
		keep = bytes.LastIndexByte(content[:len(content)-1], '\n') + 1
	}
	check.OK(t, os.WriteFile(name, content[:keep], 0o600))
}

func TestProcessesAtOnce(t *testing.T) {
	dir := t.TempDir()
	check.AtOnce(3, func(int) {
		if out, err := process(t, dir).CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, out)
		}
	})
	listed(t, dir, many)
}

func TestProcessesThatAreKilled(t *testing.T) {
	dir := t.TempDir()
	for i := 1; i < many; i += 2 {
		p := process(t, dir)
		check.OK(t, p.Start())
		check.Await(t, "a letter", func() bool {
			_, err := os.Stat(filepath.Join(dir, string(numbered(i).ID)+".pdf"))
			return err == nil
		})
		_ = p.Process.Signal(syscall.SIGKILL)
		_ = p.Wait()
	}
	check.OK(t, printMany(dir))
	listed(t, dir, many)
}

func process(t *testing.T, dir string) *exec.Cmd {
	t.Helper()
	p := exec.CommandContext(t.Context(), os.Args[0])
	p.Env = append(os.Environ(), spoolOf+"="+dir)
	return p
}

func TestGoroutinesAtOnce(t *testing.T) {
	dir := t.TempDir()
	p := printer(t, dir)
	check.AtOnce(20, func(i int) {
		check.Is(t, p.Print(t.Context(), numbered(i%5)), nil)
	})
	listed(t, dir, 5)
}

func TestPrintWaitsNoLongerThanItsContext(t *testing.T) {
	dir := t.TempDir()
	lock, err := os.OpenFile(filepath.Join(dir, ".lock"), os.O_CREATE|os.O_RDWR, 0o600)
	check.OK(t, err)
	defer lock.Close()
	check.OK(t, syscall.Flock(int(lock.Fd()), syscall.LOCK_EX))
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	check.Is(t, printer(t, dir).Print(ctx, numbered(1)), context.DeadlineExceeded)
}

func TestOnlyTheOwnerMayRead(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "spool")
	mustPrint(t, dir, numbered(1))
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		return err
	})
	check.Is(t, err, nil)
}

func TestManifestHoldsNothingOfTheCustomer(t *testing.T) {
	dir := t.TempDir()
	mustPrint(t, dir, letter(deliveries.SecurityAnswer, "es"))
	content, err := os.ReadFile(filepath.Join(dir, manifest))
	check.OK(t, err)
	logtest.Hides(t, "the manifest", string(content), "Núñez", "María", "482910", "Nicollet", "6125550142", "lamos")
}
