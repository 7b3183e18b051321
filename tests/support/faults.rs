//! A running microburst: a proxy before awsim that breaks calls as it is told.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::awsim::free_port;
use super::{isolated, judge};

/// One proxy process. It ends when this is dropped.
pub(crate) struct Faults {
    /// Where it listens.
    pub(crate) endpoint: String,
    process: Child,
}

impl Faults {
    /// A proxy before an endpoint, if the judge is there.
    pub(crate) fn before(upstream: &str) -> Option<Self> {
        let program = judge("microburst")?;
        let port = free_port();
        let mut command = Command::new(program);
        command.args(["--upstream", upstream, "--port", &port.to_string(), "--host", "127.0.0.1"]);
        isolated(&mut command);
        let process = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let faults =
            Self { endpoint: format!("http://127.0.0.1:{port}"), process: process.expect("microburst starts") };
        let deadline = Instant::now() + Duration::from_secs(30);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < deadline, "microburst does not listen");
            std::thread::sleep(Duration::from_millis(50));
        }
        // Its first call of a service loads that service's model, which takes longer than some tests want to wait.
        http(&faults.endpoint, "POST", "/", Some("Action=ListStacks&Version=2010-05-15"));
        Some(faults)
    }

    /// Breaks calls by these rules and no others.
    pub(crate) fn rules(&self, rules: &Value) {
        http(&self.endpoint, "POST", "/_microburst/rules", Some(&rules.to_string()));
    }

    /// How often a rule broke something.
    pub(crate) fn fired(&self) -> usize {
        let body = http(&self.endpoint, "GET", "/_microburst/fired", None);
        let fired: Value = serde_json::from_str(&body).expect("a list of what fired");
        fired.as_array().map_or_else(|| fired["events"].as_array().map_or(0, Vec::len), Vec::len)
    }
}

impl Drop for Faults {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// One request on a connection of its own; gives the body.
pub(crate) fn http(endpoint: &str, method: &str, path: &str, body: Option<&str>) -> String {
    let address = endpoint.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).expect("the server listens");
    let body = body.unwrap_or_default();
    let kind = if body.starts_with(['[', '{']) { "application/json" } else { "application/x-www-form-urlencoded" };
    let head = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Type: {kind}\r\n");
    let request = format!("{head}Content-Length: {}\r\n\r\n{body}", body.len());
    stream.write_all(request.as_bytes()).expect("the request is sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    match head.to_lowercase().contains("transfer-encoding: chunked") {
        true => unchunked(body),
        false => body.to_owned(),
    }
}

/// The text of a body in chunks (RFC 9112, section 7.1).
fn unchunked(mut body: &str) -> String {
    let mut text = String::new();
    while let Some((size, rest)) = body.split_once("\r\n") {
        let size = usize::from_str_radix(size.trim(), 16).expect("a chunk's size");
        if size == 0 {
            break;
        }
        text.push_str(&rest[..size]);
        body = rest[size..].trim_start_matches("\r\n");
    }
    text
}
