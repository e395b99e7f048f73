// Package policies enforces NetworkPolicies on the embedded cluster's one node.
//
// It watches pods, namespaces and policies, turns all of them into one nftables table (rules.go) and
// loads that table in one transaction whenever it differs from the last one: the packets see the
// old rules or the new ones, never half of them.
package policies

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/knftables"
)

// tableName is what `nft list ruleset` shows; that it exists says that the policies are in force.
const tableName = "network-policies"

// retryPause is how long a table that nft refused waits for the next attempt.
const retryPause = time.Second

// Main runs the agent until it is told to end. Its table stays: policies outlive their agent.
func Main() {
	if err := run(); err != nil {
		slog.Error("network policies are not enforced", "error", err)
		os.Exit(1)
	}
}

func run() error {
	// The other programs' libraries fill the global set of flags.
	flags := flag.NewFlagSet(tableName, flag.ExitOnError)
	kubeconfig := flags.String("kubeconfig", "", "file with the API server's address and this agent's certificate")
	if err := flags.Parse(os.Args[1:]); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	if err != nil {
		return fmt.Errorf("cannot read --kubeconfig: %w", err)
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return fmt.Errorf("cannot use --kubeconfig: %w", err)
	}
	nft, err := knftables.New(knftables.InetFamily, tableName)
	if err != nil {
		return fmt.Errorf("cannot use nftables; install the package nftables: %w", err)
	}

	factory := informers.NewSharedInformerFactory(client, 0)
	pods := factory.Core().V1().Pods()
	namespaces := factory.Core().V1().Namespaces()
	policies := factory.Networking().V1().NetworkPolicies()
	// One pending wake-up stands for any number of events.
	changed := make(chan struct{}, 1)
	wake := func() {
		select {
		case changed <- struct{}{}:
		default:
		}
	}
	handler := cache.ResourceEventHandlerFuncs{
		AddFunc:    func(any) { wake() },
		UpdateFunc: func(any, any) { wake() },
		DeleteFunc: func(any) { wake() },
	}
	for _, informer := range []cache.SharedIndexInformer{pods.Informer(), namespaces.Informer(), policies.Informer()} {
		if _, err := informer.AddEventHandler(handler); err != nil {
			return err
		}
	}
	factory.Start(ctx.Done())
	for kind, synced := range factory.WaitForCacheSync(ctx.Done()) {
		if !synced {
			return fmt.Errorf("ended before the first list of %v", kind)
		}
	}
	wake()

	loaded := ""
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-changed:
		}
		seen := state{namespaces: map[string]labels.Set{}}
		everything := labels.Everything()
		if seen.pods, err = pods.Lister().List(everything); err != nil {
			return err
		}
		if seen.policies, err = policies.Lister().List(everything); err != nil {
			return err
		}
		spaces, err := namespaces.Lister().List(everything)
		if err != nil {
			return err
		}
		for _, space := range spaces {
			seen.namespaces[space.Name] = space.Labels
		}
		wanted := nft.NewTransaction()
		seen.write(wanted)
		if wanted.String() == loaded {
			continue
		}
		if err := nft.Run(ctx, wanted); err != nil {
			slog.Error("nft refused the rules; they are tried again", "error", err)
			time.AfterFunc(retryPause, wake)
			continue
		}
		loaded = wanted.String()
		slog.Info("rules loaded", "policies", len(seen.policies), "pods", len(seen.pods))
	}
}
