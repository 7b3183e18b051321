//! A running awsim: a local double of AWS in which every twelve-digit access key is an account of its own.

use std::env;
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Stdio};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::{isolated, judge, project, run, script};

/// One server process. It ends when this is dropped, also when a test panics.
pub(crate) struct Awsim {
    /// Where it listens.
    pub(crate) endpoint: String,
    /// The Python that runs it, and our scripts.
    pub(crate) python: PathBuf,
    process: Child,
    _output: BufReader<ChildStdout>,
}

/// The server that all tests of a binary share.
pub(crate) fn awsim() -> Option<Arc<Awsim>> {
    static SHARED: Mutex<Weak<Awsim>> = Mutex::new(Weak::new());
    let python = judge("python")?;
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(running) = shared.upgrade() {
        return Some(running);
    }
    let started = Arc::new(Awsim::start(python, &["--step-ms", "10", "--build-step-ms", "30"]));
    *shared = Arc::downgrade(&started);
    Some(started)
}

impl Awsim {
    /// A server of its own, with other options than the shared one.
    pub(crate) fn with(options: &[&str]) -> Option<Self> {
        Some(Self::start(judge("python")?, options))
    }

    fn start(python: PathBuf, options: &[&str]) -> Self {
        let folder = env::var_os("KILN_AWSIM").map_or_else(|| project().join("tests/awsim"), PathBuf::from);
        let mut command = script(&python, "emulator.py");
        command.arg(folder.join("serve.py")).args(["--port", &free_port().to_string()]);
        command.args(options);
        isolated(&mut command);
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let mut process = command.spawn().expect("Python starts");
        let mut output = BufReader::new(process.stdout.take().expect("standard output is a pipe"));
        let mut line = String::new();
        output.read_line(&mut line).expect("awsim announces itself");
        let ready: serde_json::Value = serde_json::from_str(&line).expect("awsim is ready (its reason is above)");
        let endpoint = ready["endpoint"].as_str().expect("awsim says where it listens").to_owned();
        Self { endpoint, python, process, _output: output }
    }

    /// Runs one of our scripts against an account.
    pub(crate) fn ask(&self, name: &str, account: &str, arguments: &[&Path]) -> Result<String, String> {
        run(script(&self.python, name).args([&self.endpoint, account]).args(arguments)).well()
    }
}

impl Drop for Awsim {
    fn drop(&mut self) {
        // By its own id, and waited for: nothing is left behind.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a loopback port is free");
    listener.local_addr().expect("a bound socket has an address").port()
}
