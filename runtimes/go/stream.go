package hks

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"sync"

	"hexabase.io/hks/internal/wire"
)

const (
	// chunkCost is what a chunk costs beside its bytes, so that very small ones are bounded as well.
	chunkCost = 128
	// longestPiece is what one frame carries of a longer chunk, so that other calls get their turn.
	longestPiece = 65_536
)

// stream is an answer that comes bit by bit. It gives its chunks to yield until that answers false, and answers what
// broke it.
type stream func(ctx context.Context, yield func(chunk any) bool) error

var (
	boolType  = reflect.TypeFor[bool]()
	errorType = reflect.TypeFor[error]()
)

// streamOf is what can be read of a result bit by bit: an io.Reader, or an iterator (iter.Seq[T], iter.Seq2[T, error]);
// nil for a complete value, as one that has a JSON form of its own is.
func streamOf(value any) stream {
	if value == nil {
		return nil
	}
	if _, isComplete := value.(json.Marshaler); isComplete {
		return nil
	}
	if reader, is := value.(io.Reader); is {
		return readerStream(reader)
	}
	seq := reflect.ValueOf(value)
	if seq.Kind() == reflect.Func && !seq.IsNil() && isIterator(seq.Type()) {
		return iteratorStream(seq)
	}
	return nil
}

// isIterator knows iter.Seq and iter.Seq2 by their shape: that package is newer than what this module asks for.
func isIterator(t reflect.Type) bool {
	if t.NumIn() != 1 || t.NumOut() != 0 || t.IsVariadic() || t.In(0).Kind() != reflect.Func {
		return false
	}
	yield := t.In(0)
	returnsBool := yield.NumOut() == 1 && yield.Out(0) == boolType && !yield.IsVariadic()
	return returnsBool && (yield.NumIn() == 1 || yield.NumIn() == 2 && yield.In(1) == errorType)
}

func iteratorStream(seq reflect.Value) stream {
	return func(_ context.Context, yield func(any) bool) error {
		var failed error
		each := func(arguments []reflect.Value) []reflect.Value {
			if len(arguments) == 2 && !arguments[1].IsNil() {
				failed = arguments[1].Interface().(error)
				return []reflect.Value{reflect.ValueOf(false)}
			}
			return []reflect.Value{reflect.ValueOf(yield(arguments[0].Interface()))}
		}
		seq.Call([]reflect.Value{reflect.MakeFunc(seq.Type().In(0), each)})
		return failed
	}
}

// readerStream closes a reader that can be closed, at its end and also when nobody waits for the rest, which ends a Read
// that waits.
func readerStream(reader io.Reader) stream {
	return func(ctx context.Context, yield func(any) bool) error {
		if closer, is := reader.(io.Closer); is {
			closeOnce := sync.OnceFunc(func() { _ = closer.Close() })
			defer closeOnce()
			defer context.AfterFunc(ctx, closeOnce)()
		}
		buffer := make([]byte, longestPiece)
		for {
			n, err := reader.Read(buffer)
			if n > 0 && !yield(buffer[:n]) {
				return nil
			}
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
		}
	}
}

// encodeChunk takes bytes as they are, strings as UTF-8, and any other value as one line of JSON.
func encodeChunk(chunk any) (body []byte, contentType string, failed *failure) {
	switch value := chunk.(type) {
	case []byte:
		return value, bytesType, nil
	case string:
		return []byte(value), textType, nil
	}
	body, failed = toJSON(chunk)
	return append(body, '\n'), linesType, failed
}

// sending is a stream on its way.
type sending struct {
	c       *call
	head    *encoded
	isBegun bool
	failed  *failure
}

// sendStream sends what a stream gives, no faster than the gateway gives credit: the head once, with the type of the
// first chunk unless the handler named one, then the chunks. A failure comes back, also when the head has been sent.
func sendStream(c *call, head *encoded) *failure {
	s := &sending{c: c, head: head}
	if head.headers[contentTypeHeader] != nil {
		s.begin("")
	}
	c.err = head.stream(c.ctx, s.yield)
	if s.failed != nil {
		return s.failed
	}
	if c.err == nil && c.ctx.Err() != nil {
		c.err = context.Cause(c.ctx)
	}
	if c.err != nil {
		return returned(c.err)
	}
	s.begin("")
	return nil
}

func (s *sending) begin(contentType string) {
	if s.isBegun {
		return
	}
	s.isBegun = true
	if contentType != "" {
		s.head.headers[contentTypeHeader] = contentType
	}
	channel.Send(wire.Begun{
		T: "result", ID: s.c.frame.ID, Status: s.head.status, Headers: s.head.headers, Stream: true,
	}, nil)
}

// yield answers when there is credit for the next chunk, so that what makes it waits as well.
func (s *sending) yield(chunk any) bool {
	body, contentType, failed := encodeChunk(chunk)
	if failed != nil {
		s.failed = failed
		return false
	}
	if !s.c.credit.wait(s.c.ctx) {
		return false
	}
	s.begin(contentType)
	for len(body) > 0 {
		if !s.c.credit.wait(s.c.ctx) {
			return false
		}
		piece := body[:min(len(body), longestPiece)]
		body = body[len(piece):]
		s.c.credit.spend(len(piece))
		channel.Send(wire.Chunk{T: "chunk", ID: s.c.frame.ID, Bytes: len(piece)}, piece)
	}
	return s.c.credit.wait(s.c.ctx)
}

// credit is how many bytes the gateway still takes of one answer.
type credit struct {
	mu   sync.Mutex
	left int64
	// more holds one token when there may be some.
	more chan struct{}
}

func newCredit(amount int64) *credit { return &credit{left: amount, more: make(chan struct{}, 1)} }

func (c *credit) add(bytes int64) {
	c.mu.Lock()
	c.left += bytes
	c.mu.Unlock()
	select {
	case c.more <- struct{}{}:
	default:
	}
}

func (c *credit) spend(bytes int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.left -= int64(bytes) + chunkCost
}

func (c *credit) isLeft() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.left > 0
}

// wait answers whether there is some; not when the call was given up.
func (c *credit) wait(ctx context.Context) bool {
	for ctx.Err() == nil {
		if c.isLeft() {
			return true
		}
		select {
		case <-ctx.Done():
		case <-c.more:
		}
	}
	return false
}
