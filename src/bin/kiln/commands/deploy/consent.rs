//! Asking whether it should be done.

use std::io::{self, BufRead as _, IsTerminal as _};

use crate::exit::{Exit, Failure};
use crate::output::Ui;

/// Whether somebody can be asked, or has answered already; `look` is the option that only looks. Known before anything is made, so that nothing is made in
/// vain.
pub fn possible(yes: bool, what: &str, look: &str) -> Result<(), Failure> {
    if yes || (io::stdin().is_terminal() && io::stderr().is_terminal()) {
        return Ok(());
    }
    Err(Failure::new(format!("there is nobody to ask whether to {what}"))
        .help(format!("answer beforehand with --yes, or look only with {look}"))
        .exit(Exit::NotConfirmed))
}

/// Asks on the terminal.
pub async fn ask(question: &str, ui: &Ui) -> bool {
    let answer = answer(&format!("{question} [y/N]"), ui).await;
    matches!(answer.to_lowercase().as_str(), "y" | "yes")
}

/// Asks on the terminal for a name to be typed.
pub async fn typed(question: &str, name: &str, ui: &Ui) -> bool {
    answer(question, ui).await == name
}

async fn answer(question: &str, ui: &Ui) -> String {
    ui.note(question);
    let answer = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line).map(|_| line)
    });
    answer.await.ok().and_then(Result::ok).unwrap_or_default().trim().to_owned()
}
