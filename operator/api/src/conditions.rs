//! Conditions and the closed set of their reasons, each with cause and remedy.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a condition is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema)]
pub enum ConditionType {
    /// Everything asked for is there and works: the one to wait for.
    Ready,
    /// The operator is still moving something.
    Progressing,
    /// Postgres answers.
    PostgresReady,
    /// Redis answers.
    RedisReady,
    /// Roles, migrations and sample data are done for what is wanted.
    MigrationsApplied,
    /// Every service has all its pods ready.
    ServicesAvailable,
    /// The ingress is in place and the route is taken, whichever of them is asked for.
    Exposed,
    /// The spec was understood and every object was applied.
    Reconciled,
}

impl ConditionType {
    /// All of them, in the order in which they are reported.
    pub const ALL: [Self; 8] = [
        Self::Ready,
        Self::Progressing,
        Self::PostgresReady,
        Self::RedisReady,
        Self::MigrationsApplied,
        Self::ServicesAvailable,
        Self::Exposed,
        Self::Reconciled,
    ];

    /// The word in the condition.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "Ready",
            Self::Progressing => "Progressing",
            Self::PostgresReady => "PostgresReady",
            Self::RedisReady => "RedisReady",
            Self::MigrationsApplied => "MigrationsApplied",
            Self::ServicesAvailable => "ServicesAvailable",
            Self::Exposed => "Exposed",
            Self::Reconciled => "Reconciled",
        }
    }
}

/// Status of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum ConditionStatus {
    True,
    False,
    Unknown,
}

impl From<bool> for ConditionStatus {
    fn from(value: bool) -> Self {
        if value { Self::True } else { Self::False }
    }
}

macro_rules! reasons {
    ($($name:ident: $cause:literal, $remedy:literal;)*) => {
        /// Why a condition has its status.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Reason {
            $(#[doc = $cause] $name,)*
        }

        impl Reason {
            /// Every reason, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The word in the condition.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => stringify!($name),)* }
            }

            /// What led to it.
            pub const fn cause(self) -> &'static str {
                match self { $(Self::$name => $cause,)* }
            }

            /// What a person can do about it.
            pub const fn remedy(self) -> &'static str {
                match self { $(Self::$name => $remedy,)* }
            }
        }
    };
}

