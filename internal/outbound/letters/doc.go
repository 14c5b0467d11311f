// Package letters prints letters for the mail house: it is the deliveries' Printer.
//
//	printer, err := letters.New(letters.Config{Dir: spool, House: house, ReturnAddress: lines})
//	err = printer.Print(ctx, letter)
//
// A letter is a PDF of US Letter size, in the account's language. Folded in three along its two
// marks, face outward, it shows the address of record, and nothing else, in the window of a #10
// envelope, however it slides in there. The same letter gives the same bytes.
//
// # The spool
//
// All is in one directory. What the mail house takes:
//
//	manifest-2026-01-05.csv                the letters of a day
//	dlv_4k2mzq7x3n5r6t7v2w3y4a5b6c.pdf    a letter, named by its delivery
//
// A manifest has the columns file, pages, zip and sha256, and neither a name nor a secret. A
// line without an end is still being written. A letter that stands in a manifest is on the
// disk, whole; one that doesn't is not to be taken yet. Leave a manifest where it is for a week:
// by it a letter that was taken away is known, and is not printed again.
//
// A file is written beside its place, synced, and renamed into it; only then its line is
// appended, in one write. Who prints the same letter again finds the line, and does nothing. If
// a process died between the two, there is a file without a line: it is written anew and gets
// its line. If it died within the line, the piece is cut off first. Writers take turns by a
// lock on the spool (flock), so that no two append a line for one letter; a lock ends with
// its process.
//
// # What needs protection
//
// The letters hold security codes and answers, since that is what they tell, as readable as
// on paper. All files have the mode 0600, and the directory 0700 if this package made it. Keep
// it on an encrypted disk and out of backups, and let the mail house take and delete the files
// daily. Nothing here is sealed.
//
// # Characters
//
// The type is that of package typeface, of which each letter embeds what it shows: the Latin, Greek
// and Cyrillic alphabets. Package accounts takes no name, address, question or answer that it
// lacks. What was stored before can't be printed: [ErrUnprintable].
package letters
