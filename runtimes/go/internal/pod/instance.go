package pod

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

const (
	loadTime = 60 * time.Second
)

type state int

const (
	stateLoading state = iota
	stateOpen
	stateLost
	stateGone
)

// loadFailure is why the code can not be loaded; lines are what was printed.
type loadFailure struct {
	code, kind, message string
	lines               []string
}

// instance is a process that loads the code and then answers calls, until it ends or hangs. All but output is under the
// lock of its supervisor.
type instance struct {
	s         *supervisor
	process   *process
	state     state
	isSuspect bool
	calls     map[string]*call
	lastID    int
	loadTimer *time.Timer
	cpu       *cpuWatch

	tail  []line
	added int
}

func newInstance(s *supervisor, p *process) *instance {
	i := &instance{s: s, process: p, calls: map[string]*call{}}
	i.cpu = watchCPU(p.pid, s.settings.cpuSeconds, func() { p.endFor(cpuExcess(s.settings.cpuSeconds)) })
	i.loadTimer = time.AfterFunc(loadTime, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		message := fmt.Sprintf("Loading the code took longer than %d seconds.", int(loadTime.Seconds()))
		i.refuse(&loadFailure{"LOAD_TIMEOUT", "LoadTimeout", message, textsOf(i.printed(0, ""))})
		p.end()
	})
	return i
}

// hasRoom answers whether it takes a call now, as one of so many at most; 0 for any number.
func (i *instance) hasRoom(concurrency int) bool {
	return i.state == stateOpen && !i.isSuspect && (concurrency == 0 || len(i.calls) < concurrency)
}

// start sends a call.
func (i *instance) start(c *call) {
	i.lastID++
	i.cpu.beginCall(len(i.calls))
	c.instance, c.id, c.mark = i, strconv.Itoa(i.lastID), i.added
	i.calls[c.id] = c
	timeout := i.s.settings.timeout
	c.timer = time.AfterFunc(timeout, func() { i.timeOut(c) })
	i.process.send(callFrame{
		T: "call", ID: c.id, InvocationID: c.invocationID, Deadline: time.Now().Add(timeout).UnixMilli(),
		Credit: streamWindow, Request: c.request, Bytes: len(c.body),
	}, c.body)
	c.body = nil
}

func (i *instance) timeOut(c *call) {
	i.s.mu.Lock()
	defer i.s.mu.Unlock()
	if i.calls[c.id] != c {
		return
	}
	i.giveUp(c, "timeout", timedOut(int(i.s.settings.timeout.Seconds())))
	i.isSuspect = true
	c.timer = time.AfterFunc(cancelGrace, func() {
		i.s.mu.Lock()
		defer i.s.mu.Unlock()
		if i.calls[c.id] == c {
			i.lose(fmt.Sprintf("A call did not end after its time was up (%d s).", int(i.s.settings.timeout.Seconds())))
		}
	})
}

// giveUp answers the caller now; the handler is told, and what it still answers is dropped.
func (i *instance) giveUp(c *call, reason string, f *failure) {
	if !c.isAwaited {
		return
	}
	c.fail(f)
	i.process.send(cancelFrame{"cancel", c.id, reason}, nil)
	i.onFewer()
}

// take lets what the reader has taken be sent again; a frame for each small chunk would cost more than the chunk.
func (i *instance) take(c *call, bytes int) {
	c.held -= bytes + chunkCost
	c.taken += bytes + chunkCost
	if c.isAwaited && c.taken >= streamWindow/4 {
		i.process.send(creditFrame{"credit", c.id, c.taken}, nil)
		c.taken = 0
	}
}

