package letters

import (
	"bytes"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"

	"updatecenter/internal/accounts"
	"updatecenter/internal/deliveries"
	"updatecenter/internal/outbound/wording"
	"updatecenter/internal/typeface"
)

// sheet is a letter in characters that the type has, ready to be drawn.
type sheet struct {
	id       string
	date     time.Time
	language string   // of the document, such as "en-US"
	sender   []string // the company, and its return address
	to       []string

	head     []string // the date, and which account
	subject  string
	greeting string
	before   []string
	question []string // what it is called, and what it says; nil: none
	shown    []string // the same of the secret
	digits   bool     // that is a code
	after    []string
	closing  []string
}

// typeset makes a sheet of a letter.
func (p *Printer) typeset(letter deliveries.Message, message wording.Message) (sheet, error) {
	to := addressLines(letter.Account)
	if to == nil {
		return sheet{}, ErrNoAddress
	}
	set := setter{}
	s := sheet{
		id: string(letter.ID), date: letter.Date, sender: p.sender,
		language: message.Language + "-US",
		to:       set.lines("the address", to...),
		head:     set.lines("the account", message.Date, message.Account),
		subject:  set.line("the subject", message.Subject),
		greeting: set.line("the name", message.Greeting),
		before:   set.lines("the text", message.Before...),
		after:    set.lines("the text", message.After...),
		closing:  set.lines("the text", message.Closing, message.Company),
		digits:   message.Shown.Digits,
	}
	shown := message.Shown
	if shown.Question != "" {
		s.question = set.lines("the question", shown.QuestionLabel, shown.Question)
	}
	if !shown.Secret.IsZero() {
		s.shown = []string{set.line("the text", shown.Label), set.secret(shown)}
	}
	return s, set.err
}

// addressLines is an address as the post office wants it; nil if there is none.
func addressLines(account accounts.Account) []string {
	address := account.Address
	if len(address.Street) == 0 || address.City == "" || address.ZIP == "" {
		return nil
	}
	lines := append([]string{account.Name}, address.Street...)
	lines = append(lines, address.City+", "+address.State+" "+address.ZIP)
	if account.Name == "" {
		return lines[1:]
	}
	return lines
}

// setter typesets, and keeps the first error.
type setter struct{ err error }

func (s *setter) line(what, text string) string {
	set, err := typeset(what, text)
	if s.err == nil {
		s.err = err
	}
	return set
}

func (s *setter) lines(what string, texts ...string) []string {
	var out []string
	for _, text := range texts {
		if text != "" {
			out = append(out, s.line(what, text))
		}
	}
	return out
}

func (s *setter) secret(shown wording.Shown) string {
	if shown.Digits {
		return shown.Spaced().Reveal()
	}
	return s.line("the secret", strings.TrimSpace(shown.Secret.Reveal()))
}

// A point is 1/72 inch. All measures of a page are in points, from its upper left corner.
const (
	inch       = 72.0
	pageWidth  = 8.5 * inch
	pageHeight = 11 * inch
	panel      = pageHeight / 3 // between two folds
)

// The window of a #10 envelope, which is 9 1/2 by 4 1/8 inches: 4 1/2 by 1 1/8 inches, 7/8 inch
// from the left, 1/2 inch from the bottom.
//
// The folded sheet is smaller than the envelope, and slides in it. So what is sure to be seen
// is smaller than the window; what may be seen is larger, but ends above the first fold and
// half an inch below the return address.
const (
	slideRight = 9.5*inch - pageWidth // to the right, and down, from the upper left corner
	slideDown  = 4.125*inch - panel

	windowLeft   = 0.875 * inch
	windowRight  = windowLeft + 4.5*inch
	windowTop    = (4.125 - 0.5 - 1.125) * inch
	windowBottom = windowTop + 1.125*inch

	// Seen in every position.
	sureLeft   = windowLeft
	sureRight  = windowRight - slideRight
	sureTop    = windowTop
	sureBottom = windowBottom - slideDown
)

