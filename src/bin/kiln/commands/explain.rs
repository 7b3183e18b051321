//! `kiln explain`

use clap::{Args, ValueEnum};
use clap_complete::engine::ArgValueCompleter;
use kiln::diagnostic::code::{ALL, AREAS};
use kiln::diagnostic::explain::{self, Block, Explanation};
use kiln::diagnostic::{Code, Severity};
use kiln::project::suggest::closest;

use crate::exit::{Exit, Failure};
use crate::output::{Page, Ui};
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
    match (args.format, codes.as_slice()) {
        (Form::Json, codes) => ui.product(&codes.iter().map(|code| explain::json(*code)).collect::<String>()),
        (Form::Text, [code]) => ui.print(&page(&explain::explain(*code), ui.width().min(WIDEST))),
        (Form::Text, codes) => ui.print(&list(codes)),
    }?;
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
fn list(codes: &[Code]) -> Page {
    let mut page = Page::new();
    for (letter, area) in AREAS {
        page.styled(output::BOLD, format!("{letter}  {area}")).end();
        for code in codes.iter().filter(|code| code.area() == *letter) {
            page.line(format!("  {}  {:<7}  {}", code.id, code.severity.word(), code.title));
        }
        page.end();
    }
    page.line("`kiln explain CODE` explains one of them");
    page
}

fn page(explanation: &Explanation, width: usize) -> Page {
    let Explanation { code, meaning, reason, wrong, right, source } = explanation;
    let level = output::level(code.severity == Severity::Error);
    let mut page = Page::new();
    page.styled(level, format!("{}[{}]", code.severity.word(), code.id));
    page.styled(output::BOLD, format!(": {}", code.title)).end().end();
    wrap(meaning, width, &mut page);
    page.end();
    wrap(reason, width, &mut page);
    page.end();
    for (title, blocks) in [("Wrong:", wrong), ("Right:", right)] {
        page.styled(output::BOLD, title).end().end();
        for Block { file, text, .. } in blocks {
            if let Some(file) = file {
                page.line(format!("  {file}:")).end();
            }
            for line in text.lines() {
                page.line(format!("    {line}").trim_end());
            }
            page.end();
        }
    }
    wrap(&format!("Source: {source}"), width, &mut page);
    page
}

/// Adds a text in lines of so many columns at most, as far as its words let it.
fn wrap(text: &str, width: usize, page: &mut Page) {
    let mut column = 0;
    for word in text.split(' ') {
        let length = word.chars().count();
        if column > 0 && column + 1 + length > width {
            page.end();
            column = 0;
        } else if column > 0 {
            page.text(" ");
            column += 1;
        }
        page.text(word);
        column += length;
    }
    page.end();
}
