//! One request of the operator, and what is to be read off it.

use http::{Method, StatusCode};

/// One request of the operator and the answer it got.
#[derive(Clone, Debug)]
pub struct Exchange {
    pub method: Method,
    /// Path and query.
    pub path: String,
    pub status: StatusCode,
}

impl Exchange {
    /// Whether it may have changed something. Leases are renewed for ever and do not count.
    pub fn is_write(&self) -> bool {
        self.method != Method::GET && !self.path.contains("/leases")
    }

    /// Events tell of what happened; they are no part of the shop.
    pub fn is_event(&self) -> bool {
        self.path.contains("/events")
    }

    /// Whether it stays open and tells of changes.
    pub fn is_watch(&self) -> bool {
        self.path.contains("watch=")
    }

    /// Name of the one object that it is about.
    pub fn name(&self) -> Option<&str> {
        let (path, _) = self.path.split_once('?').unwrap_or((&self.path, ""));
        let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        let version = if parts.first() == Some(&"api") { 2 } else { 3 };
        match parts.get(version..)? {
            ["namespaces", _, _, name, ..] => Some(name),
            ["namespaces", ..] | [_] | [] => None,
            [_, name, ..] => Some(name),
        }
    }

    /// Verb, group and resource as in RBAC, for example `patch apps/deployments`.
    pub fn right(&self) -> String {
        let mut rights = self.rights();
        rights.remove(0)
    }

    /// Everything that this request needed: an apply that creates needs both verbs.
    pub fn rights(&self) -> Vec<String> {
        let (path, query) = self.path.split_once('?').unwrap_or((&self.path, ""));
        let mut parts = path.trim_start_matches('/').split('/');
        let group = match parts.next() {
            Some("api") => "",
            _ => parts.next().unwrap_or_default(),
        };
        let mut rest: Vec<&str> = parts.skip(1).collect();
        if rest.first() == Some(&"namespaces") && rest.len() > 2 {
            rest.drain(..2);
        }
        let named = rest.len() > 1;
        let resource = match rest.as_slice() {
            [resource, _, subresource] => format!("{resource}/{subresource}"),
            [resource, ..] => (*resource).to_owned(),
            [] => String::new(),
        };
        let verb = match self.method {
            Method::GET if query.contains("watch=") => "watch",
            Method::GET if named => "get",
            Method::GET => "list",
            Method::POST => "create",
            Method::PATCH => "patch",
            Method::DELETE => "delete",
            _ => "update",
        };
        let target = match group {
            "" => resource,
            group => format!("{group}/{resource}"),
        };
        let mut rights = vec![format!("{verb} {target}")];
        if verb == "patch" && self.status == StatusCode::CREATED {
            rights.push(format!("create {target}"));
        }
        rights
    }
}
