package function

import (
	"context"
	"reflect"
	"testing"
	"time"

	"hexabase.io/hks"
)

func call(t *testing.T, left time.Duration, event any) map[string]any {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), left)
	defer cancel()
	answer, err := Handle(&hks.Context{Context: ctx}, event)
	if err != nil {
		t.Fatal(err)
	}
	return answer.(map[string]any)
}

var twoItems = map[string]any{"items": []any{"a", "b"}}

func TestDoesEveryItemOfThePayload(t *testing.T) {
	wanted := map[string]any{"done": 2, "left": []any{}}
	if answer := call(t, time.Minute, twoItems); !reflect.DeepEqual(answer, wanted) {
		t.Errorf("answered %v", answer)
	}
}

func TestFindsItsItemsItselfWhenCalledWithoutAPayload(t *testing.T) {
	if answer := call(t, time.Minute, nil); answer["done"] != 3 {
		t.Errorf("answered %v", answer)
	}
}

func TestStopsBeforeTheDeadlineAndSaysWhatIsLeft(t *testing.T) {
	wanted := map[string]any{"done": 0, "left": []any{"a", "b"}}
	if answer := call(t, time.Second, twoItems); !reflect.DeepEqual(answer, wanted) {
		t.Errorf("answered %v", answer)
	}
}

func TestStopsWhenTheCallIsGivenUp(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	answer, err := Handle(&hks.Context{Context: ctx}, twoItems)
	if err != nil || answer.(map[string]any)["done"] != 0 {
		t.Errorf("answered %v, %v", answer, err)
	}
}
