//! Programs with which nothing is wrong.

use std::cell::UnsafeCell;
use std::ffi::{c_int, c_void};
use std::io::{Read, Write};
use std::mem::{MaybeUninit, zeroed};
use std::os::fd::{AsRawFd, FromRawFd};
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicI32, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use lockdep::parking_lot::Mutex;
use lockdep::spin::SpinLock;
use lockdep::{LockClass, irq, signal};

use crate::install::{Handler, Installer, mask, raise};

static COUNT: AtomicU64 = AtomicU64::new(0);

extern "C" fn counts(_signal: c_int) {
    assert!(signal::in_handler());
    COUNT.fetch_add(1, Ordering::Relaxed);
}

fn count() -> u64 {
    COUNT.swap(0, Ordering::Relaxed)
}

fn install_with(signal: c_int, handler: usize, flags: c_int, mask: &[c_int]) -> libc::sigaction {
    // SAFETY: all zeros is an action; the callers pass functions of this program, or none.
    unsafe {
        let (mut new, mut old) = (zeroed::<libc::sigaction>(), zeroed::<libc::sigaction>());
        new.sa_sigaction = handler;
        new.sa_flags = flags;
        for &signal in mask {
            libc::sigaddset(&mut new.sa_mask, signal);
        }
        assert_eq!(libc::sigaction(signal, &new, &mut old), 0);
        old
    }
}

fn blocked(signal: c_int) -> bool {
    mask(libc::SIG_BLOCK, &[]) & 1 << (signal - 1) != 0
}

/// What `siginterrupt` says counts for the handler that is there, and for those that `signal` installs after that.
pub(crate) fn siginterrupt(installer: &Installer) {
    unsafe extern "C" {
        fn siginterrupt(signal: c_int, interrupts: c_int) -> c_int;
        fn ssignal(signal: c_int, handler: usize) -> usize;
    }
    let action = |signal| {
        // SAFETY: all zeros is an action, which is written to.
        unsafe {
            let mut action = zeroed::<libc::sigaction>();
            assert_eq!(libc::sigaction(signal, null(), &mut action), 0);
            (action.sa_sigaction, action.sa_flags)
        }
    };
    let handler = takes_shared as *const () as usize;
    installer.install(libc::SIGUSR1, takes_shared, &[]);
    let installed = action(libc::SIGUSR1);
    // SAFETY: handlers of this program; the pipe is read by nobody else.
    unsafe {
        // Nothing else of it changes.
        assert_eq!(siginterrupt(libc::SIGUSR1, 1), 0);
        assert_eq!(action(libc::SIGUSR1), (installed.0, installed.1 & !libc::SA_RESTART));
        assert_eq!(siginterrupt(libc::SIGUSR1, 0), 0);
        assert_eq!(action(libc::SIGUSR1), (installed.0, installed.1 | libc::SA_RESTART));
        for (interrupts, flags) in [(1, 0), (0, libc::SA_RESTART), (1, 0)] {
            assert_eq!(siginterrupt(libc::SIGALRM, interrupts), 0);
            assert_eq!(action(libc::SIGALRM).1, flags);
            libc::signal(libc::SIGALRM, handler);
            assert_eq!(action(libc::SIGALRM), (handler, flags));
            ssignal(libc::SIGALRM, libc::SIG_DFL);
            assert_eq!(action(libc::SIGALRM), (libc::SIG_DFL, flags));
        }
        for no_signal in [0, 32, 65] {
            assert_eq!((siginterrupt(no_signal, 1), std::io::Error::last_os_error().raw_os_error()), (-1, Some(libc::EINVAL)));
        }
        // It used to wait for ever, until the next alarm.
        let (reader, _writer) = pipe();
        libc::signal(libc::SIGALRM, handler);
        libc::alarm(1);
        let mut byte = 0_u8;
        let read = libc::read(reader.as_raw_fd(), (&raw mut byte).cast(), 1);
        assert_eq!((read, std::io::Error::last_os_error().raw_os_error()), (-1, Some(libc::EINTR)));
    }
}

