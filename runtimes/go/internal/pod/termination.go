package pod

import "os"

const (
	terminationLog = "/dev/termination-log"
	// mostTermination is what Kubernetes keeps of it, in bytes.
	mostTermination = 4096
)

// writeTerminationMessage writes where Kubernetes looks for the reason of a container's end, if a container has such a
// file. The same is the last of stderr.
func writeTerminationMessage(text string) {
	if file, err := os.OpenFile(terminationLog, os.O_WRONLY|os.O_TRUNC, 0); err == nil {
		_, _ = file.WriteString(text[:min(len(text), mostTermination)])
		_ = file.Close()
	}
}
