//! Tables and paragraphs as wide as the terminal.

use comfy_table::{Attribute, Cell, CellAlignment, ColumnConstraint, ContentArrangement, LineStyle, Table, Width, presets};

/// A table with a header, as wide as the terminal. Lines between rows would double it.
pub fn table(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY.row_separator(LineStyle::none()));
    table.set_content_arrangement(ContentArrangement::Dynamic);
    let rows: Vec<Vec<String>> = rows.into_iter().collect();
    let columns: Vec<Vec<&str>> = (0..header.len())
        .map(|i| std::iter::once(header[i]).chain(rows.iter().filter_map(|row| row.get(i)).map(String::as_str)).collect())
        .collect();
    table.set_header(header.iter().copied());
    // Who scrolls back in a long table still sees what a column is; programs that read lines get the header once.
    let every = if table.width().is_some() { HEADER_EVERY } else { usize::MAX };
    for (i, part) in rows.chunks(every).enumerate() {
        if i > 0 {
            table.add_row(header.iter().map(|name| Cell::new(name).add_attribute(Attribute::Bold)));
        }
        table.add_rows(part);
    }
    // Words stay whole where the terminal has room for the longest of each column.
    let longest: Vec<usize> = columns.iter().map(|column| longest_word(column) + PADDING).collect();
    let fits = table.width().is_none_or(|width| longest.iter().sum::<usize>() + header.len() <= usize::from(width));
    for ((column, cells), longest) in table.column_iter_mut().zip(&columns).zip(longest) {
        if fits {
            column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(longest as u16)));
        }
        if cells[1..].iter().all(|cell| cell.bytes().all(|byte| byte.is_ascii_digit())) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.to_string()
}

/// Rows after which the header is said again.
const HEADER_EVERY: usize = 40;

/// Blanks on both sides of a cell.
const PADDING: usize = 2;

fn longest_word(texts: &[&str]) -> usize {
    texts.iter().flat_map(|text| text.split_whitespace()).map(|word| word.chars().count()).max().unwrap_or(0)
}

/// A paragraph as wide as the terminal; on one line where there is none, for programs that read lines.
pub fn paragraph(text: &str) -> String {
    format!("{}\n", columns().map_or_else(|| text.to_owned(), |columns| wrapped_at(text, columns)))
}

/// The width of the terminal, if standard output is one.
fn columns() -> Option<usize> {
    Table::new().width().map(usize::from)
}

/// Text wrapped at 100 columns, or at the end of a narrower terminal.
pub fn wrapped(text: &str) -> String {
    wrapped_at(text, columns().unwrap_or(100).min(100))
}

/// Text in lines of at most so many columns. Blanks that align the first line stay as they are.
fn wrapped_at(text: &str, columns: usize) -> String {
    let mut wrapped = String::new();
    let mut used = 0;
    for word in text.split(' ') {
        let length = word.chars().count();
        if used > 0 && used + 1 + length > columns {
            wrapped.push('\n');
            used = 0;
        } else if used > 0 || !wrapped.is_empty() {
            wrapped.push(' ');
            used += 1;
        }
        wrapped.push_str(word);
        used += length;
    }
    wrapped
}

#[cfg(test)]
mod tests {
    use super::wrapped_at;

    #[test]
    fn words_are_kept_whole() {
        assert_eq!(wrapped_at("note     a law says", 12), "note     a\nlaw says");
        assert_eq!(wrapped_at("incompressible is long", 6), "incompressible\nis\nlong");
    }
}
