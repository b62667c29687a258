package wire

import (
	"bufio"
	"os"
	"sync"
	"syscall"
)

const (
	readBytes = 64 * 1024
	// smallBody is what is copied behind its line, so that both go in one write.
	smallBody = 64 * 1024

	exitMalformed = 70
)

// Channel is the local transport: frames over one inherited duplex descriptor, a socket pair whose other end is the
// gateway's.
type Channel struct {
	file *os.File
	mu   sync.Mutex
}

// Open takes the descriptor over. A subprocess does not inherit it: it would hide the end of this process.
func Open(fd int) *Channel {
	syscall.CloseOnExec(fd)
	// Read and written without a thread that waits for it. Where that is refused it is a plain blocking file.
	_ = syscall.SetNonblock(fd, true)
	return &Channel{file: os.NewFile(uintptr(fd), "gateway")}
}

// Inherit takes the descriptor over for a program that hands it on to the one that replaces it.
func Inherit(fd int) *Channel {
	_ = syscall.SetNonblock(fd, false)
	return &Channel{file: os.NewFile(uintptr(fd), "gateway")}
}

// Send writes one frame with the bytes behind it. It returns when the kernel has taken all of it: a gateway that reads
// slowly slows the function down instead of filling its memory, and what was printed before a crash is not lost.
func (c *Channel) Send(frame any, body []byte) {
	line := Encode(frame)
	if len(body) <= smallBody {
		line, body = append(line, body...), nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	_, err := c.file.Write(line)
	if err == nil && len(body) > 0 {
		_, err = c.file.Write(body)
	}
	if err != nil {
		// The gateway is gone, so nobody is left to work for. Not os.Exit, which prints what is left.
		syscall.Exit(0)
	}
}

// Serve hands each frame to receive, one after the other. It ends the process at the end of the stream, and when
// receive or the stream breaks the protocol.
func (c *Channel) Serve(receive func(*Frame, []byte) error) {
	from := bufio.NewReaderSize(c.file, readBytes)
	for {
		frame, body, err := Read(from)
		if err == nil {
			err = receive(frame, body)
		}
		if err != nil {
			Leave(err)
		}
	}
}

// Leave ends the process for what reading or receiving answered.
func Leave(err error) {
	if malformed, is := err.(*Malformed); is {
		// Not through os.Stderr, which becomes log frames.
		_, _ = syscall.Write(2, []byte("hks runtime: "+malformed.Reason+"\n"))
		syscall.Exit(exitMalformed)
	}
	syscall.Exit(0)
}