/// Every flag does what it does without us.
pub(crate) fn flags(_installer: &Installer) {
    static SEEN: AtomicI32 = AtomicI32::new(0);
    static DEPTH: AtomicU64 = AtomicU64::new(0);
    static DEEPEST: AtomicU64 = AtomicU64::new(0);
    // The payload of a queued signal.
    unsafe extern "C" fn takes_info(signal: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
        // SAFETY: the kernel's arguments.
        unsafe {
            assert_eq!(signal, libc::SIGUSR1);
            assert_eq!((*info).si_signo, signal);
            assert!((*context.cast::<libc::ucontext_t>()).uc_mcontext.gregs[libc::REG_RIP as usize] != 0);
            SEEN.store((*info).si_value().sival_ptr as i32, Ordering::Relaxed);
        }
    }
    install_with(libc::SIGUSR1, takes_info as *const () as usize, libc::SA_SIGINFO, &[]);
    // SAFETY: a signal to this process, which has one thread that has it open.
    unsafe { libc::sigqueue(libc::getpid(), libc::SIGUSR1, libc::sigval { sival_ptr: 77 as *mut c_void }) };
    assert_eq!(SEEN.load(Ordering::Relaxed), 77);

    // The mask: the signal itself and what the action names.
    extern "C" fn looks_at_mask(_signal: c_int) {
        assert!(blocked(libc::SIGUSR1) && blocked(libc::SIGHUP) && !blocked(libc::SIGUSR2));
        COUNT.fetch_add(1, Ordering::Relaxed);
    }
    install_with(libc::SIGUSR1, looks_at_mask as *const () as usize, 0, &[libc::SIGHUP]);
    raise(libc::SIGUSR1);
    assert_eq!(count(), 1);
    assert!(!blocked(libc::SIGUSR1) && !blocked(libc::SIGHUP));

    // SA_NODEFER: on top of itself.
    extern "C" fn twice(signal: c_int) {
        let depth = DEPTH.fetch_add(1, Ordering::Relaxed) + 1;
        DEEPEST.fetch_max(depth, Ordering::Relaxed);
        if COUNT.fetch_add(1, Ordering::Relaxed) == 0 {
            raise(signal);
        }
        DEPTH.fetch_sub(1, Ordering::Relaxed);
    }
    install_with(libc::SIGUSR1, twice as *const () as usize, libc::SA_NODEFER, &[]);
    raise(libc::SIGUSR1);
    assert_eq!((DEEPEST.swap(0, Ordering::Relaxed), count()), (2, 2));
    install_with(libc::SIGUSR1, twice as *const () as usize, 0, &[]);
    raise(libc::SIGUSR1);
    assert_eq!((DEEPEST.swap(0, Ordering::Relaxed), count()), (1, 2));

    // SA_RESETHAND: once.
    install_with(libc::SIGUSR1, counts as *const () as usize, libc::SA_RESETHAND, &[]);
    raise(libc::SIGUSR1);
    assert_eq!(count(), 1);
    let left = install_with(libc::SIGUSR1, libc::SIG_IGN, 0, &[]);
    assert_eq!(left.sa_sigaction, libc::SIG_DFL);
    // Its flags stay, and they are the program's.
    assert_eq!(left.sa_flags & (libc::SA_SIGINFO | libc::SA_RESETHAND), libc::SA_RESETHAND);
    raise(libc::SIGUSR1);

    // SA_ONSTACK: on the other stack.
    static STACK: Shared<[u8; 65536]> = Shared(UnsafeCell::new([0; 65536]));
    extern "C" fn looks_at_stack(_signal: c_int) {
        let here = 0_u8;
        let offset = (&raw const here as usize).wrapping_sub(STACK.0.get() as usize);
        SEEN.store(i32::from(offset < 65536), Ordering::Relaxed);
    }
    std::thread::spawn(|| {
        // SAFETY: the memory is used for nothing else, and stays.
        unsafe {
            let stack = libc::stack_t { ss_sp: STACK.0.get().cast(), ss_flags: 0, ss_size: 65536 };
            let mut old = zeroed();
            assert_eq!(libc::sigaltstack(&stack, &mut old), 0);
            install_with(libc::SIGUSR1, looks_at_stack as *const () as usize, libc::SA_ONSTACK, &[]);
            raise(libc::SIGUSR1);
            assert_eq!(SEEN.load(Ordering::Relaxed), 1);
            install_with(libc::SIGUSR1, looks_at_stack as *const () as usize, 0, &[]);
            raise(libc::SIGUSR1);
            assert_eq!(SEEN.load(Ordering::Relaxed), 0);
            assert_eq!(libc::sigaltstack(&old, null_mut()), 0);
        }
    })
    .join()
    .unwrap();

    // SA_RESTART: a read goes on, or ends with EINTR.
    for (flags, interrupted) in [(libc::SA_RESTART, false), (0, true)] {
        install_with(libc::SIGUSR1, counts as *const () as usize, flags, &[]);
        let (mut reader, mut writer) = pipe();
        // SAFETY: this thread's own name.
        let reading = unsafe { libc::pthread_self() };
        let helper = std::thread::spawn(move || {
            // Until it was seen once in the read, and then the byte.
            while COUNT.load(Ordering::Relaxed) == 0 {
                std::thread::sleep(Duration::from_millis(20));
                // SAFETY: the thread waits for this one.
                unsafe { libc::pthread_kill(reading, libc::SIGUSR1) };
            }
            std::thread::sleep(Duration::from_millis(20));
            writer.write_all(&[1]).unwrap();
        });
        let mut byte = [0];
        let result = reader.read(&mut byte);
        if interrupted {
            assert_eq!(result.unwrap_err().kind(), std::io::ErrorKind::Interrupted);
        } else {
            assert_eq!(result.unwrap(), 1);
        }
        helper.join().unwrap();
        count();
    }
}

