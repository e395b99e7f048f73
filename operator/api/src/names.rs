//! Labels, annotations and the field manager: the words by which objects are recognised.

/// Owner of every field that the operator applies.
pub const FIELD_MANAGER: &str = "localmart-operator";
/// Owner of a count of replicas that is handed to an autoscaler. It is another one than
/// [`FIELD_MANAGER`], so that the operator can stop deciding the count without it going away.
pub const SCALE_MANAGER: &str = "localmart-scale";

/// Well-known label: which LocalMart an object belongs to.
pub const INSTANCE: &str = "app.kubernetes.io/instance";
/// Well-known label: always [`FIELD_MANAGER`].
pub const MANAGED_BY: &str = "app.kubernetes.io/managed-by";
/// Well-known label: the component, for example `catalog` or `postgres`.
pub const COMPONENT: &str = "app.kubernetes.io/component";
/// Well-known label: always `localmart`.
pub const PART_OF: &str = "app.kubernetes.io/part-of";
/// Well-known label: the release that a workload runs.
pub const VERSION: &str = "app.kubernetes.io/version";

/// Annotation on a LocalMart; `"true"` makes the operator read and report, and write nothing else.
pub const PAUSED: &str = "localmart.dev/paused";
/// Annotation on a LocalMart: checksum of the migration that a person lets run.
pub const APPROVE_MIGRATION: &str = "localmart.dev/approve-migration";
/// Annotation on a pod template: hash of the Secret and ConfigMap content that the pod consumes,
/// so that changed content rolls exactly the pods that use it.
pub const CONSUMES: &str = "localmart.dev/consumes";
/// Annotation on the Redis pod template: the ACL users it was started with.
pub const ACL_USERS: &str = "localmart.dev/acl-users";
/// Label on a lifecycle Job: the task it runs.
pub const TASK: &str = "localmart.dev/task";
/// Label on a lifecycle Job: the checksum of the task's inputs.
pub const CHECKSUM: &str = "localmart.dev/checksum";
/// Label on the superuser Secret and the data volume: they belong together.
pub const DATA_ID: &str = "localmart.dev/data-id";
/// Label on the data volume: major version of the Postgres that wrote it.
pub const POSTGRES_MAJOR: &str = "localmart.dev/postgres-major";
