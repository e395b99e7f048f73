//! Programs that end with the test process, even when that is killed.
//!
//! A small shell stands between: it holds one end of a pipe to the test process. When that process
//! is gone, the pipe closes, and the shell ends the program and removes its folder.

use std::{
    env, fs,
    net::TcpListener,
    os::unix::{fs::chown, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Mutex,
};

/// Keeps the pipes open until the process ends.
static GUARDS: Mutex<Vec<Child>> = Mutex::new(Vec::new());

const GUARD: &str = r#"
folder=$1; signal=$2; shift 2
"$@" </dev/null >"$folder/log" 2>&1 &
program=$!
read -r _
kill -s "$signal" "$program" 2>/dev/null
wait "$program"
cd / && rm -rf "$folder"
"#;

/// A user other than root, whom Postgres insists on.
#[derive(Clone, Copy, Debug)]
pub(super) struct User {
    uid: u32,
    gid: u32,
}

impl User {
    /// `None` when the tests do not run as root: programs then run as the same user.
    pub(super) fn for_programs() -> Option<Self> {
        let own = fs::read_to_string("/proc/self/status").expect("a readable /proc/self/status");
        let uid = own
            .lines()
            .find_map(|line| line.strip_prefix("Uid:"))
            .expect("a line with Uid");
        if uid.split_whitespace().nth(1) != Some("0") {
            return None;
        }
        let users = fs::read_to_string("/etc/passwd").expect("a readable /etc/passwd");
        ["postgres", "nobody"]
            .into_iter()
            .find_map(|name| {
                let line = users
                    .lines()
                    .find(|line| line.split(':').next() == Some(name))?;
                let mut fields = line.split(':').skip(2);
                Some(Self {
                    uid: fields.next()?.parse().ok()?,
                    gid: fields.next()?.parse().ok()?,
                })
            })
            .expect("a user named postgres or nobody in /etc/passwd")
            .into()
    }

    fn apply(user: Option<Self>, command: &mut Command) {
        if let Some(Self { uid, gid }) = user {
            command.uid(uid).gid(gid);
        }
    }
}

/// A folder for a program that runs as `user`.
pub(super) fn folder(name: &str, user: Option<User>) -> PathBuf {
    let folder = tempfile::Builder::new()
        .prefix(&format!("localmart-test-{name}-"))
        .tempdir()
        .expect("a writable folder for temporary files")
        .keep();
    if let Some(User { uid, gid }) = user {
        chown(&folder, Some(uid), Some(gid)).expect("root may give folders away");
    }
    folder
}

/// Runs a program to its end; fails with what it said.
pub(super) fn run(user: Option<User>, program: &Path, arguments: &[&str]) {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .current_dir("/")
        .stdin(Stdio::null());
    User::apply(user, &mut command);
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{} cannot be run: {error}", program.display()));
    assert!(
        output.status.success(),
        "{} failed: {}",
        program.display(),
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Starts a program that is ended with `signal` when this process is gone; `folder` goes with it.
/// Its output is in `folder/log`.
pub(super) fn start(
    user: Option<User>,
    folder: &Path,
    signal: &str,
    program: &Path,
    arguments: &[&str],
) {
    let mut command = Command::new("/bin/sh");
    command
        .args(["-c", GUARD, "guard"])
        .arg(folder)
        .arg(signal)
        .arg(program)
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        // An interrupt at the keyboard must reach the guard as the end of the tests only.
        .process_group(0);
    User::apply(user, &mut command);
    let guard = command.spawn().expect("a shell at /bin/sh");
    GUARDS.lock().expect("no test panics here").push(guard);
}

/// What a program said, for a failure's message.
pub(super) fn log(folder: &Path) -> String {
    fs::read_to_string(folder.join("log")).unwrap_or_else(|error| error.to_string())
}

/// A program by name: in `PATH`, or in the folders where Debian keeps Postgres.
pub(super) fn find(name: &str) -> PathBuf {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut candidates: Vec<PathBuf> = env::split_paths(&path).map(|dir| dir.join(name)).collect();
    if let Ok(versions) = fs::read_dir("/usr/lib/postgresql") {
        let mut versions: Vec<PathBuf> = versions
            .flatten()
            .map(|version| version.path().join("bin").join(name))
            .collect();
        versions.sort();
        candidates.extend(versions.into_iter().rev());
    }
    candidates.into_iter().find(|candidate| candidate.is_file()).unwrap_or_else(|| {
        panic!("the tests need the program {name}; install the packages postgresql and redis-server")
    })
}

/// A port that was free a moment ago.
pub(super) fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0))
        .and_then(|listener| listener.local_addr())
        .expect("a free port on the loopback interface")
        .port()
}
