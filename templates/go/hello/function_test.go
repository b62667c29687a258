package function

import (
	"context"
	"reflect"
	"testing"

	"hexabase.io/hks"
)

func call(t *testing.T, event any) map[string]any {
	t.Helper()
	ctx := &hks.Context{Context: context.Background(), FunctionName: "hello", Revision: 1}
	answer, err := Handle(ctx, event)
	if err != nil {
		t.Fatal(err)
	}
	return answer.(map[string]any)
}

func TestGreetsTheNameInTheEvent(t *testing.T) {
	wanted := map[string]any{"message": "Hello, Ada", "function": "hello", "revision": 1}
	if answer := call(t, map[string]any{"name": "Ada"}); !reflect.DeepEqual(answer, wanted) {
		t.Errorf("answered %v", answer)
	}
}

func TestGreetsTheWorldWhenTheBodyIsEmpty(t *testing.T) {
	if answer := call(t, nil); answer["message"] != "Hello, world" {
		t.Errorf("answered %v", answer)
	}
}
