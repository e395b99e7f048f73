// volume makes or removes the directory behind one local volume. The local-path provisioner runs it as root in
// a helper pod: `volume -p <directory> -s <bytes> -m <mode> -a create|delete`.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	directory := flag.String("p", "", "absolute path of the volume's directory")
	action := flag.String("a", "", "create or delete")
	flag.String("s", "", "size in bytes; a directory has no size of its own")
	flag.String("m", "", "volume mode; only Filesystem is offered")
	flag.Parse()
	if err := run(*action, *directory); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(action, directory string) error {
	if !filepath.IsAbs(directory) {
		return fmt.Errorf("-p is %q: the provisioner sets it to an absolute path", directory)
	}
	switch action {
	case "create":
		if err := os.MkdirAll(directory, 0o755); err != nil {
			return err
		}
		// Pods run as any user; chmod because the umask limits what mkdir sets.
		return os.Chmod(directory, 0o777)
	case "delete":
		return os.RemoveAll(directory)
	}
	return fmt.Errorf("-a is %q, expected create or delete", action)
}
