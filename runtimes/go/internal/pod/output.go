package pod

// keptLines of a process are enough for a stack.
const keptLines = 50

// takeLine takes a line of the plain pipes: it is the only call's, if there is just one.
func (i *instance) takeLine(stream, text string, truncated int) {
	i.s.mu.Lock()
	only := ""
	if len(i.calls) == 1 {
		for _, c := range i.calls {
			only = c.invocationID
		}
	}
	i.s.mu.Unlock()
	i.note(line{stream, text, only, truncated})
}

func (i *instance) note(l line) {
	i.s.log.write(l)
	i.s.mu.Lock()
	defer i.s.mu.Unlock()
	i.added++
	i.tail = append(i.tail, l)
	if len(i.tail) > keptLines {
		i.tail = i.tail[1:]
	}
}

// printed are the last lines after a mark that belong to this invocation or to none; without one, all.
func (i *instance) printed(mark int, invocationID string) []line {
	var found []line
	for _, l := range i.tail[max(0, min(len(i.tail), mark-(i.added-len(i.tail)))):] {
		if invocationID == "" || l.invocationID == "" || l.invocationID == invocationID {
			l.text = i.s.log.hide(l.text)
			found = append(found, l)
		}
	}
	return found
}

func textsOf(lines []line) []string {
	texts := make([]string, len(lines))
	for n, l := range lines {
		texts[n] = l.text
	}
	return texts
}