// Every character has to stay visible wherever the sheet slides (USPS Domestic Mail Manual,
// 601.6.3). Besides we keep 1/8 inch clear at the sides, and 1/25 inch above and below.
const (
	blockLeft   = sureLeft + inch/8
	blockTop    = sureTop + inch/25
	blockWidth  = sureRight - inch/8 - blockLeft
	blockHeight = sureBottom - inch/25 - blockTop
)

// Type of an address. Below about 8 points the post office's readers have trouble.
const (
	largestAddress  = 11.0
	smallestAddress = 8.0
	capital         = 0.718 // height of capitals, in type sizes
	descent         = 0.207 // of its g, below the line
	tightest        = 1.08  // from line to line, in type sizes
	loosest         = 1.2
)

// block is an address as it is set: the type's size, and from line to line.
type block struct{ size, leading float64 }

// fit finds the type in which lines fit the height, and if it isn't too small the width.
func fit(lines int, widest func(size float64) float64) block {
	gaps := float64(lines - 1)
	size := min(largestAddress, blockHeight/(gaps*tightest+capital+descent))
	if width := widest(size); width > blockWidth {
		size = min(size, max(smallestAddress, size*blockWidth/width))
	}
	leading := loosest * size
	if gaps > 0 {
		leading = min(leading, (blockHeight-(capital+descent)*size)/gaps)
	}
	return block{size, leading}
}

// drawAddress draws the lines of an address where the window shows them.
func drawAddress(pdf *fpdf.Fpdf, lines []string) {
	widest := func(size float64) (width float64) {
		pdf.SetFont(typeface.Name, "", size)
		for _, line := range lines {
			width = max(width, pdf.GetStringWidth(line))
		}
		return width
	}
	block := fit(len(lines), widest)
	pdf.SetFont(typeface.Name, "", block.size)
	y := blockTop + capital*block.size
	for _, line := range lines {
		drawWithin(pdf, blockLeft, y, blockWidth, line)
		y += block.leading
	}
}

// drawWithin draws a line of text, made narrower if it would be wider than that.
func drawWithin(pdf *fpdf.Fpdf, x, y, width float64, line string) {
	percent := 100.0
	if own := pdf.GetStringWidth(line); own > width {
		percent = 100 * width / own
	}
	pdf.TransformBegin()
	pdf.TransformScaleX(percent, x, y)
	pdf.Text(x, y, line)
	pdf.TransformEnd()
}

// Where things stand on a page, in points.
const (
	margin     = 0.875 * inch
	textWidth  = pageWidth - 2*margin
	senderTop  = 0.6 * inch
	bodyTop    = panel + 0.25*inch // nothing of it shows in the window
	footer     = pageHeight - 0.5*inch
	footerRoom = 0.9 * inch

	foldFrom = 0.2 * inch // most printers leave a sixth of an inch white
	foldTo   = 0.4 * inch
)

// Sizes of type and what is below a line, in points.
const (
	bodySize    = 10.5
	bodyLeading = 14.0
	gap         = 8.0 // between paragraphs
	codeSize    = 26.0
	answerSize  = 14.0
)

// draw returns the sheet as a PDF, and how many pages it has. The same sheet gives the same bytes.
func (s sheet) draw() (content []byte, pages int, err error) {
	pdf := fpdf.New("P", "pt", "Letter", "")
	s.describe(pdf)
	pdf.AddUTF8FontFromBytes(typeface.Name, "", typeface.Regular)
	pdf.AddUTF8FontFromBytes(typeface.Name, "B", typeface.Bold)
	pdf.SetMargins(margin, margin, margin)
	pdf.SetCellMargin(0)
	pdf.SetAutoPageBreak(true, footerRoom)
	pdf.SetFooterFunc(func() { s.drawFooter(pdf) })
	pdf.AddPage()
	drawFolds(pdf)
	s.drawSender(pdf)
	drawAddress(pdf, s.to)
	s.drawBody(pdf)
	var out bytes.Buffer
	err = pdf.Output(&out)
	return out.Bytes(), pdf.PageCount(), err
}

