package hks

import (
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"unicode/utf8"

	"hexabase.io/hks/internal/wire"
)

// failure is why a call has no answer.
type failure = wire.Failure

const (
	deepestStack = 64
	// longestText of a message and of a stack, in bytes: with every one escaped, both fit into a frame of 1 MiB.
	longestText = 32_768
	runtimePath = "hexabase.io/hks"
)

func eventInvalid(format string, values ...any) *failure {
	return &failure{Code: "EVENT_INVALID", Type: "EventInvalid", Message: fmt.Sprintf(format, values...)}
}

func resultInvalid(path, what string) *failure {
	message := fmt.Sprintf("the result is not JSON: %s is %s", path, what)
	return &failure{Code: "RESULT_INVALID", Type: "ResultInvalid", Message: message}
}

func resultTooLarge(bytes, most int) *failure {
	message := fmt.Sprintf("The result has %d bytes; at most %d MiB can be answered.", bytes, most>>20)
	return &failure{Code: "RESULT_INVALID", Type: "ResultInvalid", Message: message}
}

// returned describes an error that the handler returned. Errors of Go hold no stack.
func returned(err error) *failure {
	return &failure{Code: "FUNCTION_FAILED", Type: typeName(err), Message: textOf(err)}
}

// panicked describes what the handler panicked with; to be called where that is recovered.
func panicked(value any, module string) *failure {
	f := &failure{Code: "FUNCTION_FAILED", Type: typeName(value), Message: textOf(value)}
	f.Stack = cut(fmt.Sprintf("panic: %s: %s\n%s", f.Type, f.Message, stackOf(module)))
	return f
}

// typeName is the name of the type of what was thrown, such as errors.errorString or main.OrderError.
func typeName(value any) string {
	return strings.TrimPrefix(reflect.TypeOf(value).String(), "*")
}

// textOf survives an Error method that panics: the failure must be reported all the same.
func textOf(value any) (text string) {
	defer func() {
		if recover() != nil {
			text = "the error can not be printed"
		}
		text = cut(text)
	}()
	if err, is := value.(error); is {
		return err.Error()
	}
	return fmt.Sprint(value)
}

// cut shortens a text between two characters.
func cut(text string) string {
	if len(text) <= longestText {
		return text
	}
	end := longestText
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return fmt.Sprintf("%s… (%d characters more)", text[:end], utf8.RuneCountInString(text[end:]))
}

// stackOf is the stack of the panic, innermost first, without the entries of Go and of this package. Files of the
// function's own module are relative to its folder.
func stackOf(module string) string {
	pcs := make([]uintptr, deepestStack)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs)])
	var stack strings.Builder
	for {
		frame, more := frames.Next()
		if !isOwn(frame.Function) {
			file := strings.TrimPrefix(frame.File, module+"/")
			fmt.Fprintf(&stack, "    at %s (%s:%d)\n", strings.TrimPrefix(frame.Function, module+"."), file, frame.Line)
		}
		if !more {
			return strings.TrimSuffix(stack.String(), "\n")
		}
	}
}

func isOwn(function string) bool {
	return function == "" || strings.HasPrefix(function, runtimePath+".") || strings.HasPrefix(function, "runtime.")
}

// errExited is a handler that ended its goroutine instead of returning.
var errExited = errors.New("the handler ended its goroutine (runtime.Goexit) instead of returning")
