//! What the operator did with the rights that its chart grants, read from the API server's audit
//! log: every right was used, and nothing was denied.
//!
//! The log says of each request which role allowed it, so a right counts as used only through the
//! role that grants it. An apply that creates an object is logged as one `patch`, and needs the
//! right to `create` as well.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    fs::File,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::Value;

use crate::{cluster, kubernetes::text_of, paths};

/// Name of the ServiceAccount under which every test runs the operator.
const ACCOUNT: &str = "operator";
/// The chart in both scopes; the second also with the Lease of several replicas.
const VARIANTS: [&str; 2] = ["clusterRole=true", "clusterRole=false,replicas=2"];

/// Without the ClusterRole nobody lets the operator see the classes; it asks, and goes on without.
const MEANT: [&str; 1] = ["list networking.k8s.io/ingressclasses"];

/// One verb on one resource, as one of the chart's roles grants it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Right {
    role: &'static str,
    verb: String,
    resource: String,
}

impl fmt::Display for Right {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ({})", self.verb, self.resource, self.role)
    }
}

/// One line of the audit log, as far as it matters here.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    stage: String,
    verb: String,
    #[serde(rename = "requestURI")]
    uri: String,
    #[serde(default)]
    user: User,
    impersonated_user: Option<User>,
    object_ref: Option<Target>,
    #[serde(default)]
    response_status: Answer,
    #[serde(default)]
    annotations: BTreeMap<String, String>,
}

#[derive(Default, Deserialize)]
struct User {
    #[serde(default)]
    username: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Target {
    resource: String,
    subresource: Option<String>,
    #[serde(default)]
    api_group: String,
}

#[derive(Default, Deserialize)]
struct Answer {
    #[serde(default)]
    code: u16,
}

/// What the log says.
#[derive(Default)]
struct Use {
    rights: BTreeSet<Right>,
    denied: BTreeSet<String>,
    requests: usize,
    /// Requests that changed something, Leases excepted, by resource.
    writes: BTreeMap<String, usize>,
}

/// Prints a short report on the cluster `name`; fails if a right was never used or a request was
/// denied. `helm` is the program.
pub(crate) fn check(name: &str, helm: &Path) -> Result<()> {
    let granted = granted(helm)?;
    let mut seen = Use::default();
    for path in cluster::audit_logs(name)? {
        read(&path, &mut seen)?;
    }
    if seen.requests == 0 {
        bail!("the audit log of the cluster {name} has no request of the operator");
    }
    let unused: Vec<_> = granted.difference(&seen.rights).collect();
    println!("{}", report(&granted, &seen));
    let list = |items: Vec<String>| items.join("\n  ");
    if !seen.denied.is_empty() {
        let denied = seen.denied.iter().cloned().collect();
        bail!("the operator was denied:\n  {}", list(denied));
    }
    if !unused.is_empty() {
        let unused = unused.iter().map(ToString::to_string).collect();
        bail!(
            "the chart grants what the operator never used; take it out of charts/localmart-operator \
             or add the test that needs it:\n  {}",
            list(unused)
        );
    }
    Ok(())
}

fn report(granted: &BTreeSet<Right>, seen: &Use) -> String {
    let mut lines = vec![format!(
        "{} requests of the operator, {} denied",
        seen.requests,
        seen.denied.len()
    )];
    let roles: BTreeSet<_> = granted.iter().map(|right| right.role).collect();
    for role in roles {
        let of_role = granted.iter().filter(|right| right.role == role);
        let (mut count, mut used) = (0, 0);
        for right in of_role {
            count += 1;
            used += usize::from(seen.rights.contains(right));
        }
        lines.push(format!("{role}: {count} rights granted, {used} used"));
    }
    let writes: Vec<_> = seen.writes.iter().collect();
    let writes: Vec<_> = writes
        .iter()
        .map(|(what, n)| format!("{n} {what}"))
        .collect();
    lines.push(format!("writes: {}", writes.join(", ")));
    lines.join("\n")
}

fn read(path: &PathBuf, seen: &mut Use) -> Result<()> {
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    for line in BufReader::new(file).lines() {
        let line = line?;
        // Most of the log is the tests' own; decoding it all would take longer than the rest.
        if !line.contains("system:serviceaccount:") {
            continue;
        }
        let request: Request = serde_json::from_str(&line)
            .with_context(|| format!("a line of {} is no request: {line}", path.display()))?;
        seen.add(&request);
    }
    Ok(())
}

impl Use {
    fn add(&mut self, request: &Request) {
        let user = request.impersonated_user.as_ref().unwrap_or(&request.user);
        let account = user.username.strip_prefix("system:serviceaccount:");
        let of_operator = account
            .and_then(|account| account.split_once(':'))
            .is_some_and(|(_, name)| name == ACCOUNT);
        let Some(target) = request.object_ref.as_ref().filter(|_| of_operator) else {
            return;
        };
        let resource = target.name();
        let annotation = |name: &str| {
            let found = request
                .annotations
                .get(&format!("authorization.k8s.io/{name}"));
            found.map_or("", String::as_str)
        };
        if annotation("decision") == "forbid" || request.response_status.code == 403 {
            let what = format!("{} {resource}", request.verb);
            if !MEANT.contains(&what.as_str()) {
                self.denied.insert(format!("{what}: {}", request.uri));
            }
            return;
        }
        if let Some(role) = role_in(annotation("reason")) {
            let mut used = |verb: &str| {
                self.rights.insert(Right {
                    role,
                    verb: verb.to_owned(),
                    resource: resource.clone(),
                });
            };
            used(&request.verb);
            if request.verb == "patch" && request.response_status.code == 201 {
                used("create");
            }
        }
        // A watch is logged when it begins and when it ends.
        if request.stage != "ResponseComplete" {
            return;
        }
        self.requests += 1;
        let reads = ["get", "list", "watch"].contains(&request.verb.as_str());
        if !reads && target.resource != "leases" && request.response_status.code < 300 {
            *self.writes.entry(resource).or_default() += 1;
        }
    }
}

impl Target {
    /// `group/resource/subresource`, without what is empty.
    fn name(&self) -> String {
        let parts = [
            Some(self.api_group.as_str()).filter(|group| !group.is_empty()),
            Some(self.resource.as_str()),
            self.subresource.as_deref(),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join("/")
    }
}

/// Which of the chart's roles the API server's sentence names:
/// `RBAC: allowed by RoleBinding "a/b" of Role "a" to ServiceAccount "operator/b"`.
fn role_in(reason: &str) -> Option<&'static str> {
    let (_, rest) = reason.split_once(" of ")?;
    let (kind, rest) = rest.split_once(" \"")?;
    let (name, _) = rest.split_once('"')?;
    role(kind, name)
}

fn role(kind: &str, name: &str) -> Option<&'static str> {
    match kind {
        "Role" if name.ends_with("-lease") => Some("Role of the Lease"),
        "Role" if name.ends_with(ACCOUNT) => Some("Role per namespace"),
        "ClusterRole" if name.ends_with(ACCOUNT) => Some("ClusterRole"),
        // What everybody may do, such as discovery.
        _ => None,
    }
}

