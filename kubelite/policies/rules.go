package policies

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"
	"sigs.k8s.io/knftables"
)

// state is everything the rules depend on.
type state struct {
	pods       []*corev1.Pod
	namespaces map[string]labels.Set
	policies   []*networkingv1.NetworkPolicy
}

// direction is one of the two a policy speaks of, as the packet that opens a connection shows it.
type direction struct {
	policyType networkingv1.PolicyType
	chain      string
	// own and peer name the header fields with the selected pod's address and the other end's.
	own, peer string
}

var (
	egress  = direction{networkingv1.PolicyTypeEgress, "from-", "ip saddr", "ip daddr"}
	ingress = direction{networkingv1.PolicyTypeIngress, "to-", "ip daddr", "ip saddr"}
)

// write replaces the whole table.
//
// A packet between pods passes the hook `forward`, be it routed or bridged (br_netfilter), and one
// from a pod to the node passes `input`; both come after a Service's address was translated. The
// node's own packets, such as probes, pass neither.
func (s state) write(tx *knftables.Transaction) {
	s.sort()
	// Deleting needs a table that exists.
	tx.Add(&knftables.Table{})
	tx.Delete(&knftables.Table{})
	tx.Add(&knftables.Table{})
	hooks := map[knftables.BaseChainHook][]direction{
		knftables.ForwardHook: {egress, ingress},
		knftables.InputHook:   {egress},
	}
	for _, direction := range []direction{egress, ingress} {
		for _, pod := range s.pods {
			s.writePod(tx, direction, pod)
		}
	}
	for _, hook := range []knftables.BaseChainHook{knftables.ForwardHook, knftables.InputHook} {
		chain := string(hook)
		tx.Add(&knftables.Chain{
			Name:     chain,
			Type:     knftables.PtrTo(knftables.FilterType),
			Hook:     knftables.PtrTo(hook),
			Priority: knftables.PtrTo(knftables.FilterPriority),
		})
		rule := func(text string) { tx.Add(&knftables.Rule{Chain: chain, Rule: text}) }
		rule("ct state established,related accept")
		if hook == knftables.ForwardHook {
			// The cluster's addresses are IPv4: link-local ones would lead around every policy.
			rule("meta nfproto ipv6 drop")
		}
		for _, direction := range hooks[hook] {
			if jumps := s.jumps(direction); len(jumps) > 0 {
				rule(fmt.Sprintf("%s vmap { %s }", direction.own, strings.Join(jumps, ", ")))
			}
		}
	}
}

// sort gives the same rules for the same objects, and leaves only pods that have an address of
// their own and may use it.
func (s *state) sort() {
	s.pods = slices.DeleteFunc(slices.Clone(s.pods), func(pod *corev1.Pod) bool {
		address, err := netip.ParseAddr(pod.Status.PodIP)
		ended := pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed
		return pod.Spec.HostNetwork || ended || err != nil || !address.Is4()
	})
	// An address can be given to a new pod before the old one's object is gone: the new one counts.
	slices.SortFunc(s.pods, func(a, b *corev1.Pod) int {
		return cmp.Or(
			strings.Compare(a.Status.PodIP, b.Status.PodIP),
			b.CreationTimestamp.Compare(a.CreationTimestamp.Time),
			strings.Compare(string(a.UID), string(b.UID)),
		)
	})
	s.pods = slices.CompactFunc(s.pods, func(a, b *corev1.Pod) bool {
		return a.Status.PodIP == b.Status.PodIP
	})
	s.policies = slices.Clone(s.policies)
	slices.SortFunc(s.policies, func(a, b *networkingv1.NetworkPolicy) int {
		return cmp.Or(strings.Compare(a.Namespace, b.Namespace), strings.Compare(a.Name, b.Name))
	})
}

func (s state) jumps(direction direction) []string {
	var jumps []string
	for _, pod := range s.pods {
		if len(s.selecting(direction, pod)) > 0 {
			jumps = append(jumps, fmt.Sprintf("%s : jump %s", pod.Status.PodIP, chainOf(direction, pod)))
		}
	}
	return jumps
}

func chainOf(direction direction, pod *corev1.Pod) string {
	return direction.chain + pod.Status.PodIP
}

// selecting lists the policies that isolate this pod in this direction.
func (s state) selecting(direction direction, pod *corev1.Pod) []*networkingv1.NetworkPolicy {
	var found []*networkingv1.NetworkPolicy
	for _, policy := range s.policies {
		if policy.Namespace == pod.Namespace &&
			slices.Contains(policy.Spec.PolicyTypes, direction.policyType) &&
			matches(&policy.Spec.PodSelector, pod.Labels) {
			found = append(found, policy)
		}
	}
	return found
}

