package pod

import (
	"fmt"
	"os"
	"strings"
	"sync"
)

const (
	streamOut = "out"
	streamErr = "err"
	// streamSystem is what the supervising process says.
	streamSystem = "system"
)

// line is one that was printed.
type line struct {
	stream, text, invocationID string
	truncated                  int
}

// logWriter prints lines on the container's two streams.
type logWriter struct {
	isMarked bool
	hide     func(string) string
	mu       sync.Mutex
}

func (w *logWriter) write(l line) {
	file := os.Stderr
	if l.stream == streamOut {
		file = os.Stdout
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	// Where nobody reads the log there is nothing to be done about it.
	_, _ = file.WriteString(strings.ToValidUTF8(w.hide(l.text), "\ufffd") + w.suffix(l) + "\n")
}

// system prints what the supervising process says; one line or more.
func (w *logWriter) system(text string) {
	for _, one := range strings.Split(text, "\n") {
		w.write(line{stream: streamSystem, text: one})
	}
}

// brokeOff says in the log of a call why its answer ended: an error of Go that is returned has no line that tells its type.
func (w *logWriter) brokeOff(invocationID string, f *failure) {
	kind, message := f.code, f.message
	if f.exception != nil {
		kind, message = f.exception.Type, f.exception.Message
	} else if f.code != "LIMIT_EXCEEDED" {
		return
	}
	text := fmt.Sprintf("The answer broke off. %s: %s", kind, strings.Join(strings.Fields(message), " "))
	w.write(line{stream: streamSystem, text: text, invocationID: invocationID})
}

func (w *logWriter) suffix(l line) string {
	switch {
	case !w.isMarked && l.truncated > 0:
		return fmt.Sprintf("… (%d bytes more)", l.truncated)
	case !w.isMarked:
		return ""
	}
	mark := l.stream
	if l.invocationID != "" {
		mark += " " + l.invocationID
	}
	if l.truncated > 0 {
		mark += fmt.Sprintf(" +%d", l.truncated)
	}
	return "\t[" + mark + "]"
}
