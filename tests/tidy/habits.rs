//! What no line of the product does: start a shell, format SQL, panic for convenience, read a clock.

use super::source::{Finding, Source};

const SHELLS: [&str; 8] = ["sh", "bash", "dash", "zsh", "/bin/sh", "/bin/bash", "/usr/bin/sh", "/usr/bin/bash"];
/// Calls that take SQL.
const SQL_CALLS: [&str; 8] = ["prepare", "prepare_cached", "execute", "execute_batch", "query_row", "query", "query_map", "query_one"];
const SQL_VERBS: [&str; 9] = ["SELECT ", "INSERT ", "UPDATE ", "DELETE ", "CREATE ", "DROP ", "ALTER ", "PRAGMA ", "ATTACH "];
/// The only file that may ask the machine for the time.
const CLOCK: &str = "adapters/clock.rs";
/// Types whose `now` is a clock.
const CLOCK_TYPES: [&str; 6] = ["SystemTime", "Instant", "Timestamp", "Zoned", "Utc", "Local"];
const CLOCK_CALLS: [&str; 9] =
    ["clock_gettime", "clock_gettime_dynamic", "gettimeofday", "adjtimex", "clock_adjtime", "now_v1", "now_v6", "now_v7", "elapsed"];

/// A literal that names a shell or a shell's command line.
pub fn shells(source: &Source) -> Vec<Finding> {
    let is_shell = |literal: &str| {
        let inside = literal.trim_start_matches(['b', 'r', 'c', '#']).trim_matches(['"', '#']);
        literal.ends_with(['"', '#']) && (SHELLS.contains(&inside) || inside.contains("sh -c"))
    };
    source.tokens.iter().filter(|token| is_shell(&token.text)).map(|token| source.finding(token.line, "starts a shell")).collect()
}

/// `format!` inside a call that takes SQL, or beginning like SQL.
pub fn formatted_sql(source: &Source) -> Vec<Finding> {
    let tokens = &source.tokens;
    let text = |at: usize| tokens.get(at).map_or("", |token| token.text.as_str());
    let begins_like_sql = |literal: &str| SQL_VERBS.iter().any(|verb| literal.trim_start_matches(['r', '#', '"', ' ']).starts_with(verb));
    let mut found = Vec::new();
    let mut depth = 0;
    let mut sql_depth = None;
    for (at, token) in tokens.iter().enumerate() {
        match token.text.as_str() {
            "(" => {
                depth += 1;
                if sql_depth.is_none() && at > 1 && SQL_CALLS.contains(&text(at - 1)) && text(at - 2) == "." {
                    sql_depth = Some(depth);
                }
            }
            ")" => {
                sql_depth = sql_depth.filter(|started| *started != depth);
                depth -= 1;
            }
            "format" | "concat" | "format_args" if text(at + 1) == "!" => {
                let formats = text(at) != "concat" && (sql_depth.is_some() || begins_like_sql(text(at + 3)));
                if formats {
                    found.push(source.finding(token.line, "formats SQL; bind the value instead"));
                }
            }
            _ => {}
        }
    }
    found
}

/// `.unwrap()`, `.expect(…)` and their like. Unwrapping a key takes arguments, and is another matter.
pub fn unwraps(source: &Source) -> Vec<Finding> {
    const PANICS: [&[&str]; 4] =
        [&[".", "unwrap", "(", ")"], &[".", "unwrap_err", "(", ")"], &[".", "expect", "("], &[".", "expect_err", "("]];
    let told = |call: &[&str], line| source.finding(line, format!(".{}( panics; give the failure a type", call[1]));
    PANICS.iter().flat_map(|call| source.lines_with(call).map(move |line| told(call, line))).collect()
}

/// Anything that asks the machine for the time, outside [`CLOCK`].
pub fn clock_reads(source: &Source) -> Vec<Finding> {
    if source.file == CLOCK {
        return Vec::new();
    }
    let told = |line| source.finding(line, format!("reads a clock; take a reading from {CLOCK}"));
    let types = CLOCK_TYPES.into_iter().flat_map(|kind| source.lines_with(&[kind, "::", "now"]).collect::<Vec<_>>());
    let calls = CLOCK_CALLS.into_iter().flat_map(|call| source.lines_with(&[call, "("]).collect::<Vec<_>>());
    types.chain(calls).map(told).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(rule: fn(&Source) -> Vec<Finding>, text: &str) -> usize {
        rule(&Source::new("jobs/a.rs", text)).len()
    }

    #[test]
    fn a_shell_is_found() {
        for text in [r#"Command::new("sh")"#, r#"Command::new("/bin/bash").arg("x")"#, r##"run(r#"env sh -c date"#)"##, r#"f(b"bash")"#] {
            assert_eq!(found(shells, text), 1, "{text}");
        }
        assert_eq!(found(shells, r#"Command::new("ssh"); let sh = fresh; f("flash", 's', "bash completion") "#), 0);
    }

    #[test]
    fn sql_that_is_put_together_is_found() {
        for text in [
            r#"db.execute(&format!("DROP TABLE {name}"), [])"#,
            r#"db.prepare_cached(wrap(&format!("{columns} FROM x")))"#,
            r#"let sql = format!("SELECT * FROM {table}");"#,
            r#"let sql = format!(r"UPDATE x SET y = {y}");"#,
        ] {
            assert_eq!(found(formatted_sql, text), 1, "{text}");
        }
        for text in [
            r#"db.execute("DELETE FROM x WHERE id = ?1", [id]).map_err(|e| format!("{e}"))"#,
            r#"db.prepare(concat!("SELECT ", "1"))"#,
            r#"format!("Select a camera: {name}")"#,
        ] {
            assert_eq!(found(formatted_sql, text), 0, "{text}");
        }
    }

    #[test]
    fn an_unwrap_is_found_also_inside_a_macro() {
        assert_eq!(found(unwraps, "fn a() { b.unwrap(); json!({ \"x\": c.expect(\"y\") }); }"), 2);
        assert_eq!(found(unwraps, "#[cfg(test)] mod tests { fn a() { b.unwrap(); } } fn c() { d.unwrap_or(1); kek.unwrap(&slot); }"), 0);
    }

    #[test]
    fn a_clock_read_is_found_outside_the_clock() {
        for text in ["let t = Instant::now();", "std::time::SystemTime::now()", "Uuid::now_v7()", "jiff::Zoned::now()", "since.elapsed()"] {
            assert_eq!(found(clock_reads, text), 1, "{text}");
            assert!(clock_reads(&Source::new(CLOCK, text)).is_empty());
        }
        assert_eq!(found(clock_reads, "let at = clock::now(); tokio::time::sleep(wait)"), 0);
    }
}
