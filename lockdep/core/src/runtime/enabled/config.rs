//! Settings: from the environment before `main`, from the program afterwards; the environment wins.

use core::sync::atomic::{AtomicBool, AtomicPtr, AtomicU8, AtomicU32, Ordering};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::thread::ThreadState;
use super::{baseline, complain, position, slow, watchdog};
use crate::arena;
use crate::irq::Lines;
use crate::runtime::{Action, Config, Masks, SameClass, Stacks};

static ACTION: AtomicU8 = AtomicU8::new(Action::Log as u8);
static STACKS: AtomicU8 = AtomicU8::new(Stacks::Exact as u8);
/// Nobody said.
const UNSAID: u8 = u8::MAX;
static SAME_CLASS: AtomicU8 = AtomicU8::new(UNSAID);
static MASKS: AtomicU8 = AtomicU8::new(Masks::Trusted as u8);
static EXIT_CODE: AtomicU8 = AtomicU8::new(66);
static VERBOSE: AtomicBool = AtomicBool::new(false);
/// Null, or a path that stays: whoever writes a report may be the child of a fork, in which no lock of another thread is released.
static OUT: AtomicPtr<PathBuf> = AtomicPtr::new(core::ptr::null_mut());
/// Which settings the environment made: a bit each.
static FROM_ENVIRONMENT: AtomicU32 = AtomicU32::new(0);

#[derive(Clone, Copy)]
enum Setting {
    Action = 1,
    Stacks = 2,
    SameClass = 4,
    ExitCode = 8,
    Out = 16,
    Baseline = 32,
    Watchdog = 64,
    DumpSignal = 128,
    StackSignal = 256,
    Masks = 512,
}

pub(super) fn action() -> Action {
    match ACTION.load(Ordering::Relaxed) {
        1 => Action::Panic,
        2 => Action::Abort,
        3 => Action::Off,
        _ => Action::Log,
    }
}

/// No rule is asked: nobody wants it, or there is no memory left for what is learned by it.
pub(super) fn off() -> bool {
    ACTION.load(Ordering::Relaxed) == Action::Off as u8 || arena::is_exhausted()
}

/// No rule is asked, and nobody wants to know who holds what either.
pub(crate) fn idle() -> bool {
    off() && !watchdog::wanted()
}

pub(super) fn stacks() -> Stacks {
    match STACKS.load(Ordering::Relaxed) {
        1 => Stacks::First,
        2 => Stacks::Off,
        _ => Stacks::Exact,
    }
}

/// Whether the mask is compared with the real one all the time.
pub(super) fn masks_checked() -> bool {
    MASKS.load(Ordering::Relaxed) == Masks::Checked as u8
}

pub(crate) fn same_class_by_instance() -> bool {
    SAME_CLASS.load(Ordering::Relaxed) == SameClass::Instance as u8
}

/// The same, for locks that may be in code that nobody here can annotate.
pub(crate) fn foreign_class_by_instance() -> bool {
    SAME_CLASS.load(Ordering::Relaxed) != SameClass::Class as u8
}

pub(super) fn exit_code() -> u8 {
    EXIT_CODE.load(Ordering::Relaxed)
}

/// Where reports are also written.
pub(super) fn out() -> Option<&'static Path> {
    // SAFETY: null, or a box that was leaked.
    unsafe { OUT.load(Ordering::Acquire).as_ref() }.map(PathBuf::as_path)
}

