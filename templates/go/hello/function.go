// Package function greets.
package function

import (
	"fmt"
	"os"

	"hexabase.io/hks"
)

// Handle takes the parsed JSON of the request, or nil when its body is empty. What it returns is answered as JSON.
func Handle(ctx *hks.Context, event any) (any, error) {
	name := "world"
	if fields, ok := event.(map[string]any); ok && fields["name"] != nil {
		name = fmt.Sprint(fields["name"])
	}
	// Each line that is printed appears in the function's log, tied to this call.
	fmt.Println("greeting", name)
	greeting := os.Getenv("GREETING")
	if greeting == "" {
		greeting = "Hello"
	}
	return map[string]any{
		"message":  greeting + ", " + name,
		"function": ctx.FunctionName,
		"revision": ctx.Revision,
	}, nil
}
