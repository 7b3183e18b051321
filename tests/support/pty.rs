//! A pseudo-terminal for a program.

use std::fs::{File, OpenOptions};
use std::io::Read as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::process::{Child, Command};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use super::screen::{Cell, screen, text};

/// The program's side of a terminal is all three of its streams; ours is written and read.
pub(crate) struct Terminal {
    /// The program.
    pub(crate) child: Child,
    /// What it is told by typing.
    pub(crate) keys: File,
    shown: JoinHandle<()>,
    bytes: Arc<Mutex<Vec<u8>>>,
    columns: usize,
}

/// What a program on a terminal did.
pub(crate) struct Shown {
    /// Its exit status; nothing when a signal ended it.
    pub(crate) status: Option<i32>,
    /// All that it wrote, with the sequences that move the cursor and colour.
    pub(crate) bytes: String,
    /// What stands on the screen in the end and above it.
    pub(crate) screen: Vec<Vec<Cell>>,
    /// The same without its colours.
    pub(crate) lines: Vec<String>,
}

/// Starts a program on a terminal of so many columns.
pub(crate) fn on_terminal(command: &mut Command, columns: u16) -> Terminal {
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a pseudo-terminal");
    grantpt(&ours).expect("its other side is ours");
    unlockpt(&ours).expect("its other side opens");
    tcsetwinsize(&ours, Winsize { ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 }).expect("it has a size");
    let name = ptsname(&ours, Vec::new()).expect("its other side has a name");
    let path = Path::new(std::ffi::OsStr::from_bytes(name.as_bytes()));
    let open = || OpenOptions::new().read(true).write(true).open(path).expect("its other side opens");
    command.stdin(open()).stdout(open()).stderr(open()).env("TERM", "xterm-256color").env_remove("NO_COLOR");
    let child = command.spawn().expect("the program starts");
    // The command holds the other side open, and the end is only seen when nobody does.
    command.stdin(std::process::Stdio::null()).stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
    let keys = File::from(ours);
    let mut screen = keys.try_clone().expect("a second handle");
    let bytes = Arc::new(Mutex::new(Vec::new()));
    let all = Arc::clone(&bytes);
    let shown = thread::spawn(move || {
        let mut part = [0; 4096];
        // Linux ends the stream of a terminal that nobody holds with an error.
        while let Ok(count @ 1..) = screen.read(&mut part) {
            all.lock().expect("no thread panicked").extend_from_slice(&part[..count]);
        }
    });
    Terminal { child, keys, shown, bytes, columns: columns.into() }
}

impl Terminal {
    /// Waits until the program has written a text.
    pub(crate) fn wait_for(&self, text: &str) {
        let deadline = Instant::now() + Duration::from_secs(60);
        let shown = || String::from_utf8_lossy(&self.bytes.lock().expect("no thread panicked")).into_owned();
        while !shown().contains(text) {
            assert!(Instant::now() < deadline, "no `{text}` in:\n{}", shown());
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits for the program's end.
    pub(crate) fn end(mut self) -> Shown {
        let status = self.child.wait().expect("the program ends").code();
        self.shown.join().expect("it is read to the end");
        let bytes = std::mem::take(&mut *self.bytes.lock().expect("no thread panicked"));
        let bytes = String::from_utf8(bytes).expect("UTF-8");
        let screen = screen(&bytes, self.columns);
        let lines = text(&screen);
        Shown { status, bytes, screen, lines }
    }
}
