//! A disk that fails when a test says so, under this very process: the calls that change files are
//! looked up here before the C library, by std and by SQLite alike, and one of them can be made to fail.
//!
//! Only calls of the thread that asked are touched, so tests beside it keep their good disk. What is
//! killed from outside instead, call by call, is in `traced`. Next: `keeping_model`.

#![allow(unsafe_code, reason = "functions of the C library are defined a second time, with its own signatures")]

use std::{
    cell::Cell,
    ffi::{c_char, c_int, c_long, c_void},
};

/// How the disk fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fails {
    /// One call, with EIO; those after it succeed.
    Once,
    /// Every write from there on, with ENOSPC.
    Full,
}

#[derive(Clone, Copy)]
struct Fault {
    fails: Fails,
    /// Calls that still succeed.
    spared: u32,
    struck: bool,
}

thread_local! {
    static FAULT: Cell<Option<Fault>> = const { Cell::new(None) };
}

/// Runs `act` on a disk whose call after the first `spared` fails. True with its outcome when one did.
pub fn under_a_bad_disk<T>(fails: Fails, spared: u32, act: impl FnOnce() -> T) -> (T, bool) {
    FAULT.set(Some(Fault { fails, spared, struck: false }));
    let outcome = act();
    let struck = FAULT.take().is_some_and(|fault| fault.struck);
    (outcome, struck)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Call {
    Writes,
    /// Syncs, truncates, renames, unlinks: needs no room.
    Changes,
    /// Goes to no disk.
    Prints,
}

/// The error this call is to fail with.
fn fault(call: Call) -> Option<c_int> {
    // While a thread ends there is no fault any more.
    let mut fault = FAULT.try_with(Cell::get).ok().flatten()?;
    if call == Call::Prints || (fault.fails == Fails::Full && call == Call::Changes) {
        return None;
    }
    let strikes = fault.spared == 0 && (fault.fails == Fails::Full || !fault.struck);
    fault.spared = fault.spared.saturating_sub(1);
    fault.struck |= strikes;
    FAULT.set(Some(fault));
    strikes.then_some(match fault.fails {
        Fails::Once => libc::EIO,
        Fails::Full => libc::ENOSPC,
    })
}

fn call(kind: Call, number: c_long, arguments: [c_long; 4]) -> c_long {
    if let Some(error) = fault(kind) {
        // SAFETY: errno of this thread.
        unsafe { *libc::__errno_location() = error };
        return -1;
    }
    let [first, second, third, fourth] = arguments;
    // SAFETY: the caller's own arguments, to the call it meant.
    unsafe { libc::syscall(number, first, second, third, fourth) }
}

#[unsafe(no_mangle)]
extern "C" fn pwrite64(file: c_int, bytes: *const c_void, count: usize, offset: i64) -> isize {
    call(Call::Writes, libc::SYS_pwrite64, [file.into(), bytes as c_long, count as c_long, offset]) as isize
}

#[unsafe(no_mangle)]
extern "C" fn pwrite(file: c_int, bytes: *const c_void, count: usize, offset: i64) -> isize {
    pwrite64(file, bytes, count, offset)
}

#[unsafe(no_mangle)]
extern "C" fn write(file: c_int, bytes: *const c_void, count: usize) -> isize {
    let kind = if file > 2 { Call::Writes } else { Call::Prints };
    call(kind, libc::SYS_write, [file.into(), bytes as c_long, count as c_long, 0]) as isize
}

#[unsafe(no_mangle)]
extern "C" fn fsync(file: c_int) -> c_int {
    call(Call::Changes, libc::SYS_fsync, [file.into(), 0, 0, 0]) as c_int
}

#[unsafe(no_mangle)]
extern "C" fn fdatasync(file: c_int) -> c_int {
    call(Call::Changes, libc::SYS_fdatasync, [file.into(), 0, 0, 0]) as c_int
}

#[unsafe(no_mangle)]
extern "C" fn ftruncate64(file: c_int, length: i64) -> c_int {
    call(Call::Changes, libc::SYS_ftruncate, [file.into(), length, 0, 0]) as c_int
}

#[unsafe(no_mangle)]
extern "C" fn ftruncate(file: c_int, length: i64) -> c_int {
    ftruncate64(file, length)
}

#[unsafe(no_mangle)]
extern "C" fn unlink(path: *const c_char) -> c_int {
    call(Call::Changes, libc::SYS_unlink, [path as c_long, 0, 0, 0]) as c_int
}

#[unsafe(no_mangle)]
extern "C" fn rename(from: *const c_char, to: *const c_char) -> c_int {
    call(Call::Changes, libc::SYS_rename, [from as c_long, to as c_long, 0, 0]) as c_int
}

#[test]
fn std_and_sqlite_meet_the_fault() {
    let folder = tempfile::TempDir::new().unwrap();
    let (outcome, struck) = under_a_bad_disk(Fails::Full, 0, || std::fs::write(folder.path().join("file"), [1]));
    assert_eq!((outcome.unwrap_err().raw_os_error(), struck), (Some(libc::ENOSPC), true));
    let database = rusqlite::Connection::open(folder.path().join("database")).unwrap();
    database.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE number (value INTEGER)").unwrap();
    let insert = || database.execute("INSERT INTO number VALUES (1)", []);
    let errors: Vec<_> = (0..10).map(|spared| under_a_bad_disk(Fails::Once, spared, insert)).take_while(|(_, struck)| *struck).collect();
    assert!(errors.len() > 1 && errors.iter().all(|(outcome, _)| outcome.is_err()), "{errors:?}");
    let (full, struck) = under_a_bad_disk(Fails::Full, 0, insert);
    assert!(struck && full.unwrap_err().sqlite_error_code() == Some(rusqlite::ErrorCode::DiskFull));
    insert().unwrap();
}
