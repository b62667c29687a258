package hks

import (
	"strconv"
	"strings"
)

const hexByte = 8

// parseQuery reads a=1&a=2 as {a: [1 2]}, by the rules of browsers: what is no encoding stays as it is.
func parseQuery(text string) map[string][]string {
	query := map[string][]string{}
	for _, pair := range strings.Split(text, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(strings.ReplaceAll(pair, "+", " "), "=")
		key := strings.ToValidUTF8(decodePercent(name), "\ufffd")
		query[key] = append(query[key], strings.ToValidUTF8(decodePercent(value), "\ufffd"))
	}
	return query
}

// decodePercent undoes each %xx and leaves a % that begins none.
func decodePercent(text string) string {
	if !strings.Contains(text, "%") {
		return text
	}
	decoded := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		if text[i] == '%' && i+2 < len(text) {
			if b, err := strconv.ParseUint(text[i+1:i+3], 16, hexByte); err == nil {
				decoded = append(decoded, byte(b))
				i += 2
				continue
			}
		}
		decoded = append(decoded, text[i])
	}
	return string(decoded)
}
