package hks

import (
	"io"
	"net"
	"os"
)

const (
	egressSocket = "HKS_EGRESS_SOCKET"
	// egressPort is where HTTP_PROXY points to in a sandbox without a network.
	egressPort = "127.0.0.1:3128"
)

// openEgress opens the way out of a sandbox without a network: a port of its own loopback leads to the gateway's proxy,
// behind a socket that the environment names.
func openEgress() {
	socket, isNamed := os.LookupEnv(egressSocket)
	_ = os.Unsetenv(egressSocket)
	if !isNamed {
		return
	}
	listener, err := net.Listen("tcp", egressPort)
	if err != nil {
		// Whoever asks for a host is told that nobody listens.
		return
	}
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go forwardEgress(client, socket)
		}
	}()
}

func forwardEgress(client net.Conn, socket string) {
	defer client.Close()
	proxy, err := net.Dial("unix", socket)
	if err != nil {
		return
	}
	defer proxy.Close()
	done := make(chan struct{})
	go func() {
		defer close(done)
		copyHalf(proxy, client)
	}()
	copyHalf(client, proxy)
	<-done
}

// copyHalf passes on what one side says, and that it has nothing more to say.
func copyHalf(to, from net.Conn) {
	_, _ = io.Copy(to, from)
	if half, ok := to.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
}
