//! The screen that somebody before a terminal would see.

/// A character, and how it looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(crate) char: char,
    pub(crate) look: Look,
}

/// How characters look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Look {
    pub(crate) is_bold: bool,
    pub(crate) is_dim: bool,
    /// One of the terminal's eight colours, in its bright or its dark form; its own otherwise.
    pub(crate) color: Option<usize>,
}

const BLANK: Cell = Cell { char: ' ', look: Look { is_bold: false, is_dim: false, color: None } };

/// What a terminal shows of this: lines wrap at its last column. Knows what kiln writes and nothing else (ECMA-48: CUU,
/// ED, SGR), so that anything else is noticed.
pub(crate) fn screen(written: &str, columns: usize) -> Vec<Vec<Cell>> {
    let mut lines = vec![Vec::new()];
    let (mut row, mut column, mut look) = (0, 0, Look::default());
    let mut rest = written.chars();
    while let Some(char) = rest.next() {
        match char {
            '\r' => column = 0,
            '\n' => row += 1,
            '\x1b' => {
                assert_eq!(rest.next(), Some('['), "a control sequence");
                let mut number = String::new();
                let order = loop {
                    match rest.next().expect("a control sequence ends") {
                        char @ ('0'..='9' | ';') => number.push(char),
                        order => break order,
                    }
                };
                match order {
                    'A' => row -= number.parse::<usize>().expect("a number of lines").min(row),
                    'J' if number.is_empty() => {
                        lines[row].truncate(column);
                        lines.truncate(row + 1);
                    }
                    'm' => number.split(';').for_each(|code| look.change(code)),
                    other => panic!("an unknown control sequence: {number}{other}"),
                }
            }
            _ => {
                if column == columns {
                    (row, column) = (row + 1, 0);
                }
                lines.resize_with(lines.len().max(row + 1), Vec::new);
                let line: &mut Vec<Cell> = &mut lines[row];
                line.resize(line.len().max(column + 1), BLANK);
                line[column] = Cell { char, look };
                column += 1;
            }
        }
        lines.resize_with(lines.len().max(row + 1), Vec::new);
    }
    lines
}

impl Look {
    /// Follows one parameter of SGR.
    fn change(&mut self, code: &str) {
        match code.parse().unwrap_or(0) {
            0 => *self = Self::default(),
            1 => self.is_bold = true,
            2 => self.is_dim = true,
            code @ (30..=37 | 90..=97) => self.color = Some(code % 10),
            other => panic!("an unknown look: {other}"),
        }
    }
}

/// The lines of a screen, without their looks and their blank ends.
pub(crate) fn text(screen: &[Vec<Cell>]) -> Vec<String> {
    screen.iter().map(|line| line.iter().map(|cell| cell.char).collect::<String>().trim_end().to_owned()).collect()
}
