package function

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"reflect"
	"testing"

	"hexabase.io/hks"
)

func contextOf(method string) *hks.Context {
	return &hks.Context{Context: context.Background(), InvocationID: "call-1", Request: hks.Request{Method: method}}
}

func answerOf(t *testing.T, ctx *hks.Context, event any) *hks.Answer {
	t.Helper()
	result, err := Handle(ctx, event)
	if err != nil {
		t.Fatal(err)
	}
	return result.(*hks.Answer)
}

var order = map[string]any{"total": 3}

func TestAcceptsACloudEventAndNamesItsType(t *testing.T) {
	ctx := contextOf("POST")
	ctx.CloudEvent = map[string]any{"specversion": "1.0", "id": "e-1", "source": "/shop", "type": "order.placed"}
	answer := answerOf(t, ctx, order)
	wanted := map[string]string{"accepted": "order.placed"}
	if answer.Status() != 202 || !reflect.DeepEqual(answer.Body(), wanted) {
		t.Errorf("answered %d %v", answer.Status(), answer.Body())
	}
	if id := answer.Headers()["x-event-id"]; !reflect.DeepEqual(id, []string{"e-1"}) {
		t.Errorf("answered with the event id %v", id)
	}
}

func TestAcceptsOtherJSONWithItsTypeInTheQuery(t *testing.T) {
	ctx := contextOf("POST")
	ctx.Request.Query = map[string][]string{"type": {"ping"}}
	if answer := answerOf(t, ctx, order); !reflect.DeepEqual(answer.Body(), map[string]string{"accepted": "ping"}) {
		t.Errorf("answered %v", answer.Body())
	}
}

func TestRefusesOtherMethodsAndBodies(t *testing.T) {
	if status := answerOf(t, contextOf("GET"), nil).Status(); status != 405 {
		t.Errorf("GET was answered with %d", status)
	}
	if status := answerOf(t, contextOf("POST"), "text").Status(); status != 400 {
		t.Errorf("text was answered with %d", status)
	}
}

func sign(secret, body string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(body))
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

func statusOfSigned(t *testing.T, signatures ...string) int {
	t.Helper()
	ctx := contextOf("POST")
	ctx.Request.Body = []byte(`{"total": 3}`)
	ctx.Request.Headers = map[string][]string{"x-hub-signature-256": signatures}
	return answerOf(t, ctx, order).Status()
}

func TestAcceptsABodyThatIsSignedWithTheSecret(t *testing.T) {
	t.Setenv("WEBHOOK_SECRET", "it is known to two")
	if status := statusOfSigned(t, sign("it is known to two", `{"total": 3}`)); status != 202 {
		t.Errorf("answered %d", status)
	}
}

func TestRefusesASignatureThatIsMissingWrongOrOfOtherBytes(t *testing.T) {
	t.Setenv("WEBHOOK_SECRET", "it is known to two")
	wrong := []string{"sha256=", sign("guessed", `{"total": 3}`), sign("it is known to two", `{"total":3}`)}
	if status := statusOfSigned(t); status != 401 {
		t.Errorf("a missing one was answered with %d", status)
	}
	for _, signature := range wrong {
		if status := statusOfSigned(t, signature); status != 401 {
			t.Errorf("%s was answered with %d", signature, status)
		}
	}
}

func TestRefusesAllWhenTheSecretIsEmpty(t *testing.T) {
	t.Setenv("WEBHOOK_SECRET", "")
	if status := statusOfSigned(t, sign("", `{"total": 3}`)); status != 401 {
		t.Errorf("answered %d", status)
	}
}
