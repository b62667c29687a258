// Package hks is what a function of Hexabase HKS sees of the platform.
//
//	package function
//
//	import "hexabase.io/hks"
//
//	func Handle(ctx *hks.Context, event any) (any, error) {
//		return map[string]any{"hello": event}, nil
//	}
//
// The event is the body of the request: parsed JSON as encoding/json has it, a string for text, []byte for other types,
// nil for none, and of a CloudEvent its data. The result is answered as JSON, unless [Context.Response] made it. An
// io.Reader and an iterator (iter.Seq[T], iter.Seq2[T, error]) are answered bit by bit: bytes as they are, strings as UTF-8,
// any other value as a line of JSON.
package hks

import (
	"context"
	"io"
	"log/slog"
	"os"
)

// Handler is the form of a handler. An error is answered as 500 FUNCTION_FAILED, and so is a panic.
type Handler = func(ctx *Context, event any) (any, error)

// Context describes a call. It ends when the call is given up: at its deadline with context.DeadlineExceeded, or with
// the cause [ErrCallerGone]. A test may make one: the zero value with a context.Context is enough.
type Context struct {
	context.Context
	FunctionName string
	// Revision is the number of the deployment that runs.
	Revision     int
	InvocationID string
	Request      Request
	// CloudEvent holds the attributes of a CloudEvent; nil for another request.
	CloudEvent map[string]any

	output *output
}

// Request is the request as it came.
type Request struct {
	Method string `json:"method"`
	Path   string `json:"path"`
	// Query has each name with its values, in their order.
	Query map[string][]string `json:"query"`
	// Headers have lower-case names.
	Headers map[string][]string `json:"headers"`
	// Body holds the bytes as they arrived, before anything was parsed; empty when there were none.
	Body []byte `json:"-"`
}

// Stdout writes to the log of this call, from whichever goroutine. What fmt and log print in the goroutine of the
// handler, and in those that it starts, belongs to the call as well.
func (c *Context) Stdout() io.Writer {
	if c.output == nil {
		return os.Stdout
	}
	return &c.output.out
}

// Stderr is the error stream of the log of this call.
func (c *Context) Stderr() io.Writer {
	if c.output == nil {
		return os.Stderr
	}
	return &c.output.err
}

// Log writes records to the error stream of this call's log, as text, from whichever goroutine.
func (c *Context) Log() *slog.Logger {
	return slog.New(slog.NewTextHandler(c.Stderr(), &slog.HandlerOptions{ReplaceAttr: withoutTime}))
}

// withoutTime leaves out the time of a record: each line of the log has its own.
func withoutTime(groups []string, attribute slog.Attr) slog.Attr {
	if len(groups) == 0 && attribute.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return attribute
}
