//! `kiln explain`

use clap::{Args, ValueEnum};
use clap_complete::engine::ArgValueCompleter;
use kiln::diagnostic::code::{ALL, AREAS};
use kiln::diagnostic::explain::{self, Block, Explanation};
use kiln::diagnostic::{Code, Severity};
use kiln::project::suggest::closest;

use crate::exit::{Exit, Failure};
use crate::output::Ui;
use crate::{Outcome, completing, output};

/// Explain a diagnostic code, with examples and the source of the rule.
///
/// Without a code, all codes are listed by area.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kiln explain                        all codes
  kiln explain KILN-C006              one of them; `c006` is the same
  kiln explain C006 --format json     for programs")]
pub struct ExplainArgs {
    /// A code, such as KILN-C006.
    #[arg(value_name = "CODE", add = ArgValueCompleter::new(completing::codes))]
    pub code: Option<String>,

    /// How it is written.
    #[arg(long, value_enum, default_value_t = Form::Text)]
    pub format: Form,
}

/// How an explanation is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// For people.
    Text,
    /// For programs: one JSON object a line.
    Json,
}

/// Explanations are read best in lines of no more columns.
const WIDEST: usize = 100;

/// Runs the command.
pub fn run(args: &ExplainArgs, ui: &Ui) -> Exit {
    explain(args, ui).unwrap_or_else(|failure| ui.failure(&failure))
}

fn explain(args: &ExplainArgs, ui: &Ui) -> Outcome {
    let codes = match &args.code {
        Some(typed) => vec![explain::find(typed).ok_or_else(|| unknown(typed))?],
        None => ALL.to_vec(),
    };
    let text = match (args.format, codes.as_slice()) {
        (Form::Json, codes) => codes.iter().map(|code| explain::json(*code)).collect(),
        (Form::Text, [code]) => page(&explain::explain(*code), ui.width().min(WIDEST)),
        (Form::Text, codes) => list(codes),
    };
    ui.product(&text)?;
    Ok(Exit::Success)
}

fn unknown(typed: &str) -> Failure {
    let failure = Failure::new(format!("there is no code `{typed}`"));
    let whole = typed.to_ascii_uppercase();
    let whole = if whole.starts_with("KILN") { whole } else { format!("KILN-{whole}") };
    match closest(&whole, ALL.iter().map(|code| code.id)) {
        Some(near) => failure.help(format!("did you mean `{near}`? `kiln explain` lists all codes")),
        None => failure.help("`kiln explain` lists all codes"),
    }
}

/// All codes, a line each, under the names of their areas.
fn list(codes: &[Code]) -> String {
    let bold = output::BOLD;
    let mut out = String::new();
    for (letter, area) in AREAS {
        out.push_str(&format!("{bold}{letter}  {area}{bold:#}\n"));
        for code in codes.iter().filter(|code| code.area() == *letter) {
            out.push_str(&format!("  {}  {:<7}  {}\n", code.id, code.severity.word(), code.title));
        }
        out.push('\n');
    }
    out.push_str("`kiln explain CODE` explains one of them\n");
    out
}

fn page(explanation: &Explanation, width: usize) -> String {
    let Explanation { code, meaning, reason, wrong, right, source } = explanation;
    let (bold, level) = (output::BOLD, output::level(code.severity == Severity::Error));
    let mut out = format!("{level}{}[{}]{level:#}{bold}: {}{bold:#}\n\n", code.severity.word(), code.id, code.title);
    out.push_str(&format!("{}\n{}\n", wrapped(meaning, width), wrapped(reason, width)));
    for (title, blocks) in [("Wrong:", wrong), ("Right:", right)] {
        out.push_str(&format!("{bold}{title}{bold:#}\n\n"));
        for Block { file, text, .. } in blocks {
            if let Some(file) = file {
                out.push_str(&format!("  {file}:\n\n"));
            }
            for line in text.lines() {
                out.push_str(format!("    {line}").trim_end());
                out.push('\n');
            }
            out.push('\n');
        }
    }
    out.push_str(&wrapped(&format!("Source: {source}"), width));
    out
}

/// A text in lines of so many columns at most, as far as its words let it.
fn wrapped(text: &str, width: usize) -> String {
    let (mut out, mut column) = (String::new(), 0);
    for word in text.split(' ') {
        let length = word.chars().count();
        if column > 0 && column + 1 + length > width {
            out.push('\n');
            column = 0;
        } else if column > 0 {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += length;
    }
    out.push('\n');
    out
}