struct Shared<T>(UnsafeCell<T>);

// SAFETY: each use says who else uses it.
unsafe impl<T> Sync for Shared<T> {}

fn pipe() -> (std::fs::File, std::fs::File) {
    let mut ends = [0; 2];
    // SAFETY: room for two descriptors, which are ours from here on.
    unsafe {
        assert_eq!(libc::pipe(ends.as_mut_ptr()), 0);
        (std::fs::File::from_raw_fd(ends[0]), std::fs::File::from_raw_fd(ends[1]))
    }
}

/// What was installed is what is given back.
pub(crate) fn old(installer: &Installer) {
    extern "C" fn first(_signal: c_int) {}
    extern "C" fn second(_signal: c_int) {}
    unsafe extern "C" fn third(_signal: c_int, _info: *mut libc::siginfo_t, _context: *mut c_void) {}
    let signum = libc::SIGUSR1;
    let is = |action: libc::sigaction, handler: usize, flags: c_int, signal_in_mask: c_int| {
        assert_eq!((action.sa_sigaction, action.sa_flags), (handler, flags));
        for signal in 1..65 {
            // SAFETY: a set that was filled.
            assert_eq!(unsafe { libc::sigismember(&action.sa_mask, signal) } == 1, signal == signal_in_mask, "{signal}");
        }
    };
    let now = || {
        // SAFETY: asks only.
        unsafe {
            let mut now = zeroed();
            assert_eq!(libc::sigaction(signum, null(), &mut now), 0);
            now
        }
    };
    let address = |handler: Handler| handler as *const () as usize;
    is(now(), libc::SIG_DFL, 0, 0);
    is(install_with(signum, address(first), libc::SA_RESTART, &[libc::SIGHUP]), libc::SIG_DFL, 0, 0);
    is(now(), address(first), libc::SA_RESTART, libc::SIGHUP);
    is(install_with(signum, third as *const () as usize, libc::SA_SIGINFO, &[]), address(first), libc::SA_RESTART, libc::SIGHUP);
    is(install_with(signum, libc::SIG_IGN, 0, &[]), third as *const () as usize, libc::SA_SIGINFO, 0);
    is(install_with(signum, address(second), 0, &[]), libc::SIG_IGN, 0, 0);
    // SAFETY: functions of this program.
    unsafe {
        assert_eq!(libc::signal(signum, address(first)), address(second));
        is(now(), address(first), libc::SA_RESTART, signum);
        assert_eq!(libc::signal(signum, libc::SIG_DFL), address(first));
        // What is refused is refused as ever.
        let why = |call: &dyn Fn()| {
            *libc::__errno_location() = 0;
            call();
            *libc::__errno_location()
        };
        for wrong in [0, -1, 32, 33, 65, libc::SIGKILL, libc::SIGSTOP] {
            let by_signal = || assert_eq!(libc::signal(wrong, address(first)), libc::SIG_ERR, "{wrong}");
            assert_eq!(why(&by_signal), libc::EINVAL, "{wrong}");
            let action = libc::sigaction { sa_sigaction: address(first), ..zeroed() };
            let by_sigaction = || assert_eq!(libc::sigaction(wrong, &action, null_mut()), -1, "{wrong}");
            assert_eq!(why(&by_sigaction), libc::EINVAL, "{wrong}");
        }
        assert_eq!(libc::pthread_sigmask(77, &zeroed(), null_mut()), libc::EINVAL);
        assert_eq!(why(&|| assert_eq!(libc::sigprocmask(77, &zeroed(), null_mut()), -1)), libc::EINVAL);
    }
    if installer.is_c() {
        let by_signal: unsafe extern "C" fn(c_int, Handler) -> usize = installer.function(c"install_by_signal");
        // SAFETY: the function of the C file.
        unsafe {
            assert_eq!(by_signal(signum, counts), libc::SIG_DFL);
            assert_eq!(by_signal(signum, first), address(counts));
        }
    }
}

