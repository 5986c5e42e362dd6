//! Tables and paragraphs as wide as the terminal.

use comfy_table::{Attribute, Cell, CellAlignment, ColumnConstraint, ContentArrangement, LineStyle, Table, Width, presets};

/// A [titled table](titled_table) whose first column says which row it is.
pub fn table(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    titled_table(header, rows, 1)
}

/// A table with a header, as wide as the terminal. Lines between rows would double it. Where the terminal has no room for the
/// longest word of each column, every row is a paragraph instead: its first `titles` cells, and below them the others with their names.
pub fn titled_table(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>, titles: usize) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY.row_separator(LineStyle::none()));
    table.set_content_arrangement(ContentArrangement::Dynamic);
    let rows: Vec<Vec<String>> = rows.into_iter().collect();
    let columns: Vec<Vec<&str>> = (0..header.len())
        .map(|i| std::iter::once(header[i]).chain(rows.iter().filter_map(|row| row.get(i)).map(String::as_str)).collect())
        .collect();
    // Words stay whole: half a number is another number.
    let longest: Vec<usize> = columns.iter().map(|column| longest_word(column) + PADDING).collect();
    if let Some(width) = table.width().map(usize::from)
        && longest.iter().sum::<usize>() + header.len() > width
    {
        return records(header, &rows, titles, width);
    }
    table.set_header(header.iter().copied());
    // Who scrolls back in a long table still sees what a column is; programs that read lines get the header once.
    let every = if table.width().is_some() { HEADER_EVERY } else { usize::MAX };
    for (i, part) in rows.chunks(every).enumerate() {
        if i > 0 {
            table.add_row(header.iter().map(|name| Cell::new(name).add_attribute(Attribute::Bold)));
        }
        table.add_rows(part);
    }
    for ((column, cells), longest) in table.column_iter_mut().zip(&columns).zip(longest) {
        column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(longest as u16)));
        if cells[1..].iter().all(|cell| cell.bytes().all(|byte| byte.is_ascii_digit())) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.to_string()
}

/// Rows as paragraphs.
fn records(header: &[&str], rows: &[Vec<String>], titles: usize, width: usize) -> String {
    let record = |row: &Vec<String>| {
        let titles = titles.min(row.len());
        let named = header.iter().zip(row).skip(titles).filter(|(_, cell)| !cell.is_empty());
        let named: Vec<String> = named.map(|(name, cell)| format!("{name} {cell}")).collect();
        let rest =
            wrapped_at(&named.join(", "), width.saturating_sub(INDENT.len()).max(1)).replace('\n', &format!("\n{INDENT}"));
        format!("{}\n{INDENT}{rest}", row[..titles].join("  "))
    };
    rows.iter().map(record).collect::<Vec<_>>().join("\n")
}

const INDENT: &str = "    ";

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
    use super::{records, wrapped_at};

    #[test]
    fn a_row_without_room_is_a_paragraph_of_whole_words() {
        let row = ["holds", "error-size", "4.970e-10", "", "2 of 2"].map(str::to_owned).to_vec();
        let text = records(&["verdict", "claim", "measured", "note", "rivals refuted"], &[row], 2, 24);
        assert_eq!(text, "holds  error-size\n    measured 4.970e-10,\n    rivals refuted 2 of\n    2");
    }

    #[test]
    fn words_are_kept_whole() {
        assert_eq!(wrapped_at("note     a law says", 12), "note     a\nlaw says");
        assert_eq!(wrapped_at("incompressible is long", 6), "incompressible\nis\nlong");
    }
}
