//! Writing to the terminal: colours, width, and a closed pipe that is no error.

use std::io::{self, Write};

use anstream::stream::RawStream;
use anstream::{AutoStream, ColorChoice};
use kiln::diagnostic::text::{self, Style};
use kiln::diagnostic::{Report, Sources};

use crate::args::Color;
use crate::exit::{Exit, Failure};

/// Where words go: stdout carries what was asked for, stderr everything else.
pub struct Ui {
    color: Color,
}

/// Columns where there is no terminal to ask.
const WIDTH_OF_FILES: usize = 120;

/// Headings, and what is to be seen first.
pub const BOLD: anstyle::Style = anstyle::Style::new().bold();

/// The style of the word for a severity.
pub fn level(is_error: bool) -> anstyle::Style {
    let color = if is_error { anstyle::AnsiColor::Red } else { anstyle::AnsiColor::Yellow };
    BOLD.fg_color(Some(color.into()))
}

/// Of more lines than these, the rest is counted.
const MOST_LISTED: usize = 20;

impl Ui {
    /// Colours as they are asked for.
    pub fn new(color: Color) -> Self {
        Self { color }
    }

    /// Writes to stdout. A reader that went away ends the matter quietly.
    pub fn product(&self, text: &str) -> Result<(), Failure> {
        let mut out = AutoStream::new(io::stdout(), self.choice(&io::stdout())).lock();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(Failure::new(format!("cannot write to standard output: {error}")))
            }
            _ => Ok(()),
        }
    }

    /// Writes a line to stderr.
    pub fn note(&self, line: &str) {
        // There is nowhere left to complain about a closed stderr.
        let _ = writeln!(AutoStream::new(io::stderr(), self.choice(&io::stderr())), "{line}");
    }

    /// Moves the cursor of the terminal that stderr is.
    #[cfg(feature = "deploy")]
    pub fn control(&self, sequence: &str) {
        let _ = io::stderr().write_all(sequence.as_bytes());
    }

    /// The columns of the terminal that stderr is.
    #[cfg(feature = "deploy")]
    pub fn width_of_errors(&self) -> usize {
        self.style(&io::stderr()).width
    }

    /// Writes lines to stderr; of many only the first.
    pub fn list(&self, lines: &[String]) {
        if lines.is_empty() {
            return;
        }
        let mut text = lines.iter().take(MOST_LISTED).cloned().collect::<Vec<_>>().join("\n");
        if let Some(more) = lines.len().checked_sub(MOST_LISTED).filter(|more| *more > 0) {
            text.push_str(&format!("\n… and {more} more"));
        }
        self.note(&text);
    }

    /// Draws what was found, on stderr.
    pub fn diagnostics(&self, report: &Report, sources: &Sources) {
        if !report.is_empty() {
            let drawn = text::render(report, sources, self.style(&io::stderr()));
            let mut err = AutoStream::new(io::stderr(), self.choice(&io::stderr()));
            let _ = err.write_all(drawn.as_bytes());
        }
    }

    /// Says why a command could not do its work.
    pub fn failure(&self, failure: &Failure) -> Exit {
        let error = level(true);
        self.note(&format!("{error}error{error:#}: {}", failure.message));
        if let Some(help) = &failure.help {
            self.note(&format!("  help: {help}"));
        }
        failure.exit
    }

    /// How diagnostics are drawn on a stream.
    pub fn style(&self, stream: &impl RawStream) -> Style {
        let terminal = stream.is_terminal().then(terminal_size::terminal_size).flatten();
        let width = terminal.map(|(width, _)| usize::from(width.0));
        Style { colour: self.choice(stream) != ColorChoice::Never, width: width.unwrap_or(WIDTH_OF_FILES) }
    }

    /// Columns of the terminal that stdout is.
    pub fn width(&self) -> usize {
        self.style(&io::stdout()).width
    }

    fn choice(&self, stream: &impl RawStream) -> ColorChoice {
        match self.color {
            Color::Auto => AutoStream::choice(stream),
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        }
    }
}