/// A thread that takes all signals with `sigwait`, which are blocked everywhere.
pub(crate) fn signal_thread() {
    static STATE: Mutex<u64> = Mutex::new(0);
    mask(libc::SIG_BLOCK, &[libc::SIGUSR1, libc::SIGTERM]);
    let waiter = std::thread::spawn(|| {
        loop {
            // SAFETY: a set of blocked signals, and room for a number.
            let signal = unsafe {
                let (mut set, mut signal) = (zeroed(), 0);
                libc::sigaddset(&mut set, libc::SIGUSR1);
                libc::sigaddset(&mut set, libc::SIGTERM);
                assert_eq!(libc::sigwait(&set, &mut signal), 0);
                signal
            };
            *STATE.lock() += 1;
            if signal == libc::SIGTERM {
                break;
            }
        }
    });
    for signal in [libc::SIGUSR1, libc::SIGTERM] {
        *STATE.lock() += 1;
        // SAFETY: blocked in this process, and waited for.
        unsafe { libc::kill(libc::getpid(), signal) };
        std::thread::sleep(Duration::from_millis(10));
    }
    waiter.join().unwrap();
    assert!(*STATE.lock() >= 3);
}

/// The handler writes a byte; the main loop reads it and takes the locks.
pub(crate) fn self_pipe(installer: &Installer) {
    static WRITE: AtomicI32 = AtomicI32::new(-1);
    static STATE: Mutex<u64> = Mutex::new(0);
    extern "C" fn writes(_signal: c_int) {
        // SAFETY: a descriptor and a byte.
        unsafe { libc::write(WRITE.load(Ordering::Relaxed), [1_u8].as_ptr().cast(), 1) };
    }
    let (mut reader, writer) = pipe();
    WRITE.store(writer.as_raw_fd(), Ordering::Relaxed);
    installer.install(libc::SIGTERM, writes, &[]);
    for _ in 0..3 {
        let state = STATE.lock();
        raise(libc::SIGTERM);
        drop(state);
        reader.read_exact(&mut [0]).unwrap();
        *STATE.lock() += 1;
    }
}

