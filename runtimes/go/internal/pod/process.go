package pod

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"syscall"
	"time"
	"unicode/utf8"

	"hexabase.io/hks/internal/wire"
)

const (
	// drainTime is how long output may take to arrive after the process ended while something that it started holds its
	// pipes.
	drainTime   = 500 * time.Millisecond
	readBytes   = 64 * 1024
	longestLine = 65_536
)

// process is one that holds the handler: the same program, with frames on a socket pair.
type process struct {
	pid     int
	channel *os.File
	pipes   [2]*os.File

	mu     sync.Mutex
	cond   *sync.Cond
	queue  [][]byte
	closed bool
	// ending is why it was ended; nil when it ended by itself.
	ending  *processEnd
	isEnded bool
	// killsBefore are those of countMemoryKills at its start.
	killsBefore int
}

// processListener is told what a process does. onEnd comes once, when it has ended and what it wrote is read.
type processListener struct {
	onFrame func(*answerFrame, []byte) error
	onLine  func(stream, text string, truncated int)
	onEnd   func(end processEnd)
}

// startProcess starts one in a folder, in a group of its own: it is ended with all that it starts, and hears no signal that
// is meant for this process.
func startProcess(load string, folder string, environment []string) (*process, error) {
	path, err := os.Executable()
	if err != nil {
		return nil, err
	}
	pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	var out, errs [2]int
	if err = errors.Join(syscall.Pipe2(out[:], syscall.O_CLOEXEC), syscall.Pipe2(errs[:], syscall.O_CLOEXEC)); err != nil {
		return nil, err
	}
	nothing, err := os.Open(os.DevNull)
	if err != nil {
		return nil, err
	}
	defer nothing.Close()
	pid, err := syscall.ForkExec(path, []string{path, "--fd", "3", "--load", load}, &syscall.ProcAttr{
		Dir:   folder,
		Env:   environment,
		Files: []uintptr{nothing.Fd(), uintptr(out[1]), uintptr(errs[1]), uintptr(pair[1])},
		Sys:   &syscall.SysProcAttr{Setsid: true},
	})
	for _, fd := range []int{out[1], errs[1], pair[1]} {
		_ = syscall.Close(fd)
	}
	p := &process{
		pid: pid, channel: open(pair[0]), pipes: [2]*os.File{open(out[0]), open(errs[0])}, killsBefore: countMemoryKills(),
	}
	p.cond = sync.NewCond(&p.mu)
	return p, err
}

// open makes a file of a descriptor whose reads can be ended by closing it.
func open(fd int) *os.File {
	_ = syscall.SetNonblock(fd, true)
	return os.NewFile(uintptr(fd), "pipe")
}

// run speaks with it until it has ended; how comes from gone. memoryBytes is what it may use.
func (p *process) run(listener processListener, gone <-chan syscall.WaitStatus, memoryBytes int) {
	var readers sync.WaitGroup
	readers.Add(3)
	go func() {
		defer readers.Done()
		p.readFrames(listener.onFrame)
	}()
	for i, stream := range []string{streamOut, streamErr} {
		go func() {
			defer readers.Done()
			readLines(p.pipes[i], func(text string, truncated int) { listener.onLine(stream, text, truncated) })
		}()
	}
	go p.write()
	end := p.endOf(<-gone, memoryBytes)
	read := make(chan struct{})
	go func() {
		readers.Wait()
		close(read)
	}()
	select {
	case <-read:
	case <-time.After(drainTime):
	}
	// What it started may live on.
	p.end()
	p.close()
	<-read
	p.mu.Lock()
	if p.ending != nil {
		end = *p.ending
	}
	p.mu.Unlock()
	listener.onEnd(end)
}

// endOf is how it ended by itself or by a signal.
func (p *process) endOf(status syscall.WaitStatus, memoryBytes int) processEnd {
	p.mu.Lock()
	isEnded := p.isEnded
	p.mu.Unlock()
	switch {
	case !status.Signaled():
		return processEnd{reason: fmt.Sprintf("exit code %d", status.ExitStatus())}
	case status.Signal() == syscall.SIGKILL && !isEnded && countMemoryKills() > p.killsBefore:
		return memoryExcess(memoryBytes)
	default:
		return processEnd{reason: "signal " + signalName(status.Signal())}
	}
}

