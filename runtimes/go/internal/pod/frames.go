package pod

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"hexabase.io/hks/internal/wire"
)

const (
	lowestStatus  = 200
	highestStatus = 599
	tokenMarks    = "!#$%&'*+-.^_`|~"
)

// reserved headers frame the message or speak for the platform.
var reserved = map[string]bool{
	"connection": true, "content-length": true, "keep-alive": true, "te": true, "trailer": true,
	"transfer-encoding": true, "upgrade": true, "hks-error": true, "hks-invocation-id": true, "hks-revision": true,
}

// answerFrame is what the process with the handler sends.
type answerFrame struct {
	T            string                 `json:"t"`
	ID           string                 `json:"id"`
	Bytes        int                    `json:"bytes"`
	Stream       json.RawMessage        `json:"stream"`
	Text         string                 `json:"text"`
	InvocationID string                 `json:"invocationId"`
	Truncated    int                    `json:"truncated"`
	Status       *int                   `json:"status"`
	Headers      map[string]wire.Values `json:"headers"`
	Code         string                 `json:"code"`
	Type         string                 `json:"type"`
	Message      string                 `json:"message"`
	Stack        string                 `json:"stack"`
}

// callFrame is the head of a call, as the process gets it.
type callFrame struct {
	T            string  `json:"t"`
	ID           string  `json:"id"`
	InvocationID string  `json:"invocationId"`
	Deadline     int64   `json:"deadline"`
	Credit       int     `json:"credit"`
	Request      request `json:"request"`
	Bytes        int     `json:"bytes"`
}

type request struct {
	Method  string         `json:"method"`
	Path    string         `json:"path"`
	Query   string         `json:"query"`
	Headers map[string]any `json:"headers"`
}

// cancelFrame says that the answer of a call is not wanted any more.
type cancelFrame struct {
	T      string `json:"t"`
	ID     string `json:"id"`
	Reason string `json:"reason"`
}

// creditFrame lets the process send so many bytes more.
type creditFrame struct {
	T      string `json:"t"`
	ID     string `json:"id"`
	Credit int    `json:"credit"`
}

// readFrame takes the next frame and the bytes behind it. It answers io.EOF at the end of the stream, and a *wire.Malformed
// for what code of the function must have sent: it can reach the descriptor, too.
func readFrame(from *bufio.Reader) (*answerFrame, []byte, error) {
	text, err := from.ReadBytes('\n')
	if err != nil {
		return nil, nil, io.EOF
	}
	frame := &answerFrame{}
	if err := json.Unmarshal(text, frame); err != nil || frame.T == "" {
		return nil, nil, &wire.Malformed{Reason: fmt.Sprintf("a frame is not one of its fields: %v", err)}
	}
	if frame.Bytes < 0 || frame.Bytes > maxAnswerBytes {
		return nil, nil, wrong(frame, "bytes")
	}
	body := make([]byte, frame.Bytes)
	if _, err := io.ReadFull(from, body); err != nil {
		return nil, nil, io.EOF
	}
	return frame, body, check(frame)
}

func check(frame *answerFrame) error {
	switch frame.T {
	case "ready", "log", "chunk", "end", "error":
		return nil
	case "result":
	default:
		return &wire.Malformed{Reason: fmt.Sprintf("a frame of the unknown type %q", frame.T)}
	}
	if frame.Status != nil && (*frame.Status < lowestStatus || *frame.Status > highestStatus) {
		return wrong(frame, "status")
	}
	headers := make(map[string]wire.Values, len(frame.Headers))
	for name, values := range frame.Headers {
		key := strings.ToLower(name)
		if !isToken(key) {
			return wrong(frame, "headers")
		}
		for i, value := range values {
			encoded, isFine := latin1(value)
			if !isFine {
				return wrong(frame, "headers")
			}
			values[i] = encoded
		}
		if !reserved[key] {
			headers[key] = values
		}
	}
	frame.Headers = headers
	return nil
}

func wrong(frame *answerFrame, field string) error {
	return &wire.Malformed{Reason: fmt.Sprintf("a %s frame with a wrong %q", frame.T, field)}
}

func isToken(name string) bool {
	for _, c := range name {
		isLetter := c >= 'a' && c <= 'z' || c >= '0' && c <= '9'
		if !isLetter && !strings.ContainsRune(tokenMarks, c) {
			return false
		}
	}
	return name != ""
}

// latin1 makes of a header's characters the bytes that HTTP sends, and answers whether it can.
func latin1(text string) (string, bool) {
	encoded := make([]byte, 0, len(text))
	for _, c := range text {
		if c != '\t' && (c < ' ' || c == 0x7f || c > 0xff) {
			return "", false
		}
		encoded = append(encoded, byte(c))
	}
	return string(encoded), true
}

// fromLatin1 is the reverse, for the bytes of a header that came.
func fromLatin1(text string) string {
	var decoded strings.Builder
	for i := 0; i < len(text); i++ {
		decoded.WriteRune(rune(text[i]))
	}
	return decoded.String()
}