// writePod makes the chain of one pod: each rule that allows returns, what is left is dropped.
func (s state) writePod(tx *knftables.Transaction, direction direction, pod *corev1.Pod) {
	policies := s.selecting(direction, pod)
	if len(policies) == 0 {
		return
	}
	chain := chainOf(direction, pod)
	tx.Add(&knftables.Chain{Name: chain, Comment: knftables.PtrTo(pod.Namespace + "/" + pod.Name)})
	rule := func(match, verdict string) {
		tx.Add(&knftables.Rule{Chain: chain, Rule: strings.TrimSpace(match + " " + verdict)})
	}
	rule(direction.peer+" "+pod.Status.PodIP, "return")
	for _, policy := range policies {
		if direction.policyType == networkingv1.PolicyTypeIngress {
			for _, allowed := range policy.Spec.Ingress {
				s.writeRule(rule, direction, pod, policy, allowed.From, allowed.Ports)
			}
		} else {
			for _, allowed := range policy.Spec.Egress {
				s.writeRule(rule, direction, pod, policy, allowed.To, allowed.Ports)
			}
		}
	}
	rule("", "drop")
}

func (s state) writeRule(
	rule func(match, verdict string), direction direction, pod *corev1.Pod,
	policy *networkingv1.NetworkPolicy, peers []networkingv1.NetworkPolicyPeer, ports []networkingv1.NetworkPolicyPort,
) {
	if len(ports) == 0 {
		for _, peer := range s.peers(direction, policy, peers) {
			rule(peer, "return")
		}
	}
	for _, port := range ports {
		protocol := strings.ToLower(string(protocolOf(port)))
		switch {
		case port.Port == nil:
			for _, peer := range s.peers(direction, policy, peers) {
				rule(peer+" meta l4proto "+protocol, "return")
			}
		case port.Port.Type == intstr.Int:
			number := port.Port.String()
			if port.EndPort != nil {
				number = fmt.Sprintf("%s-%d", number, *port.EndPort)
			}
			for _, peer := range s.peers(direction, policy, peers) {
				rule(peer+" "+protocol+" dport "+number, "return")
			}
		case direction.policyType == networkingv1.PolicyTypeIngress:
			// The name is that of a port of the selected pod.
			for _, number := range numbers(pod, port) {
				for _, peer := range s.peers(direction, policy, peers) {
					rule(fmt.Sprintf("%s %s dport %d", peer, protocol, number), "return")
				}
			}
		default:
			// The name is that of a port of each callee.
			for _, callee := range s.peerPods(policy, peers) {
				for _, number := range numbers(callee, port) {
					rule(fmt.Sprintf("%s %s %s dport %d", direction.peer, callee.Status.PodIP, protocol, number), "return")
				}
			}
		}
	}
}

// peers are the matches of the other end's address; one empty match means anywhere.
func (s state) peers(
	direction direction, policy *networkingv1.NetworkPolicy, peers []networkingv1.NetworkPolicyPeer,
) []string {
	if len(peers) == 0 {
		return []string{""}
	}
	var found []string
	if pods := s.peerPods(policy, peers); len(pods) > 0 {
		var addresses []string
		for _, pod := range pods {
			addresses = append(addresses, pod.Status.PodIP)
		}
		found = append(found, fmt.Sprintf("%s { %s }", direction.peer, strings.Join(addresses, ", ")))
	}
	for _, peer := range peers {
		// The API server has checked the syntax; an IPv6 block matches nothing here.
		if peer.IPBlock == nil || strings.Contains(peer.IPBlock.CIDR, ":") {
			continue
		}
		match := direction.peer + " " + peer.IPBlock.CIDR
		if len(peer.IPBlock.Except) > 0 {
			match += fmt.Sprintf(" %s != { %s }", direction.peer, strings.Join(peer.IPBlock.Except, ", "))
		}
		found = append(found, match)
	}
	return found
}

// peerPods are the pods that at least one peer selects; all of them where there is no peer.
func (s state) peerPods(policy *networkingv1.NetworkPolicy, peers []networkingv1.NetworkPolicyPeer) []*corev1.Pod {
	selects := func(peer networkingv1.NetworkPolicyPeer, pod *corev1.Pod) bool {
		switch {
		case peer.IPBlock != nil:
			return false
		case peer.NamespaceSelector == nil && pod.Namespace != policy.Namespace:
			return false
		case peer.NamespaceSelector != nil && !matches(peer.NamespaceSelector, s.namespaces[pod.Namespace]):
			return false
		}
		return peer.PodSelector == nil || matches(peer.PodSelector, pod.Labels)
	}
	var found []*corev1.Pod
	for _, pod := range s.pods {
		if len(peers) == 0 || slices.ContainsFunc(peers, func(peer networkingv1.NetworkPolicyPeer) bool {
			return selects(peer, pod)
		}) {
			found = append(found, pod)
		}
	}
	return found
}

// matches reads a selector; one that the API server let through but nobody can read matches nothing.
func matches(selector *metav1.LabelSelector, of labels.Set) bool {
	readable, err := metav1.LabelSelectorAsSelector(selector)
	return err == nil && readable.Matches(of)
}

func protocolOf(port networkingv1.NetworkPolicyPort) corev1.Protocol {
	if port.Protocol == nil {
		return corev1.ProtocolTCP
	}
	return *port.Protocol
}

// numbers of the pod's ports with the policy port's name.
func numbers(pod *corev1.Pod, port networkingv1.NetworkPolicyPort) []int32 {
	var found []int32
	for _, container := range pod.Spec.Containers {
		for _, candidate := range container.Ports {
			if candidate.Name == port.Port.StrVal && candidate.Protocol == protocolOf(port) {
				found = append(found, candidate.ContainerPort)
			}
		}
	}
	return found
}