func (p *process) readFrames(onFrame func(*answerFrame, []byte) error) {
	from := bufio.NewReaderSize(p.channel, readBytes)
	for {
		frame, body, err := readFrame(from)
		if err == nil {
			err = onFrame(frame, body)
		}
		var malformed *wire.Malformed
		if errors.As(err, &malformed) {
			p.endFor(processEnd{reason: "it broke the runtime protocol: " + malformed.Reason})
		}
		if err != nil {
			return
		}
	}
}

// send queues a frame behind those that wait: one that does not read holds nobody up.
func (p *process) send(frame any, body []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.queue = append(p.queue, append(wire.Encode(frame), body...))
	p.cond.Signal()
}

func (p *process) write() {
	for {
		p.mu.Lock()
		for len(p.queue) == 0 && !p.closed {
			p.cond.Wait()
		}
		waiting := p.queue
		p.queue = nil
		isClosed := p.closed
		p.mu.Unlock()
		if isClosed {
			return
		}
		for _, one := range waiting {
			if _, err := p.channel.Write(one); err != nil {
				// Its end says more.
				return
			}
		}
	}
}

// endFor ends it, and is then how it has ended.
func (p *process) endFor(why processEnd) {
	p.mu.Lock()
	if p.ending == nil {
		p.ending = &why
	}
	p.mu.Unlock()
	p.end()
}

// end ends it with all that it started.
func (p *process) end() {
	p.mu.Lock()
	p.isEnded = true
	p.mu.Unlock()
	_ = syscall.Kill(-p.pid, syscall.SIGKILL)
}

func (p *process) close() {
	p.mu.Lock()
	p.closed = true
	p.cond.Signal()
	p.mu.Unlock()
	_ = p.channel.Close()
	for _, pipe := range p.pipes {
		_ = pipe.Close()
	}
}

// readLines cuts what arrives into lines; what is beyond the longest is counted.
func readLines(from io.Reader, onLine func(text string, truncated int)) {
	reader := bufio.NewReaderSize(from, readBytes)
	var kept []byte
	dropped := 0
	emit := func() {
		text, truncated := kept, dropped
		if len(text) > longestLine {
			end := longestLine
			for end > 0 && !utf8.RuneStart(text[end]) {
				end--
			}
			truncated += len(text) - end
			text = text[:end]
		}
		onLine(string(text), truncated)
		kept, dropped = kept[:0], 0
	}
	for {
		part, err := reader.ReadSlice('\n')
		isWhole := err == nil
		if isWhole {
			part = part[:len(part)-1]
		}
		room := min(len(part), longestLine+1-len(kept))
		kept = append(kept, part[:room]...)
		dropped += len(part) - room
		switch {
		case isWhole:
			emit()
		case !errors.Is(err, bufio.ErrBufferFull):
			if len(kept) > 0 {
				emit()
			}
			return
		}
	}
}

// signalName is the name that other programs print, such as SIGKILL.
func signalName(number syscall.Signal) string {
	names := map[syscall.Signal]string{
		syscall.SIGABRT: "SIGABRT", syscall.SIGALRM: "SIGALRM", syscall.SIGBUS: "SIGBUS", syscall.SIGFPE: "SIGFPE",
		syscall.SIGHUP: "SIGHUP", syscall.SIGILL: "SIGILL", syscall.SIGINT: "SIGINT", syscall.SIGKILL: "SIGKILL",
		syscall.SIGPIPE: "SIGPIPE", syscall.SIGQUIT: "SIGQUIT", syscall.SIGSEGV: "SIGSEGV", syscall.SIGTERM: "SIGTERM",
		syscall.SIGTRAP: "SIGTRAP", syscall.SIGUSR1: "SIGUSR1", syscall.SIGUSR2: "SIGUSR2", syscall.SIGXCPU: "SIGXCPU",
	}
	if name, isKnown := names[number]; isKnown {
		return name
	}
	return fmt.Sprintf("SIG%d", int(number))
}
