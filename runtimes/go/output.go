package hks

import (
	"sync"
	"time"
	"unicode/utf8"
	"unsafe"

	"hexabase.io/hks/internal/wire"
)

const (
	// longestLine is the longest line that is kept, in bytes. What is cut off is counted.
	longestLine = 65_536
	// rememberedOutputs is for how many calls that have ended what their goroutines still print is tied to them.
	rememberedOutputs = 1024

	microsecondsPerMs = 1000
)

// lines is one of the two streams of a call, or of no call.
type lines struct {
	stream       string
	invocationID string

	mu sync.Mutex
	// partial is a line that has begun, as far as it is kept; dropped counts the bytes behind that.
	partial []byte
	dropped int
}

// Write sends each line that is complete.
func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	from := 0
	for i, c := range b {
		if c != '\n' {
			continue
		}
		l.add(b[from:i])
		l.emit()
		from = i + 1
	}
	l.add(b[from:])
	return len(b), nil
}

func (l *lines) add(part []byte) {
	// One byte more than is kept: it tells whether the cut falls between two characters.
	kept := min(len(part), longestLine+1-len(l.partial))
	l.partial = append(l.partial, part[:kept]...)
	l.dropped += len(part) - kept
}

func (l *lines) emit() {
	text, truncated := l.partial, 0
	if len(text) > longestLine {
		end := longestLine
		for end > 0 && !utf8.RuneStart(text[end]) {
			end--
		}
		truncated = len(text) - end + l.dropped
		text = text[:end]
	}
	channel.Send(wire.Log{
		T: "log", Stream: l.stream, Text: string(text), InvocationID: l.invocationID, Truncated: truncated,
		Time: float64(time.Now().UnixMicro()) / microsecondsPerMs,
	}, nil)
	l.partial, l.dropped = l.partial[:0], 0
}

// endLine ends a line that has begun.
func (l *lines) endLine() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.partial) > 0 {
		l.emit()
	}
	l.partial = nil
}

// output is what one call prints, or all that belongs to no call.
type output struct {
	// label is the start of this struct, by which the goroutines of the call are known. The profiler takes what is there
	// for a set of labels: all zero, it is an empty one.
	label    [8]uintptr
	out, err lines
}

func newOutput(invocationID string) *output {
	o := &output{out: lines{stream: "out"}, err: lines{stream: "err"}}
	o.out.invocationID, o.err.invocationID = invocationID, invocationID
	return o
}

func (o *output) endLines() {
	o.out.endLine()
	o.err.endLine()
}

// outputs knows what the goroutines of calls print to.
type outputs struct {
	mu sync.RWMutex
	of map[unsafe.Pointer]*output
	// ended is a ring of those whose call has been answered.
	ended [rememberedOutputs]*output
	next  int
}

var (
	untied  = newOutput("")
	tied    = outputs{of: map[unsafe.Pointer]*output{}}
	channel *wire.Channel
	// setLabel marks a goroutine and those that it starts; nil where the standard library was left as it is.
	setLabel func(unsafe.Pointer)
)

func (t *outputs) open(invocationID string) *output {
	o := newOutput(invocationID)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.of[unsafe.Pointer(o)] = o
	return o
}

func (t *outputs) close(o *output) {
	o.endLines()
	t.mu.Lock()
	defer t.mu.Unlock()
	if forgotten := t.ended[t.next]; forgotten != nil {
		delete(t.of, unsafe.Pointer(forgotten))
	}
	t.ended[t.next] = o
	t.next = (t.next + 1) % rememberedOutputs
}

func (t *outputs) find(label unsafe.Pointer) *output {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if o := t.of[label]; o != nil {
		return o
	}
	return untied
}

// printed takes what was written to os.Stdout or os.Stderr by a goroutine with this label.
func printed(toErr bool, label unsafe.Pointer, b []byte) {
	o := tied.find(label)
	if toErr {
		_, _ = o.err.Write(b)
	} else {
		_, _ = o.out.Write(b)
	}
}

// endAllLines ends what has begun before the process ends.
func endAllLines() {
	untied.endLines()
	tied.mu.RLock()
	defer tied.mu.RUnlock()
	for _, o := range tied.of {
		o.endLines()
	}
}