/// Blocked signals read from a descriptor.
pub(crate) fn signalfd() {
    static STATE: Mutex<u64> = Mutex::new(0);
    mask(libc::SIG_BLOCK, &[libc::SIGHUP]);
    // SAFETY: a set of a blocked signal; the descriptor is ours from here on.
    let mut descriptor = unsafe {
        let mut set = zeroed();
        libc::sigaddset(&mut set, libc::SIGHUP);
        std::fs::File::from_raw_fd(libc::signalfd(-1, &set, libc::SFD_CLOEXEC))
    };
    for _ in 0..3 {
        let mut state = STATE.lock();
        raise(libc::SIGHUP);
        let mut info = [0; size_of::<libc::signalfd_siginfo>()];
        descriptor.read_exact(&mut info).unwrap();
        *state += 1;
    }
    mask(libc::SIG_UNBLOCK, &[libc::SIGHUP]);
}

/// A handler that only counts, whatever it interrupts.
pub(crate) fn atomics(installer: &Installer) {
    static STATE: Mutex<u64> = Mutex::new(0);
    static SPIN: SpinLock<u64> = SpinLock::new(0);
    installer.install(libc::SIGUSR1, counts, &[]);
    for _ in 0..10 {
        let _state = STATE.lock();
        let _spin = SPIN.lock();
        raise(libc::SIGUSR1);
    }
    let flags = irq::save();
    raise(libc::SIGUSR1);
    assert_eq!(count(), 10);
    irq::restore(flags);
    assert_eq!(count(), 1);
}

/// A handler may try.
pub(crate) fn try_lock(installer: &Installer) {
    static STATE: Mutex<u64> = Mutex::new(0);
    static FAILED: AtomicU64 = AtomicU64::new(0);
    extern "C" fn tries(_signal: c_int) {
        match STATE.try_lock() {
            Some(mut state) => *state += 1,
            None => _ = FAILED.fetch_add(1, Ordering::Relaxed),
        }
    }
    installer.install(libc::SIGUSR1, tries, &[]);
    raise(libc::SIGUSR1);
    let state = STATE.lock();
    raise(libc::SIGUSR1);
    assert_eq!((*state, FAILED.load(Ordering::Relaxed)), (1, 1));
}

/// Handlers on top of each other that take two locks in one order, with all signals blocked elsewhere.
pub(crate) fn nested_in_order(installer: &Installer) {
    static QUEUE: SpinLock<u64> = SpinLock::new(0);
    static DISK: SpinLock<u64> = SpinLock::new(0);
    extern "C" fn outer(_signal: c_int) {
        let mut queue = QUEUE.lock_irqsave();
        *queue += 1;
        drop(queue);
        raise(libc::SIGUSR2);
    }
    extern "C" fn inner(_signal: c_int) {
        let mut queue = QUEUE.lock_irqsave();
        let mut disk = DISK.lock_irqsave();
        (*queue, *disk) = (*queue + 1, *disk + 1);
    }
    installer.install(libc::SIGUSR1, outer, &[]);
    installer.install(libc::SIGUSR2, inner, &[]);
    for _ in 0..3 {
        raise(libc::SIGUSR1);
        let queue = QUEUE.lock_irqsave();
        let disk = DISK.lock_irqsave();
        assert_eq!(*queue, 2 * *disk);
    }
}

