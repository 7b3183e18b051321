//! Where steps read from and write to: addresses of S3 and of the web, and the documents that a step runs (EC2 Image
//! Builder User Guide, "Action modules supported by AWSTOE component manager").

use super::super::grammar::Action;
use crate::diagnostic::code;
use crate::document::finding::{Finding, Findings};
use crate::document::yaml::{Node, Scalar};

/// Checks the addresses of an entry.
pub(super) fn check(entry: &Node, action: &Action, findings: &mut Findings) {
    match action.name {
        "S3Download" => s3(entry, "source", action, findings),
        "S3Upload" => s3(entry, "destination", action, findings),
        "WebDownload" => web(entry, findings),
        _ => {}
    }
}

/// The text under a key, unless it begins with an expression: what that is, only the build knows.
fn address<'a>(entry: &'a Node, key: &str) -> Option<(&'a str, &'a Node)> {
    let node = entry.get(key)?;
    let text = node.as_str().filter(|text| !text.trim_start().starts_with("{{") && !text.trim().is_empty())?;
    Some((text, node))
}

fn s3(entry: &Node, key: &str, action: &Action, findings: &mut Findings) {
    let Some((text, node)) = address(entry, key) else { return };
    if text.strip_prefix("s3://").is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/')) {
        return;
    }
    let message = format!("`{text}` is not an address of S3: `{key}` of `{}` is `s3://bucket/key`", action.name);
    let finding = Finding::new(code::FIELD_VALUE, message, node.span.clone());
    let meant = meant_s3(text);
    findings.push(match (&meant, text.starts_with("http")) {
        (Some(meant), _) => finding.did_you_mean(Some(meant)),
        (None, true) => finding.help("the action for addresses of the web is `WebDownload`"),
        (None, false) => finding.help("begin it with `s3://`"),
    });
}

/// The address of S3 that was meant by another form of it.
fn meant_s3(text: &str) -> Option<String> {
    if let Some(rest) = ["https://", "http://"].into_iter().find_map(|scheme| text.strip_prefix(scheme)) {
        let (host, key) = rest.split_once('/')?;
        let host = host.strip_suffix(".amazonaws.com").or_else(|| host.strip_suffix(".amazonaws.com.cn"))?;
        if host == "s3" || host.strip_prefix("s3.").or_else(|| host.strip_prefix("s3-")).is_some() {
            return Some(format!("s3://{key}"));
        }
        let (bucket, _) = host
            .split_once(".s3.")
            .or_else(|| host.split_once(".s3-"))
            .or_else(|| host.strip_suffix(".s3").map(|bucket| (bucket, "")))?;
        return Some(format!("s3://{bucket}/{key}"));
    }
    let lower = text.to_ascii_lowercase();
    let rest = if lower.starts_with("s3") {
        let rest = text.get(2..)?.trim_start_matches([':', '/']);
        (rest.len() < text.len() - 2).then_some(rest)?
    } else {
        (!text.contains(':') && !text.starts_with(['/', '.', '~', '\\'])).then_some(text)?
    };
    (!rest.is_empty()).then(|| format!("s3://{rest}"))
}

fn web(entry: &Node, findings: &mut Findings) {
    let Some((text, node)) = address(entry, "source") else { return };
    let lower = text.to_ascii_lowercase();
    if ["http://", "https://"].iter().any(|scheme| lower.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty())) {
        return;
    }
    let message = format!("`{text}` is not an address of the web: `source` of `WebDownload` is `https://host/path`");
    let finding = Finding::new(code::FIELD_VALUE, message, node.span.clone());
    if lower.starts_with("s3:") {
        return findings.push(finding.help("the action for objects of S3 is `S3Download`"));
    }
    let slip = ["https", "http"].into_iter().find_map(|scheme| {
        let rest = text.get(scheme.len()..)?;
        let host = rest.trim_start_matches([':', '/']);
        let is_slip = lower.starts_with(scheme) && host.len() < rest.len() && !host.is_empty();
        is_slip.then(|| format!("{scheme}://{host}"))
    });
    findings.push(match slip {
        Some(meant) => finding.did_you_mean(Some(&meant)),
        None => finding.help("begin it with `https://`"),
    });
}

/// Checks what a step that runs another document says of itself and of the document.
pub(super) fn nested(step: &Node, inputs: &Node, findings: &mut Findings) {
    for (key, only) in [("timeoutSeconds", -1), ("maxAttempts", 1)] {
        if let Some(node) = step.get(key)
            && let Some(Scalar::Integer(number)) = node.scalar()
            && number != only
        {
            let message = format!("`{key}` is {number}, and for `ExecuteDocument` it is always {only}");
            let finding = Finding::new(code::NESTED_DOCUMENT, message, node.span.clone());
            findings.push(finding.help("remove it: the steps of the nested document have their own"));
        }
    }
    let Some((document, node)) = address(inputs, "document") else { return };
    let finding = |message: String| Finding::new(code::NESTED_DOCUMENT, message, node.span.clone());
    if document.starts_with("arn:") && !document.contains("{{") {
        if let Some(why) = why_no_component(document) {
            let help = "it is `arn:aws:imagebuilder:REGION:ACCOUNT:component/NAME/1.0.0/1`";
            findings.push(finding(format!("`{document}` is not the ARN of a component: {why}")).help(help));
        }
    } else if document.starts_with("http://") || document.starts_with("https://") {
        let finding = finding("a document is not read over HTTP".to_owned());
        findings.push(finding.help("write a path, an `s3://` URI or the ARN of a component"));
    } else if document.starts_with("s3:") && !document.starts_with("s3://") {
        let meant = meant_s3(document);
        let finding = finding(format!("`{document}` is not an address of S3: it begins with `s3://`"));
        findings.push(finding.did_you_mean(meant.as_deref()));
    }
}

/// Why a text is not the ARN of a component.
fn why_no_component(text: &str) -> Option<&'static str> {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let [_, partition, "imagebuilder", region, account, resource] = parts.as_slice() else {
        return Some("it is not of `imagebuilder`");
    };
    if !partition.starts_with("aws") || region.is_empty() {
        return Some("it names no Region");
    }
    let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    // Components that Amazon or a third party publishes have a word there.
    let is_word = account.starts_with(|c: char| c.is_ascii_lowercase());
    if !is_account && !is_word {
        return Some("an account has 12 digits");
    }
    let parts: Vec<&str> = resource.split('/').collect();
    let (["component", name, version] | ["component", name, version, _]) = parts.as_slice() else {
        return Some("it ends in `component/NAME/VERSION/BUILD`");
    };
    let numbers: Vec<&str> = version.split('.').collect();
    let is_number = |part: &&str| *part == "x" || (!part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    let build = parts.get(3).is_none_or(|build| !build.is_empty() && build.bytes().all(|byte| byte.is_ascii_digit()));
    if name.is_empty() {
        Some("it has no name")
    } else if numbers.len() != 3 || !numbers.iter().all(is_number) {
        Some("a version has three numbers")
    } else if build {
        None
    } else {
        Some("a build is a number")
    }
}
