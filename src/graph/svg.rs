//! SVG: a row a pipeline, from its base to where its images go; layers below what they stand on.
//!
//! No font can be asked how wide a text is, so each character counts as one of a wide font; what does not fit is cut, and
//! the whole is its tooltip. Colours follow the reader's scheme.

use std::fmt::Write as _;

use super::{Card, From, Graph};
use crate::source::visible;

const LINE: usize = 18;
const PAD: usize = 12;
const GAP: usize = 44;
const MARGIN: usize = 24;
const HEADING: usize = 40;
const WIDEST: usize = 290;
const NARROWEST: usize = 150;
const LANE: usize = 10;

const STYLE: &str = "\
text{font:13px system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif}
.title{font-weight:600}.soft{font-size:11px}.head{font-size:17px;font-weight:600}
.edge{fill:none;stroke-width:1.5}.edge.cascade{stroke-width:2}.loose{stroke-dasharray:5 4}
.paper{fill:#ffffff}.card{fill:#f5f7f9;stroke:#cfd7df}.hot{fill:#fdf1e8;stroke:#c2571a}
text{fill:#1d2733}.soft{fill:#5b6876}.edge{stroke:#8a97a5}.tip{fill:#8a97a5}
.edge.cascade{stroke:#c2571a}.tip.cascade{fill:#c2571a}
.changed{fill:#fff1c2;stroke:#9a6700;stroke-width:2.5}.new{fill:#dafbe1;stroke:#1a7f37;stroke-width:2.5}
@media(prefers-color-scheme:dark){
.paper{fill:#12171d}.card{fill:#1b222a;stroke:#35414d}.hot{fill:#2b2119;stroke:#f09a5d}
text{fill:#e4eaf0}.soft{fill:#9aa8b6}.edge{stroke:#6f7d8b}.tip{fill:#6f7d8b}
.edge.cascade{stroke:#f09a5d}.tip.cascade{fill:#f09a5d}
.changed{fill:#3a2f10;stroke:#d4a72c}.new{fill:#12311c;stroke:#4ac26b}
}
";

pub(super) fn draw(graph: &Graph) -> String {
    let rows = rows(graph);
    let cells: Vec<[Card; 4]> = rows.iter().map(|(index, _)| cells(*index, graph)).collect();
    let width_of = |column: usize| {
        let widths = cells.iter().map(|row| width(&row[column]));
        widths.max().unwrap_or_default().clamp(NARROWEST, WIDEST)
    };
    let widths = [width_of(0), width_of(1), width_of(2), width_of(3)];
    let deepest = rows.iter().map(|(_, depth)| *depth).max().unwrap_or_default();
    let mut columns = [MARGIN; 4];
    for column in 1..4 {
        // The edges between layers run before the pipelines.
        let lanes = if column == 1 { deepest * LANE } else { 0 };
        columns[column] = columns[column - 1] + widths[column - 1] + GAP + lanes;
    }
    let mut body = String::new();
    let mut y = MARGIN + HEADING;
    // By the pipeline: where its card begins and ends.
    let mut places = vec![(0, 0); graph.pipelines.len()];
    for ((index, depth), row) in rows.iter().zip(&cells) {
        let tallest = row.iter().map(height).max().unwrap_or_default();
        places[*index] = (y, y + height(&row[1]));
        let middle = y + PAD + 10;
        match &graph.pipelines[*index].from {
            From::Image(_) => arrow(&mut body, columns[0] + widths[0], columns[1], middle),
            From::Pipeline { index: below, cascades } => {
                let lane = columns[1] - 16 - LANE * depth.saturating_sub(1);
                layer(&mut body, (columns[1], lane), (places[*below].1 - 14, middle), *cascades);
            }
        }
        arrow(&mut body, columns[1] + widths[1], columns[2], middle);
        arrow(&mut body, columns[2] + widths[2], columns[3], middle);
        for (column, cell) in row.iter().enumerate() {
            let is_note = column == 0 && matches!(graph.pipelines[*index].from, From::Pipeline { .. });
            let class = match (is_note, column) {
                (true, _) => None,
                (false, 1) => Some("hot"),
                (false, _) => Some("card"),
            };
            card(&mut body, cell, (columns[column], y), widths[column], class);
        }
        y += tallest + 22;
    }
    if graph.pipelines.is_empty() {
        let _ = writeln!(body, "<text class=\"soft\" x=\"{MARGIN}\" y=\"{}\">no pipelines</text>", y + 14);
        y += 40;
    }
    let (wide, high) = (columns[3] + widths[3] + MARGIN, y - 22 + MARGIN);
    let name = escaped(&graph.project);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{wide}\" height=\"{high}\" viewBox=\"0 0 {wide} {high}\" \
         role=\"img\">\n<title>{name}: pipelines</title>\n<style>\n{STYLE}</style>\n\
         <rect class=\"paper\" width=\"{wide}\" height=\"{high}\" rx=\"10\"/>\n\
         <text class=\"head\" x=\"{MARGIN}\" y=\"{}\">{name}</text>\n{body}</svg>\n",
        MARGIN + 17
    )
}

/// The pipelines in the order of their rows with how deep they stand: each before those that are built on it.
fn rows(graph: &Graph) -> Vec<(usize, usize)> {
    let mut rows = Vec::new();
    let is_root = |index: &usize| matches!(graph.pipelines[*index].from, From::Image(_));
    let mut waiting: Vec<(usize, usize)> =
        (0..graph.pipelines.len()).filter(is_root).map(|index| (index, 0)).rev().collect();
    while let Some((index, depth)) = waiting.pop() {
        rows.push((index, depth));
        let above = graph.pipelines.iter().enumerate().rev();
        let above = above.filter(|(_, it)| matches!(it.from, From::Pipeline { index: below, .. } if below == index));
        waiting.extend(above.map(|(index, _)| (index, depth + 1)));
    }
    rows
}

/// What stands in the four columns of a row.
fn cells(index: usize, graph: &Graph) -> [Card; 4] {
    let node = &graph.pipelines[index];
    let from = match &node.from {
        From::Image(image) => image.clone(),
        From::Pipeline { index, cascades } => Card {
            title: format!("image of {}", graph.pipelines[*index].card.title),
            kind: if *cascades { "each new one starts a build" } else { "the newest at each build" }.to_owned(),
            ..Card::default()
        },
    };
    let users = |used: &dyn Fn(usize) -> bool| (0..graph.pipelines.len()).filter(|index| used(*index)).count();
    let shared = |card: Option<&Card>, count: usize| {
        let mut card = card.cloned().unwrap_or_default();
        if count > 1 {
            card.kind = format!("{}, of {count} pipelines", card.kind);
        }
        card
    };
    let (machines, places) = (node.infrastructure, node.distribution);
    let builders = users(&|index| graph.pipelines[index].infrastructure == machines);
    let senders = users(&|index| graph.pipelines[index].distribution == places);
    [
        from,
        node.card.clone(),
        shared(graph.infrastructures.get(machines), builders),
        shared(graph.distributions.get(places), senders),
    ]
}

fn card(out: &mut String, card: &Card, (x, y): (usize, usize), width: usize, class: Option<&str>) {
    let _ = writeln!(out, "<g transform=\"translate({x} {y})\">");
    if let Some(class) = class {
        let mark = card.mark.word().map(|word| format!(" {word}")).unwrap_or_default();
        let _ = writeln!(out, "<rect class=\"{class}{mark}\" width=\"{width}\" height=\"{}\" rx=\"7\"/>", height(card));
    }
    let room = width - 2 * PAD;
    let lines = card.lines.iter().map(|line| ("", line));
    let what = card.what();
    let all = [("title", &card.title), ("soft", &what)].into_iter().chain(lines);
    for (row, (class, line)) in all.enumerate() {
        let (indent, text) = (line.len() - line.trim_start().len(), line.trim_start());
        let x = PAD + indent * 5;
        let shown = cut(text, room.saturating_sub(indent * 5));
        let whole = if shown == text { String::new() } else { format!("<title>{}</title>", escaped(text)) };
        let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
        let y = PAD + 12 + row * LINE;
        let _ = writeln!(out, "<text{class} x=\"{x}\" y=\"{y}\">{}{whole}</text>", escaped(&shown));
    }
    out.push_str("</g>\n");
}

fn arrow(out: &mut String, from: usize, to: usize, y: usize) {
    let _ = writeln!(out, "<path class=\"edge\" d=\"M{from} {y}H{}\"/>", to - 7);
    let _ = writeln!(out, "<path class=\"tip\" d=\"M{to} {y}l-8 -4.5v9z\"/>");
}

/// From the side of a pipeline's card down to the one that is built on it.
fn layer(out: &mut String, (x, lane): (usize, usize), (from, to): (usize, usize), cascades: bool) {
    let (edge, tip) = if cascades { ("edge cascade", "tip cascade") } else { ("edge loose", "tip") };
    let _ =
        writeln!(out, "<path class=\"{edge}\" d=\"M{x} {from}H{}q-6 0 -6 6V{}q0 6 6 6H{}\"/>", lane + 6, to - 6, x - 7);
    let _ = writeln!(out, "<path class=\"{tip}\" d=\"M{x} {to}l-8 -4.5v9z\"/>");
}

fn height(card: &Card) -> usize {
    2 * PAD + (2 + card.lines.len()) * LINE - 6
}

fn width(card: &Card) -> usize {
    let lines = card.lines.iter().chain([&card.title]);
    lines.map(|line| measure(line)).chain([measure(&card.what())]).max().unwrap_or_default() + 2 * PAD
}

/// How wide a text is at most, in pixels.
fn measure(text: &str) -> usize {
    text.chars().map(advance).sum::<usize>().div_ceil(10)
}

/// A character's width at 13 pixels in tenths of a pixel, as wide fonts have it in bold.
fn advance(c: char) -> usize {
    match c {
        'i' | 'j' | 'l' | '.' | ',' | ':' | '|' | '\'' | ' ' => 52,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 136,
        c if c.is_ascii_uppercase() => 102,
        c if c.is_ascii() => 92,
        _ => 140,
    }
}

/// The beginning of a text that fits.
fn cut(text: &str, room: usize) -> String {
    if measure(text) <= room {
        return text.to_owned();
    }
    let mut left = (room * 10).saturating_sub(advance('…'));
    let fitting = text.chars().take_while(|c| {
        let fits = advance(*c) <= left;
        left = left.saturating_sub(advance(*c));
        fits
    });
    fitting.chain(['…']).collect()
}

fn escaped(text: &str) -> String {
    // Control characters have no place in XML, nor have tabs in a card.
    let text = visible(text).replace('\t', " ");
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
