//! The entry points of the database images, run with this machine's Postgres and Redis.

use std::{
    fs,
    net::TcpListener,
    os::unix::fs::chown,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;

use super::postgres;

const PATIENCE: Duration = Duration::from_mins(1);

/// `nobody` on every Linux: initdb asks for a user that has a name.
const NOBODY: u32 = 65534;

/// A volume, a password file and the port of one database.
struct Place {
    root: TempDir,
    port: u16,
}

impl Place {
    fn new() -> Self {
        let place = Self {
            root: TempDir::new().expect("a directory"),
            port: free_port(),
        };
        for name in ["volume", "tmp"] {
            fs::create_dir(place.path(name)).expect("makes a directory");
        }
        for name in ["", "volume", "tmp"] {
            give_away(&place.path(name));
        }
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    fn data(&self) -> PathBuf {
        self.path("volume/data")
    }

    /// Everything that the servers of this place said.
    fn log(&self) -> fs::File {
        let mut options = fs::File::options();
        let log = options.create(true).append(true).open(self.path("log"));
        log.expect("opens the log")
    }

    fn said(&self) -> String {
        fs::read_to_string(self.path("log")).expect("reads the log")
    }

    fn set_password(&self, password: &str) {
        fs::write(self.path("password"), format!("{password}\n")).expect("writes");
    }

    fn start(&self) -> Server {
        let script =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("src/images/postgres-entrypoint.sh");
        let tmp = self.path("tmp");
        let mut command = as_other_user(&script);
        command
            .env(
                "PATH",
                format!("{}:/usr/bin:/bin", postgres::programs().display()),
            )
            .env("PGDATA", self.data())
            .env("TMPDIR", &tmp)
            .env("LANG", "C.UTF-8")
            .env("POSTGRES_PASSWORD_FILE", self.path("password"))
            .env("POSTGRES_DB", "shop")
            .args(["-c", &format!("port={}", self.port)])
            .args(["-c", &format!("unix_socket_directories={}", tmp.display())])
            .args(["-c", "listen_addresses=127.0.0.1"])
            .stdout(self.log())
            .stderr(self.log());
        Server(command.spawn().expect("starts"))
    }

    fn query(&self, password: &str, sql: &str) -> Output {
        Command::new(postgres::programs().join("psql"))
            .env("PGPASSWORD", password)
            .args([
                "--no-psqlrc",
                "-At",
                "-h",
                "127.0.0.1",
                "-U",
                "postgres",
                "-d",
                "shop",
            ])
            .args(["-p", &self.port.to_string(), "-c", sql])
            .output()
            .expect("runs psql")
    }

    /// Asks until the server answers in one way or the other, and returns what it said.
    fn ask(&self, password: &str, sql: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let output = self.query(password, sql);
            let text = [output.stdout, output.stderr].concat();
            let text = String::from_utf8_lossy(&text).trim().to_owned();
            let starting = text.contains("refused") || text.contains("starting up");
            if !starting {
                return text;
            }
            assert!(Instant::now() < deadline, "{text}\n{}", self.said());
            pause();
        }
    }
}

/// Containers run as somebody else than the owner of the files; Postgres refuses to be root.
fn as_other_user(program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    if is_root() {
        command.args([&format!("--reuid={NOBODY}"), &format!("--regid={NOBODY}")]);
        command.arg("--clear-groups");
    }
    // The script is handed over as text: the checkout may be closed to that user.
    let text = fs::read_to_string(program).expect("reads the script");
    command
        .args(["/bin/sh", "-c", &text, "entrypoint"])
        .env_clear();
    command
}

fn is_root() -> bool {
    let status = fs::read_to_string("/proc/self/status").expect("reads");
    status.lines().any(|line| line.starts_with("Uid:\t0\t"))
}

fn give_away(path: &Path) {
    if is_root() {
        chown(path, Some(NOBODY), Some(NOBODY)).expect("changes the owner");
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("binds");
    listener.local_addr().expect("an address").port()
}

/// A running database that does not outlive its test.
struct Server(Child);

impl Server {
    fn end(mut self, signal: &str) {
        self.send(signal);
        self.0.wait().expect("ends");
    }

    fn send(&self, signal: &str) {
        let process = self.0.id().to_string();
        let mut kill = Command::new("kill");
        kill.args(["-s", signal, &process]).stderr(Stdio::null());
        kill.status().expect("runs kill");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // A child that was waited for has no process any more, and its number may be another's.
        if let Ok(None) = self.0.try_wait() {
            self.send("TERM");
            self.0.wait().ok();
        }
    }
}

/// Between two looks at a condition that has a deadline.
#[expect(
    clippy::disallowed_methods,
    reason = "the condition is asked again after it"
)]
fn pause() {
    std::thread::sleep(Duration::from_millis(20));
}

