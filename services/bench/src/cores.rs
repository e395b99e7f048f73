//! Two cores: the driver on one, what it measures on the other or on both.

use anyhow::{Context, Result};
use nix::{
    sched::{CpuSet, sched_getaffinity, sched_setaffinity},
    unistd::Pid,
};

/// The cores that are used, by number.
#[derive(Clone, Copy, Debug)]
pub struct Cores {
    pub driver: usize,
    /// The same as the driver's where this process may use one core only.
    pub shop: usize,
}

/// Where what is measured runs. The driver always stays on its own core.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placement {
    /// All of it on the other core.
    Apart,
    /// On both cores.
    Together,
}

impl Cores {
    /// The first two that this process may use.
    pub fn choose() -> Result<Self> {
        let allowed = sched_getaffinity(Pid::from_raw(0)).context("no list of cores")?;
        let mut cores =
            (0..CpuSet::count()).filter(|&core| allowed.is_set(core).unwrap_or_default());
        let driver = cores.next().context("no core to run on")?;
        let shop = cores.next().unwrap_or(driver);
        Ok(Self { driver, shop })
    }

    /// Calls `begin` so that threads and processes that it begins run where `placement` says.
    pub fn place<T>(self, placement: Placement, begin: impl FnOnce() -> Result<T>) -> Result<T> {
        match placement {
            Placement::Apart => pin(&[self.shop])?,
            Placement::Together => pin(&[self.driver, self.shop])?,
        }
        let begun = begin();
        pin(&[self.driver])?;
        begun
    }
}

/// Keeps this thread, and whatever it begins from now on, on these cores.
fn pin(cores: &[usize]) -> Result<()> {
    let mut set = CpuSet::new();
    for &core in cores {
        set.set(core)?;
    }
    sched_setaffinity(Pid::from_raw(0), &set).context("cannot choose the cores to run on")
}
