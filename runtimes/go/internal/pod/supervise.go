package pod

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	exitFailed = 1
	exitUsage  = 64

	// lastAnswersTime is how long an answer may take to leave before the process ends for a reason of its own.
	lastAnswersTime = time.Second
	// forever is a time that no answer takes.
	forever = 1000 * time.Hour
	// headTime is how long the head of a request may take.
	headTime = time.Minute
)

// supervisor leads calls to the one process that serves, replaces it when it is lost, and lets calls wait meanwhile.
type supervisor struct {
	settings settings
	folder   string
	load     string
	log      *logWriter
	server   *http.Server

	mu        sync.Mutex
	instances map[int]*instance
	gone      map[int]chan syscall.WaitStatus
	current   *instance
	waiting   []*call
	bytes     int
	isReady   bool
	isStopped bool
	isFailing bool
	lost      []time.Time
}

// Supervise loads the function in a process of its own, then listens, and ends as docs/runtime-protocol.md says. It never
// returns. args are those behind --http.
func Supervise(args []string) {
	settings, err := readSettings(args, os.Environ())
	if err != nil {
		usage(err)
	}
	s := &supervisor{
		settings:  settings,
		log:       &logWriter{isMarked: settings.isMarked, hide: createMask(settings.secrets)},
		instances: map[int]*instance{},
		gone:      map[int]chan syscall.WaitStatus{},
	}
	s.server = newServer(s)
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGCHLD)
	s.start()
	for one := range signals {
		if one == syscall.SIGCHLD {
			s.reap()
		} else {
			go s.end()
		}
	}
}

func (s *supervisor) start() {
	folder, err := openSource(s.settings.source)
	if err != nil {
		s.fail(&loadFailure{code: "SOURCE_UNREADABLE", kind: "SourceUnreadable", message: err.Error()})
	}
	s.folder = folder
	if !isSet(s.settings.environment, "GOMEMLIMIT") && s.settings.memoryBytes > 0 {
		// Go collects garbage sooner when it comes near. A tenth is left for what the collector does not know.
		limit := strconv.Itoa(s.settings.memoryBytes / 10 * 9)
		s.settings.environment = append(s.settings.environment, "GOMEMLIMIT="+limit)
	}
	// Made of strings and numbers, so it can't fail.
	load, _ := json.Marshal(map[string]any{
		"t": "load", "id": "load", "dir": folder, "functionName": s.settings.functionName,
		"revision": s.settings.revision, "maxAnswerBytes": maxAnswerBytes,
	})
	s.load = string(load)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open()
}

func isSet(environment []string, name string) bool {
	for _, entry := range environment {
		if strings.HasPrefix(entry, name+"=") {
			return true
		}
	}
	return false
}

// open starts a process.
func (s *supervisor) open() {
	p, err := startProcess(s.load, s.folder, s.settings.environment)
	if err != nil {
		s.onNotLoaded(&loadFailure{code: "PROCESS_ENDED", kind: "NotStarted", message: "The process can not be started: " + err.Error() + "."})
		return
	}
	i := newInstance(s, p)
	gone := make(chan syscall.WaitStatus, 1)
	s.instances[p.pid], s.gone[p.pid] = i, gone
	s.current = i
	go p.run(processListener{i.receive, i.takeLine, i.onEnd}, gone, s.settings.memoryBytes)
}

// reap waits for all that have ended: as process 1 it gets those whose parent has ended, too.
func (s *supervisor) reap() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &status, syscall.WNOHANG, nil)
		if errors.Is(err, syscall.EINTR) {
			continue
		}
		if err != nil || pid <= 0 {
			return
		}
		if gone := s.gone[pid]; gone != nil {
			gone <- status
			delete(s.gone, pid)
		}
	}
}

// listen serves until the end. It takes both versions of the Internet Protocol, where there are both.
func (s *supervisor) listen() {
	listener, err := net.Listen("tcp", ":"+strconv.Itoa(s.settings.port))
	if err == nil {
		err = s.server.Serve(listener)
	}
	if errors.Is(err, http.ErrServerClosed) {
		return
	}
	kind := "NotListening"
	if errors.Is(err, syscall.EADDRINUSE) {
		kind = "EADDRINUSE"
	}
	s.fail(&loadFailure{code: "LISTEN_FAILED", kind: kind, message: err.Error()})
}

// fail ends with the reason where Kubernetes looks for it.
func (s *supervisor) fail(f *loadFailure) {
	s.mu.Lock()
	isFirst := !s.isFailing
	s.isFailing = true
	s.mu.Unlock()
	if !isFirst {
		return
	}
	s.shutdown(lastAnswersTime)
	var parts []string
	for _, part := range strings.Split(f.message, "\n") {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	lines := append([]string{fmt.Sprintf("%s %s: %s", f.code, f.kind, strings.Join(parts, " "))}, f.lines...)
	reason := strings.Join(lines, "\n")
	s.log.system(reason)
	writeTerminationMessage(s.log.hide(reason))
	s.stop()
	os.Exit(exitFailed)
}

// end lets what is under way end in its own time.
func (s *supervisor) end() {
	s.shutdown(forever)
	s.stop()
	os.Exit(0)
}

func (s *supervisor) shutdown(most time.Duration) {
	limited, cancel := context.WithTimeout(context.Background(), most)
	defer cancel()
	_ = s.server.Shutdown(limited)
}

func (s *supervisor) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.isStopped = true
	s.refuseAll(stopped)
	for _, i := range s.instances {
		i.stop()
	}
}
