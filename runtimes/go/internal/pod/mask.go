package pod

import (
	"sort"
	"strings"
)

const (
	// shortestMasked: a shorter value would mask half of every log.
	shortestMasked = 4
	mask           = "***"
)

// createMask answers a function that replaces the values of secrets in a text; those of fewer than four bytes are left.
func createMask(values []string) func(string) string {
	var hidden []string
	for _, value := range values {
		// A value of several lines is printed line by line.
		for _, part := range append([]string{value}, strings.Split(value, "\n")...) {
			if part = trimmed(part, value); len(part) >= shortestMasked {
				hidden = append(hidden, part)
			}
		}
	}
	if hidden == nil {
		return func(text string) string { return text }
	}
	return func(text string) string { return hide(text, hidden) }
}

func trimmed(part, value string) string {
	if part == value {
		return part
	}
	return strings.TrimSpace(part)
}

type span struct{ from, to int }

func hide(text string, hidden []string) string {
	var spans []span
	for _, value := range hidden {
		for from := 0; ; from++ {
			at := strings.Index(text[from:], value)
			if at < 0 {
				break
			}
			from += at
			spans = append(spans, span{from, from + len(value)})
		}
	}
	sort.Slice(spans, func(i, j int) bool { return spans[i].from < spans[j].from })
	var masked strings.Builder
	end := 0
	for i, one := range spans {
		// Where values overlap there is one mask.
		if i == 0 || one.from >= end {
			masked.WriteString(text[end:one.from] + mask)
		}
		end = max(end, one.to)
	}
	return masked.String() + text[end:]
}
