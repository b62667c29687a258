//go:build hks_pod

// Only in a program that is to run in a pod: it holds an HTTP server.

package hks

import (
	"os"

	"hexabase.io/hks/internal/pod"
)

// Before the init functions of the package that holds the handler, which imports this one: nothing of the function runs in
// the process that supervises.
func init() {
	if len(os.Args) > 1 && os.Args[1] == "--http" {
		pod.Supervise(os.Args[2:])
	}
}