/// What the chart grants in any of its variants.
fn granted(helm: &Path) -> Result<BTreeSet<Right>> {
    let chart = paths::repository().join("charts/localmart-operator");
    let mut granted = BTreeSet::new();
    for values in VARIANTS {
        let mut command = Command::new(helm);
        command.args(["template", ACCOUNT]).arg(&chart);
        command.args(["--namespace", "somewhere", "--set", values]);
        let text = text_of(&mut command)?;
        for document in serde_yaml::Deserializer::from_str(&text) {
            let document = Value::deserialize(document)?;
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let name = text(&document["metadata"]["name"]);
            if let Some(role) = role(&text(&document["kind"]), &name) {
                add_rules(role, &document["rules"], &mut granted)?;
            }
        }
    }
    Ok(granted)
}

fn add_rules(role: &'static str, rules: &Value, granted: &mut BTreeSet<Right>) -> Result<()> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Rule {
        api_groups: Vec<String>,
        resources: Vec<String>,
        verbs: Vec<String>,
    }
    for rule in Vec::<Rule>::deserialize(rules).context("a rule of the chart is not understood")? {
        for group in &rule.api_groups {
            for resource in &rule.resources {
                for verb in &rule.verbs {
                    let resource = match group.as_str() {
                        "" => resource.clone(),
                        group => format!("{group}/{resource}"),
                    };
                    if format!("{verb}{resource}").contains('*') {
                        bail!("the chart grants everything: {verb} {resource} ({role})");
                    }
                    granted.insert(Right {
                        role,
                        verb: verb.clone(),
                        resource,
                    });
                }
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn request(user: &str, verb: &str, code: u16, role: &str) -> Request {
        let decision = if code == 403 { "forbid" } else { "allow" };
        serde_json::from_value(json!({
            "stage": "ResponseComplete", "verb": verb, "requestURI": "/apis/apps/v1/…",
            "user": { "username": "kubernetes-admin" },
            "impersonatedUser": { "username": user },
            "objectRef": { "resource": "deployments", "apiGroup": "apps", "subresource": "scale" },
            "responseStatus": { "code": code },
            "annotations": {
                "authorization.k8s.io/decision": decision,
                "authorization.k8s.io/reason": format!("RBAC: allowed by RoleBinding \"a/b\" of {role} to ServiceAccount \"operator/b\""),
            },
        }))
        .unwrap()
    }

    const OPERATOR: &str = "system:serviceaccount:shop-1:operator";

    #[test]
    fn a_right_is_used_through_the_role_that_grants_it() {
        let mut seen = Use::default();
        seen.add(&request(OPERATOR, "patch", 201, "Role \"shop-1-operator\""));
        seen.add(&request(
            OPERATOR,
            "list",
            200,
            "ClusterRole \"system:discovery\"",
        ));
        seen.add(&request(
            "somebody",
            "delete",
            200,
            "ClusterRole \"x-operator\"",
        ));
        let rights: Vec<_> = seen.rights.iter().map(ToString::to_string).collect();
        let of_role = |verb| format!("{verb} apps/deployments/scale (Role per namespace)");
        assert_eq!(rights, [of_role("create"), of_role("patch")]);
        assert_eq!(seen.writes["apps/deployments/scale"], 1);
        assert_eq!(seen.requests, 2);
    }

    #[test]
    fn what_was_denied_is_named() {
        let mut seen = Use::default();
        seen.add(&request(OPERATOR, "get", 403, "Role \"shop-1-operator\""));
        assert!(seen.rights.is_empty());
        let denied: Vec<_> = seen.denied.into_iter().collect();
        assert_eq!(denied, ["get apps/deployments/scale: /apis/apps/v1/…"]);
    }
}
