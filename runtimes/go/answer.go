package hks

import (
	"fmt"
	"strings"
)

const (
	// longestHeaders is more than any client takes, in bytes.
	longestHeaders = 65_536

	statusOK           = 200
	lowestStatus       = 200
	highestStatus      = 599
	statusNoContent    = 204
	statusResetContent = 205
	statusNotModified  = 304

	contentTypeHeader = "content-type"
	jsonType          = "application/json"
	textType          = "text/plain; charset=utf-8"
	bytesType         = "application/octet-stream"
	linesType         = "application/x-ndjson"
)

// tokenMarks are the characters of a header's name besides letters and digits (RFC 9110, section 5.6.2).
const tokenMarks = "!#$%&'*+-.^_`|~"

// framing headers frame the message, which is the platform's business; proxied answers often carry them along.
var framing = map[string]bool{
	"connection": true, "content-length": true, "keep-alive": true, "te": true, "trailer": true,
	"transfer-encoding": true, "upgrade": true,
}

// ResponseError says what HTTP can't carry.
type ResponseError struct{ reason string }

func (e *ResponseError) Error() string { return "response: " + e.reason }

// Answer is what [Context.Response] made. Nothing else makes one, so that no other value is taken for it.
type Answer struct {
	status  int
	headers map[string][]string
	body    any
}

// Status is the HTTP status.
func (a *Answer) Status() int { return a.status }

// Headers have lower-case names.
func (a *Answer) Headers() map[string][]string { return a.headers }

// Body is as it was given to Response.
func (a *Answer) Body() any { return a.body }

// Response makes an answer with its own status and headers: return ctx.Response(201, nil, body). A string is sent as it
// is (text/plain; charset=utf-8 if the headers name no type), bytes too (application/octet-stream), nil is an empty body,
// an io.Reader and an iterator are sent bit by bit, and any other value is JSON. The result is an *[Answer], an error a *[ResponseError].
func (c *Context) Response(status int, headers map[string][]string, body any) (any, error) {
	if status < lowestStatus || status > highestStatus {
		return nil, &ResponseError{fmt.Sprintf("status must be a whole number from 200 to 599, got %d", status)}
	}
	isBodiless := status == statusNoContent || status == statusResetContent || status == statusNotModified
	if isBodiless && !isEmpty(body) {
		return nil, &ResponseError{fmt.Sprintf("an answer with status %d has no body", status)}
	}
	checked, err := checkHeaders(headers)
	if err != nil {
		return nil, err
	}
	return &Answer{status, checked, body}, nil
}

func isEmpty(body any) bool {
	switch b := body.(type) {
	case nil:
		return true
	case string:
		return b == ""
	case []byte:
		return len(b) == 0
	}
	return false
}

func checkHeaders(given map[string][]string) (map[string][]string, error) {
	headers := map[string][]string{}
	size := 0
	for name, values := range given {
		if !isHeaderName(name) {
			return nil, &ResponseError{fmt.Sprintf("%q is not a header name", name)}
		}
		for _, value := range values {
			size += len(name) + len(value)
			if !isHeaderValue(value) {
				reason := fmt.Sprintf("the value of header %s must be a string of characters that HTTP allows", name)
				return nil, &ResponseError{reason}
			}
		}
		if key := strings.ToLower(name); !framing[key] && len(values) > 0 {
			headers[key] = append(headers[key], values...)
		}
	}
	if size > longestHeaders {
		return nil, &ResponseError{fmt.Sprintf("the headers are longer than %d bytes", longestHeaders)}
	}
	return headers, nil
}

func isHeaderName(name string) bool {
	for _, c := range name {
		isLetter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !isLetter && !strings.ContainsRune(tokenMarks, c) {
			return false
		}
	}
	return name != ""
}

// isHeaderValue allows a tab, and Latin-1 without control characters.
func isHeaderValue(value string) bool {
	for _, c := range value {
		if c != '\t' && (c < ' ' || c == 0x7f || c > 0xff) {
			return false
		}
	}
	return true
}

// encoded is an answer as it is sent.
type encoded struct {
	status  int
	headers map[string]any
	body    []byte
	// stream is the body in place of the bytes.
	stream stream
}

// encodeAnswer makes status, headers and bytes of what a handler returned.
func encodeAnswer(result any) (*encoded, *failure) {
	own, isOwn := result.(*Answer)
	if !isOwn || own == nil {
		if answer := streamOf(result); answer != nil {
			return &encoded{statusOK, map[string]any{}, nil, answer}, nil
		}
		body, failed := toJSON(result)
		return &encoded{statusOK, map[string]any{contentTypeHeader: jsonType}, body, nil}, failed
	}
	var contentType string
	var body []byte
	var answer stream
	var failed *failure
	switch value := own.body.(type) {
	case nil:
	case string:
		contentType, body = textType, []byte(value)
	case []byte:
		contentType, body = bytesType, value
	default:
		if answer = streamOf(value); answer == nil {
			contentType = jsonType
			body, failed = toJSON(value)
		}
	}
	headers := map[string]any{}
	if contentType != "" {
		headers[contentTypeHeader] = contentType
	}
	for name, values := range own.headers {
		headers[name] = values
		if len(values) == 1 {
			headers[name] = values[0]
		}
	}
	return &encoded{own.status, headers, body, answer}, failed
}
