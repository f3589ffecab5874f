//! Arguments to a door, and the exit code. Nothing else.

/// Many threads allocate and free pictures of changing size; this allocator gives the memory back.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    holdfast::cli::main()
}
