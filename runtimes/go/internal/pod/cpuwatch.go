package pod

import (
	"math"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	// ticksPerSecond is USER_HZ, the same on every Linux.
	ticksPerSecond = 100
	lookTime       = 200 * time.Millisecond
	// leastLoadSeconds is what loading the code may use where a call may use less.
	leastLoadSeconds = 60
)

// cpuWatch keeps a process, with all that it starts, within the processor time of its calls. Calls at the same time share
// what they may use, and what goes on after an answer counts, too. A nil one watches nothing.
type cpuWatch struct {
	seconds float64
	done    chan struct{}
	once    sync.Once

	mu  sync.Mutex
	end float64
	// anew is allowed since the last look, as nobody measures for it alone; negative for nothing.
	anew float64
}

// watchCPU watches until stop, and calls onExcess once. Without seconds there is nothing to watch.
func watchCPU(root, seconds int, onExcess func()) *cpuWatch {
	if seconds == 0 {
		return nil
	}
	w := &cpuWatch{
		seconds: float64(seconds), done: make(chan struct{}),
		end: math.Inf(1), anew: float64(max(seconds, leastLoadSeconds)),
	}
	go func() {
		ticker := time.NewTicker(lookTime)
		defer ticker.Stop()
		for {
			select {
			case <-w.done:
				return
			case <-ticker.C:
				if w.isUsedUp(usedSeconds(root)) {
					onExcess()
					return
				}
			}
		}
	}()
	return w
}

// beginCall says that a call begins while there are so many others.
func (w *cpuWatch) beginCall(others int) {
	if w == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case others == 0:
		w.anew = w.seconds
	case w.anew >= 0:
		w.anew += w.seconds
	default:
		w.end += w.seconds
	}
}

func (w *cpuWatch) stop() {
	if w != nil {
		w.once.Do(func() { close(w.done) })
	}
}

func (w *cpuWatch) isUsedUp(used float64) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.anew >= 0 {
		w.end = used + w.anew
	}
	w.anew = -1
	return used > w.end
}

type processUse struct{ parent, session, ticks int }

// usedSeconds are those of processor time of a process and all that it has started.
func usedSeconds(root int) float64 {
	entries, _ := os.ReadDir("/proc")
	processes := map[int]processUse{}
	for _, entry := range entries {
		if pid, err := strconv.Atoi(entry.Name()); err == nil {
			if use, isThere := readProcess(pid); isThere {
				processes[pid] = use
			}
		}
	}
	ticks := 0
	for pid, use := range processes {
		if isOfRoot(processes, pid, root) {
			ticks += use.ticks
		}
	}
	return float64(ticks) / ticksPerSecond
}

// isOfRoot: one whose parent has ended still has the session, unless it made its own.
func isOfRoot(processes map[int]processUse, pid, root int) bool {
	for {
		use, isThere := processes[pid]
		if !isThere {
			return false
		}
		if pid == root || use.session == root {
			return true
		}
		pid = use.parent
	}
}

// readProcess reads parent, session and ticks of a process with those of its children that were waited for.
func readProcess(pid int) (processUse, bool) {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return processUse{}, false
	}
	// Behind the name, which may hold anything: state, ppid, pgrp, session, …, utime, stime, cutime, cstime.
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	number := func(at int) int {
		value, _ := strconv.Atoi(fields[at])
		return value
	}
	return processUse{number(1), number(3), number(11) + number(12) + number(13) + number(14)}, true
}
