//! A pseudo-terminal for a program, and the screen that somebody before it would see.

use std::fs::{File, OpenOptions};
use std::io::Read as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::process::{Child, Command};
use std::thread::{self, JoinHandle};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

/// The program's side of a terminal is all three of its streams; ours is written and read.
pub(crate) struct Terminal {
    /// The program.
    pub(crate) child: Child,
    /// What it is told by typing.
    pub(crate) keys: File,
    shown: JoinHandle<Vec<u8>>,
    columns: usize,
}

/// What a program on a terminal did.
pub(crate) struct Shown {
    /// Its exit status; nothing when a signal ended it.
    pub(crate) status: Option<i32>,
    /// All that it wrote, with the sequences that move the cursor and colour.
    pub(crate) bytes: String,
    /// What stands on the screen in the end and above it.
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
    let shown = thread::spawn(move || {
        let (mut bytes, mut part) = (Vec::new(), [0; 4096]);
        // Linux ends the stream of a terminal that nobody holds with an error.
        while let Ok(count @ 1..) = screen.read(&mut part) {
            bytes.extend_from_slice(&part[..count]);
        }
        bytes
    });
    Terminal { child, keys, shown, columns: columns.into() }
}

impl Terminal {
    /// Waits for the program's end.
    pub(crate) fn end(mut self) -> Shown {
        let status = self.child.wait().expect("the program ends").code();
        let bytes = String::from_utf8(self.shown.join().expect("it is read to the end")).expect("UTF-8");
        let lines = screen(&bytes, self.columns);
        Shown { status, bytes, lines }
    }
}

/// What a terminal shows of this: lines wrap at its last column. Knows what kiln writes and nothing else (ECMA-48: CUU,
/// ED, SGR), so that anything else is noticed.
pub(crate) fn screen(written: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![Vec::new()];
    let (mut row, mut column) = (0, 0);
    let mut rest = written.chars();
    while let Some(char) = rest.next() {
        match char {
            '\r' => column = 0,
            '\n' => row += 1,
            '\x1b' => {
                assert_eq!(rest.next(), Some('['), "a control sequence");
                let mut number = String::new();
                let order = loop {
                    match rest.next().expect("a control sequence ends") {
                        char @ ('0'..='9' | ';') => number.push(char),
                        order => break order,
                    }
                };
                match order {
                    'A' => row -= number.parse::<usize>().expect("a number of lines").min(row),
                    'J' if number.is_empty() => {
                        lines[row].truncate(column);
                        lines.truncate(row + 1);
                    }
                    'm' => {}
                    other => panic!("an unknown control sequence: {number}{other}"),
                }
            }
            _ => {
                if column == columns {
                    (row, column) = (row + 1, 0);
                }
                lines.resize_with(lines.len().max(row + 1), Vec::new);
                let line: &mut Vec<char> = &mut lines[row];
                line.resize(line.len().max(column + 1), ' ');
                line[column] = char;
                column += 1;
            }
        }
        lines.resize_with(lines.len().max(row + 1), Vec::new);
    }
    lines.into_iter().map(|line| line.into_iter().collect::<String>().trim_end().to_owned()).collect()
}
