//! What `[check]` and comments allow or deny, applied to the findings of a run when all stages are done.
//!
//! A warning is suppressed. An error that rests on documentation becomes a warning that states what the service may do; one
//! that rests on the service's model, or on kiln's own format, stays one. An allowance has a reason, and one that allows
//! nothing is a finding itself.

use std::borrow::Cow;
use std::sync::Arc;

use crate::diagnostic::comment::{Comment, comments};
use crate::diagnostic::{Basis, Code, Diagnostic, Place, Report, Severity, code, explain, hidden};
use crate::files::Texts;
use crate::matrix::Fanned;
use crate::project::suggest::closest;
use crate::source::{At, FieldPath, FieldPaths};
use crate::spec::Spec;

/// The word for all warnings.
const WARNINGS: &str = "warnings";

/// So many findings are allowed one by one. Each is looked for in each comment.
const MOST_ALLOWANCES: usize = 1_000;

/// What is allowed where.
#[derive(Debug, Clone)]
pub(super) struct Allowance {
    code: Code,
    scope: Scope,
    reason: String,
    /// A finding that it allows nothing, if so.
    unused: Diagnostic,
    is_used: bool,
}

#[derive(Debug, Clone)]
enum Scope {
    Everywhere,
    /// A field as it is written, and all below it.
    Below(String),
    /// Fields of the spec, and bytes of its text.
    Spec(Arc<FieldPaths>, std::ops::Range<usize>),
    /// Bytes of a file.
    File(String, std::ops::Range<usize>),
}

/// The findings, each once, without those that are allowed, and with those that are denied as errors. `read` has the comments of
/// the spec.
#[must_use]
pub fn settle(mut report: Report, spec: &Spec, texts: &Texts) -> Report {
    let mut faults = Report::new();
    let mut allowances = all(spec, report.comments(), texts, &mut faults);
    for (file, text) in texts.iter() {
        report.extend(hidden::find(Some(file), text).into_iter().collect());
    }
    let denied = denied(spec, &mut faults);
    // Pipelines of one matrix, or with one infrastructure, have the same findings.
    let mut settled = Report::new();
    let (errors, warnings) = report.more();
    // Of warnings that were only counted, nobody knows which are denied.
    settled.count_more(if denied.is_empty() { (errors, warnings) } else { (errors + warnings, 0) });
    for mut finding in report.into_vec() {
        let mut is_allowed = false;
        downgrade(&mut finding, &mut allowances);
        if finding.code.severity == Severity::Warning && !finding.downgraded {
            let field = field(&finding);
            let written = field.map(ToString::to_string);
            for allowance in allowances.iter_mut().filter(|allowance| allowance.code == finding.code) {
                if allowance.scope.covers(&finding, field.zip(written.as_deref())) {
                    allowance.is_used = true;
                    is_allowed = true;
                }
            }
        }
        if !is_allowed {
            if !finding.downgraded && denied.iter().any(|id| *id == finding.code.id || *id == WARNINGS) {
                finding.code.severity = Severity::Error;
            }
            settled.push(finding);
        }
    }
    // After an error later stages did not run, and nobody knows what they would have found.
    if !settled.has_errors() {
        settled
            .extend(allowances.into_iter().filter(|allowed| !allowed.is_used).map(|allowed| allowed.unused).collect());
    }
    settled.extend(faults);
    settled.listed()
}

/// The field of the spec that a finding is about.
fn field(finding: &Diagnostic) -> Option<&FieldPath> {
    let label = finding.labels.first().filter(|label| label.file.is_none())?;
    match &label.place {
        Place::Key(path) | Place::Value(path) | Place::Within(path, _) => Some(path),
        Place::File | Place::Span(_) => None,
    }
}

