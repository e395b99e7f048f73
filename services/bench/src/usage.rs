//! What a process has used, from `/proc` (proc(5)).

use std::{fs, time::Duration};

use anyhow::{Context, Result};

/// Clock ticks in `/proc/<pid>/stat` are hundredths of a second on Linux, whatever the kernel's own
/// clock (`USER_HZ`).
const TICK: Duration = Duration::from_millis(10);

/// CPU time in user and kernel mode of a process, its children and those of them that have ended.
pub fn cpu(pid: u32) -> Result<Duration> {
    let [user, system, gone_user, gone_system] = ticks_of(pid)?;
    let mut ticks = user + system + gone_user + gone_system;
    for child in children(pid)? {
        // One that ends meanwhile is counted by its parent, next time.
        ticks += ticks_of(child).map_or(0, |[user, system, ..]| user + system);
    }
    Ok(TICK * u32::try_from(ticks)?)
}

/// CPU time of this process alone: the shop's processes are its children.
pub fn own_cpu() -> Result<Duration> {
    let [user, system, ..] = ticks_of(std::process::id())?;
    Ok(TICK * u32::try_from(user + system)?)
}

fn ticks_of(pid: u32) -> Result<[u64; 4]> {
    let path = format!("/proc/{pid}/stat");
    let stat = fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
    ticks(&stat).with_context(|| format!("{path} is {stat:?}"))
}

/// utime, stime, cutime and cstime: fields 14 to 17. The name before them, in parentheses, may
/// hold anything.
fn ticks(stat: &str) -> Option<[u64; 4]> {
    let (_, fields) = stat.rsplit_once(") ")?;
    let used: Vec<u64> = fields
        .split_whitespace()
        .skip(11)
        .take(4)
        .map_while(|field| field.parse().ok())
        .collect();
    used.try_into().ok()
}

/// The processes that `pid` has begun; only its first thread's, which is all that Postgres has.
pub fn children(pid: u32) -> Result<Vec<u32>> {
    let path = format!("/proc/{pid}/task/{pid}/children");
    let list = fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
    Ok(list
        .split_whitespace()
        .filter_map(|child| child.parse().ok())
        .collect())
}

/// Memory in KiB.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// In use now.
    pub now: u32,
    /// The most there was.
    pub peak: u32,
}

/// Resident memory of one process, and its high-water mark.
pub fn memory(pid: u32) -> Result<Memory> {
    let path = format!("/proc/{pid}/status");
    let status = fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
    let of = |name| kibibytes(&status, name).with_context(|| format!("no {name} in {path}"));
    Ok(Memory {
        now: of("VmRSS:")?,
        peak: of("VmHWM:")?,
    })
}

/// What a process and its children take together: memory that some of them share counts once
/// (`Pss`), because Postgres's buffers are in each of its processes. There is no high-water mark
/// of that.
pub fn shared_memory(pid: u32) -> Result<Memory> {
    let mut sum = 0;
    for process in children(pid)?.into_iter().chain([pid]) {
        let rollup = fs::read_to_string(format!("/proc/{process}/smaps_rollup"));
        sum += rollup
            .ok()
            .and_then(|rollup| kibibytes(&rollup, "Pss:"))
            .unwrap_or_default();
    }
    Ok(Memory {
        now: sum,
        peak: sum,
    })
}

fn kibibytes(text: &str, name: &str) -> Option<u32> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_found_behind_any_name() {
        let stat = "42 (a) b ) S 1 42 42 0 -1 4194304 100 0 0 0 7 5 3 2 20 0 1 0 9 10 11";
        assert_eq!(ticks(stat), Some([7, 5, 3, 2]));
        assert_eq!(ticks("42 (a) S 1"), None);
    }

    #[test]
    fn this_process_has_used_something() {
        let memory = memory(std::process::id()).expect("a readable status");
        assert!(memory.now > 100 && memory.peak >= memory.now, "{memory:?}");
        assert!(
            shared_memory(std::process::id())
                .expect("a readable rollup")
                .now
                > 0
        );
        own_cpu().expect("a readable stat");
    }
}