#[test]
fn postgres_keeps_its_data_and_takes_the_password_of_its_file_at_each_start() {
    let place = Place::new();
    place.set_password("first");
    let server = place.start();
    let made = place.ask("first", "CREATE TABLE kept AS SELECT 42 AS answer");
    assert_eq!(made, "SELECT 1");
    let refused = place.ask("wrong", "SELECT 1");
    assert!(refused.contains("authentication failed"), "{refused}");
    server.end("INT");

    // The Secret was lost and made anew.
    place.set_password(r"it's $(new) \ ");
    let server = place.start();
    assert_eq!(
        place.ask(r"it's $(new) \ ", "SELECT answer FROM kept"),
        "42"
    );
    let refused = place.ask("first", "SELECT 1");
    assert!(refused.contains("authentication failed"), "{refused}");
    // Immediate shutdown: nothing is written, the next start recovers from the log.
    server.end("QUIT");

    let server = place.start();
    let answer = place.ask(r"it's $(new) \ ", "SELECT answer FROM kept");
    server.end("INT");
    assert_eq!(answer, "42");
    assert!(!place.data().join(".initialising").exists());
}

#[test]
fn a_first_start_that_was_cut_short_begins_anew() {
    let place = Place::new();
    place.set_password("first");
    for name in ["", ".initialising", ".initialising/data", "base"] {
        let path = place.data().join(name);
        fs::create_dir(&path).expect("makes a directory");
        give_away(&path);
    }
    let server = place.start();
    assert_eq!(place.ask("first", "SELECT 1"), "1");
    server.end("INT");
}

#[test]
fn a_directory_with_other_files_is_left_alone() {
    let place = Place::new();
    place.set_password("first");
    fs::create_dir(place.data()).expect("makes a directory");
    give_away(&place.data());
    fs::write(place.data().join("holiday.jpg"), "precious").expect("writes");
    let status = place.start().0.wait().expect("ends");
    assert!(!status.success());
    let said = place.said();
    assert!(said.contains("holiday.jpg"), "{said}");
    assert!(place.data().join("holiday.jpg").exists());
}

#[test]
fn redis_is_reachable_unless_its_configuration_says_otherwise() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/images/redis-entrypoint.sh");
    for (line, expected) in [("", "no"), ("protected-mode yes", "yes")] {
        let place = Place::new();
        let file = place.path("redis.conf");
        fs::write(
            &file,
            format!("port {}\nbind 127.0.0.1\n{line}", place.port),
        )
        .expect("writes");
        let mut command = as_other_user(&script);
        command
            .env("PATH", "/usr/bin:/bin")
            .current_dir(place.path("volume"))
            .arg(&file)
            .stdout(Stdio::null());
        let server = Server(command.spawn().expect("starts"));
        let deadline = Instant::now() + PATIENCE;
        let said = loop {
            let output = Command::new("redis-cli")
                .args([
                    "-p",
                    &place.port.to_string(),
                    "config",
                    "get",
                    "protected-mode",
                ])
                .output()
                .expect("runs redis-cli");
            let said = String::from_utf8_lossy(&output.stdout).into_owned();
            if said.contains("protected-mode") {
                break said;
            }
            assert!(Instant::now() < deadline, "no answer: {said}");
            pause();
        };
        server.end("TERM");
        assert_eq!(said.lines().nth(1), Some(expected));
    }
}