/// What a spec and its files allow.
pub(super) fn all(spec: &Spec, own: &[Comment], texts: &Texts, faults: &mut Report) -> Vec<Allowance> {
    let mut allowances = of_table(spec, faults);
    let of_spec = own.iter().map(|comment| (None, Cow::Borrowed(comment)));
    let of_files =
        texts.iter().flat_map(|(file, text)| comments(text).map(move |comment| (Some(file), Cow::Owned(comment))));
    for (file, comment) in of_spec.chain(of_files) {
        if allowances.len() == MOST_ALLOWANCES {
            faults.push(too_many().label(file, Place::Span(comment.span.clone()), ""));
            break;
        }
        allowances.extend(of_comment(&comment, file, faults));
    }
    allowances
}

/// Makes a warning of an error that is allowed, and states what the service may do.
pub(super) fn downgrade(finding: &mut Diagnostic, allowances: &mut [Allowance]) {
    let can_be = finding.downgraded || finding.is_error() && finding.code.can_be_downgraded();
    if !can_be {
        return;
    }
    let place = field(finding).cloned();
    let (code, written) = (finding.code, place.as_ref().map(ToString::to_string));
    for allowance in allowances.iter_mut().filter(|allowance| allowance.code == code) {
        if !allowance.scope.covers(finding, place.as_ref().zip(written.as_deref())) {
            continue;
        }
        allowance.is_used = true;
        if !finding.downgraded {
            finding.downgraded = true;
            finding.code.severity = Severity::Warning;
            let consequence = finding.code.basis.consequence();
            finding.help.push(format!("allowed ({}); {consequence}", allowance.reason.trim()));
        }
    }
}

/// The same for a finding in a pipeline that a matrix stands for: allowances name what the user wrote.
pub(super) fn downgrade_fanned(finding: &mut Diagnostic, allowances: &mut [Allowance], fanned: &Fanned<'_>) {
    if !finding.code.can_be_downgraded() || allowances.iter().all(|allowance| allowance.code != finding.code) {
        return;
    }
    let mut written = fanned.restore([finding.clone()].into_iter().collect()).into_vec();
    if let [one] = &mut written[..] {
        downgrade(one, allowances);
        if one.downgraded {
            finding.downgraded = true;
            finding.code.severity = Severity::Warning;
            finding.help.extend(one.help.last().cloned());
        }
    }
}

