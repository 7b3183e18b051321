//! Mermaid: a flowchart.
//!
//! Source: the syntax of flowcharts at mermaid.js.org; labels in quotes hold any text but quotes and entities.

use std::fmt::Write as _;

use super::{Card, From, Graph};
use crate::source::visible;

/// How marked cards look; each says its mark too, for who sees no colours.
const MARKS: [(&str, &str); 2] = [
    ("changed", "fill:#fff1c2,stroke:#9a6700,stroke-width:3px,color:#1d2733"),
    ("new", "fill:#dafbe1,stroke:#1a7f37,stroke-width:3px,color:#1d2733"),
];

pub(super) fn draw(graph: &Graph) -> String {
    let mut out = "flowchart LR\n".to_owned();
    if graph.pipelines.is_empty() {
        let _ = writeln!(out, "  none[\"{}: no pipelines\"]", escaped(&graph.project));
    }
    for (index, node) in graph.pipelines.iter().enumerate() {
        let _ = writeln!(out, "  p{index}[\"{}\"]", label(&node.card));
        match &node.from {
            From::Image(image) => {
                let _ = writeln!(out, "  b{index}([\"{}\"]) --> p{index}", escaped(&image.title));
            }
            From::Pipeline { index: from, cascades: true } => {
                let _ = writeln!(out, "  p{from} ==>|cascade| p{index}");
            }
            From::Pipeline { index: from, cascades: false } => {
                let _ = writeln!(out, "  p{from} -.->|base| p{index}");
            }
        }
        let _ = writeln!(out, "  p{index} -.- i{}", node.infrastructure);
        let _ = writeln!(out, "  p{index} --> d{}", node.distribution);
    }
    let cards = |letter, cards: &[Card]| -> String {
        let cards = cards.iter().enumerate();
        cards.map(|(index, card)| format!("  {letter}{index}[/\"{}\"/]\n", label(card))).collect()
    };
    let mut out = out + &cards("i", &graph.infrastructures) + &cards("d", &graph.distributions);
    for (word, style) in MARKS {
        let marked: Vec<String> =
            graph.cards().filter(|(_, card)| card.mark.word() == Some(word)).map(|(name, _)| name).collect();
        if !marked.is_empty() {
            let _ = writeln!(out, "  classDef {word} {style}\n  class {} {word}", marked.join(","));
        }
    }
    out
}

fn label(card: &Card) -> String {
    let lines = card.lines.iter().map(|line| format!("<br/>{}", escaped(line)));
    format!("<b>{}</b> · {}{}", escaped(&card.title), escaped(&card.what()), lines.collect::<String>())
}

/// What Mermaid or the browser would take for something else is written as a numbered entity.
fn escaped(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || " -_.:/(),*?+·".contains(c);
    visible(text).chars().map(|c| if plain(c) { c.to_string() } else { format!("#{};", u32::from(c)) }).collect()
}