/// A handler of SIGSEGV that leaves by a jump, with and without a saved mask, and on a stack of its own.
pub(crate) fn jump(installer: &Installer) {
    static LOG: Mutex<u64> = Mutex::new(0);
    static SPIN: SpinLock<u64> = SpinLock::new(0);
    let survive: unsafe extern "C" fn(c_int, c_int, Option<extern "C" fn()>) -> c_int = installer.function(c"survive_faults");
    extern "C" fn spins() {
        assert!(signal::in_handler());
        *SPIN.lock_irqsave() += 1;
    }
    let check = move || {
        for save in [1, 0, 1] {
            // SAFETY: the function of the C file.
            assert_eq!(unsafe { survive(3, save, Some(spins)) }, 3);
            assert!(!signal::in_handler());
            assert!(irq::enabled() && !blocked(libc::SIGSEGV));
            // As deep as the handler was, and deeper: no handler all the same.
            deep(64);
        }
    };
    #[inline(never)]
    fn deep(frames: u32) {
        let filler = MaybeUninit::<[u8; 1024]>::uninit();
        std::hint::black_box(&filler);
        *LOG.lock() += 1;
        if frames > 0 {
            deep(frames - 1);
        }
        std::hint::black_box(&filler);
    }
    check();
    std::thread::spawn(check).join().unwrap();
}

/// A handler that restores the default action and raises the signal again: how a program dies of what it caught.
pub(crate) fn reraise(installer: &Installer) {
    extern "C" fn dies(signal: c_int) {
        // SAFETY: all of these may be called in a handler.
        unsafe {
            libc::signal(signal, libc::SIG_DFL);
            mask(libc::SIG_UNBLOCK, &[signal]);
            libc::raise(signal);
        }
    }
    installer.install(libc::SIGTERM, dies, &[]);
    raise(libc::SIGTERM);
}

/// Blocked signals, opened by each of the calls that wait with a mask of their own.
pub(crate) fn waits(installer: &Installer) {
    static STATE: SpinLock<u64> = SpinLock::new(0);
    static RAN: AtomicUsize = AtomicUsize::new(0);
    extern "C" fn locks(_signal: c_int) {
        *STATE.lock() += 1;
        RAN.fetch_add(1, Ordering::Relaxed);
    }
    installer.install(libc::SIGUSR1, locks, &[]);
    // SAFETY: valid arguments throughout; nothing is waited for but the signal.
    unsafe {
        let open = zeroed();
        let epoll = libc::epoll_create1(0);
        let flags = irq::save();
        let mut event = zeroed();
        for round in 1..=4 {
            *STATE.lock() += 1;
            raise(libc::SIGUSR1);
            assert_eq!(RAN.load(Ordering::Relaxed), round - 1);
            let result = match round {
                1 => libc::sigsuspend(&open),
                2 => libc::ppoll(null_mut(), 0, null(), &open),
                3 => libc::pselect(0, null_mut(), null_mut(), null_mut(), null(), &open),
                _ => libc::epoll_pwait(epoll, &mut event, 1, -1, &open),
            };
            assert_eq!((result, std::io::Error::last_os_error().raw_os_error()), (-1, Some(libc::EINTR)));
            assert_eq!(RAN.load(Ordering::Relaxed), round);
            assert!(!irq::enabled());
        }
        irq::restore(flags);
        libc::close(epoll);
    }
    assert_eq!(*STATE.lock_irqsave(), 8);

    // A thread that is cancelled in such a wait ends with the mask of it.
    extern "C-unwind" fn is_cancelled(_: *mut c_void) -> *mut c_void {
        // SAFETY: valid arguments; no time limit.
        unsafe {
            let (mut blocked, open) = (zeroed(), zeroed());
            libc::sigaddset(&mut blocked, libc::SIGUSR1);
            libc::pthread_sigmask(libc::SIG_BLOCK, &blocked, null_mut());
            *STATE.lock_irqsave() += 1;
            libc::ppoll(null_mut(), 0, null(), &open);
        }
        null_mut()
    }
    // SAFETY: a new thread, which is waited for; what unwinds through its function is the C library's.
    unsafe {
        let mut thread = zeroed();
        let begin: extern "C" fn(*mut c_void) -> *mut c_void =
            std::mem::transmute(is_cancelled as extern "C-unwind" fn(*mut c_void) -> *mut c_void);
        assert_eq!(libc::pthread_create(&mut thread, null(), begin, null_mut()), 0);
        while *STATE.lock_irqsave() != 9 {
            std::thread::yield_now();
        }
        std::thread::sleep(Duration::from_millis(50));
        assert_eq!(libc::pthread_cancel(thread), 0);
        assert_eq!(libc::pthread_join(thread, null_mut()), 0);
    }
}

