//! The reference pages of the documentation, printed from the tables that the operator works with.

pub mod conditions;
pub mod fields;

/// Text for a cell of a Markdown table.
fn cell(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.replace('|', "\\|")
}

/// A Markdown table: the heads of its columns, then its rows.
fn table<const N: usize>(head: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let mut table = line(&head.map(str::to_owned));
    table.push_str(&line(&head.map(|_| "---".to_owned())));
    for row in rows {
        table.push_str(&line(&row.map(|text| cell(&text))));
    }
    table
}
