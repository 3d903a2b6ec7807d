//! Signals by name.

use std::borrow::Cow;

use libc::c_int;

/// The name of a signal, as `kill -l` has it; real-time signals count from the first: `SIGRTMIN+3`. A number that no program
/// may use is `signal 33`.
///
/// **Signal safety:** the numbers without a name of their own allocate; not for signal handlers.
pub(crate) fn signal_name(signal: c_int) -> Cow<'static, str> {
    let name = match signal {
        libc::SIGHUP => "SIGHUP",
        libc::SIGINT => "SIGINT",
        libc::SIGQUIT => "SIGQUIT",
        libc::SIGILL => "SIGILL",
        libc::SIGTRAP => "SIGTRAP",
        libc::SIGABRT => "SIGABRT",
        libc::SIGBUS => "SIGBUS",
        libc::SIGFPE => "SIGFPE",
        libc::SIGKILL => "SIGKILL",
        libc::SIGUSR1 => "SIGUSR1",
        libc::SIGSEGV => "SIGSEGV",
        libc::SIGUSR2 => "SIGUSR2",
        libc::SIGPIPE => "SIGPIPE",
        libc::SIGALRM => "SIGALRM",
        libc::SIGTERM => "SIGTERM",
        libc::SIGSTKFLT => "SIGSTKFLT",
        libc::SIGCHLD => "SIGCHLD",
        libc::SIGCONT => "SIGCONT",
        libc::SIGSTOP => "SIGSTOP",
        libc::SIGTSTP => "SIGTSTP",
        libc::SIGTTIN => "SIGTTIN",
        libc::SIGTTOU => "SIGTTOU",
        libc::SIGURG => "SIGURG",
        libc::SIGXCPU => "SIGXCPU",
        libc::SIGXFSZ => "SIGXFSZ",
        libc::SIGVTALRM => "SIGVTALRM",
        libc::SIGPROF => "SIGPROF",
        libc::SIGWINCH => "SIGWINCH",
        libc::SIGIO => "SIGIO",
        libc::SIGPWR => "SIGPWR",
        libc::SIGSYS => "SIGSYS",
        other => return real_time_name(other),
    };
    Cow::Borrowed(name)
}

fn real_time_name(signal: c_int) -> Cow<'static, str> {
    // Not constants: the C library keeps the first few for itself.
    let (first, last) = (libc::SIGRTMIN(), libc::SIGRTMAX());
    if signal == first {
        Cow::Borrowed("SIGRTMIN")
    } else if first < signal && signal <= last {
        Cow::Owned(format!("SIGRTMIN+{}", signal - first))
    } else {
        Cow::Owned(format!("signal {signal}"))
    }
}

/// "SIGIO", "SIGIO and SIGUSR1", or "signals" where a list would say less than the word.
pub(crate) fn signals_phrase(signals: &[c_int]) -> String {
    let names: Vec<_> = signals.iter().map(|&signal| signal_name(signal)).collect();
    match names.as_slice() {
        [one] => one.to_string(),
        [one, two] => format!("{one} and {two}"),
        [one, two, three] => format!("{one}, {two} and {three}"),
        _ => "signals".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signals_have_names() {
        assert_eq!(signal_name(libc::SIGIO), "SIGIO");
        assert_eq!(signal_name(libc::SIGRTMIN()), "SIGRTMIN");
        assert_eq!(signal_name(libc::SIGRTMIN() + 3), "SIGRTMIN+3");
        assert_eq!(signal_name(libc::SIGRTMAX() + 1), format!("signal {}", libc::SIGRTMAX() + 1));
        for odd in [0, -1, 32, 33, c_int::MIN, c_int::MAX] {
            assert_eq!(signal_name(odd), format!("signal {odd}"));
        }
    }

    #[test]
    fn every_usable_signal_has_its_own_name() {
        let mut names: Vec<_> = (1..=libc::SIGRTMAX()).map(signal_name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), libc::SIGRTMAX() as usize);
    }

    #[test]
    fn a_few_signals_are_listed_and_many_are_not() {
        assert_eq!(signals_phrase(&[libc::SIGIO]), "SIGIO");
        assert_eq!(signals_phrase(&[libc::SIGUSR1, libc::SIGIO]), "SIGUSR1 and SIGIO");
        assert_eq!(signals_phrase(&[libc::SIGUSR1, libc::SIGTERM, libc::SIGIO]), "SIGUSR1, SIGTERM and SIGIO");
        assert_eq!(signals_phrase(&[1, 2, 3, 4]), "signals");
        assert_eq!(signals_phrase(&[]), "signals");
    }
}
