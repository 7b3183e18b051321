//! A service that misbehaves: answers without an end, pages without an end, or no answer at all.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

/// What a request is answered with.
pub(crate) enum Answer {
    /// A document.
    Text(String),
    /// A document that never ends.
    Endless,
    /// Nothing, on a connection that stays open.
    Silence,
}

/// Starts a service that answers each request by its body, and gives its address. It ends with the process.
pub(crate) fn fake(answer: impl Fn(&str) -> Answer + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a loopback port is free");
    let endpoint = format!("http://{}", listener.local_addr().expect("a bound socket has an address"));
    let answer = Arc::new(answer);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answer = Arc::clone(&answer);
            thread::spawn(move || serve(stream, answer.as_ref()));
        }
    });
    endpoint
}

fn serve(mut stream: TcpStream, answer: &dyn Fn(&str) -> Answer) {
    let mut reader = BufReader::new(stream.try_clone().expect("a second handle"));
    let (mut line, mut length) = (String::new(), 0);
    while reader.read_line(&mut line).is_ok_and(|count| count > 2) {
        if let Some((_, value)) = line.split_once(':').filter(|(name, _)| name.eq_ignore_ascii_case("content-length")) {
            length = value.trim().parse().unwrap_or(0);
        }
        line.clear();
    }
    let mut body = vec![0; length];
    if reader.read_exact(&mut body).is_err() {
        return;
    }
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nConnection: close\r\n";
    // Who asks may go away at any moment.
    match answer(&String::from_utf8_lossy(&body)) {
        Answer::Text(text) => {
            let _ = write!(stream, "{head}Content-Length: {}\r\n\r\n{text}", text.len());
        }
        Answer::Endless => {
            let chunk = "a".repeat(0x10000);
            let mut sent = write!(stream, "{head}Transfer-Encoding: chunked\r\n\r\n");
            while sent.is_ok() {
                sent = write!(stream, "10000\r\n{chunk}\r\n");
            }
        }
        Answer::Silence => {
            let _ = reader.read(&mut [0]);
        }
    }
}
