// Package function does a batch of work on a schedule.
package function

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"time"

	"hexabase.io/hks"
)

const defaultReserveMs = 2000

// Handle does one batch of work per call. The payload may name the items: {"items": ["a", "b"]}.
// Work that was not finished is reported, so that the next run can take it up; doing an item twice must be harmless.
func Handle(ctx *hks.Context, event any) (any, error) {
	items := findItems()
	if fields, ok := event.(map[string]any); ok {
		if given, ok := fields["items"].([]any); ok {
			items = given
		}
	}
	done := 0
	for _, item := range items {
		// A context that has ended says that the call was given up; after that nobody reads the answer.
		if ctx.Err() != nil || timeLeft(ctx) < reserve() {
			break
		}
		if err := work(ctx, item); err != nil {
			return nil, err
		}
		done++
		fmt.Printf("%d of %d: %v\n", done, len(items), item)
	}
	return map[string]any{"done": done, "left": items[done:]}, nil
}

func reserve() time.Duration {
	ms, err := strconv.Atoi(os.Getenv("RESERVE_MS"))
	if err != nil {
		ms = defaultReserveMs
	}
	return time.Duration(ms) * time.Millisecond
}

func timeLeft(ctx context.Context) time.Duration {
	deadline, ok := ctx.Deadline()
	if !ok {
		return time.Hour
	}
	return time.Until(deadline)
}

// findItems is your own: what is there to do.
func findItems() []any {
	return []any{"reports", "invoices", "old-sessions"}
}

// work is your own: do one item. Pass the context on to requests and queries, so that they stop too.
func work(ctx context.Context, _ any) error {
	return ctx.Err()
}