impl Scope {
    /// Whether it is about a finding, in a field and that field as it is written.
    fn covers(&self, finding: &Diagnostic, field: Option<(&FieldPath, &str)>) -> bool {
        let place = finding.labels.first().and_then(|label| match &label.place {
            Place::Span(span) => Some((label.file.as_ref(), span)),
            _ => None,
        });
        match self {
            Self::Everywhere => true,
            Self::Below(at) => field.is_some_and(|(_, written)| {
                written.strip_prefix(at.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
            }),
            Self::Spec(fields, bytes) => match (field, place) {
                (Some((field, _)), _) => fields.above(field),
                (None, Some((None, span))) => bytes.contains(&span.start),
                _ => false,
            },
            Self::File(file, bytes) => {
                place.is_some_and(|(of, span)| of.is_some_and(|of| of == file) && bytes.contains(&span.start))
            }
        }
    }
}

fn too_many() -> Diagnostic {
    let message = format!("more than {MOST_ALLOWANCES} findings are allowed one by one");
    let help = "allow a finding everywhere: `[check]` with `allow = [{ code = \"KILN-…\", reason = \"…\" }]`";
    Diagnostic::new(code::BAD_ALLOWANCE, message).help(help)
}

fn of_table(spec: &Spec, faults: &mut Report) -> Vec<Allowance> {
    let mut allowances = Vec::new();
    let Some(table) = &spec.check else { return allowances };
    let check = At::ROOT.key("check");
    let list = check.key("allow");
    if table.allow.len() > MOST_ALLOWANCES {
        faults.push(too_many().at_value(list, ""));
    }
    for (index, allow) in table.allow.iter().enumerate().take(MOST_ALLOWANCES) {
        let at = list.index(index);
        let typed = allow.code.as_deref().unwrap_or_default();
        let code = match allowed(typed) {
            Ok(code) => code,
            Err(finding) => {
                faults.push(finding.at_value(if allow.code.is_some() { at.key("code") } else { at }, ""));
                continue;
            }
        };
        if allow.reason.as_deref().is_none_or(|reason| reason.trim().is_empty()) {
            faults.push(no_reason(code).at_value(at, "").help("add `reason = \"…\"`"));
            continue;
        }
        let scope = allow.at.clone().map_or(Scope::Everywhere, Scope::Below);
        let reason = allow.reason.clone().unwrap_or_default();
        allowances.push(Allowance { code, scope, reason, unused: unused(code).at_value(at, ""), is_used: false });
    }
    allowances
}

fn of_comment(comment: &Comment, file: Option<&str>, faults: &mut Report) -> Option<Allowance> {
    let place = |finding: Diagnostic| finding.label(file, Place::Span(comment.span.clone()), "");
    let code = match allowed(&comment.code) {
        Ok(code) => code,
        Err(finding) => {
            faults.push(place(*finding));
            return None;
        }
    };
    if comment.reason.is_empty() {
        faults.push(place(no_reason(code)).help(format!("write `# kiln: allow {} BECAUSE …`", code.id)));
        return None;
    }
    let scope = match file {
        Some(file) => Scope::File(file.to_owned(), comment.covers.clone()),
        None => Scope::Spec(comment.fields.clone(), comment.covers.clone()),
    };
    let reason = comment.reason.clone();
    Some(Allowance { code, scope, reason, unused: place(unused(code)), is_used: false })
}

/// The code that is allowed, or why it cannot be.
fn allowed(typed: &str) -> Result<Code, Box<Diagnostic>> {
    let code = known(typed)?;
    let stays = code.severity == Severity::Error && !code.can_be_downgraded();
    if stays || code == code::UNUSED_ALLOWANCE {
        let message = format!("`{}` cannot be allowed: {}", code.id, code.title);
        let help = match code.basis {
            Basis::Model => "it rests on the service's model: the service refuses it",
            _ => "only warnings can be allowed, and errors that rest on documentation",
        };
        return Err(Box::new(Diagnostic::new(code::BAD_ALLOWANCE, message).help(help)));
    }
    Ok(code)
}

fn known(typed: &str) -> Result<Code, Box<Diagnostic>> {
    if typed.is_empty() {
        let help = "write the code of a warning, such as `KILN-C006`";
        let finding = Diagnostic::new(code::BAD_ALLOWANCE, "it does not say which finding is allowed");
        return Err(Box::new(finding.help(help)));
    }
    explain::find(typed).ok_or_else(|| {
        let finding = Diagnostic::new(code::BAD_ALLOWANCE, format!("there is no code `{typed}`"));
        Box::new(match closest(typed, code::ALL.iter().map(|code| code.id)) {
            Some(near) => finding.help(format!("did you mean `{near}`?")),
            None => finding.help("`kiln explain` lists all codes"),
        })
    })
}

/// The codes that are denied.
fn denied(spec: &Spec, faults: &mut Report) -> Vec<&'static str> {
    let check = At::ROOT.key("check");
    let list = check.key("deny");
    let typed = spec.check.iter().flat_map(|table| &table.deny).enumerate();
    typed
        .filter_map(|(index, typed)| match known(typed) {
            _ if typed == WARNINGS => Some(WARNINGS),
            Ok(code) => Some(code.id),
            Err(finding) => {
                faults.push(finding.at_value(list.index(index), ""));
                None
            }
        })
        .collect()
}

fn no_reason(code: Code) -> Diagnostic {
    Diagnostic::new(code::BAD_ALLOWANCE, format!("`{}` is allowed without a reason", code.id))
}

fn unused(code: Code) -> Diagnostic {
    Diagnostic::new(code::UNUSED_ALLOWANCE, format!("nothing here has the finding `{}`, which is allowed", code.id))
        .help("remove it, or move it to where the finding is")
}
