package pod

import (
	"fmt"
	"time"
)

const (
	// queueTime is how long a call waits: longer than a load may take, so that a failed one is told.
	queueTime        = 65 * time.Second
	mostWaiting      = 1000
	waitingPerCall   = 10
	mostWaitingBytes = 128 * mib
	// So many lost processes in that time, without an answer between them, are a crash loop.
	mostLost   = 5
	lostWithin = 60 * time.Second
)

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
