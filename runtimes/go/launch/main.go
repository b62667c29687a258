// Launch waits for the load frame and becomes the program that was built of the function.
//
// The process can be started before it is known what it will run. The program then starts with its environment in
// place, as it would anywhere: package variables, init functions and Go's own settings (TZ, GODEBUG, GOMEMLIMIT) see it.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"

	"hexabase.io/hks/internal/wire"
)

const (
	exitUsage = 64
	channelFd = 3
	peekBytes = 64 * 1024
	// program is where the builder puts it, in the function's folder.
	program = ".hks/function"
)

func main() {
	if len(os.Args) != 3 || os.Args[1] != "--fd" || os.Args[2] != "3" {
		fmt.Fprintln(os.Stderr, "usage: launch --fd 3")
		os.Exit(exitUsage)
	}
	channel := wire.Inherit(channelFd)
	version, _, _ := strings.Cut(strings.TrimPrefix(runtime.Version(), "go"), " ")
	channel.Send(wire.Ready{
		T: "ready", Version: wire.ProtocolVersion, Runtime: "go", RuntimeVersion: version, PID: os.Getpid(),
	}, nil)
	load := waitForLoad()
	failure := become(load)
	channel.Send(wire.Error{T: "error", ID: load.ID, Failure: failure}, nil)
	refuseCalls(channel, failure)
}

// waitForLoad takes the load frame off the channel, and not one byte more: what follows is for the program.
func waitForLoad() *wire.Frame {
	for {
		frame, err := wire.Parse(takeLine())
		if err != nil {
			wire.Leave(err)
		}
		switch frame.T {
		case "load":
			if err := frame.CheckLoad(); err != nil {
				wire.Leave(err)
			}
			return frame
		case "call":
			wire.Leave(&wire.Malformed{Reason: "a call frame before the load frame"})
		case "cancel":
			// Of a call that can't be known here.
		default:
			wire.Leave(&wire.Malformed{Reason: fmt.Sprintf("a frame of the unknown type %q", frame.T)})
		}
	}
}

func takeLine() []byte {
	var line []byte
	buffer := make([]byte, peekBytes)
	for {
		seen, _, err := syscall.Recvfrom(channelFd, buffer, syscall.MSG_PEEK)
		if errors.Is(err, syscall.EINTR) {
			continue
		}
		if err != nil || seen <= 0 {
			syscall.Exit(0)
		}
		end := bytes.IndexByte(buffer[:seen], '\n')
		wanted := seen
		if end >= 0 {
			wanted = end + 1
		}
		taken, err := syscall.Read(channelFd, buffer[:wanted])
		if err != nil && !errors.Is(err, syscall.EINTR) {
			syscall.Exit(0)
		}
		line = append(line, buffer[:max(taken, 0)]...)
		if end >= 0 && taken == wanted {
			return line[:len(line)-1]
		}
	}
}

// become replaces this program by the function's. It returns only when that failed.
func become(load *wire.Frame) wire.Failure {
	dir, err := filepath.EvalSymlinks(*load.Dir)
	if err == nil {
		err = os.Chdir(dir)
	}
	if err != nil {
		return wire.Failure{Code: "LOAD_FAILED", Type: "FolderMissing", Message: err.Error()}
	}
	path := filepath.Join(dir, program)
	if _, err := os.Stat(path); err != nil {
		return wire.Failure{
			Code: "HANDLER_NOT_FOUND", Type: "HandlerNotFound",
			Message: fmt.Sprintf("handler %q has not been built: the folder holds no %s", *load.Handler, program),
		}
	}
	// Environment and secrets become the process's own.
	rest := *load
	rest.Environment, rest.Secrets = nil, nil
	header, err := json.Marshal(rest)
	if err == nil {
		err = syscall.Exec(path, []string{path, "--fd", "3", "--load", string(header)}, environ(load))
	}
	message := fmt.Sprintf("the program can not be started: %v", err)
	if errors.Is(err, syscall.E2BIG) {
		message = "the environment is larger than this system gives to a program"
	}
	return wire.Failure{Code: "LOAD_FAILED", Type: "NotStarted", Message: message}
}

// environ is this process's environment with the function's own in front of it: the last of a name counts.
func environ(load *wire.Frame) []string {
	all := map[string]string{}
	if load.MemoryBytes > 0 {
		// Go collects garbage sooner when it comes near. A tenth is left for what the collector does not know.
		all["GOMEMLIMIT"] = strconv.FormatInt(load.MemoryBytes/10*9, 10)
	}
	for _, entry := range os.Environ() {
		name, value, _ := strings.Cut(entry, "=")
		all[name] = value
	}
	for _, own := range []map[string]string{load.Environment, load.Secrets} {
		for name, value := range own {
			all[name] = value
		}
	}
	entries := make([]string, 0, len(all))
	for name, value := range all {
		entries = append(entries, name+"="+value)
	}
	return entries
}

// refuseCalls answers every call with why the load failed, until the gateway goes.
func refuseCalls(channel *wire.Channel, failure wire.Failure) {
	channel.Serve(func(frame *wire.Frame, _ []byte) error {
		switch frame.T {
		case "load":
			return &wire.Malformed{Reason: "a second load frame: a process holds one function"}
		case "call":
			if err := frame.CheckCall(); err != nil {
				return err
			}
			channel.Send(wire.Error{T: "error", ID: frame.ID, Failure: failure}, nil)
		case "cancel":
		default:
			return &wire.Malformed{Reason: fmt.Sprintf("a frame of the unknown type %q", frame.T)}
		}
		return nil
	})
}
