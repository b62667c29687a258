package pod

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"io"
	"log"
	"net/http"
	"regexp"
	"strconv"
	"strings"
)

const (
	invocationIDHeader = "HKS-Invocation-Id"
	errorHeader        = "HKS-Error"
	keyHeader          = "HKS-Diagnostic-Key"
	revisionHeader     = "HKS-Revision"
	contentType        = "Content-Type"
	contentLength      = "Content-Length"
	// drainFactor: a client that is refused reads the refusal only when it has sent all; what it sends beyond this is cut off.
	drainFactor = 4
)

var (
	uuid = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
	// target is what is asked for; a proxy may be asked with the origin in front.
	target = regexp.MustCompile(`^(?:[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*)?(/[^?#]*)?(?:\?([^#]*))?`)
	// notPassedOn are headers of one connection (RFC 9110, 7.6.1), and those that are meant for the platform.
	notPassedOn = map[string]bool{
		"connection": true, "expect": true, "hks-diagnostic-key": true, "hks-invocation-id": true, "keep-alive": true,
		"proxy-authenticate": true, "proxy-authorization": true, "te": true, "trailer": true, "transfer-encoding": true,
		"upgrade": true,
	}
	// single are those of which the first one counts where a request has more than one, as in Node.
	single = map[string]bool{
		"age": true, "authorization": true, "content-length": true, "content-type": true, "etag": true, "expires": true,
		"from": true, "host": true, "if-modified-since": true, "if-unmodified-since": true, "last-modified": true,
		"location": true, "max-forwards": true, "referer": true, "retry-after": true, "server": true, "user-agent": true,
	}
)

// newServer makes the HTTP side: a request becomes a call, and what comes back an answer, as on a function's URL of the
// gateway.
func newServer(s *supervisor) *http.Server {
	return &http.Server{
		Handler:           http.HandlerFunc(s.handle),
		ReadHeaderTimeout: headTime,
		// What clients do wrong is none of the function's log.
		ErrorLog: log.New(io.Discard, "", 0),
	}
}

func (s *supervisor) handle(w http.ResponseWriter, r *http.Request) {
	body, isWhole, err := readBody(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if !isWhole {
		w.Header().Set("Connection", "close")
	}
	if body == nil {
		writeAnswer(w, bodyTooLarge(), "")
		return
	}
	if s.hasKey(r) {
		// While calls are divided nothing else tells who made the answer.
		w.Header()[revisionHeader] = []string{strconv.Itoa(s.settings.revision)}
	}
	invocationID := invocationIDOf(r)
	c := newCall(invocationID, headOf(r), body)
	s.submit(c)
	for {
		select {
		case <-r.Context().Done():
			s.abandon(c)
			return
		case e := <-c.events:
			if s.write(w, r, c, e) {
				return
			}
		}
	}
}

// write passes an event on, and answers whether it was the last one.
func (s *supervisor) write(w http.ResponseWriter, r *http.Request, c *call, e event) bool {
	switch e.kind {
	case eventAnswer:
		headers := make(map[string][]string, len(e.headers))
		for name, values := range e.headers {
			headers[name] = values
		}
		writeAnswer(w, answer{status: e.status, headers: headers, body: e.body}, c.invocationID)
	case eventFail:
		if c.isBegun {
			s.log.brokeOff(c.invocationID, e.failure)
			// So that nobody takes the answer for complete.
			panic(http.ErrAbortHandler)
		}
		writeAnswer(w, platformAnswer(e.failure, s.hasKey(r)), c.invocationID)
	case eventBegin:
		for name, values := range e.headers {
			w.Header()[http.CanonicalHeaderKey(name)] = values
		}
		w.Header()[invocationIDHeader] = []string{c.invocationID}
		w.WriteHeader(e.status)
		if r.Method == http.MethodHead {
			s.abandon(c)
			return true
		}
		_ = http.NewResponseController(w).Flush()
		return false
	case eventChunk:
		if _, err := w.Write(e.body); err == nil {
			_ = http.NewResponseController(w).Flush()
			s.taken(c, len(e.body))
		}
		return false
	case eventEnd:
	}
	return true
}

func writeAnswer(w http.ResponseWriter, a answer, invocationID string) {
	headers := w.Header()
	// Without a type there is none: it is not to be guessed.
	headers[contentType] = nil
	for name, values := range a.headers {
		headers[http.CanonicalHeaderKey(name)] = values
	}
	if invocationID != "" {
		headers[invocationIDHeader] = []string{invocationID}
	}
	if a.code != "" {
		headers[errorHeader] = []string{a.code}
	}
	hasBody := a.status != http.StatusNoContent && a.status != http.StatusNotModified
	if hasBody {
		headers[contentLength] = []string{strconv.Itoa(len(a.body))}
	}
	w.WriteHeader(a.status)
	if hasBody {
		_, _ = w.Write(a.body)
	}
}

// readBody reads a body, nil when it is too large; isWhole tells whether it was read to its end.
func readBody(from io.Reader) (body []byte, isWhole bool, err error) {
	body, err = io.ReadAll(io.LimitReader(from, maxBodyBytes+1))
	if err != nil || len(body) <= maxBodyBytes {
		return body, true, err
	}
	rest, err := io.Copy(io.Discard, io.LimitReader(from, (drainFactor-1)*maxBodyBytes))
	return nil, rest < (drainFactor-1)*maxBodyBytes, err
}

func headOf(r *http.Request) request {
	found := target.FindStringSubmatch(r.RequestURI)
	path := found[1]
	if path == "" {
		path = "/"
	}
	headers := map[string]any{"host": fromLatin1(r.Host)}
	for name, values := range r.Header {
		key := strings.ToLower(name)
		switch {
		case notPassedOn[key] || len(values) == 0:
		case key == "set-cookie":
			headers[key] = values
		case single[key]:
			headers[key] = fromLatin1(values[0])
		case key == "cookie":
			headers[key] = fromLatin1(strings.Join(values, "; "))
		default:
			headers[key] = fromLatin1(strings.Join(values, ", "))
		}
	}
	return request{r.Method, fromLatin1(path), fromLatin1(found[2]), headers}
}

func (s *supervisor) hasKey(r *http.Request) bool {
	key := s.settings.diagnosticKey
	return key != "" && subtle.ConstantTimeCompare([]byte(fromLatin1(r.Header.Get(keyHeader))), []byte(key)) == 1
}

func invocationIDOf(r *http.Request) string {
	if given := strings.ToLower(r.Header.Get(invocationIDHeader)); uuid.MatchString(given) {
		return given
	}
	const version, variant = 0x40, 0x80
	bytes := make([]byte, 16)
	// It never fails where there is a kernel.
	_, _ = rand.Read(bytes)
	bytes[6] = bytes[6]&0x0f | version
	bytes[8] = bytes[8]&0x3f | variant
	digits := hex.EncodeToString(bytes)
	return strings.Join([]string{digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]}, "-")
}