pub(crate) fn install(config: Config) {
    let open = |setting: Setting| FROM_ENVIRONMENT.load(Ordering::Relaxed) & setting as u32 == 0;
    if let Some(action) = config.action.filter(|_| open(Setting::Action)) {
        let before = ACTION.swap(action as u8, Ordering::Relaxed);
        if before == Action::Off as u8 && action != Action::Off {
            // What was only tracked is not proven.
            slow::with(|globals| globals.threads().for_each(ThreadState::forget_chains));
        }
    }
    if let Some(stacks) = config.stacks.filter(|_| open(Setting::Stacks)) {
        STACKS.store(stacks as u8, Ordering::Relaxed);
    }
    if let Some(masks) = config.masks.filter(|_| open(Setting::Masks)) {
        MASKS.store(masks as u8, Ordering::Relaxed);
    }
    if let Some(same_class) = config.same_class.filter(|_| open(Setting::SameClass)) {
        SAME_CLASS.store(same_class as u8, Ordering::Relaxed);
    }
    if let Some(code) = config.exit_code.filter(|_| open(Setting::ExitCode)) {
        EXIT_CODE.store(code, Ordering::Relaxed);
    }
    if let Some(out) = config.out.filter(|_| open(Setting::Out)) {
        // The program may go elsewhere.
        let out = std::path::absolute(&out).unwrap_or(out);
        OUT.store(Box::into_raw(Box::new(out)), Ordering::Release);
    }
    if let Some(file) = config.baseline.filter(|_| open(Setting::Baseline)) {
        baseline::install(&file);
    }
    // The signal first: the others ask for one if there is none.
    if let Some(signal) = config.stack_signal.filter(|_| open(Setting::StackSignal)) {
        position::choose(signal);
    }
    if let Some(limit) = config.watchdog.filter(|_| open(Setting::Watchdog)) {
        watchdog::watch(limit);
    }
    if let Some(signal) = config.dump_signal.filter(|_| open(Setting::DumpSignal)) {
        watchdog::dump_at(signal);
    }
}

/// A year: nobody waits longer for a report.
const LONGEST_WATCH: u64 = 365 * 24 * 60 * 60;

/// `10`, `USR1`, `SIGUSR1`, `RTMIN+3`, `SIGRTMAX-1`: a signal that may have a handler of ours.
fn signal(value: &str) -> Option<libc::c_int> {
    let name = value.strip_prefix("SIG").unwrap_or(value);
    let counted = |name: &str, base: libc::c_int, sign: libc::c_int| match name {
        "" => Some(base),
        _ => Some(base + sign * name.strip_prefix(if sign > 0 { '+' } else { '-' })?.parse::<u8>().ok()? as libc::c_int),
    };
    let number = match name.parse() {
        Ok(number) => Some(number),
        Err(_) => match (name.strip_prefix("RTMIN"), name.strip_prefix("RTMAX")) {
            (Some(rest), _) => counted(rest, libc::SIGRTMIN(), 1),
            (_, Some(rest)) => counted(rest, libc::SIGRTMAX(), -1),
            _ => (1..32).find(|&signal| crate::report::signal_name(signal).strip_prefix("SIG") == Some(name)),
        },
    };
    number.filter(|&number| Lines::ALL.contains(number))
}

/// A value that was not understood: in quotes, so that blanks are seen, on one line, and no longer than that.
fn quoted(value: &str) -> String {
    const SHOWN: usize = 80;
    let rest = if value.chars().nth(SHOWN).is_some() { "..." } else { "" };
    let begin: String = value.chars().take(SHOWN).collect();
    format!("\"{}\"{rest}", crate::report::clean(&begin))
}

