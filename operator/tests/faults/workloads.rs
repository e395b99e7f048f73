//! What is done to a shop while faults happen: its whole life, one workload after another in the
//! same namespace. Another workload is another entry.

use localmart_api::{Phase, conditions::Reason};

/// Name of the shop.
pub const SHOP: &str = "shop";

/// One thing that a person does, or waits for.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// Applies this spec.
    Apply(&'static str),
    /// Applies a spec that the API server refuses in words that contain these.
    Refused(&'static str, &'static str),
    /// Waits for this phase of the newest spec.
    Until(Phase),
    /// Waits until the condition `Reconciled` has this reason.
    Told(Reason),
    /// Gives the Secret `mine`, which the cart consumes, this content.
    Content(&'static str),
    /// Asks for new passwords and keys.
    Rotate,
    /// Waits until every one of them is of this generation, and nothing older is left.
    Rotated(u32),
    /// Waits until the pods of the cart are to be others than when the workload began.
    Rolled,
    /// Deletes the LocalMart and waits until only these objects are left.
    Delete(&'static [&'static str]),
}

/// What must outlive a workload, uid and content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeps {
    /// Every Secret and every volume.
    All,
    /// Every Secret, whatever it holds, and every volume.
    Objects,
    /// What `deletionPolicy: Retain` keeps.
    Data,
    Nothing,
}

/// Steps that are told apart in the report.
#[derive(Debug)]
pub struct Workload {
    pub name: &'static str,
    pub keeps: Keeps,
    pub steps: &'static [Step],
}

/// Secrets and volumes that outlive a LocalMart.
pub const DATA: &[&str] = &[
    "shop-database",
    "shop-postgres",
    "shop-postgres-data",
    "shop-redis-data",
];

const PLAIN: &str = "{ingress: {host: a.localhost}, sampleData: Enabled}";
const SCALED: &str = "{ingress: {host: a.localhost}, sampleData: Enabled, \
     services: {catalog: {replicas: 2}, cart: {replicas: 3}}}";
const UPGRADED: &str = "{ingress: {host: a.localhost}, sampleData: Enabled, version: 99.0.0}";
const CONSUMING: &str = "{ingress: {host: a.localhost}, sampleData: Enabled, version: 99.0.0, \
     services: {cart: {env: [{name: TOKEN, valueFrom: {secretKeyRef: {name: mine, key: token}}}]}}}";
const SUSPENDED: &str =
    "{ingress: {host: a.localhost}, sampleData: Enabled, version: 99.0.0, suspend: true}";
const UNKNOWN: &str = "{ingress: {host: a.localhost}, sampleData: Enabled, version: 9.9.9}";
const EXTERNAL: &str = "{postgres: {external: {host: db, adminSecretRef: {name: admin}}}}";
const OPEN: &str = "{version: 99.0.0, networkPolicy: Disabled}";
const PASSING: &str = "{version: 99.0.0, networkPolicy: Disabled, deletionPolicy: Delete}";

/// The life of a shop, in order.
pub const WORKLOADS: &[Workload] = &[
    Workload {
        name: "create",
        keeps: Keeps::Nothing,
        steps: &[Step::Apply(PLAIN), Step::Until(Phase::Ready)],
    },
    Workload {
        name: "scale",
        keeps: Keeps::All,
        steps: &[Step::Apply(SCALED), Step::Until(Phase::Ready)],
    },
    Workload {
        name: "upgrade",
        keeps: Keeps::All,
        steps: &[Step::Apply(UPGRADED), Step::Until(Phase::Ready)],
    },
    Workload {
        name: "roll by content",
        keeps: Keeps::All,
        steps: &[
            Step::Content("one"),
            Step::Apply(CONSUMING),
            Step::Until(Phase::Ready),
            Step::Rolled,
            Step::Content("two"),
            Step::Rolled,
            Step::Until(Phase::Ready),
        ],
    },
    Workload {
        name: "suspend",
        keeps: Keeps::All,
        steps: &[Step::Apply(SUSPENDED), Step::Until(Phase::Suspended)],
    },
    Workload {
        name: "resume",
        keeps: Keeps::All,
        steps: &[Step::Apply(UPGRADED), Step::Until(Phase::Ready)],
    },
    Workload {
        name: "refused change",
        keeps: Keeps::All,
        steps: &[
            Step::Refused(EXTERNAL, "postgres"),
            Step::Apply(UNKNOWN),
            Step::Told(Reason::UnknownVersion),
            Step::Apply(UPGRADED),
            Step::Until(Phase::Ready),
        ],
    },
    Workload {
        name: "prune",
        keeps: Keeps::All,
        steps: &[Step::Apply(OPEN), Step::Until(Phase::Ready)],
    },
    Workload {
        name: "rotate",
        keeps: Keeps::Objects,
        steps: &[Step::Rotate, Step::Rotated(2), Step::Until(Phase::Ready)],
    },
    Workload {
        name: "delete, retain",
        keeps: Keeps::Data,
        steps: &[
            Step::Delete(DATA),
            Step::Apply(OPEN),
            Step::Until(Phase::Ready),
        ],
    },
    Workload {
        name: "delete, delete",
        keeps: Keeps::Nothing,
        steps: &[
            Step::Apply(PASSING),
            Step::Until(Phase::Ready),
            Step::Delete(&[]),
        ],
    },
];
