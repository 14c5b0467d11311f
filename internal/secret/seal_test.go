package secret_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"sync"
	"testing"

	"updatecenter/internal/secret"
	"updatecenter/internal/testkit/check"
)

func TestSealRoundTrip(t *testing.T) {
	ring := mustRing(t, entry("current", 1))
	for _, size := range []int{0, 1, 500, 1 << 16} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			plaintext := bytes.Repeat([]byte("8"), size)
			sealed, err := ring.Seal(rand.Reader, plaintext, []byte("CA1"))
			check.OK(t, err)
			if want := size + 42 + len("current"); len(sealed) != want {
				t.Errorf("%d bytes sealed in %d; want %d", size, len(sealed), want)
			}
			if size > 8 && bytes.Contains(sealed, plaintext[:8]) { // eight, as two alike are soon found by chance
				t.Error("the plaintext can be read")
			}
			opened, err := ring.Open(sealed, []byte("CA1"))
			if err != nil || !bytes.Equal(opened, plaintext) {
				t.Errorf("Open = %d bytes, %v; want the %d sealed", len(opened), err, size)
			}
		})
	}
}

func TestSealsDiffer(t *testing.T) {
	ring := mustRing(t, entry("a", 1))
	one, err1 := ring.Seal(rand.Reader, []byte("8265"), nil)
	two, err2 := ring.Seal(rand.Reader, []byte("8265"), nil)
	if err1 != nil || err2 != nil || bytes.Equal(one, two) {
		t.Errorf("sealing twice gives the same (%v, %v)", err1, err2)
	}
}

func TestSealLeavesPlaintextAlone(t *testing.T) {
	ring := mustRing(t, entry("a", 1))
	plaintext := []byte("8265")
	sealed, err := ring.Seal(rand.Reader, plaintext, nil)
	check.OK(t, err)
	before := bytes.Clone(sealed)
	opened, err := ring.Open(sealed, nil)
	if err != nil || string(plaintext) != "8265" || !bytes.Equal(sealed, before) {
		t.Errorf("plaintext %q, sealed changed: %t, %v", plaintext, !bytes.Equal(sealed, before), err)
	}
	opened[0] = 'x'
	if !bytes.Equal(sealed, before) {
		t.Error("what was opened lies in what was sealed")
	}
}

func TestRotation(t *testing.T) {
	old := mustRing(t, entry("2026a", 1))
	both := mustRing(t, entry("2026b", 2), entry("2026a", 1))
	fresh := mustRing(t, entry("2026b", 2))

	before, err := old.Seal(rand.Reader, []byte("before"), nil)
	check.OK(t, err)
	after, err := both.Seal(rand.Reader, []byte("after"), nil)
	check.OK(t, err)
	if opened, err := both.Open(before, nil); string(opened) != "before" || err != nil {
		t.Errorf("the old key doesn't open: %q, %v", opened, err)
	}
	if opened, err := fresh.Open(after, nil); string(opened) != "after" || err != nil {
		t.Errorf("the current key doesn't seal: %q, %v", opened, err)
	}
	for name, attempt := range map[string]func() ([]byte, error){
		"new data under the old ring": func() ([]byte, error) { return old.Open(after, nil) },
		"old data, its key dropped":   func() ([]byte, error) { return fresh.Open(before, nil) },
	} {
		if opened, err := attempt(); opened != nil || !errors.Is(err, secret.ErrUnreadable) {
			t.Errorf("%s: %q, %v; want ErrUnreadable", name, opened, err)
		}
	}
}

func TestOpenRefusesEveryChange(t *testing.T) {
	ring := mustRing(t, entry("a", 1), entry("b", 2))
	sealed, err := ring.Seal(rand.Reader, []byte("8265"), []byte("CA1"))
	check.OK(t, err)
	refused := func(what string, changed, additional []byte) {
		t.Helper()
		if opened, err := ring.Open(changed, additional); opened != nil || !errors.Is(err, secret.ErrUnreadable) {
			t.Errorf("%s: %q, %v; want ErrUnreadable", what, opened, err)
		}
	}
	for i := range sealed {
		for bit := range 8 {
			changed := bytes.Clone(sealed)
			changed[i] ^= 1 << bit
			refused(fmt.Sprintf("byte %d, bit %d", i, bit), changed, []byte("CA1"))
		}
		refused(fmt.Sprintf("cut to %d bytes", i), sealed[:i], []byte("CA1"))
	}
	refused("a byte more", append(bytes.Clone(sealed), 0), []byte("CA1"))
	refused("another call", sealed, []byte("CA2"))
	refused("no call", sealed, nil)
	refused("the other key's id", bytes.Replace(sealed, []byte("a"), []byte("b"), 1), []byte("CA1"))
}

