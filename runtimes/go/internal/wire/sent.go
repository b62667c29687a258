package wire

import (
	"bytes"
	"encoding/json"
)

// Ready is the first frame of a runtime.
type Ready struct {
	T              string `json:"t"`
	Version        int    `json:"version"`
	Runtime        string `json:"runtime"`
	RuntimeVersion string `json:"runtimeVersion"`
	PID            int    `json:"pid"`
}

// Log is one line that was printed. Time is epoch milliseconds with a fraction.
type Log struct {
	T            string  `json:"t"`
	Stream       string  `json:"stream"`
	Time         float64 `json:"time"`
	Text         string  `json:"text"`
	InvocationID string  `json:"invocationId,omitempty"`
	Truncated    int     `json:"truncated,omitempty"`
}

// Loaded answers a load.
type Loaded struct {
	T  string `json:"t"`
	ID ID     `json:"id"`
}

// Result answers a call.
type Result struct {
	T       string         `json:"t"`
	ID      ID             `json:"id"`
	Status  int            `json:"status"`
	Headers map[string]any `json:"headers"`
	Bytes   int            `json:"bytes"`
}

// Begun answers a call whose body follows in chunks.
type Begun struct {
	T       string         `json:"t"`
	ID      ID             `json:"id"`
	Status  int            `json:"status"`
	Headers map[string]any `json:"headers"`
	Stream  bool           `json:"stream"`
}

// Chunk is the next bytes of a body.
type Chunk struct {
	T     string `json:"t"`
	ID    ID     `json:"id"`
	Bytes int    `json:"bytes"`
}

// End is the end of a body that came in chunks.
type End struct {
	T  string `json:"t"`
	ID ID     `json:"id"`
}

// Failure is why there is no result.
type Failure struct {
	Code    string `json:"code"`
	Type    string `json:"type"`
	Message string `json:"message"`
	Stack   string `json:"stack"`
}

// Error answers a load or a call that failed.
type Error struct {
	T  string `json:"t"`
	ID ID     `json:"id"`
	Failure
}

// Encode is the line of a frame. Every frame is made of strings, numbers and maps of them, so it can't fail.
func Encode(frame any) []byte {
	var line bytes.Buffer
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(frame); err != nil {
		panic(err)
	}
	return line.Bytes()
}
