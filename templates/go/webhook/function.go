// Package function receives webhooks and CloudEvents.
package function

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"

	"hexabase.io/hks"
)

func init() {
	if _, isSet := os.LookupEnv("WEBHOOK_SECRET"); !isSet {
		fmt.Fprintln(os.Stderr, "WEBHOOK_SECRET is not set, so signatures are not checked")
	}
}

type headers = map[string][]string

// Handle takes a CloudEvent (its data is event, its attributes are ctx.CloudEvent) or any other JSON that is posted.
// ctx.Response(status, headers, body) answers with a status and headers of your own.
func Handle(ctx *hks.Context, event any) (any, error) {
	if method := ctx.Request.Method; method != "POST" {
		return ctx.Response(405, headers{"Allow": {"POST"}}, problem(method+" is not supported; use POST"))
	}
	if !isSigned(ctx.Request) {
		return ctx.Response(401, nil, problem("the X-Hub-Signature-256 of the body is missing or wrong"))
	}
	data, isObject := event.(map[string]any)
	if !isObject {
		return ctx.Response(400, nil, problem("expected a JSON object with Content-Type application/json"))
	}
	kind, source, id := "unknown", "a webhook", ctx.InvocationID
	if given := ctx.Request.Query["type"]; len(given) > 0 {
		kind = given[0]
	}
	if ctx.CloudEvent != nil {
		kind, source, id = attribute(ctx, "type"), attribute(ctx, "source"), attribute(ctx, "id")
	}
	fmt.Printf("received %s from %s\n", kind, source)
	if err := store(kind, data); err != nil {
		return nil, err
	}
	return ctx.Response(202, headers{"X-Event-Id": {id}}, map[string]string{"accepted": kind})
}

// isSigned tells whether the sender knows the secret: it signs the bytes of the body, so they are checked before they
// are trusted.
func isSigned(request hks.Request) bool {
	secret, isSet := os.LookupEnv("WEBHOOK_SECRET")
	if secret == "" {
		// An empty secret is a mistake, which must not let everybody in.
		return !isSet
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(request.Body)
	expected := "sha256=" + hex.EncodeToString(mac.Sum(nil))
	given := request.Headers["x-hub-signature-256"]
	return len(given) == 1 && hmac.Equal([]byte(given[0]), []byte(expected))
}

func attribute(ctx *hks.Context, name string) string { return fmt.Sprint(ctx.CloudEvent[name]) }

func problem(message string) map[string]string { return map[string]string{"error": message} }

// store is your own work. An error answers 500; most senders then try again.
func store(kind string, data map[string]any) error {
	fmt.Printf("%s: %d fields\n", kind, len(data))
	return nil
}
