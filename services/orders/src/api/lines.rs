//! Checking lines of pieces that a request names.

use std::collections::HashSet;

use chassis::FieldErrors;
use contracts::catalog::StockLine;

/// Most lines of a request.
const MOST: usize = 100;

/// Lines must be there, each for another variant and with a piece at least.
pub(super) fn check_lines(lines: &[StockLine], errors: &mut FieldErrors) {
    errors.check(
        (1..=MOST).contains(&lines.len()),
        "/lines",
        "out_of_range",
        format!("Name 1 to {MOST} lines."),
    );
    let mut seen = HashSet::new();
    for (index, line) in lines.iter().enumerate() {
        errors.check(
            (1..=i32::MAX.unsigned_abs()).contains(&line.qty),
            &format!("/lines/{index}/qty"),
            "out_of_range",
            "A line has one piece at least.",
        );
        errors.check(
            seen.insert(line.variant_id),
            &format!("/lines/{index}/variant_id"),
            "repeated",
            "A variant may stand in one line only; add the pieces up.",
        );
    }
}