/// Reads the environment; before `main`.
pub(super) fn from_environment() {
    let mut config = Config::new();
    let mut made = 0;
    let mut read_any = |name: &str, setting: Setting, wanted: &str, take: &mut dyn FnMut(&OsStr) -> bool| {
        let Some(value) = std::env::var_os(name).filter(|value| !value.is_empty()) else { return };
        if take(&value) {
            made |= setting as u32;
        } else {
            let value = quoted(&value.to_string_lossy());
            complain(format!("lockdep: {name}={value} is not understood (want {wanted}); it is ignored\n").as_bytes());
        }
    };
    read_any("LOCKDEP_OUT", Setting::Out, "a directory that exists", &mut |value| {
        config.out = std::fs::metadata(value).is_ok_and(|meta| meta.is_dir()).then(|| value.into());
        config.out.is_some()
    });
    let mut read = |name: &str, setting: Setting, wanted: &str, take: &mut dyn FnMut(&str) -> bool| {
        read_any(name, setting, wanted, &mut |value| value.to_str().is_some_and(&mut *take));
    };
    let mut verbose = false;
    read("LOCKDEP", Setting::Action, "log, panic, abort or off; `,verbose` may follow", &mut |value| {
        let (value, more) = value.split_once(',').map_or((value, None), |(value, more)| (value, Some(more)));
        config.action = match value {
            "log" => Some(Action::Log),
            "panic" => Some(Action::Panic),
            "abort" => Some(Action::Abort),
            "off" => Some(Action::Off),
            _ => None,
        };
        config.action = config.action.filter(|_| more.is_none_or(|more| more == "verbose"));
        verbose = config.action.is_some() && more.is_some();
        config.action.is_some()
    });
    read("LOCKDEP_STACKS", Setting::Stacks, "exact, first or off", &mut |value| {
        config.stacks = match value {
            "exact" => Some(Stacks::Exact),
            "first" => Some(Stacks::First),
            "off" => Some(Stacks::Off),
            _ => None,
        };
        config.stacks.is_some()
    });
    read("LOCKDEP_MASKS", Setting::Masks, "trust or check", &mut |value| {
        config.masks = match value {
            "trust" => Some(Masks::Trusted),
            "check" => Some(Masks::Checked),
            _ => None,
        };
        config.masks.is_some()
    });
    read("LOCKDEP_SAME_CLASS", Setting::SameClass, "class or instance", &mut |value| {
        config.same_class = match value {
            "class" => Some(SameClass::Class),
            "instance" => Some(SameClass::Instance),
            _ => None,
        };
        config.same_class.is_some()
    });
    read("LOCKDEP_EXITCODE", Setting::ExitCode, "a number from 0 to 255", &mut |value| {
        config.exit_code = value.parse().ok();
        config.exit_code.is_some()
    });
    read("LOCKDEP_WATCHDOG", Setting::Watchdog, "seconds, such as 30 or 0.5; 0 for none", &mut |value| {
        let seconds = value.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        config.watchdog = seconds.filter(|limit| limit.as_secs() <= LONGEST_WATCH);
        config.watchdog.is_some()
    });
    read("LOCKDEP_DUMP_SIGNAL", Setting::DumpSignal, "a signal that can be handled, such as USR1 or 10", &mut |value| {
        config.dump_signal = signal(value);
        config.dump_signal.is_some()
    });
    read("LOCKDEP_STACK_SIGNAL", Setting::StackSignal, "a signal that can be handled, such as RTMAX-2", &mut |value| {
        config.stack_signal = signal(value);
        config.stack_signal.is_some()
    });
    // It says itself what is wrong with it.
    if let Some(file) = std::env::var_os("LOCKDEP_BASELINE").filter(|file| !file.is_empty()) {
        made |= Setting::Baseline as u32;
        config.baseline = Some(file.into());
    }
    if verbose {
        VERBOSE.store(true, Ordering::Relaxed);
        complain(introduction(config.action).as_bytes());
    }
    install(config);
    FROM_ENVIRONMENT.store(made, Ordering::Relaxed);
}

/// What is checked in this process, so that a patch that cargo did not use is noticed.
fn introduction(action: Option<Action>) -> String {
    let version = env!("CARGO_PKG_VERSION");
    if action == Some(Action::Off) {
        return format!("lockdep {version} is in this process, and off\n");
    }
    let shims: Vec<String> = crate::shims().map(|shim| format!("{} {}", shim.name().0, shim.name().1)).collect();
    if shims.is_empty() {
        format!("lockdep {version} checks the locks that name it; there are no shims in this process\n")
    } else {
        format!("lockdep {version} checks the locks that name it, and those of the shims in this process: {}\n", shims.join(", "))
    }
}

pub(super) fn verbose() -> bool {
    VERBOSE.load(Ordering::Relaxed)
}
