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

	// queueTime is how long a call waits: longer than a load may take, so that a failed one is told.
	queueTime        = 65 * time.Second
	mostWaiting      = 1000
	waitingPerCall   = 10
	mostWaitingBytes = 128 * mib
	// So many lost processes in that time, without an answer between them, are a crash loop.
	mostLost   = 5
	lostWithin = 60 * time.Second
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
	go p.run(processListener{i.receive, i.takeLine, i.onEnd}, gone)
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

// submit makes a call, or lets it wait.
func (s *supervisor) submit(c *call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.waiting) == 0 && s.current != nil && s.current.hasRoom(s.settings.concurrency) {
		s.current.start(c)
		return
	}
	longest := mostWaiting
	if s.settings.concurrency > 0 {
		longest = min(waitingPerCall*s.settings.concurrency, mostWaiting)
	}
	if len(s.waiting) >= longest || len(s.waiting) > 0 && s.bytes+len(c.body) > mostWaitingBytes {
		c.fail(overloaded)
		return
	}
	s.waiting = append(s.waiting, c)
	s.bytes += len(c.body)
	c.timer = time.AfterFunc(queueTime, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.leave(c) {
			c.fail(waitedTooLong(int(queueTime.Seconds())))
		}
	})
}

// abandon gives a call up, as its caller is gone.
func (s *supervisor) abandon(c *call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.instance != nil {
		c.instance.giveUp(c, "client", callerGone)
	} else {
		s.leave(c)
	}
}

// taken says that a chunk of a call's answer has been sent.
func (s *supervisor) taken(c *call, bytes int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.instance.take(c, bytes)
}

// leave takes a call out of those that wait, and answers whether it was among them.
func (s *supervisor) leave(c *call) bool {
	for n, one := range s.waiting {
		if one == c {
			s.waiting = append(s.waiting[:n:n], s.waiting[n+1:]...)
			s.bytes -= len(c.body)
			c.timer.Stop()
			return true
		}
	}
	return false
}

// serve gives room to those that wait, first come first served.
func (s *supervisor) serve() {
	for len(s.waiting) > 0 && s.current != nil && s.current.hasRoom(s.settings.concurrency) {
		c := s.waiting[0]
		s.leave(c)
		s.current.start(c)
	}
}

func (s *supervisor) refuseAll(f *failure) {
	for _, c := range s.waiting {
		c.timer.Stop()
		c.fail(f)
	}
	s.waiting, s.bytes = nil, 0
}

func (s *supervisor) onLoaded() {
	if !s.isReady {
		s.isReady = true
		go s.listen()
	}
	s.serve()
}

func (s *supervisor) onNotLoaded(f *loadFailure) {
	if !s.isReady {
		go s.fail(f)
		return
	}
	s.log.system(fmt.Sprintf("A new process could not be started. %s: %s", f.kind, f.message))
	s.refuseAll(notStarted(f))
	s.replace(f)
}

func (s *supervisor) onLost(reason string) {
	if s.isStopped {
		return
	}
	s.log.system(reason + " A new process takes its place.")
	s.replace(&loadFailure{kind: "ProcessEnded", message: reason})
}

func (s *supervisor) replace(f *loadFailure) {
	if s.isStopped {
		return
	}
	now := time.Now()
	recent := []time.Time{now}
	for _, at := range s.lost {
		if now.Sub(at) < lostWithin {
			recent = append(recent, at)
		}
	}
	if s.lost = recent; len(s.lost) < mostLost {
		s.open()
		return
	}
	s.current = nil
	s.refuseAll(notStarted(f))
	message := fmt.Sprintf("%d processes were lost within %d seconds without an answer; the last one: %s",
		mostLost, int(lostWithin.Seconds()), f.message)
	go s.fail(&loadFailure{"CRASH_LOOP", f.kind, message, f.lines})
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
