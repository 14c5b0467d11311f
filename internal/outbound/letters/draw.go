package letters

import (
	"bytes"

	"codeberg.org/go-pdf/fpdf"

	"updatecenter/internal/typeface"
)

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
	s.drawTold(pdf)
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

// drawTold draws a box with the secret, and with the question that it answers.
func (s sheet) drawTold(pdf *fpdf.Fpdf) {
	if s.told == nil {
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
	drawLabeled(pdf, s.told, "B", size)
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
