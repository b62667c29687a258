// Package pod is the process that listens for HTTP in a pod and supervises the one with the handler
// (docs/runtime-protocol.md, "In a pod").
package pod

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

const (
	defaultPort           = 8080
	highestPort           = 65_535
	defaultTimeoutSeconds = 60
	// longestTimeoutSeconds is as the other languages have it: what a timer of Node holds.
	longestTimeoutSeconds = 2_000_000
	longestNumber         = 15
)

// settings are what the pod's manifest says.
type settings struct {
	port          int
	source        string
	functionName  string
	revision      int
	timeout       time.Duration
	concurrency   int
	diagnosticKey string
	isMarked      bool
	memoryBytes   int
	cpuSeconds    int
	secrets       []string
	// environment is the function's.
	environment []string
}

// readSettings takes the settings out of the environment. args are those behind --http. An error names what is wrong.
func readSettings(args, environment []string) (settings, error) {
	if len(args) > 1 {
		return settings{}, fmt.Errorf("%q is one argument too many behind --http PORT", args[1])
	}
	r := &reader{values: map[string]string{}, order: environment, taken: map[string]bool{}}
	for _, entry := range environment {
		name, value, _ := strings.Cut(entry, "=")
		r.values[name] = value
	}
	s := settings{}
	if len(args) == 1 {
		s.port = r.wholeNumber("--http", args[0], defaultPort, 0, highestPort)
	} else {
		s.port = r.wholeNumber("PORT", r.values["PORT"], defaultPort, 0, highestPort)
	}
	if s.source = r.take("HKS_SOURCE"); s.source == "" {
		r.refuse("HKS_SOURCE", "", "set, and has to be")
	}
	// The program was built for its handler.
	r.take("HKS_HANDLER")
	s.functionName = r.take("HKS_FUNCTION_NAME")
	s.revision = r.number("HKS_REVISION", 0, 0, -1)
	s.timeout = time.Duration(r.number("HKS_TIMEOUT_SECONDS", defaultTimeoutSeconds, 1, longestTimeoutSeconds)) * time.Second
	s.concurrency = r.number("HKS_CONCURRENCY", 0, 0, -1)
	s.diagnosticKey = r.take("HKS_DIAGNOSTIC_KEY")
	s.isMarked = r.oneOf("HKS_LOG_FORMAT", "plain", "marked") == "marked"
	s.memoryBytes = r.number("HKS_MEMORY_BYTES", 0, 0, -1)
	s.cpuSeconds = r.number("HKS_CPU_SECONDS", 0, 1, -1)
	// What does not parse was not built.
	r.oneOf("HKS_CHECK", "false", "true")
	for _, name := range strings.Split(r.take("HKS_SECRET_NAMES"), ",") {
		if value, isThere := r.values[strings.TrimSpace(name)]; isThere {
			s.secrets = append(s.secrets, value)
		}
	}
	s.environment = r.rest()
	return s, r.wrong
}

// reader takes variables out of an environment. It keeps the first thing that is wrong.
type reader struct {
	values map[string]string
	order  []string
	taken  map[string]bool
	wrong  error
}

func (r *reader) take(name string) string {
	r.taken[name] = true
	return r.values[name]
}

// rest is what was not taken.
func (r *reader) rest() []string {
	left := []string{}
	for _, entry := range r.order {
		if name, _, _ := strings.Cut(entry, "="); !r.taken[name] {
			left = append(left, entry)
		}
	}
	return left
}

func (r *reader) refuse(name, value, what string) {
	if r.wrong == nil {
		r.wrong = errors.New(name + ": " + strconv.Quote(value) + " is not " + what)
	}
}

func (r *reader) number(name string, fallback, least, most int) int {
	return r.wholeNumber(name, r.take(name), fallback, least, most)
}

// wholeNumber reads a number; a negative most means none.
func (r *reader) wholeNumber(name, text string, fallback, least, most int) int {
	if text == "" {
		return fallback
	}
	number, err := strconv.ParseUint(text, 10, 63)
	if err == nil && len(text) <= longestNumber && int(number) >= least && (most < 0 || int(number) <= most) {
		return int(number)
	}
	bounds := fmt.Sprintf("from %d on", least)
	if most >= 0 {
		bounds = fmt.Sprintf("from %d to %d", least, most)
	}
	r.refuse(name, text, "a whole number "+bounds)
	return fallback
}

func (r *reader) oneOf(name string, words ...string) string {
	text := r.take(name)
	if text == "" {
		return words[0]
	}
	for _, word := range words {
		if text == word {
			return word
		}
	}
	r.refuse(name, text, "one of "+strings.Join(words, ", "))
	return words[0]
}

func usage(err error) {
	fmt.Fprintln(os.Stderr, "hks runtime:", err)
	os.Exit(exitUsage)
}
