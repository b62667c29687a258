package pod

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

const (
	mib = 1 << 20
	// maxAnswerBytes is the largest answer that is held.
	maxAnswerBytes = 32 * mib
	// maxBodyBytes is the largest body of a request.
	maxBodyBytes = 10 * mib
)

// statusOf has the answers that the platform makes in place of a function: the same bytes as the gateway's.
var statusOf = map[string]int{
	"EVENT_INVALID":        400,
	"PAYLOAD_TOO_LARGE":    413,
	"FUNCTION_OVERLOADED":  429,
	"CANCELLED":            499,
	"FUNCTION_FAILED":      500,
	"FUNCTION_CRASHED":     502,
	"LIMIT_EXCEEDED":       502,
	"RESULT_INVALID":       502,
	"FUNCTION_UNAVAILABLE": 503,
	"TIMEOUT":              504,
}

// codeOfFrame is the platform's code for each code of a call's error frame.
var codeOfFrame = map[string]string{
	"RESULT_INVALID":    "RESULT_INVALID",
	"EVENT_INVALID":     "EVENT_INVALID",
	"LOAD_FAILED":       "FUNCTION_UNAVAILABLE",
	"SOURCE_INVALID":    "FUNCTION_UNAVAILABLE",
	"HANDLER_NOT_FOUND": "FUNCTION_UNAVAILABLE",
}

// exception is what happened, for the one who may see it.
type exception struct {
	Type    string `json:"type"`
	Message string `json:"message"`
	Stack   string `json:"stack"`
}

// failure is why there is no answer of the function's own.
type failure struct {
	code, message string
	exception     *exception
}

func timedOut(seconds int) *failure {
	return &failure{code: "TIMEOUT", message: fmt.Sprintf("The call took longer than the function's timeout of %d seconds.", seconds)}
}

var (
	callerGone = &failure{code: "CANCELLED", message: "The client went away."}
	stopped    = &failure{code: "FUNCTION_UNAVAILABLE", message: "The function was stopped during the call."}
	overloaded = &failure{
		code: "FUNCTION_OVERLOADED", message: "The function has as many calls as may run and wait; try again later.",
	}
)

func waitedTooLong(seconds int) *failure {
	message := fmt.Sprintf("No process of the function had room for the call within %d seconds.", seconds)
	return &failure{code: "FUNCTION_UNAVAILABLE", message: message}
}

// crashed says that the process ended; lines are what it printed during the call.
func crashed(end processEnd, lines []line) *failure {
	if end.wayOut != "" {
		message := fmt.Sprintf("The function's process was ended: %s. %s", end.reason, end.wayOut)
		return &failure{code: "LIMIT_EXCEEDED", message: message}
	}
	e := &exception{Type: "ProcessEnded", Stack: strings.Join(textsOf(lines), "\n")}
	for _, one := range lines {
		if text := strings.TrimSpace(one.text); one.stream == streamErr && text != "" {
			e.Message = text
		}
	}
	return &failure{"FUNCTION_CRASHED", fmt.Sprintf("The function's process ended during the call (%s).", end.reason), e}
}

// failed is what the runtime says of a failed call.
func failed(frame *answerFrame, hide func(string) string) *failure {
	if code, isOther := codeOfFrame[frame.Code]; isOther {
		return &failure{code: code, message: hide(frame.Message)}
	}
	e := &exception{frame.Type, hide(frame.Message), hide(frame.Stack)}
	return &failure{"FUNCTION_FAILED", "The function raised an exception.", e}
}

// notStarted says that no process could be started for the call.
func notStarted(reason *loadFailure) *failure {
	e := &exception{reason.kind, reason.message, strings.Join(reason.lines, "\n")}
	return &failure{"FUNCTION_UNAVAILABLE", "The function could not be started.", e}
}

// answer is a whole answer; code is that of the platform's, empty for the function's own.
type answer struct {
	status  int
	headers map[string][]string
	body    []byte
	code    string
}

type details struct {
	Exception *exception `json:"exception,omitempty"`
	MaxBytes  int        `json:"maxBytes,omitempty"`
}

// platformAnswer is the answer for a failure, with its exception for who has the diagnostic key.
func platformAnswer(f *failure, isDiagnosed bool) answer {
	a := answerOf(f.code, f.message, nil)
	if isDiagnosed && f.exception != nil {
		a = answerOf(f.code, f.message, &details{Exception: f.exception})
	}
	if f.code == overloaded.code {
		a.headers["Retry-After"] = []string{"1"}
	}
	return a
}

// bodyTooLarge is the answer to a request whose body has too many bytes.
func bodyTooLarge() answer {
	message := fmt.Sprintf("The body is larger than %d MiB, the most that is taken here.", maxBodyBytes/mib)
	return answerOf("PAYLOAD_TOO_LARGE", message, &details{MaxBytes: maxBodyBytes})
}

func answerOf(code, message string, more *details) answer {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	// Made of strings and numbers, so it can't fail.
	_ = encoder.Encode(struct {
		Error   string   `json:"error"`
		Code    string   `json:"code"`
		Details *details `json:"details,omitempty"`
	}{message, code, more})
	headers := map[string][]string{"Content-Type": {"application/json"}}
	return answer{statusOf[code], headers, bytes.TrimSuffix(body.Bytes(), []byte("\n")), code}
}
