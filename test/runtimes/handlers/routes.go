// Package function is one handler whose request path says what it does; routes.mjs beside it does the same.
package function

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"hexabase.io/hks"
)

func init() {
	fmt.Println("loading")
	fmt.Fprint(os.Stderr, "no newline at the end of the load")
}

type rangeError struct{ text string }

func (e *rangeError) Error() string { return e.text }

type object = map[string]any

func describe(_ *hks.Context, event any) (any, error) {
	switch value := event.(type) {
	case nil:
		return object{"kind": "null", "value": nil}, nil
	case []byte:
		return object{"kind": "bytes", "value": hex.EncodeToString(value)}, nil
	case string:
		return object{"kind": "text", "value": value}, nil
	}
	return object{"kind": "json", "value": event}, nil
}

// single has one value as a string, as the other languages do.
func single(headers map[string][]string) object {
	given := object{}
	for name, values := range headers {
		given[name] = values
		if len(values) == 1 {
			given[name] = values[0]
		}
	}
	return given
}

func showContext(ctx *hks.Context, _ any) (any, error) {
	deadline, hasDeadline := ctx.Deadline()
	var cloudEvent any
	if ctx.CloudEvent != nil {
		cloudEvent = ctx.CloudEvent
	}
	return object{
		"functionName": ctx.FunctionName,
		"revision":     ctx.Revision,
		"invocationId": ctx.InvocationID,
		"hasTime":      hasDeadline && deadline.After(time.Now()),
		"aborted":      ctx.Err() != nil,
		"method":       ctx.Request.Method,
		"query":        ctx.Request.Query,
		"headers":      single(ctx.Request.Headers),
		"cloudEvent":   cloudEvent,
	}, nil
}

func showBody(ctx *hks.Context, _ any) (any, error) {
	var request object
	text, err := json.Marshal(ctx.Request)
	if err == nil {
		err = json.Unmarshal(text, &request)
	}
	if err == nil {
		request["headers"] = single(ctx.Request.Headers)
	}
	return object{"bytes": hex.EncodeToString(ctx.Request.Body), "isBytes": true, "request": request}, err
}

func respond(ctx *hks.Context, event any) (any, error) {
	given := event.(object)
	headers := map[string][]string{}
	named, _ := given["headers"].(object)
	for name, value := range named {
		list, isList := value.([]any)
		if !isList {
			list = []any{value}
		}
		for _, one := range list {
			headers[name] = append(headers[name], fmt.Sprint(one))
		}
	}
	return ctx.Response(int(given["status"].(float64)), headers, given["body"])
}

func later(_ *hks.Context, event any) (any, error) {
	time.Sleep(time.Duration(event.(object)["ms"].(float64)) * time.Millisecond)
	return event, nil
}

func lookalike(*hks.Context, any) (any, error) {
	return struct {
		Status  int      `json:"status"`
		Headers struct{} `json:"headers"`
		Body    string   `json:"body"`
	}{404, struct{}{}, "plain data"}, nil
}

func names(*hks.Context, any) (any, error) {
	all := []string{}
	for _, entry := range os.Environ() {
		name, _, _ := strings.Cut(entry, "=")
		all = append(all, name)
	}
	return all, nil
}

func circle(*hks.Context, any) (any, error) {
	list := []any{1, nil}
	list[1] = object{"again": list}
	return list, nil
}

func deep(*hks.Context, any) (any, error) {
	value := []any{}
	for i := 0; i < 200_000; i++ {
		value = []any{value}
	}
	return value, nil
}

func printSome(_ *hks.Context, event any) (any, error) {
	fmt.Printf("%v ", event)
	fmt.Fprintf(os.Stderr, "%v to err\n", event)
	time.Sleep(5 * time.Millisecond)
	fmt.Println("one\ntwo")
	fmt.Println()
	fmt.Print("unfinished")
	return nil, nil
}

func printFromBackground(_ *hks.Context, event any) (any, error) {
	done := make(chan struct{})
	go func() {
		fmt.Println("background", event)
		close(done)
	}()
	<-done
	return nil, nil
}

func printBytes(*hks.Context, any) (any, error) {
	encoded := []byte("ä\n")
	os.Stdout.Write(encoded[:1])
	os.Stdout.Write(encoded[1:])
	os.Stdout.Write([]byte("f\xff\n"))
	return nil, nil
}

func printLong(*hks.Context, any) (any, error) {
	fmt.Println(strings.Repeat("a", 65_535) + "ä" + strings.Repeat("b", 100_000))
	for i := 0; i < 200; i++ {
		fmt.Print(strings.Repeat("c", 1000))
	}
	fmt.Println("\nshort")
	return nil, nil
}