reasons! {
    AllReady: "Everything asked for is there and ready.", "Nothing to do.";
    Idle: "Nothing is left to move.", "Nothing to do.";
    Provisioning: "Secrets, volumes, Postgres and Redis are being created.", "Wait; the component messages say what is missing.";
    Migrating: "Lifecycle Jobs are running.", "Wait; `status.lifecycle` names the Job.";
    RollingOut: "Services are being started or replaced.", "Wait; the component messages say which pod is not ready and why.";
    Available: "All its pods are ready.", "Nothing to do.";
    External: "It is run by someone else.", "Nothing to do.";
    PodsNotReady: "Some of its pods are not ready.", "Look at the component messages, then at `kubectl describe pod` and `kubectl logs` of the pod named there.";
    RolloutStalled: "A rollout made no progress within its deadline.", "Look at the component messages; setting back `spec.version` or the image undoes it.";
    WaitingForStores: "Lifecycle Jobs start when Postgres and Redis are ready.", "Look at PostgresReady and RedisReady.";
    WaitingForMigrations: "Services start when the lifecycle Jobs are done.", "Look at MigrationsApplied.";
    WaitingForRollout: "The contract migrations of the release start when no pod of another release is left.", "Wait; the message names the pod, which has half a minute to finish its requests.";
    WaitingForApproval: "`spec.migrations.policy` is Manual and nobody has approved this migration.", "Look at what the release changes, back the data up, then run the command in the message.";
    Complete: "Roles, migrations and sample data are done.", "Nothing to do.";
    JobRunning: "A lifecycle Job is running.", "Wait, or read its log: `kubectl logs job/<name>`.";
    JobFailed: "A lifecycle Job used up its retries; the message holds its last words.", "Remove the cause, then delete the Job named in `status.lifecycle` to try again.";
    IngressApplied: "The ingress is in place and its class exists.", "Nothing to do.";
    NotRequested: "Neither `spec.ingress` nor `spec.gateway` is set: the shop is reachable inside the cluster only.", "Set `spec.ingress.host` or `spec.gateway.parentRefs` to reach it from outside.";
    IngressClassNotFound: "No IngressClass has the name in `spec.ingress.className`.", "Choose one that `kubectl get ingressclass` lists, or install the controller.";
    NoDefaultIngressClass: "`spec.ingress.className` is not set and no IngressClass is marked as default.", "Set `spec.ingress.className`, or mark a class with the annotation ingressclass.kubernetes.io/is-default-class.";
    GatewayApiMissing: "`spec.gateway` is set and the cluster does not serve HTTPRoutes of gateway.networking.k8s.io/v1.", "Install the Gateway API's CRDs of the standard channel and a controller; the operator looks again by itself. Or set `spec.ingress` instead.";
    RoutePending: "No controller has said yet whether the Gateway takes the route.", "Wait; if nothing comes, look at whether the Gateway that the message names exists and its controller runs.";
    RouteRejected: "A Gateway does not take the route, or cannot reach what it leads to; the message is its controller's own.", "Change `spec.gateway` or the Gateway's listeners: which namespaces, hosts and sections they allow.";
    RouteAccepted: "Every Gateway in `spec.gateway.parentRefs` takes the route.", "Nothing to do.";
    TlsSecretNotFound: "The Secret with the certificate of the ingress is missing, or lacks tls.crt or tls.key.", "Create it with the command in the message; the operator looks again by itself.";
    CertificatePending: "The certificate of the ingress has not been made yet.", "Wait; with an issuer, look at `kubectl describe certificate` in the namespace and at whether cert-manager is installed.";
    Applied: "Every object is as wanted.", "Nothing to do.";
    Suspended: "`spec.suspend` is true: everything is scaled to zero, data is kept.", "Set `spec.suspend` to false to resume.";
    Paused: "The annotation localmart.dev/paused is \"true\": the operator only reports.", "Remove the annotation to let the operator work again.";
    InvalidSpec: "A field of the spec has a value that cannot work.", "Change the field named in the message.";
    MalformedObject: "The stored object does not fit the operator's types.", "Install the CRD of this operator's release, then apply the object again.";
    UnknownVersion: "The chart's release table has no such version.", "Choose a version that the message lists, or upgrade the operator chart.";
    DowngradeRefused: "A contract migration has taken away what the release in `spec.version` may need.", "Choose a version that the message lists; to go further back, restore a backup that was made before.";
    ReferenceNotFound: "A Secret or ConfigMap that the spec refers to is missing, or lacks a key.", "Create what the message names; the operator looks again by itself.";
    ReferenceInvalid: "A Secret that the spec refers to holds something that cannot be read.", "Correct what the message names; the operator looks again by itself.";
    StoreNotUsable: "A Postgres or Redis that somebody else runs cannot be reached, or refuses what the shop needs; the message holds the words of the Job that found out.", "Correct the server, or the Secret that says how to log in; after the last attempt delete the Job named in `status.lifecycle` to try again.";
    DataOrphaned: "The data volume and the Secret with its password are not both there.", "Restore what the message names from a backup, or delete the remaining half to start with an empty database.";
    PostgresVersionChange: "The volume was written by another major version of Postgres.", "Set `spec.postgres.managed.version` back; to move, dump the data, create a new shop with the new version and restore into it.";
    StorageNotExpandable: "The StorageClass does not allow volumes to grow.", "Set the size back, or use a class with allowVolumeExpansion.";
    TooManyConnections: "The replicas together would need more than 400 database connections.", "Lower the replicas of the services with a database.";
    NamespaceNotGranted: "The operator has no rights in this namespace.", "Grant them with the helm command in the message.";
    NameTaken: "An object of a name that the shop needs belongs to someone else.", "Rename or remove it, or give the LocalMart another name.";
    Terminating: "An object of an earlier LocalMart of this name is still being deleted.", "Wait for its deletion.";
    ApiForbidden: "The API server refused a request for lack of rights or by an admission rule.", "The message is the API server's own; a policy or a quota is the usual cause.";
    ApiInvalid: "The API server refused an object as invalid.", "The message is the API server's own and names the field.";
    ApiConflict: "An object changed while it was being written.", "Nothing to do: the operator tries again at once.";
    ApiUnavailable: "The API server did not answer.", "Nothing to do: the operator tries again with growing pauses.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cause_and_remedy_are_sentences() {
        for reason in Reason::ALL {
            assert!(reason.cause().ends_with('.'), "{}", reason.as_str());
            assert!(reason.remedy().ends_with('.'), "{}", reason.as_str());
        }
    }

    #[test]
    fn reasons_have_the_form_the_api_conventions_ask_for() {
        for reason in Reason::ALL {
            let word = reason.as_str();
            assert!(word.starts_with(|c: char| c.is_ascii_uppercase()));
            assert!(word.chars().all(|c| c.is_ascii_alphanumeric()));
        }
    }
}
