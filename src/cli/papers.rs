//! `holdfast papers`: man pages and bash completion, out of the command line's own definition.
//!
//! For whoever builds the package; not shown in the help.

use std::{fs, path::PathBuf};

use clap::CommandFactory;
use clap_complete::Shell;

use super::Found;
use crate::problem::{Kind, Problem};

#[derive(clap::Args)]
pub struct Arguments {
    /// The folder that gets `man/` and `holdfast.bash`.
    #[arg(long)]
    out: PathBuf,
}

pub fn papers(arguments: &Arguments) -> Result<Found, Problem> {
    write(arguments).map(|()| Found::Good).map_err(|error| {
        let sentence = format!("The papers could not be written to {}.", arguments.out.display());
        Problem::new(Kind::Fault, "target", sentence, "Name a folder where you may write.").because(error)
    })
}

fn write(arguments: &Arguments) -> std::io::Result<()> {
    let man = arguments.out.join("man");
    fs::create_dir_all(&man)?;
    clap_mangen::generate_to(super::Arguments::command(), &man)?;
    let mut completion = Vec::new();
    clap_complete::generate(Shell::Bash, &mut super::Arguments::command(), "holdfast", &mut completion);
    fs::write(arguments.out.join("holdfast.bash"), completion)
}
