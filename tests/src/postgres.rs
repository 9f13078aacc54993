//! A temporary PostgreSQL cluster for the whole test run.
//!
//! PostgreSQL refuses to run as root: then `nobody` runs it. A shell that waits on our end of a pipe stops it when the
//! test process ends, however it ends.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// The cluster.
pub struct Cluster {
    port: u16,
    programs: PathBuf,
    _watch: Child,
}

static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
static DATABASES: AtomicU32 = AtomicU32::new(0);

/// The cluster of this test run, started at the first call.
pub fn cluster() -> Option<&'static Cluster> {
    CLUSTER.get_or_init(start).as_ref()
}

fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    // Debian keeps them aside, by version.
    if let Ok(versions) = std::fs::read_dir("/usr/lib/postgresql") {
        folders.extend(versions.flatten().map(|version| version.path().join("bin")));
    }
    let found = folders
        .into_iter()
        .find(|f| f.join("initdb").exists() && f.join("postgres").exists());
    if found.is_none() {
        eprintln!(
            "\n*** PostgreSQL's programs (initdb, postgres) are not on the PATH: ITS TESTS ARE SKIPPED ***\n"
        );
        assert!(
            std::env::var_os("CI").is_none(),
            "PostgreSQL must be there in CI"
        );
    }
    // Where a link points to, the other programs are.
    let initdb = std::fs::canonicalize(found?.join("initdb")).ok()?;
    initdb.parent().map(Path::to_owned)
}

fn start() -> Option<Cluster> {
    let programs = programs()?;
    let folder = tempfile::Builder::new()
        .prefix("matchday-pg")
        .tempdir()
        .unwrap()
        .keep();
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o777)).unwrap();
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let data = folder.join("data");
    let init = format!(
        "{} -D {} -U matchday -A trust -E UTF8 --no-sync --locale=C",
        programs.join("initdb").display(),
        data.display()
    );
    let made = unprivileged(&init).output().unwrap();
    assert!(
        made.status.success(),
        "initdb: {}",
        String::from_utf8_lossy(&made.stderr)
    );
    let serve = format!(
        "{} -D {} -p {port} -k {} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=300 & \
         server=$!; read _; kill -INT $server; wait $server; rm -rf {}",
        programs.join("postgres").display(),
        data.display(),
        folder.display(),
        folder.join("data").display()
    );
    let watch = unprivileged(&serve)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let cluster = Cluster {
        port,
        programs,
        _watch: watch,
    };
    let since = Instant::now();
    while !cluster.run("pg_isready", &["-q"]) {
        assert!(
            since.elapsed() < Duration::from_secs(30),
            "PostgreSQL does not start"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
    Some(cluster)
}

/// A shell command, run by `nobody` if we are root.
fn unprivileged(command: &str) -> Command {
    let root = std::fs::metadata("/proc/self")
        .is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
    let mut shell = if root {
        let mut runuser = Command::new("runuser");
        runuser.args(["-u", "nobody", "--", "sh", "-c", command]);
        runuser
    } else {
        let mut shell = Command::new("sh");
        shell.args(["-c", command]);
        shell
    };
    shell.current_dir(Path::new("/"));
    shell
}

impl Cluster {
    fn run(&self, program: &str, arguments: &[&str]) -> bool {
        Command::new(self.programs.join(program))
            .args([
                "-h",
                "127.0.0.1",
                "-U",
                "matchday",
                "-p",
                &self.port.to_string(),
            ])
            .args(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    }

    /// Makes an empty database; its URL.
    pub fn new_database(&self) -> String {
        let name = format!("test_{}", DATABASES.fetch_add(1, Ordering::SeqCst));
        assert!(self.run("createdb", &[&name]), "createdb {name}");
        format!("postgres://matchday@127.0.0.1:{}/{name}", self.port)
    }
}