/// Signals to threads that begin and end.
pub(crate) fn threads(installer: &Installer) {
    static STATE: SpinLock<u64> = SpinLock::new(0);
    extern "C" fn locks(_signal: c_int) {
        *STATE.lock_irqsave() += 1;
        COUNT.fetch_add(1, Ordering::Relaxed);
    }
    struct AtEnd;
    impl Drop for AtEnd {
        fn drop(&mut self) {
            *STATE.lock_irqsave() += 1;
        }
    }
    thread_local! {
        static AT_END: AtEnd = const { AtEnd };
    }
    installer.install(libc::SIGUSR1, locks, &[]);
    let mut sent = 0;
    for _ in 0..200 {
        let thread = std::thread::spawn(|| {
            AT_END.with(|_| ());
            *STATE.lock_irqsave() += 1;
        });
        use std::os::unix::thread::JoinHandleExt;
        for _ in 0..5 {
            // SAFETY: not joined yet.
            sent += u64::from(unsafe { libc::pthread_kill(thread.as_pthread_t(), libc::SIGUSR1) } == 0);
        }
        thread.join().unwrap();
    }
    let ran = count();
    assert!(ran > 0 && ran <= sent);
    assert_eq!(*STATE.lock_irqsave(), 400 + ran);
}

static SHARED: SpinLock<u64> = SpinLock::new(0);

extern "C" fn takes_shared(_signal: c_int) {
    *SHARED.lock_irqsave() += 1;
}

/// What a thread has blocked is known also if a handler is the first thing that is seen of it.
pub(crate) fn first_contact(installer: &Installer) {
    static OUTER: Mutex<u16> = Mutex::new(0);
    installer.install(libc::SIGUSR2, takes_shared, &[libc::SIGUSR1]);
    installer.install(libc::SIGUSR1, takes_shared, &[]);
    // By a signal whose handler has another one blocked.
    let first = || {
        raise(libc::SIGUSR2);
        assert!(irq::enabled());
        let _outer = OUTER.lock();
        drop(SHARED.lock_irqsave());
    };
    std::thread::spawn(first).join().unwrap();
    // By one that comes between another one's handler and its first instruction.
    let both = || {
        mask(libc::SIG_BLOCK, &[libc::SIGUSR1, libc::SIGUSR2]);
        raise(libc::SIGUSR1);
        raise(libc::SIGUSR2);
        mask(libc::SIG_UNBLOCK, &[libc::SIGUSR1, libc::SIGUSR2]);
    };
    std::thread::spawn(both).join().unwrap();
}

/// A handler that holds a lock panics and catches that, and another handler, which the validator has to look at each time, interrupts it at
/// any instruction of the unwinder.
pub(crate) fn panics_in_a_handler(installer: &Installer) {
    #[inline(never)]
    fn deep(frames: u64) {
        struct Dropped([u64; 4]);
        impl Drop for Dropped {
            fn drop(&mut self) {
                std::hint::black_box(&self.0);
            }
        }
        let dropped = Dropped([frames; 4]);
        if frames == 0 {
            std::panic::resume_unwind(Box::new(frames));
        }
        deep(frames - 1);
        std::hint::black_box(&dropped);
    }
    extern "C" fn panics(_signal: c_int) {
        static OUTER: SpinLock<u8> = SpinLock::new(0);
        let end = std::time::Instant::now() + Duration::from_secs(2);
        while std::time::Instant::now() < end {
            let _held = OUTER.lock();
            std::panic::catch_unwind(|| deep(5)).unwrap_err();
        }
    }
    extern "C" fn comes_between(_signal: c_int) {
        static CLASS: LockClass = LockClass::new("between").ordered_by(|held, new| held.cmp(&new));
        static BETWEEN: SpinLock<u8> = SpinLock::with_class(0, &CLASS);
        drop(BETWEEN.lock());
    }
    installer.install(libc::SIGALRM, comes_between, &[]);
    installer.install(libc::SIGUSR1, panics, &[]);
    let every = |microseconds| {
        let time = libc::timeval { tv_sec: 0, tv_usec: microseconds };
        // SAFETY: the times live across the call.
        unsafe { libc::setitimer(libc::ITIMER_REAL, &libc::itimerval { it_interval: time, it_value: time }, null_mut()) };
    };
    every(100);
    raise(libc::SIGUSR1);
    every(0);
}

