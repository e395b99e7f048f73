//! Where the figures come from: absolute ones mean nothing without it.

use std::fs;

use anyhow::Result;
use nix::{sys::sysinfo::sysinfo, sys::utsname::uname};

use crate::cores::Cores;

/// The machine in one line of Markdown.
pub fn describe(cores: Cores) -> Result<String> {
    let info = fs::read_to_string("/proc/cpuinfo")?;
    let field = |name: &str| {
        let line = info.lines().find(|line| line.starts_with(name));
        line.and_then(|line| line.split_once(':'))
            .map_or("unknown", |(_, value)| value.trim())
            .to_owned()
    };
    let count = info
        .lines()
        .filter(|line| line.starts_with("processor"))
        .count();
    let memory = sysinfo().map_or(0, |info| info.ram_total() / (1024 * 1024 * 1024));
    let name = uname()?;
    let virtual_machine = if field("flags").split(' ').any(|flag| flag == "hypervisor") {
        ", a virtual machine"
    } else {
        ""
    };
    Ok(format!(
        "{} (family {}, model {}), {} MHz, {count} cores, {memory} GiB of memory, Linux {}{virtual_machine}. \
         The driver runs on core {}, what it measures on core {}.",
        field("model name"),
        field("cpu family"),
        field("model\t"),
        field("cpu MHz").split('.').next().unwrap_or_default(),
        name.release().to_string_lossy(),
        cores.driver,
        cores.shop,
    ))
}
