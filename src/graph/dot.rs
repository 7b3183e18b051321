//! DOT, the language of Graphviz.
//!
//! Source: the grammar at graphviz.org/doc/info/lang.html: in a quoted string only quotes are escaped, and labels know `\n`,
//! `\l` and more, so a backslash is doubled.

use std::fmt::Write as _;

use super::{Card, From, Graph, Mark};
use crate::source::visible;

pub(super) fn draw(graph: &Graph) -> String {
    let mut out = format!(
        "digraph \"{}\" {{\n  rankdir=LR;\n  node [shape=box, style=rounded, fontname=\"sans-serif\", fontsize=11];\n  edge [fontname=\"sans-serif\", fontsize=10];\n",
        escaped(&graph.project)
    );
    if graph.pipelines.is_empty() {
        out.push_str("  none [label=\"no pipelines\"];\n");
    }
    for (index, node) in graph.pipelines.iter().enumerate() {
        let _ = writeln!(out, "  p{index} [label=\"{}\", penwidth=2];", label(&node.card));
        match &node.from {
            From::Image(image) => {
                let _ = writeln!(out, "  b{index} [label=\"{}\", shape=ellipse];", escaped(&image.title));
                let _ = writeln!(out, "  b{index} -> p{index};");
            }
            From::Pipeline { index: from, cascades: true } => {
                let _ = writeln!(out, "  p{from} -> p{index} [label=\"cascade\", penwidth=2];");
            }
            From::Pipeline { index: from, cascades: false } => {
                let _ = writeln!(out, "  p{from} -> p{index} [label=\"base\", style=dashed];");
            }
        }
        let _ = writeln!(out, "  p{index} -> i{} [style=dotted, dir=none];", node.infrastructure);
        let _ = writeln!(out, "  p{index} -> d{};", node.distribution);
    }
    for (letter, cards) in [("i", &graph.infrastructures), ("d", &graph.distributions)] {
        for (index, card) in cards.iter().enumerate() {
            let _ = writeln!(out, "  {letter}{index} [label=\"{}\"];", label(card));
        }
    }
    for (name, card) in graph.cards() {
        let colours = match card.mark {
            Mark::Same => continue,
            Mark::Changed => ("#9a6700", "#fff1c2"),
            Mark::New => ("#1a7f37", "#dafbe1"),
        };
        let (stroke, fill) = colours;
        let _ =
            writeln!(out, "  {name} [style=\"rounded,filled\", color=\"{stroke}\", fillcolor=\"{fill}\", penwidth=3];");
    }
    out + "}\n"
}

fn label(card: &Card) -> String {
    let lines = card.lines.iter().map(|line| format!("{}\\l", escaped(line)));
    format!("{} · {}\\n{}", escaped(&card.title), escaped(&card.what()), lines.collect::<String>())
}

fn escaped(text: &str) -> String {
    visible(text).replace('\\', "\\\\").replace('"', "\\\"")
}
