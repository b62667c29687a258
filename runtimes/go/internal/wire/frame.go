// Package wire is the channel between a runtime and its gateway: one line of JSON a frame; a frame that says
// "bytes": n is followed by n raw bytes. docs/runtime-protocol.md describes the frames.
package wire

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// ProtocolVersion is what the ready frame says.
const ProtocolVersion = 2

const (
	// longestShown is how much of a line a message repeats.
	longestShown = 80
	// mostBytes is what no gateway sends, and a small machine still holds.
	mostBytes = 1 << 30
)

// Malformed is a frame that breaks the protocol. The runtime ends on it: what follows in the stream can't be trusted.
type Malformed struct{ Reason string }

func (m *Malformed) Error() string { return m.Reason }

// Frame is what a gateway sends: the fields of its load, call and cancel frames. Pointers are nil where a field is
// missing.
type Frame struct {
	T     string `json:"t"`
	ID    ID     `json:"id"`
	Bytes int64  `json:"bytes"`

	Dir          *string           `json:"dir"`
	Handler      *string           `json:"handler"`
	Environment  map[string]string `json:"environment"`
	Secrets      map[string]string `json:"secrets"`
	FunctionName string            `json:"functionName"`
	Revision     int               `json:"revision"`
	// MemoryBytes is what the process may use; 0 when the gateway does not say.
	MemoryBytes int64 `json:"memoryBytes"`
	// MaxAnswerBytes is the longest body of an answer that the gateway keeps; 0 when it does not say.
	MaxAnswerBytes int `json:"maxAnswerBytes"`

	InvocationID string   `json:"invocationId"`
	Deadline     float64  `json:"deadline"`
	Request      *Request `json:"request"`

	Reason string `json:"reason"`
	// Credit is how many bytes of a stream may be sent, or may be sent beyond those of before.
	Credit int64 `json:"credit"`
}

// Request is the head of a call.
type Request struct {
	Method  *string           `json:"method"`
	Path    *string           `json:"path"`
	Query   *string           `json:"query"`
	Headers map[string]Values `json:"headers"`
}

// ID is a string or a whole number, given back as it is.
type ID json.RawMessage

// UnmarshalJSON keeps the text. It refuses what is neither a string nor a whole number.
func (id *ID) UnmarshalJSON(text []byte) error {
	var number int64
	if text[0] != '"' && json.Unmarshal(text, &number) != nil {
		return errors.New("id")
	}
	*id = append((*id)[:0], text...)
	return nil
}

// MarshalJSON writes the text as it came.
func (id ID) MarshalJSON() ([]byte, error) { return id, nil }

// Values is a header: a string or a list of strings.
type Values []string

// UnmarshalJSON takes both forms.
func (v *Values) UnmarshalJSON(text []byte) error {
	if text[0] == '[' && json.Unmarshal(text, (*[]string)(v)) == nil {
		return nil
	}
	*v = Values{""}
	if json.Unmarshal(text, &(*v)[0]) != nil {
		return errors.New("request")
	}
	return nil
}

// Parse reads the line of one frame, without the bytes behind it.
func Parse(line []byte) (*Frame, error) {
	frame := &Frame{}
	err := json.Unmarshal(line, frame)
	var wrong *json.UnmarshalTypeError
	switch {
	case err == nil && frame.T != "":
	case err == nil, errors.As(err, &wrong) && frame.T == "":
		return nil, &Malformed{fmt.Sprintf("a frame must be an object with a type in \"t\", got %s", shown(line))}
	case wrong != nil:
		return nil, frame.Wrong(wrong.Field)
	case frame.T != "" && json.Valid(line):
		return nil, frame.Wrong(err.Error())
	default:
		return nil, &Malformed{fmt.Sprintf("a frame is not a line of JSON: %q", shown(line))}
	}
	if frame.Bytes < 0 || frame.Bytes > mostBytes {
		return nil, &Malformed{fmt.Sprintf("\"bytes\" of a %s frame must be a count that memory holds, got %d", frame.T, frame.Bytes)}
	}
	return frame, nil
}

// Wrong says that a field is missing or is not what it must be.
func (f *Frame) Wrong(field string) error {
	return &Malformed{fmt.Sprintf("a %s frame with a wrong %q", f.T, field)}
}

// CheckLoad says what is wrong with a load frame.
func (f *Frame) CheckLoad() error {
	switch {
	case f.ID == nil:
		return f.Wrong("id")
	case f.Dir == nil:
		return f.Wrong("dir")
	case f.Handler == nil:
		return f.Wrong("handler")
	}
	return nil
}

// CheckCall says what is wrong with a call frame.
func (f *Frame) CheckCall() error {
	r := f.Request
	switch {
	case f.ID == nil:
		return f.Wrong("id")
	case r == nil || r.Method == nil || r.Path == nil || r.Query == nil || r.Headers == nil:
		return f.Wrong("request")
	}
	return nil
}

// Read takes the next frame and the bytes behind it. It answers io.EOF at the end of the stream, also inside a frame.
func Read(from *bufio.Reader) (*Frame, []byte, error) {
	line, err := from.ReadBytes('\n')
	if err != nil {
		return nil, nil, io.EOF
	}
	frame, err := Parse(line[:len(line)-1])
	if err != nil {
		return nil, nil, err
	}
	body := make([]byte, frame.Bytes)
	if _, err := io.ReadFull(from, body); err != nil {
		return nil, nil, io.EOF
	}
	return frame, body, nil
}

func shown(line []byte) []byte {
	if len(line) > longestShown {
		return line[:longestShown]
	}
	return line
}
