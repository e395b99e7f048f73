//! What a customer typed, as a query of Postgres's full text search.

/// Longest text taken, in characters.
pub const LONGEST: usize = 100;
/// Words looked at; more do not make the answer better.
const WORDS: usize = 8;

/// A text for `to_tsquery`: every word must occur, or begin a word that does, so that results
/// come while a word is still being typed. `None` when there is no word in it. Words hold letters
/// and digits only, so nothing of the query language gets through.
pub fn query(typed: &str) -> Option<String> {
    let words: Vec<String> = typed
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .take(WORDS)
        .map(|word| format!("{}:*", word.to_lowercase()))
        .collect();
    (!words.is_empty()).then(|| words.join(" & "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_a_beginning() {
        assert_eq!(
            query("Stoneware mug").as_deref(),
            Some("stoneware:* & mug:*")
        );
        assert_eq!(
            query("café-au-lait").as_deref(),
            Some("café:* & au:* & lait:*")
        );
    }

    #[test]
    fn nothing_of_the_query_language_gets_through() {
        assert_eq!(
            query("a' | !b & (c):D <-> \\").as_deref(),
            Some("a:* & b:* & c:* & d:*")
        );
        assert_eq!(query(" '!?* "), None);
    }
}