/// The child of a `vfork` has a mask and handlers of its own.
pub(crate) fn vfork(installer: &Installer) {
    installer.install(libc::SIGUSR1, takes_shared, &[]);
    raise(libc::SIGUSR1);
    let old = mask(libc::SIG_BLOCK, &[libc::SIGUSR1]);
    // SAFETY: the child does what it may, and ends.
    unsafe {
        #[expect(deprecated, reason = "it is what this is about")]
        let child = libc::vfork();
        if child == 0 {
            let none: libc::sigset_t = zeroed();
            let default: libc::sigaction = zeroed();
            libc::sigaction(libc::SIGUSR1, &default, null_mut());
            libc::sigprocmask(libc::SIG_SETMASK, &none, null_mut());
            libc::_exit(0);
        }
        let mut status = 0;
        assert_eq!(libc::waitpid(child, &mut status, 0), child);
        assert_eq!(status, 0);
    }
    // Really blocked, so no handler comes.
    *SHARED.lock() += 1;
    assert!(blocked(libc::SIGUSR1) && old & 1 << (libc::SIGUSR1 - 1) == 0);
    mask(libc::SIG_UNBLOCK, &[libc::SIGUSR1]);
    raise(libc::SIGUSR1);
}

/// A signal that arrives while it is being blocked.
pub(crate) fn blocked_in_time(installer: &Installer) {
    static OVER: AtomicU64 = AtomicU64::new(0);
    installer.install(libc::SIGUSR1, takes_shared, &[]);
    installer.install(libc::SIGUSR2, takes_shared, &[]);
    // SAFETY: a thread that waits for the other one.
    let this = unsafe { libc::pthread_self() } as usize;
    let sender = std::thread::spawn(move || {
        while OVER.load(Ordering::Relaxed) == 0 {
            for signal in [libc::SIGUSR1, libc::SIGUSR2] {
                // SAFETY: it has handlers, and waits until this one has ended.
                unsafe { libc::pthread_kill(this as libc::pthread_t, signal) };
            }
        }
    });
    let begun = std::time::Instant::now();
    while begun.elapsed() < Duration::from_secs(4) {
        mask(libc::SIG_BLOCK, &[libc::SIGUSR1, libc::SIGUSR2]);
        *SHARED.lock() += 1;
        mask(libc::SIG_UNBLOCK, &[libc::SIGUSR1, libc::SIGUSR2]);
    }
    OVER.store(1, Ordering::Relaxed);
    sender.join().unwrap();
}

/// A handler may open what it blocked itself.
pub(crate) fn pair_in_handler(installer: &Installer) {
    extern "C" fn pairs(_signal: c_int) {
        let old = mask(libc::SIG_BLOCK, &[libc::SIGUSR2]);
        mask(libc::SIG_UNBLOCK, &[libc::SIGUSR2]);
        assert_eq!(mask(libc::SIG_BLOCK, &[]), old);
        COUNT.fetch_add(1, Ordering::Relaxed);
    }
    installer.install(libc::SIGUSR2, counts, &[]);
    installer.install(libc::SIGUSR1, pairs, &[]);
    raise(libc::SIGUSR1);
    assert_eq!(count(), 1);
}
