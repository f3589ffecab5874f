//! The closed room: after this a process has its pipes, its memory and its time, and nothing else.
//!
//! Landlock takes the file system and the network, seccomp every system call that a decoder has no need of,
//! on all threads. Refuses to go on where seccomp can't be had or a door still opens. Plugins must have been
//! loaded before: no library can be opened from inside. Next: `redact` lets a stranger's bitstream in.

use std::{
    collections::BTreeMap,
    fs::File,
    net::{TcpListener, UdpSocket},
    os::unix::net::UnixDatagram,
    process::Command,
};

use landlock::{ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, Ruleset, RulesetAttr};
use rustix::process::{Resource, Rlimit};
use seccompiler::{BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule, TargetArch};

use super::TaskError;

/// Address space: four pictures of 8K, a decoder's and an encoder's, and their threads' stacks.
const MEMORY_BYTES_MAX: u64 = 3 << 30;
/// More than a decoder needs to wait on itself.
const FILES_MAX: u64 = 64;

/// Closes the doors, and tries them.
pub fn close(cpu_seconds: u64) -> Result<(), TaskError> {
    limit(Resource::As, MEMORY_BYTES_MAX)?;
    limit(Resource::Cpu, cpu_seconds)?;
    limit(Resource::Fsize, 0)?;
    limit(Resource::Nofile, FILES_MAX)?;
    forbid_files_and_network()?;
    forbid_calls()?;
    match doors().into_iter().find(|(_, opened)| *opened) {
        Some((door, _)) => Err(format!("inside the sandbox it was possible to {door}").into()),
        None => Ok(()),
    }
}

fn limit(resource: Resource, most: u64) -> rustix::io::Result<()> {
    rustix::process::setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })
}

/// What must not be possible, each tried: true where it was.
pub fn doors() -> Vec<(String, bool)> {
    let tried = [
        ("open a file", File::open("/etc/hostname").is_ok() || File::open("/proc/self/status").is_ok()),
        ("make a file", File::create("/tmp/holdfast-door").is_ok() || File::create("/dev/shm/holdfast-door").is_ok()),
        ("list a folder", std::fs::read_dir("/").is_ok()),
        ("listen on a port", TcpListener::bind("127.0.0.1:0").is_ok()),
        ("send a datagram", UdpSocket::bind("127.0.0.1:0").is_ok()),
        ("make a local socket", UnixDatagram::unbound().is_ok()),
        ("start a program", Command::new("/bin/true").status().is_ok()),
        ("take more memory than it may", Vec::<u8>::new().try_reserve_exact(MEMORY_BYTES_MAX as usize).is_ok()),
    ];
    tried.map(|(door, opened)| (door.to_owned(), opened)).to_vec()
}

/// No rule allows anything: every path and every port is refused. A kernel without Landlock leaves that to
/// seccomp, which opens neither.
fn forbid_files_and_network() -> Result<(), TaskError> {
    Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(ABI::V5))?
        .handle_access(AccessNet::from_all(ABI::V5))?
        .create()?
        .restrict_self()?;
    Ok(())
}

fn forbid_calls() -> Result<(), TaskError> {
    let arch = TargetArch::try_from(std::env::consts::ARCH)?;
    // glibc asks the older way once the newer is said not to exist; only the older can be looked into.
    let unknown = SeccompFilter::new(
        BTreeMap::from([(libc::SYS_clone3, Vec::new())]),
        SeccompAction::Allow,
        SeccompAction::Errno(libc::ENOSYS as u32),
        arch,
    )?;
    let mut allowed: BTreeMap<i64, Vec<SeccompRule>> = CALLS.iter().map(|call| (*call, Vec::new())).collect();
    // Threads of this process, and no other process.
    let thread = libc::CLONE_THREAD as u64;
    let is_thread = SeccompCondition::new(0, SeccompCmpArgLen::Qword, SeccompCmpOp::MaskedEq(thread), thread)?;
    allowed.insert(libc::SYS_clone3, Vec::new());
    allowed.insert(libc::SYS_clone, vec![SeccompRule::new(vec![is_thread])?]);
    // A pair between its own threads, bound to no name: GStreamer's bus drops every message without one.
    let local = libc::AF_UNIX as u64;
    let is_local = SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, local)?;
    allowed.insert(libc::SYS_socketpair, vec![SeccompRule::new(vec![is_local])?]);
    // Memory is written or run, never both.
    let exec = libc::PROT_EXEC as u64;
    for call in [libc::SYS_mmap, libc::SYS_mprotect] {
        let no_code = SeccompCondition::new(2, SeccompCmpArgLen::Dword, SeccompCmpOp::MaskedEq(exec), 0)?;
        allowed.insert(call, vec![SeccompRule::new(vec![no_code])?]);
    }
    let only = SeccompFilter::new(allowed, SeccompAction::Errno(libc::EPERM as u32), SeccompAction::Allow, arch)?;
    // The wider one first: under the other no filter can be added. The stricter answer counts.
    for filter in [unknown, only] {
        let program: BpfProgram = filter.try_into()?;
        seccompiler::apply_filter_all_threads(&program)?;
    }
    Ok(())
}

/// What a decoder and an encoder ask the kernel for, besides threads and memory.
const CALLS: &[i64] = &[
    libc::SYS_read,
    libc::SYS_write,
    libc::SYS_readv,
    libc::SYS_writev,
    libc::SYS_close,
    libc::SYS_fcntl,
    libc::SYS_fstat,
    libc::SYS_lseek,
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_madvise,
    libc::SYS_brk,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    libc::SYS_set_robust_list,
    libc::SYS_rseq,
    libc::SYS_set_tid_address,
    libc::SYS_futex,
    libc::SYS_membarrier,
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_restart_syscall,
    libc::SYS_sched_yield,
    libc::SYS_sched_getaffinity,
    libc::SYS_sched_getattr,
    libc::SYS_sched_setattr,
    libc::SYS_getpid,
    libc::SYS_gettid,
    libc::SYS_tgkill,
    libc::SYS_prctl,
    libc::SYS_clock_gettime,
    libc::SYS_clock_getres,
    libc::SYS_clock_nanosleep,
    libc::SYS_nanosleep,
    libc::SYS_gettimeofday,
    libc::SYS_getrandom,
    libc::SYS_getrusage,
    libc::SYS_sysinfo,
    libc::SYS_uname,
    libc::SYS_ppoll,
    libc::SYS_eventfd2,
    // Offered by the architecture only.
    #[cfg(target_arch = "x86_64")]
    libc::SYS_poll,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_time,
];
