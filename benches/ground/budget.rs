//! How much a run does: `cargo bench` asks for it, everything else (test runners that list targets)
//! gets nothing; `HOLDFAST_BENCH_…` makes runs shorter.

/// Whether this process was started by `cargo bench`. Test runners start bench targets too, to list
/// what is in them: there is nothing.
pub fn asked_for() -> bool {
    std::env::args().any(|argument| argument == "--bench")
}

/// The number in an environment variable.
pub fn number(variable: &str) -> Option<u32> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} is {text}, which is no number")))
}