func printPlain(_ *hks.Context, event any) (any, error) {
	for i := 0; i < int(event.(float64)); i++ {
		if _, err := syscall.Write(1, fmt.Appendf(nil, "plain %d\n", i)); err != nil {
			return nil, err
		}
	}
	return event, nil
}

func printMany(_ *hks.Context, event any) (any, error) {
	for i := 0; i < int(event.(float64)); i++ {
		fmt.Printf("line %d\n", i)
	}
	return event, nil
}

func printRecords(ctx *hks.Context, event any) (any, error) {
	slog.Info("by default", "n", event)
	ctx.Log().Warn("by context", "n", event)
	return nil, nil
}

func subprocess(*hks.Context, any) (any, error) {
	script := "echo from a subprocess; ( : >&3 ) 2>/dev/null && exit 3; exit 0"
	command := exec.Command("sh", "-c", script)
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	err := command.Run()
	return command.ProcessState.ExitCode(), err
}

func chunks(*hks.Context, any) (any, error) {
	return func(yield func(any) bool) {
		_ = yield([]byte{0, 255}) && yield("ä") && yield(object{"n": 1})
	}, nil
}

func breaks(*hks.Context, any) (any, error) {
	return func(yield func(any, error) bool) {
		_ = yield("before", nil) && yield(nil, &rangeError{"in the middle"})
	}, nil
}

func hold(ctx *hks.Context, _ any) (any, error) {
	fmt.Println("holding")
	<-ctx.Done()
	fmt.Println("told to stop")
	return nil, context.Cause(ctx)
}

func spin(*hks.Context, any) (any, error) {
	fmt.Println("spinning")
	for {
	}
}

func usedTime() time.Duration {
	var usage syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func compute(_ *hks.Context, event any) (any, error) {
	ms := event.(object)["ms"]
	for end := usedTime() + time.Duration(ms.(float64))*time.Millisecond; usedTime() < end; {
	}
	return ms, nil
}

func computeElsewhere(*hks.Context, any) (any, error) {
	return nil, exec.Command("sh", "-c", "while :; do :; done").Start()
}

func leave(*hks.Context, any) (any, error) {
	fmt.Print("last words")
	os.Exit(7)
	return nil, nil
}

func always(value any) hks.Handler {
	return func(*hks.Context, any) (any, error) { return value, nil }
}

var routes = map[string]hks.Handler{
	"event":          describe,
	"context":        showContext,
	"body":           showBody,
	"respond":        respond,
	"respondDefault": func(ctx *hks.Context, _ any) (any, error) { return ctx.Response(200, nil, nil) },
	"respondBytes": func(ctx *hks.Context, event any) (any, error) {
		return ctx.Response(201, map[string][]string{"X-Kind": {"bytes"}, "Content-Length": {"3"}}, event)
	},
	"lookalike":           lookalike,
	"later":               later,
	"nothing":             always(nil),
	"text":                always("grüße 日本"),
	"fail":                func(*hks.Context, any) (any, error) { panic(&rangeError{"too far"}) },
	"failQuietly":         func(*hks.Context, any) (any, error) { return nil, errors.New("no such order") },
	"raise":               func(_ *hks.Context, event any) (any, error) { return nil, fmt.Errorf("no %v", event) },
	"names":               names,
	"notFinite":           always(object{"a": []any{1, 2, math.NaN()}}),
	"resultBytes":         always(object{"picture": []byte("x")}),
	"resultCircle":        circle,
	"resultPending":       always(object{"a": object{"b c": make(chan int)}}),
	"resultDeep":          deep,
	"environment":         always([]any{os.Getenv("PLAIN"), os.Getenv("SECRET")}),
	"folder":              func(*hks.Context, any) (any, error) { _, err := os.Stat("routes.go"); return err == nil, nil },
	"print":               printSome,
	"printFromBackground": printFromBackground,
	"printBytes":          printBytes,
	"printLong":           printLong,
	"printMany":           printMany,
	"printPlain":          printPlain,
	"printRecords":        printRecords,
	"subprocess":          subprocess,
	"chunks":              chunks,
	"typedChunks": func(ctx *hks.Context, _ any) (any, error) {
		lines := func(yield func(string) bool) { yield("data: 1\n\n") }
		return ctx.Response(201, map[string][]string{"Content-Type": {"text/event-stream"}}, lines)
	},
	"breaks": breaks,
	"hold":   hold,
	"spin":   spin,
	"exit":   leave,

	"compute":          compute,
	"computeElsewhere": computeElsewhere,
}

// Handle calls the route.
func Handle(ctx *hks.Context, event any) (any, error) {
	return routes[ctx.Request.Path[1:]](ctx, event)
}
