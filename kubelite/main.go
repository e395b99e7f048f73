// kubelite is a whole Kubernetes node in one binary: the name it is called by, or else its first
// argument, says which program it is.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"localmart.example/kubelite/policies"
)

// programs maps each name to the upstream program's own main function; one program is ours.
var programs = map[string]func(){
	"etcd":                    etcd,
	"kube-apiserver":          apiserver,
	"kube-controller-manager": controllerManager,
	"kube-scheduler":          scheduler,
	"kubelet":                 kubelet,
	"kube-proxy":              proxy,
	"network-policies":        policies.Main,
	"coredns":                 coreDNS,
	"metrics-server":          metricsServer,
	"kubectl":                 kubectl,
	"helm":                    helm,
}

func main() {
	if run, ok := programs[filepath.Base(os.Args[0])]; ok {
		run()
		return
	}
	if len(os.Args) > 1 {
		if run, ok := programs[os.Args[1]]; ok {
			os.Args = os.Args[1:]
			run()
			return
		}
	}
	names := make([]string, 0, len(programs))
	for name := range programs {
		names = append(names, name)
	}
	slices.Sort(names)
	fmt.Fprintf(os.Stderr, "usage: kubelite <program> [arguments]\nprograms: %s\n", strings.Join(names, ", "))
	os.Exit(2)
}
