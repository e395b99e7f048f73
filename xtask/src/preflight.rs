use crate::{cluster::ClusterConfig, progress::Progress};
use anyhow::Result;
pub(crate) fn check_cluster(_config: &ClusterConfig, _progress: &Progress) -> Result<()> {
    Ok(())
}
