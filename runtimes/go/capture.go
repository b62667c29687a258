//go:build hks_function

// Only in a program that the builder makes: it adds os.HksCapture to the standard library (overlay/os.go.txt).

package hks

import "os"

// Before the init functions of the package that holds the handler: it imports this one.
func init() {
	if isServed() {
		setLabel = os.HksCapture(printed, endAllLines)
	}
}
