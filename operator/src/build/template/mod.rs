//! What a person adds to the pods of a service by `podTemplate`.
//!
//! ```text
//!  podTemplate ──> check ──> canonical ──┐
//!                  or words of refusal   ├──> merge ──> the pod template that is applied
//!  the built pod ────────────────────────┘
//! ```
//!
//! The labels, the selectors and the security floor are not for sale: [`check`] refuses what
//! touches them and says so, instead of passing over it. The merge is by key, as Kubernetes merges
//! the same lists. What comes out is in the form that the API server stores, so that it is sent
//! once.

mod canonical;
mod check;
mod merge;

pub use canonical::canonical;
pub use check::check;

use serde_json::Value;

use super::pod;

/// The built pod template with what was added to it. `own` is the container of the service itself.
pub fn merged(built: Value, added: &Value, own: &str) -> Value {
    let mut template = built;
    merge::merge(&mut template, &with_floor(added, own));
    template
}

/// What was added, with the floor under every container that is not the service's own.
fn with_floor(added: &Value, own: &str) -> Value {
    let mut added = added.clone();
    for list in ["containers", "initContainers"] {
        // Indexing would put a null where there is no spec, and the merge would take it for one.
        let containers = added.get_mut("spec").and_then(|spec| spec.get_mut(list));
        let Some(containers) = containers.and_then(Value::as_array_mut) else {
            continue;
        };
        for container in containers {
            if list == "containers" && container["name"] == own {
                continue;
            }
            let mut whole = pod::floor();
            merge::merge(&mut whole, container);
            *container = whole;
        }
    }
    added
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_container_that_is_added_stands_on_the_floor() {
        let built = json!({ "spec": { "containers": [{ "name": "cart", "image": "i" }] } });
        let added = json!({ "spec": { "containers": [
            { "name": "proxy", "image": "p", "securityContext": { "runAsUser": 5 } },
            { "name": "cart", "args": ["-v"] },
        ] } });
        let whole = merged(built, &added, "cart");
        let containers = &whole["spec"]["containers"];
        assert_eq!(
            containers[0],
            json!({ "name": "cart", "image": "i", "args": ["-v"] })
        );
        let security = &containers[1]["securityContext"];
        assert_eq!(security["readOnlyRootFilesystem"], true);
        assert_eq!(security["capabilities"], json!({ "drop": ["ALL"] }));
        assert_eq!(security["runAsUser"], 5);
    }

    #[test]
    fn what_is_not_added_to_is_left_alone() {
        let built = json!({ "spec": { "containers": [{ "name": "cart", "image": "i" }] } });
        let added = json!({ "metadata": { "labels": { "team": "corner" } } });
        let whole = merged(built.clone(), &added, "cart");
        assert_eq!(whole["spec"], built["spec"]);
        assert_eq!(whole["metadata"], added["metadata"]);
    }
}
