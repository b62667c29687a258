package hks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"sync"
	"time"
	"unsafe"

	"hexabase.io/hks/internal/wire"
)

const (
	exitUsage = 64
	channelFd = 3
	// servedArguments are those that launch gives: the program, --fd 3 --load FRAME.
	servedArguments = 5
	loadArgument    = 4
	// deadlineGrace is how far the clocks of two processes are apart at the very most.
	deadlineGrace = 500 * time.Millisecond
)

// ErrCallerGone is the cause of a context that ended because nobody waits for the answer any more.
var ErrCallerGone = errors.New("the caller went away")

func isServed() bool {
	return len(os.Args) == servedArguments && os.Args[1] == "--fd" && os.Args[2] == "3" && os.Args[3] == "--load"
}

func init() {
	if isServed() {
		openEgress()
		channel = wire.Open(channelFd)
	}
}

// Serve answers calls with the handler until the gateway goes. The program that deploying a function builds calls it;
// module is the path of the function's module, whose files are named without it.
func Serve(module string, handle Handler) {
	load := &wire.Frame{}
	if !isServed() || json.Unmarshal([]byte(os.Args[loadArgument]), load) != nil {
		fmt.Fprintln(os.Stderr, "this program is a function: the gateway starts it")
		os.Exit(exitUsage)
	}
	s := &server{load: load, module: module, handle: handle, calls: map[string]*call{}}
	untied.endLines()
	channel.Send(wire.Loaded{T: "result", ID: load.ID}, nil)
	channel.Serve(s.receive)
}

// server is the rules of the protocol after the load: calls side by side, each answered once.
type server struct {
	load   *wire.Frame
	module string
	handle Handler

	mu    sync.Mutex
	calls map[string]*call
}

// call is one that has not been answered yet.
type call struct {
	frame  *wire.Frame
	body   []byte
	output *output
	credit *credit

	ctx context.Context
	// cancel gives the call up, release frees the timer of its deadline.
	cancel  context.CancelCauseFunc
	release context.CancelFunc
	// givenUp ends when the gateway has given it up.
	givenUp <-chan struct{}
	// err is what the handler returned.
	err error
}

func (s *server) receive(frame *wire.Frame, body []byte) error {
	switch frame.T {
	case "load":
		return &wire.Malformed{Reason: "a second load frame: a process holds one function"}
	case "call":
		if err := frame.CheckCall(); err != nil {
			return err
		}
		return s.begin(frame, body)
	case "credit":
		s.extend(frame)
		return nil
	case "cancel":
		s.giveUp(frame)
		return nil
	}
	return &wire.Malformed{Reason: fmt.Sprintf("a frame of the unknown type %q", frame.T)}
}

func (s *server) begin(frame *wire.Frame, body []byte) error {
	c := &call{frame: frame, body: body, output: tied.open(frame.InvocationID), credit: newCredit(frame.Credit)}
	given, cancel := context.WithCancelCause(context.Background())
	ctx, release := context.WithDeadline(given, instant(frame.Deadline))
	c.ctx, c.cancel, c.release, c.givenUp = ctx, cancel, release, given.Done()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.calls[string(frame.ID)] != nil {
		return &wire.Malformed{Reason: "a second call frame with the id " + string(frame.ID)}
	}
	s.calls[string(frame.ID)] = c
	go s.run(c)
	return nil
}

// find answers nil for a call that has been answered, as those to whom it matters may not know yet.
func (s *server) find(frame *wire.Frame) *call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls[string(frame.ID)]
}

func (s *server) extend(frame *wire.Frame) {
	if c := s.find(frame); c != nil {
		c.credit.add(frame.Credit)
	}
}

func (s *server) giveUp(frame *wire.Frame) {
	c := s.find(frame)
	if c == nil {
		return
	}
	if frame.Reason == "timeout" {
		c.cancel(context.DeadlineExceeded)
	} else {
		c.cancel(ErrCallerGone)
	}
}

func (s *server) run(c *call) {
	if setLabel != nil {
		setLabel(unsafe.Pointer(c.output))
	}
	answered, failed := s.invoke(c)
	if failed != nil {
		c.leaveToGateway()
		c.report(failed)
	}
	id := c.frame.ID
	s.mu.Lock()
	delete(s.calls, string(id))
	s.mu.Unlock()
	tied.close(c.output)
	c.release()
	c.cancel(context.Canceled)
	if failed != nil {
		channel.Send(wire.Error{T: "error", ID: id, Failure: *failed}, nil)
		return
	}
	if answered.stream != nil {
		channel.Send(wire.End{T: "end", ID: id}, nil)
		return
	}
	channel.Send(wire.Result{
		T: "result", ID: id, Status: answered.status, Headers: answered.headers, Bytes: len(answered.body),
	}, answered.body)
}

// leaveToGateway lets the gateway say that the time is up, where the end of the context is why the handler failed: it ends
// at the same instant, and who is sooner must not decide what the caller gets.
func (c *call) leaveToGateway() {
	if c.ctx.Err() == nil {
		return
	}
	select {
	case <-c.givenUp:
	case <-time.After(deadlineGrace):
	}
}

// invoke calls the handler in a goroutine of its own, so that one that ends its goroutine fails the call alone.
func (s *server) invoke(c *call) (answered *encoded, failed *failure) {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		failed = returned(errExited)
		defer func() {
			if value := recover(); value != nil {
				failed = panicked(value, s.module)
			}
		}()
		answered, failed = s.handleEvent(c)
	}()
	<-ended
	return answered, failed
}

func (s *server) handleEvent(c *call) (*encoded, *failure) {
	request := c.frame.Request
	event, cloudEvent, failed := readEvent(request.Headers, c.body)
	if failed != nil {
		return nil, failed
	}
	headers := make(map[string][]string, len(request.Headers))
	for name, values := range request.Headers {
		headers[name] = values
	}
	result, err := s.handle(&Context{
		Context:      c.ctx,
		FunctionName: s.load.FunctionName,
		Revision:     s.load.Revision,
		InvocationID: c.frame.InvocationID,
		Request: Request{
			Method: *request.Method, Path: *request.Path, Query: parseQuery(*request.Query), Headers: headers, Body: c.body,
		},
		CloudEvent: cloudEvent,
		output:     c.output,
	}, event)
	if c.err = err; err != nil {
		return nil, returned(err)
	}
	answered, failed := encodeAnswer(result)
	switch most := s.load.MaxAnswerBytes; {
	case failed != nil:
	case answered.stream != nil:
		failed = sendStream(c, answered)
	case most > 0 && len(answered.body) > most:
		// It would hold up everything behind it.
		failed = resultTooLarge(len(answered.body), most)
	}
	return answered, failed
}

// instant is a time from epoch milliseconds. Without one a call has no deadline that it could see.
func instant(epochMs float64) time.Time {
	if epochMs <= 0 {
		return time.Unix(math.MaxInt32, 0)
	}
	return time.UnixMicro(int64(epochMs * microsecondsPerMs))
}

// report writes a failure to the log of the call, unless it says no more than that the call was given up.
func (c *call) report(failed *failure) {
	isEcho := c.ctx.Err() != nil && (errors.Is(c.err, c.ctx.Err()) || errors.Is(c.err, context.Cause(c.ctx)))
	if failed.Code == "EVENT_INVALID" || isEcho {
		return
	}
	c.output.err.endLine()
	text := failed.Stack
	if text == "" {
		text = failed.Message
	}
	_, _ = c.output.err.Write([]byte(text + "\n"))
}
