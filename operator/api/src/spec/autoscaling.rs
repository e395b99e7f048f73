//! How the number of a service's pods follows their load.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::schema::rule;

/// How the number of pods follows their CPU use. It needs the cluster's resource metrics, which
/// metrics-server gives.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-validations" = [rule(
    "self.minReplicas <= self.maxReplicas",
    "autoscaling.minReplicas must not be above autoscaling.maxReplicas",
)]))]
pub struct Autoscaling {
    /// Least number of pods.
    #[schemars(range(min = 1, max = 50))]
    pub min_replicas: i32,
    /// Greatest number of pods. A service with a database needs connections for all of them.
    #[schemars(range(min = 1, max = 50))]
    pub max_replicas: i32,
    /// Percent of the requested CPU that the pods are to use on average. Absent: 70.
    #[serde(
        default,
        rename = "targetCPUUtilization",
        skip_serializing_if = "Option::is_none"
    )]
    #[schemars(range(min = 1, max = 1000))]
    pub target_cpu_utilization: Option<i32>,
}
