package pod

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// memoryEvents are of the container's own control group: version 2, version 1.
var memoryEvents = []string{"/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory/memory.oom_control"}

// processEnd is how a process ended: a clause, and what to do about it, where it was ended for what it used.
type processEnd struct{ reason, wayOut string }

// countMemoryKills answers how many processes of this container the kernel has ended for their memory; 0 where nothing tells.
func countMemoryKills() int {
	for _, file := range memoryEvents {
		text, err := os.ReadFile(file)
		if err != nil {
			// The other version, or none.
			continue
		}
		for _, line := range strings.Split(string(text), "\n") {
			if count, isThere := strings.CutPrefix(line, "oom_kill "); isThere {
				kills, _ := strconv.Atoi(count)
				return kills
			}
		}
		return 0
	}
	return 0
}

// memoryExcess is an end for memory; bytes are 0 where nobody says how many there may be.
func memoryExcess(bytes int) processEnd {
	used := "memory than it may"
	if bytes > 0 {
		used = "than " + memoryText(bytes) + " of memory"
	}
	return processEnd{"it used more " + used, "Raise resources.memory in function.yaml, or hold less at once."}
}

// cpuExcess is an end for processor time.
func cpuExcess(seconds int) processEnd {
	unit := "seconds"
	if seconds == 1 {
		unit = "second"
	}
	return processEnd{
		fmt.Sprintf("it used more than %d %s of processor time for a call", seconds, unit),
		"Raise resources.cpuSeconds in function.yaml, or compute less; what goes on after an answer counts, too.",
	}
}

// memoryText is an amount in the largest binary unit that leaves a whole number, such as 256Mi.
func memoryText(bytes int) string {
	const step = 1024
	unit := ""
	for _, larger := range []string{"Ki", "Mi", "Gi", "Ti"} {
		if bytes%step != 0 {
			break
		}
		bytes, unit = bytes/step, larger
	}
	return strconv.Itoa(bytes) + unit
}
