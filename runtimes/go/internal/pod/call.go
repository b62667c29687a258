package pod

import (
	"time"

	"hexabase.io/hks/internal/wire"
)

const (
	// streamWindow is what a runtime may send of one answer before its reader takes some.
	streamWindow = 256 * 1024
	chunkCost    = 128
	largestChunk = 64 * 1024
	// cancelGrace is how long a handler may take to heed a cancel before its process counts as hung.
	cancelGrace = time.Second
)

type eventKind int

const (
	eventAnswer eventKind = iota
	eventFail
	eventBegin
	eventChunk
	eventEnd
)

// event is what comes back of a call: an answer or a failure; or a beginning, then chunks, and an end or a failure.
type event struct {
	kind    eventKind
	status  int
	headers map[string]wire.Values
	body    []byte
	failure *failure
}

// call is one request. What is not constant belongs to the supervisor's lock.
type call struct {
	invocationID string
	request      request
	body         []byte
	// events holds what the window of a stream allows, so that telling never waits.
	events chan event

	// instance is the one that has it; nil while it waits.
	instance *instance
	id       string
	// mark is the place in the output where it began.
	mark      int
	isAwaited bool
	isBegun   bool
	timer     *time.Timer
	// held are bytes that have come and were not taken, taken those that were and may be sent again.
	held, taken int
}

func newCall(invocationID string, head request, body []byte) *call {
	most := (streamWindow+largestChunk)/chunkCost + 4
	return &call{invocationID: invocationID, request: head, body: body, events: make(chan event, most), isAwaited: true}
}

// tell gives its caller an event; the last one ends its waiting.
func (c *call) tell(e event) {
	if !c.isAwaited {
		return
	}
	if e.kind != eventBegin && e.kind != eventChunk {
		c.isAwaited = false
	}
	c.events <- e
}

func (c *call) fail(f *failure) { c.tell(event{kind: eventFail, failure: f}) }

// push takes a chunk. It answers a *wire.Malformed for more than the runtime may send.
func (c *call) push(chunk []byte) error {
	if !c.isAwaited || !c.isBegun {
		return nil
	}
	c.held += len(chunk) + chunkCost
	if c.held > streamWindow+largestChunk+chunkCost {
		return &wire.Malformed{Reason: "a chunk frame without credit"}
	}
	c.tell(event{kind: eventChunk, body: chunk})
	return nil
}
