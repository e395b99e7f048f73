//! `cargo xtask dev`: a shop without Kubernetes, from start to end.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
    time::{Duration, Instant, SystemTime},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

/// Includes compiling the programs where nobody has done it yet.
const START: Duration = Duration::from_mins(10);
const REBUILD: Duration = Duration::from_mins(5);
const END: Duration = Duration::from_secs(30);

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

struct Dev {
    child: Child,
    lines: Receiver<String>,
    seen: Vec<String>,
}

impl Dev {
    fn start(cache: &Path) -> Self {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        let child = Command::new(env!("CARGO_BIN_EXE_xtask"))
            .args(["dev", "--port", "0", "--web-port", "0"])
            .env("XDG_CACHE_HOME", cache)
            .stdin(Stdio::null())
            .stdout(writer.try_clone().expect("a second end of the pipe"))
            .stderr(writer)
            .spawn()
            .expect("xtask starts");
        let (send, lines) = mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(reader).lines().map_while(Result::ok) {
                if send.send(line).is_err() {
                    return;
                }
            }
        });
        Self {
            child,
            lines,
            seen: Vec::new(),
        }
    }

    /// The first line from now on that contains `text`.
    fn line(&mut self, text: &str, patience: Duration) -> String {
        let deadline = Instant::now() + patience;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let Ok(line) = self.lines.recv_timeout(left) else {
                panic!("no {text:?} in:\n{}", self.seen.join("\n"));
            };
            self.seen.push(line.clone());
            if line.contains(text) {
                return line;
            }
        }
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        // Already gone where the test went well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn buy(shop: &str) {
    let output = Command::new(repository().join("examples/purchase.sh"))
        .env("LOCALMART_URL", shop)
        .output()
        .expect("the script of a purchase");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        said.contains(r#""state":"placed""#),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn a_shop_runs_takes_over_what_is_saved_and_leaves_nothing() {
    let cache = tempfile::tempdir().expect("a folder for temporary files");
    let mut dev = Dev::start(cache.path());
    let line = dev.line("Shop ", START);
    let shop = line
        .split_whitespace()
        .last()
        .expect("an address")
        .to_owned();
    dev.line("Ctrl-C", END);
    buy(&shop);

    let source = repository().join("services/payments/src/main.rs");
    let saved = File::options().append(true).open(source).expect("a source");
    saved
        .set_modified(SystemTime::now())
        .expect("an owner of the sources");
    dev.line("payments runs the new build", REBUILD);
    dev.line("payments   INFO  serving", END);
    buy(&shop);

    let pid = i32::try_from(dev.child.id()).expect("a process id");
    kill(Pid::from_raw(pid), Signal::SIGINT).expect("a running xtask");
    let status = dev.child.wait().expect("a status");
    assert!(status.success(), "{status}: {}", dev.seen.join("\n"));
    let place = shop.trim_start_matches("http://");
    assert!(TcpStream::connect(place).is_err(), "{shop} still answers");
    let lock = cache.path().join("localmart/dev/postgres/postmaster.pid");
    assert!(
        !fs::exists(&lock).expect("a readable folder"),
        "Postgres still runs"
    );
}
