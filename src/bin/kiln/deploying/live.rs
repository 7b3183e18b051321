//! What is under way, drawn below the lines on a terminal and redrawn while time passes.

use std::time::Instant;

use kiln::source::visible;

use crate::output::{Page, Ui};

/// The spinner's pictures.
const SPINNER: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

/// Of more resources under way than these, the rest is counted.
const MOST_SHOWN: usize = 8;

/// What is under way.
pub struct Live {
    is_on: bool,
    /// By a key: since when, the state in a word, and what it is.
    running: Vec<(String, Instant, String, String)>,
    /// Lines that stand on the terminal.
    drawn: usize,
    turn: usize,
}

impl Live {
    /// Nothing is under way. Off a terminal, nothing is ever drawn.
    pub fn new(is_on: bool) -> Self {
        Self { is_on, running: Vec::new(), drawn: 0, turn: 0 }
    }

    /// Notes that something is under way, or not any more.
    pub fn set(&mut self, key: String, what: Option<(String, String)>) {
        self.running.retain(|(known, ..)| *known != key);
        if let Some((word, what)) = what {
            self.running.push((key, Instant::now(), word, what));
        }
    }

    /// Draws what is under way, in the place of what was drawn before.
    pub fn draw(&mut self, ui: &Ui) {
        if !self.is_on {
            return;
        }
        self.clear(ui);
        self.turn = (self.turn + 1) % SPINNER.len();
        let width = ui.width_of_errors().saturating_sub(1);
        let ages = self.running.iter().map(|(_, since, word, what)| (since.elapsed().as_secs(), word, what));
        let lines = frame(SPINNER[self.turn], &ages.collect::<Vec<_>>(), width);
        if !lines.is_empty() {
            self.drawn = lines.len();
            let mut page = Page::new();
            lines.iter().for_each(|line| _ = page.line(line));
            ui.note(page);
        }
    }

    /// Takes away what was drawn.
    pub fn clear(&mut self, ui: &Ui) {
        if self.drawn > 0 {
            // Up so many lines, then erase all below (ECMA-48: CUU, ED).
            ui.control(&format!("\x1b[{}A\x1b[J", self.drawn));
            self.drawn = 0;
        }
    }
}

/// The lines that are drawn: the longest running first, none wider than the terminal.
fn frame(spinner: &str, running: &[(u64, &String, &String)], width: usize) -> Vec<String> {
    let mut lines: Vec<String> = running
        .iter()
        .take(MOST_SHOWN)
        .map(|(seconds, word, what)| {
            let line = format!("{spinner} {:>2}:{:02}  {word:15} {what}", seconds / 60, seconds % 60);
            // What is shown must take as many columns as it has characters.
            visible(&line).replace('\t', " ").chars().take(width).collect()
        })
        .collect();
    if let Some(more) = running.len().checked_sub(MOST_SHOWN).filter(|more| *more > 0) {
        lines.push(format!("  … and {more} more"));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_fits_the_terminal() {
        let (word, what) = ("creating".to_owned(), "recipe of pipeline `web`".to_owned());
        let running = vec![(65, &word, &what); 10];
        let lines = frame("*", &running, 30);
        assert_eq!(lines[0], "*  1:05  creating        recip");
        assert_eq!((lines.len(), lines[8].as_str()), (9, "  … and 2 more"));
    }
}