// receive takes a frame of the process.
func (i *instance) receive(frame *answerFrame, body []byte) error {
	if frame.T == "log" {
		stream := streamOut
		if string(frame.Stream) == `"err"` {
			stream = streamErr
		}
		i.note(line{stream, frame.Text, frame.InvocationID, frame.Truncated})
		return nil
	}
	i.s.mu.Lock()
	defer i.s.mu.Unlock()
	switch {
	case frame.T == "ready":
	case i.state == stateLoading:
		i.loadTimer.Stop()
		i.state = stateOpen
		i.s.onLoaded()
	default:
		i.lift()
		return i.receiveAnswer(frame, body)
	}
	return nil
}

func (i *instance) receiveAnswer(frame *answerFrame, body []byte) error {
	c := i.calls[frame.ID]
	status := lowestStatus
	if frame.Status != nil {
		status = *frame.Status
	}
	isStream := string(frame.Stream) == "true"
	if frame.T == "result" || frame.T == "error" && frame.Code != "EVENT_INVALID" {
		i.s.lost = nil
	}
	switch {
	case c == nil:
	case frame.T == "chunk":
		return c.push(body)
	case frame.T == "error":
		c.fail(failed(frame, i.s.log.hide))
		i.remove(c)
	case frame.T == "result" && isStream:
		// A second beginning breaks the protocol; the first one counts.
		if !c.isBegun {
			c.isBegun = true
			c.tell(event{kind: eventBegin, status: status, headers: frame.Headers})
		}
	case frame.T == "result":
		c.tell(event{kind: eventAnswer, status: status, headers: frame.Headers, body: body})
		i.remove(c)
	case frame.T == "end" && c.isBegun:
		c.tell(event{kind: eventEnd})
		i.remove(c)
	}
	return nil
}

func (i *instance) onEnd(end processEnd) {
	i.cpu.stop()
	i.s.mu.Lock()
	defer i.s.mu.Unlock()
	if i.state == stateLoading {
		i.refuse(endedEarly(end, textsOf(i.printed(0, ""))))
	}
	i.lose(fmt.Sprintf("The process ended (%s).", end.reason))
	i.state = stateGone
	for _, c := range i.calls {
		c.fail(crashed(end, i.printed(c.mark, c.invocationID)))
		i.remove(c)
	}
	delete(i.s.instances, i.process.pid)
}

// endedEarly: a panic of the code ends the process, and says why.
func endedEarly(end processEnd, lines []string) *loadFailure {
	if end.wayOut != "" {
		message := fmt.Sprintf("The process was ended while the code was loaded: %s. %s", end.reason, end.wayOut)
		return &loadFailure{"LIMIT_EXCEEDED", "LimitExceeded", message, lines}
	}
	why := "."
	for _, text := range lines {
		if strings.HasPrefix(text, "panic: ") {
			why = ": " + text
		}
	}
	message := fmt.Sprintf("The process ended while the code was loaded (%s)%s", end.reason, why)
	return &loadFailure{"PROCESS_ENDED", "ProcessEnded", message, lines}
}

func (i *instance) refuse(f *loadFailure) {
	i.loadTimer.Stop()
	if i.state == stateLoading {
		i.state = stateLost
		i.s.onNotLoaded(f)
	}
}

// lift: it answers, so it does not hang.
func (i *instance) lift() {
	if i.isSuspect {
		i.isSuspect = false
		i.s.serve()
	}
}

func (i *instance) lose(reason string) {
	if i.state != stateOpen {
		return
	}
	i.state = stateLost
	i.s.onLost(reason)
	i.endWhenUnawaited()
}

func (i *instance) remove(c *call) {
	c.timer.Stop()
	delete(i.calls, c.id)
	i.onFewer()
}

func (i *instance) onFewer() {
	i.endWhenUnawaited()
	i.s.serve()
}

func (i *instance) endWhenUnawaited() {
	if i.state != stateLost {
		return
	}
	for _, c := range i.calls {
		if c.isAwaited {
			return
		}
	}
	i.process.end()
}

// stop ends it; who waits for an answer is told that it was stopped.
func (i *instance) stop() {
	for _, c := range i.calls {
		c.fail(stopped)
	}
	i.process.end()
}
