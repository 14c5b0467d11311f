package letters

import (
	"codeberg.org/go-pdf/fpdf"

	"updatecenter/internal/typeface"
)

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