func TestNoKeys(t *testing.T) {
	var ring secret.Keyring
	if _, err := ring.Seal(rand.Reader, nil, nil); !errors.Is(err, secret.ErrUnknownKey) {
		t.Errorf("Seal: %v; want ErrUnknownKey", err)
	}
	sealed, err := mustRing(t, entry("a", 1)).Seal(rand.Reader, nil, nil)
	check.OK(t, err)
	if _, err := ring.Open(sealed, nil); !errors.Is(err, secret.ErrUnreadable) {
		t.Errorf("Open: %v; want ErrUnreadable", err)
	}
	if ring.Current() != "" || !ring.IsZero() {
		t.Errorf("Current = %q, IsZero = %t", ring.Current(), ring.IsZero())
	}
}

func TestSealWithoutEnoughRandomness(t *testing.T) {
	ring := mustRing(t, entry("a", 1))
	short := bytes.NewReader(make([]byte, 23))
	if sealed, err := ring.Seal(short, nil, nil); sealed != nil || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("Seal = %d bytes, %v; want the error of the source", len(sealed), err)
	}
}

func TestConcurrentUse(t *testing.T) {
	ring := mustRing(t, entry("a", 1))
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			message := []byte(fmt.Sprint(i))
			for range 50 {
				sealed, err := ring.Seal(rand.Reader, message, message)
				if err != nil {
					t.Error(err)
					return
				}
				if opened, err := ring.Open(sealed, message); !bytes.Equal(opened, message) {
					t.Errorf("Open = %q, %v; want %q", opened, err, message)
				}
			}
		})
	}
	group.Wait()
}

func FuzzOpen(f *testing.F) {
	ring := mustRing(f, entry("a", 1), entry("b", 2))
	// A fixed nonce, as each of the fuzzer's processes must seal the same.
	sealed, err := ring.Seal(bytes.NewReader(make([]byte, 24)), []byte("8265"), []byte("CA1"))
	check.OK(f, err)
	f.Add([]byte(nil), []byte(nil))
	f.Add([]byte{1}, []byte(nil))
	f.Add([]byte{1, 255}, []byte(nil))
	f.Add([]byte{2, 0}, []byte(nil))
	f.Add(append([]byte{1, 0}, make([]byte, 40)...), []byte("CA1"))
	f.Add(sealed, []byte("CA1"))
	f.Add(sealed[:len(sealed)-1], []byte("CA1"))
	f.Fuzz(func(t *testing.T, box, additional []byte) {
		opened, err := ring.Open(box, additional)
		if bytes.Equal(box, sealed) && string(additional) == "CA1" {
			if string(opened) != "8265" || err != nil {
				t.Fatalf("Open = %q, %v", opened, err)
			}
			return
		}
		if opened != nil || !errors.Is(err, secret.ErrUnreadable) {
			t.Fatalf("Open of something not sealed = %q, %v", opened, err)
		}
	})
}

func BenchmarkSeal(b *testing.B) {
	ring, plaintext := mustRing(b, entry("current", 1)), make([]byte, 500)
	b.SetBytes(500)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ring.Seal(rand.Reader, plaintext, []byte("CA1234567890ABCDE")); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOpen(b *testing.B) {
	ring, additional := mustRing(b, entry("current", 1)), []byte("CA1234567890ABCDE")
	sealed, err := ring.Seal(rand.Reader, make([]byte, 500), additional)
	check.OK(b, err)
	b.SetBytes(500)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ring.Open(sealed, additional); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkMAC(b *testing.B) {
	ring := mustRing(b, entry("current", 1))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ring.MAC("current", []byte("8265")); err != nil {
			b.Fatal(err)
		}
	}
}

func ExampleKeyring_Seal() {
	ring, err := secret.ParseKeyring("2026a:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
	if err != nil {
		fmt.Println(err)
		return
	}
	sealed, err := ring.Seal(rand.Reader, []byte("the state of a call"), []byte("CA1"))
	if err != nil {
		fmt.Println(err)
		return
	}
	opened, err := ring.Open(sealed, []byte("CA1"))
	fmt.Printf("%s, %v\n", opened, err)

	_, err = ring.Open(sealed, []byte("CA2"))
	fmt.Println(err)
	// Output:
	// the state of a call, <nil>
	// sealed data can't be opened: altered, cut short, or belongs somewhere else
}