// describe sets what a PDF says of itself. Readers for the blind need the language.
func (s sheet) describe(pdf *fpdf.Fpdf) {
	pdf.SetCatalogSort(true)
	pdf.SetProducer("updatecenter", false)
	pdf.SetTitle(s.id, false)
	pdf.SetLang(s.language)
	pdf.SetCreationDate(s.date.UTC())
	pdf.SetModificationDate(s.date.UTC())
}

// drawFolds marks at the left edge where the sheet is folded.
func drawFolds(pdf *fpdf.Fpdf) {
	pdf.SetLineWidth(0.5)
	pdf.SetDrawColor(128, 128, 128)
	pdf.Line(foldFrom, panel, foldTo, panel)
	pdf.Line(foldFrom, 2*panel, foldTo, 2*panel)
}

func (s sheet) drawSender(pdf *fpdf.Fpdf) {
	y := senderTop
	for i, line := range s.sender {
		size, style := 9.0, ""
		if i == 0 {
			size, style = 13, "B"
		}
		pdf.SetFont(typeface.Name, style, size)
		drawWithin(pdf, margin, y, textWidth, line)
		y += 12.5
	}
}

// drawFooter writes by which delivery a letter can be found, should it come back.
func (s sheet) drawFooter(pdf *fpdf.Fpdf) {
	pdf.SetFont(typeface.Name, "", 7.5)
	pdf.SetTextColor(90, 90, 90)
	pdf.Text(margin, footer, s.id)
	pdf.SetTextColor(0, 0, 0)
}

func (s sheet) drawBody(pdf *fpdf.Fpdf) {
	pdf.SetXY(margin, bodyTop)
	pdf.SetFont(typeface.Name, "", bodySize)
	for _, line := range s.head {
		drawParagraph(pdf, line)
	}
	pdf.Ln(2 * gap)
	pdf.SetFont(typeface.Name, "B", bodySize+2.5)
	drawParagraph(pdf, s.subject)
	pdf.SetFont(typeface.Name, "", bodySize)
	pdf.Ln(gap)
	drawParagraph(pdf, s.greeting)
	drawParagraphs(pdf, s.before)
	s.drawShown(pdf)
	drawParagraphs(pdf, s.after)
	pdf.Ln(gap + 4)
	for _, line := range s.closing {
		drawParagraph(pdf, line)
	}
}

func drawParagraph(pdf *fpdf.Fpdf, text string) {
	pdf.MultiCell(textWidth, bodyLeading, text, "", "L", false)
}

func drawParagraphs(pdf *fpdf.Fpdf, texts []string) {
	for _, text := range texts {
		pdf.Ln(gap)
		drawParagraph(pdf, text)
	}
}

// drawShown draws a box with the secret, and with the question that it answers.
func (s sheet) drawShown(pdf *fpdf.Fpdf) {
	if s.shown == nil {
		return
	}
	const padding = 9.0
	pdf.Ln(gap + 4)
	top := pdf.GetY()
	pdf.Ln(padding)
	if s.question != nil {
		drawLabeled(pdf, s.question, "", bodySize+1)
		pdf.Ln(gap)
	}
	size := answerSize
	if s.digits {
		size = codeSize
	}
	drawLabeled(pdf, s.shown, "B", size)
	pdf.Ln(padding - size/6) // the line of large type has room below it already
	pdf.SetLineWidth(1)
	pdf.SetDrawColor(0, 0, 0)
	pdf.Rect(margin, top, textWidth, pdf.GetY()-top, "D")
	pdf.SetFont(typeface.Name, "", bodySize)
	pdf.Ln(4)
}

// drawLabeled draws what something is called, and below it the thing, in the middle.
func drawLabeled(pdf *fpdf.Fpdf, labeled []string, style string, size float64) {
	pdf.SetFont(typeface.Name, "", 9)
	pdf.MultiCell(textWidth, 12, labeled[0], "", "C", false)
	pdf.SetFont(typeface.Name, style, size)
	pdf.MultiCell(textWidth, size*1.3, labeled[1], "", "C", false)
}
