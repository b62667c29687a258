package hks

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"regexp"
	"sort"
	"strconv"
)

// deepest is how far a result may be nested: what encoding/json reads back.
const deepest = 10_000

var plainKey = regexp.MustCompile(`^[A-Za-z_$][\w$]*$`)

// toJSON is the JSON text of a value, as encoding/json writes it but for < > &, which stay. Stricter in what a handler
// most likely does not mean: bytes among plain maps and lists are refused, not written as base64.
func toJSON(value any) ([]byte, *failure) {
	if fault := findFault(value, nil); fault != nil {
		return nil, resultInvalid("$"+fault.path, fault.what)
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		if fault := explain(reflect.ValueOf(value), 0); fault != nil {
			return nil, resultInvalid("$"+fault.path, fault.what)
		}
		return nil, resultInvalid("$", "not serialisable: "+err.Error())
	}
	return bytes.TrimSuffix(text.Bytes(), []byte("\n")), nil
}

// fault is what in a value is not JSON, and its path below the value.
type fault struct{ path, what string }

const tooDeep = "nested too deeply"

// below names the place seen from one step above; of what is too deep nobody wants the path.
func (f *fault) below(step string) *fault {
	if f.what == tooDeep {
		return f
	}
	return &fault{step + f.path, f.what}
}

func keyStep(key string) string {
	if plainKey.MatchString(key) {
		return "." + key
	}
	return "[" + strconv.Quote(key) + "]"
}

func indexStep(i int) string { return "[" + strconv.Itoa(i) + "]" }

// findFault looks through plain maps and lists, which most results are made of. It builds no path until it found one.
func findFault(value any, parents []uintptr) *fault {
	switch v := value.(type) {
	case nil, string, bool, int:
	case []byte:
		return &fault{what: "bytes ([]byte); answer bytes with ctx.Response(status, headers, body)"}
	case float64:
		return checkFloat(v)
	case map[string]any:
		inner, refused := enter(reflect.ValueOf(v).Pointer(), parents)
		if refused != nil {
			return refused
		}
		return faultOfKeys(v, inner)
	case []any:
		if len(v) == 0 {
			return nil
		}
		inner, refused := enter(reflect.ValueOf(v).Pointer(), parents)
		if refused != nil {
			return refused
		}
		for i, item := range v {
			if f := findFault(item, inner); f != nil {
				return f.below(indexStep(i))
			}
		}
	default:
		if streamOf(v) != nil {
			return &fault{what: fmt.Sprintf("a %T; only the answer as a whole can be a stream", v)}
		}
	}
	return nil
}

// faultOfKeys takes the keys in order only when there is a fault, so that the same one is named each time.
func faultOfKeys(v map[string]any, inner []uintptr) *fault {
	isFaulty := false
	for _, item := range v {
		if isFaulty = findFault(item, inner) != nil; isFaulty {
			break
		}
	}
	if !isFaulty {
		return nil
	}
	keys := make([]string, 0, len(v))
	for key := range v {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	for _, key := range keys {
		if f := findFault(v[key], inner); f != nil {
			return f.below(keyStep(key))
		}
	}
	return nil
}

func enter(container uintptr, parents []uintptr) ([]uintptr, *fault) {
	if len(parents) >= deepest {
		return nil, &fault{what: tooDeep}
	}
	for _, parent := range parents {
		if parent == container {
			return nil, &fault{what: "a reference to one of its own parents"}
		}
	}
	return append(parents, container), nil
}

func checkFloat(v float64) *fault {
	switch {
	case math.IsNaN(v):
		return &fault{what: "NaN"}
	case math.IsInf(v, 1):
		return &fault{what: "Infinity"}
	case math.IsInf(v, -1):
		return &fault{what: "-Infinity"}
	}
	return nil
}

// explain names the part of any value that encoding/json refused; nil when it can't be found.
func explain(v reflect.Value, depth int) *fault {
	if depth > deepest {
		return &fault{what: "a reference to one of its own parents"}
	}
	if !v.IsValid() {
		return nil
	}
	if marshaler, is := interfaceOf(v).(json.Marshaler); is {
		if _, err := json.Marshal(marshaler); err != nil {
			return &fault{what: fmt.Sprintf("a %s that fails: %v", v.Type(), err)}
		}
		return nil
	}
	switch v.Kind() {
	case reflect.Float32, reflect.Float64:
		return checkFloat(v.Float())
	case reflect.Chan, reflect.Func, reflect.Complex64, reflect.Complex128, reflect.UnsafePointer:
		return &fault{what: fmt.Sprintf("a %s, which has no JSON form", v.Type())}
	case reflect.Interface, reflect.Pointer:
		return explain(v.Elem(), depth+1)
	case reflect.Struct:
		return explainFields(v, depth)
	case reflect.Map:
		for _, key := range v.MapKeys() {
			if f := explain(v.MapIndex(key), depth+1); f != nil {
				return f.below(keyStep(fmt.Sprint(key)))
			}
		}
	case reflect.Slice, reflect.Array:
		for i := 0; i < v.Len(); i++ {
			if f := explain(v.Index(i), depth+1); f != nil {
				return f.below(indexStep(i))
			}
		}
	}
	return nil
}

func explainFields(v reflect.Value, depth int) *fault {
	for _, field := range reflect.VisibleFields(v.Type()) {
		if !field.IsExported() || len(field.Index) > 1 {
			continue
		}
		name := field.Name
		if tag, _, _ := bytes.Cut([]byte(field.Tag.Get("json")), []byte(",")); len(tag) > 0 {
			name = string(tag)
		}
		if name == "-" {
			continue
		}
		if f := explain(v.FieldByIndex(field.Index), depth+1); f != nil {
			return f.below(keyStep(name))
		}
	}
	return nil
}

func interfaceOf(v reflect.Value) any {
	if v.CanInterface() {
		return v.Interface()
	}
	return nil
}
