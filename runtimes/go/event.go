package hks

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"mime"
	"strings"
	"unicode/utf8"

	"hexabase.io/hks/internal/wire"
)

var (
	byteOrderMark      = []byte("\ufeff")
	requiredAttributes = []string{"specversion", "id", "source", "type"}
	errNotUTF8         = errors.New("it is not UTF-8")
)

const (
	structuredType  = "application/cloudevents+json"
	attributePrefix = "ce-"
)

// readEvent makes event and attributes of a request: JSON is parsed, an empty body is nil, text is a string, all else
// bytes; of a CloudEvent its data, with the attributes as second value (else nil).
func readEvent(headers map[string]wire.Values, body []byte) (any, map[string]any, *failure) {
	kind := readContentType(first(headers["content-type"]))
	if kind.name == structuredType {
		return readStructured(body, kind)
	}
	event, failed := decodeBody(body, kind)
	if failed != nil || headers["ce-specversion"] == nil {
		return event, nil, failed
	}
	attributes := map[string]any{}
	for name, values := range headers {
		if attribute, is := strings.CutPrefix(name, attributePrefix); is {
			attributes[attribute] = decodeAttribute(first(values))
		}
	}
	if values, named := headers["content-type"]; named {
		attributes["datacontenttype"] = first(values)
	}
	return event, attributes, checkAttributes(attributes)
}

type contentType struct{ name, charset string }

func readContentType(header string) contentType {
	name, parameters, err := mime.ParseMediaType(header)
	if err != nil {
		// A parameter that is damaged does not make another type of it.
		plain, _, _ := strings.Cut(header, ";")
		return contentType{strings.ToLower(strings.TrimSpace(plain)), "utf-8"}
	}
	charset := strings.ToLower(parameters["charset"])
	if charset == "" {
		charset = "utf-8"
	}
	return contentType{name, charset}
}

func first(values wire.Values) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}

func decodeBody(body []byte, kind contentType) (any, *failure) {
	switch {
	case len(body) == 0:
		return nil, nil
	case kind.name == "application/json", strings.HasSuffix(kind.name, "+json"):
		return parseJSON(body, kind)
	case strings.HasPrefix(kind.name, "text/"):
		return decodeText(body, kind.charset), nil
	}
	return body, nil
}

func parseJSON(body []byte, kind contentType) (value any, failed *failure) {
	var err error
	if utf8.Valid(body) {
		err = json.Unmarshal(bytes.TrimPrefix(body, byteOrderMark), &value)
	} else {
		err = errNotUTF8
	}
	if err != nil {
		return nil, eventInvalid("the request body is not valid JSON, though its Content-Type is %s: %v", kind.name, err)
	}
	return value, nil
}

func decodeText(body []byte, charset string) any {
	switch charset {
	case "utf-8", "utf8", "us-ascii":
		return strings.ToValidUTF8(string(bytes.TrimPrefix(body, byteOrderMark)), "\ufffd")
	case "iso-8859-1", "latin1":
		runes := make([]rune, len(body))
		for i, b := range body {
			runes[i] = rune(b)
		}
		return string(runes)
	}
	return body
}

func readStructured(body []byte, kind contentType) (any, map[string]any, *failure) {
	var envelope any
	var failed *failure
	if len(body) > 0 {
		envelope, failed = parseJSON(body, kind)
	}
	attributes, isObject := envelope.(map[string]any)
	if failed == nil && !isObject {
		failed = eventInvalid("the request is a CloudEvent that is not a JSON object")
	}
	if failed != nil {
		return nil, nil, failed
	}
	data, encoded := attributes["data"], attributes["data_base64"]
	_, isEncoded := attributes["data_base64"]
	delete(attributes, "data")
	delete(attributes, "data_base64")
	if failed := checkAttributes(attributes); failed != nil || !isEncoded {
		return data, attributes, failed
	}
	text, isText := encoded.(string)
	raw, err := base64.StdEncoding.Strict().DecodeString(text)
	if !isText || err != nil || strings.ContainsAny(text, "\r\n") {
		return nil, nil, eventInvalid("data_base64 of the CloudEvent is not base64")
	}
	return raw, attributes, nil
}

func checkAttributes(attributes map[string]any) *failure {
	var missing []string
	for _, name := range requiredAttributes {
		if text, _ := attributes[name].(string); text == "" {
			missing = append(missing, name)
		}
	}
	if missing != nil {
		return eventInvalid("the request is a CloudEvent without %s", strings.Join(missing, ", "))
	}
	return nil
}

// decodeAttribute undoes the percent-encoding of the CloudEvents HTTP binding, section 3.1.3.2; what is not an encoding
// stays as it is.
func decodeAttribute(value string) string {
	decoded := decodePercent(value)
	if !utf8.ValidString(decoded) {
		return value
	}
	return decoded
}
