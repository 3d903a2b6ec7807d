//! What needs a process of its own: exit codes, the environment, real signals, `fork`, threads and the process at their ends, and
//! the storm.
//!
//! Each test runs this binary again with the name of a scenario in `LOCKDEP_SCENARIO`, under an alarm: a hang is a failure.
//! `LOCKDEP_STORM_SECONDS=10 cargo test --release --test process storm` makes the storms last that long; the default is 2.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
#[cfg(feature = "validate")]
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Output};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use lockdep::alloc::Checked;
use lockdep::lock_api::RawMutex as _;
use lockdep::parking_lot::{self, Mutex};
use lockdep::signal::{self, Registration};
use lockdep::spin::{RwSpinLock, SpinLock};
use lockdep::{LockClass, irq, stats};
use lockdep_core::runtime::{Handler, in_signal};

/// An allocator that no handler may use. It is checked on top of that, and nothing may come of it.
struct NotInHandlers;

thread_local! {
    static IN_HANDLER: Cell<bool> = const { Cell::new(false) };
}

// SAFETY: forwards to the system's allocator.
unsafe impl GlobalAlloc for NotInHandlers {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if IN_HANDLER.get() {
            let text = b"allocated in a handler\n";
            // SAFETY: the buffer is valid.
            unsafe { libc::write(2, text.as_ptr().cast(), text.len()) };
            std::process::abort();
        }
        // SAFETY: as for the caller.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if IN_HANDLER.get() {
            std::process::abort();
        }
        // SAFETY: as for the caller.
        unsafe { System.dealloc(block, layout) };
    }
}

#[global_allocator]
static ALLOCATOR: Checked<NotInHandlers> = Checked::new(NotInHandlers);

/// Runs a scenario in a process of its own.
fn run(scenario: &str, environment: &[(&str, &str)]) -> Output {
    command(scenario, environment).output().unwrap()
}

fn command(scenario: &str, environment: &[(&str, &str)]) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "scenario", "--ignored", "--nocapture", "--test-threads=1"]);
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("LOCKDEP") && name != "LOCKDEP_STORM_SECONDS" {
            command.env_remove(name.as_ref());
        }
    }
    command.env("LOCKDEP_SCENARIO", scenario).env("RUST_BACKTRACE", "0").envs(environment.iter().copied());
    command
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[track_caller]
fn assert_exit(output: &Output, code: i32) {
    assert_eq!(output.status.code(), Some(code), "{:?}\n{}", output.status, stderr(output));
}

#[cfg(feature = "validate")]
#[track_caller]
fn assert_aborted(output: &Output) {
    assert_eq!(output.status.signal(), Some(libc::SIGABRT), "{:?}\n{}", output.status, stderr(output));
}

/// How often a kind was reported.
#[cfg(feature = "validate")]
fn reported(output: &Output, kind: &str) -> usize {
    stderr(output).matches(&format!("[lockdep::{kind}]")).count()
}

/// Not a test: what the children run.
#[test]
#[ignore = "run by the other tests, in processes of their own"]
fn scenario() {
    let Ok(name) = std::env::var("LOCKDEP_SCENARIO") else { return };
    // SAFETY: the default action of SIGALRM ends a process that hangs.
    unsafe { libc::alarm(60 + storm_seconds() as u32) };
    match name.as_str() {
        "clean" => clean(),
        "inversion" => inversion(),
        "two-lines" => {
            let named = std::thread::Builder::new().name("one\ntwo".into());
            let told = || {
                inversion();
                lockdep::dump_held();
            };
            named.spawn(told).unwrap().join().unwrap();
        }
        "recursion" => recursion(),
        "raw-recursion" => {
            let mutex = Mutex::new(1_u8);
            let _guard = mutex.lock();
            // SAFETY: it is only looked at; the alarm ends the wait that cannot end.
            unsafe {
                assert!(mutex.raw().is_locked());
                libc::alarm(2);
            }
            drop(mutex.lock());
        }
        "cancelled" => cancelled(),
        "small-stack" => small_stack(),
        "out-in-code" => {
            lockdep::Config::new().out(std::env::var_os("OUT").unwrap()).install();
            inversion();
        }
        "fields-in-order" => in_both_orders(&fields()),
        "fields-the-last-first" => in_both_orders(&reversed(fields())),
        "arcs-in-order" => in_both_orders(&arcs([0, 1])),
        "arcs-the-last-first" => in_both_orders(&arcs([1, 0])),
        "the-last-arcs" => in_both_orders(&arcs([1, 0])[..1]),
        "arcs-of-a-macro" => in_both_orders(&arcs_of_a_macro()),
        "arcs-in-a-handler" => arcs_in_a_handler(),
        "callback" => callback(),
        "callback-exits" => callback_exits(),
        "handler-exits" => handler_exits(),
        "off-sections" => off_sections(),
        "callback-takes-it" => callback_takes_it(),
        "two-signals" => two_signals(),
        "reported-attempts" => reported_attempts(),
        "isolated-off" => isolated_off(),
        "isolated-in-callback" => isolated_in_callback(),
        "handler-recursion" => handler_recursion(),
        "handler-usage" => handler_usage(),
        "fork" => fork(),
        "fork-reports" => fork_while_others_report(100, || drop(std::hint::black_box(lockdep::reports()))),
        "fork-symbols" => fork_while_others_report(20, look_for_symbols),
        "fork-hazard" => fork_hazard("other"),
        "fork-hazard-same" => fork_hazard("same"),
        "fork-hazard-end" => fork_hazard("end"),
        "fork-hazard-exec" => fork_hazard("exec"),
        "fork-hazard-twice" => fork_hazard("twice"),
        "destructors" => destructors(),
        "key-destructors" => key_destructors(),
        "isolated-panicking" => isolated_panicking(),
        "isolated-unlocked" => isolated_unlocked(),
        "isolated-alter" => isolated_alter(),
        "isolated-fork" => drop(lockdep::testing::isolated(|_| fork_hazard("other"))),
        "reported-waits" => reported_waits(),
        "deadlock" => deadlock(),
        "thread-exit" => thread_exit(),
        "thread-mask" => thread_mask(),
        "errno" => errno(),
        "handler-wait" => handler_wait(),
        "handler-sections" => handler_sections(),
        "known" => known(),
        "handler-path" => handler_path(),
        "handlers" => handlers(),
        "handlers-path" => handlers_path(),
        "handlers-crossed" => handlers_crossed(),
        "handlers-in-order" => handlers_in_order(),
        "handler-held" => handler_held(),
        "handler-mask" => handler_mask(),
        "guard-sent" => guard_sent(),
        "exec-blocked" => exec_with_signals_blocked(),
        "errno-kept" => errno_kept(),
        "lines" => lines(),
        "lazy" => lazy(),
        "secret-mask" => secret_mask(),
        "elsewhere" => {
            std::env::set_current_dir("/").unwrap();
            inversion();
        }
        "narrow" => {
            // Enough for the locks, and not for a report.
            let stack = if cfg!(debug_assertions) { 80 } else { 32 } << 10;
            std::thread::Builder::new().stack_size(stack).spawn(inversion).unwrap().join().unwrap();
        }
        "exit-in-a-storm" => exit_in_a_storm(),
        "low-memory" => low_memory(),
        "plugin" => plugin(),
        "last-destructors" => last_destructors(),
        "no-thread" => no_thread(),
        "unread" => unread(),
        "reader" => reader(),
        "comparator" => comparator(),
        "comparator-panics" => comparator_panics(),
        "handlers-254" => nested_handlers(254),
        "handlers-255" => nested_handlers(255),
        "storm" => storm(false),
        "storm-planted" => storm(true),
        _ => panic!("no scenario `{name}`"),
    }
}

fn clean() {
    let (a, b) = (Mutex::new(1_u8), Mutex::new(2_u16));
    for _ in 0..3 {
        let _a = a.lock();
        let _b = b.lock();
    }
}

fn inversion() {
    let (a, b) = (Mutex::new(1_u8), Mutex::new(2_u16));
    for _ in 0..3 {
        {
            let _a = a.lock();
            let _b = b.lock();
        }
        let _b = b.lock();
        let _a = a.lock();
    }
}

type Pair = [Arc<Mutex<u8>>; 2];

/// Of one struct: the compiler tells one place for all.
fn fields() -> [Pair; 2] {
    #[derive(Default)]
    struct Fields {
        first: Mutex<u8>,
        second: Mutex<u8>,
        third: Mutex<u8>,
        fourth: Mutex<u8>,
    }

    let Fields { first, second, third, fourth } = Fields::default();
    [[first, second], [third, fourth]].map(|pair| pair.map(Arc::new))
}

/// Made in the standard library, which is one place for all, in this order.
fn arcs(order: [usize; 2]) -> [Pair; 2] {
    order.map(|at| match at {
        0 => {
            let first = Arc::default();
            let second = Arc::default();
            [first, second]
        }
        _ => {
            let third = Arc::default();
            let fourth = Arc::default();
            // Or the compiler makes one of both.
            std::hint::black_box([fourth, third])
        }
    })
}

/// All at one place in the source.
fn arcs_of_a_macro() -> [Pair; 2] {
    macro_rules! arc {
        () => {
            Arc::default()
        };
    }
    [[arc!(), arc!()], [arc!(), arc!()]]
}

/// Where nothing can be found out, nor unwind.
fn arcs_in_a_handler() {
    let first = Arc::<SpinLock<u8>>::default();
    let second = Arc::<SpinLock<u8>>::default();
    let _handler = handle(libc::SIGUSR1, move || {
        drop((first.lock(), second.lock()));
        let _second = second.lock();
        drop(first.lock());
    });
    // SAFETY: the handler is there.
    unsafe { libc::raise(libc::SIGUSR1) };
}

fn reversed(mut pairs: [Pair; 2]) -> [Pair; 2] {
    pairs.reverse();
    pairs
}

fn in_both_orders(pairs: &[Pair]) {
    for [first, second] in pairs {
        drop((first.lock(), second.lock()));
        let _second = second.lock();
        let _first = first.lock();
    }
}

/// A handler ends the process while the first of two reports is made known.
fn handler_exits() {
    extern "C" fn ends(_: libc::c_int) {
        // SAFETY: the thread that it interrupts is about nothing of the C library's.
        unsafe { libc::exit(0) };
    }
    let (mutex, spin) = (Mutex::new(0_u8), SpinLock::new(0_u8));
    drop((mutex.lock(), spin.lock()));
    // SAFETY: a handler for a signal, which is sent to this thread.
    let me = unsafe {
        libc::signal(libc::SIGUSR1, ends as *const () as usize);
        libc::pthread_self()
    };
    std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(5));
        // SAFETY: the thread is there as long as the process.
        unsafe { libc::pthread_kill(me, libc::SIGUSR1) }
    });
    let _spin = spin.lock();
    let _mutex = mutex.lock();
    loop {
        std::thread::sleep(Duration::from_secs(1));
    }
}

/// At ever other depths of the stack.
fn off_sections() {
    #[inline(never)]
    fn deep(depth: u32, then: &dyn Fn()) {
        if depth == 0 {
            then()
        } else {
            deep(depth - 1, then)
        }
        std::hint::black_box(depth);
    }
    let lock = SpinLock::new(0_u8);
    let before = stats().stacks;
    for depth in 0..20 {
        deep(depth, &|| {
            irq::disable();
            irq::enable();
            let flags = irq::save();
            irq::restore(irq::save());
            irq::restore(flags);
            drop(lock.lock_irqsave());
            drop(lock.lock_irq());
            drop(lock.lock_irq_counted());
        });
    }
    assert_eq!(stats().stacks, before);
}

/// The C library takes what a thread has of its own from its stack: that must leave room for the smallest.
fn small_stack() {
    extern "C" fn returns(argument: *mut libc::c_void) -> *mut libc::c_void {
        argument
    }
    // SAFETY: the thread gives back its argument, and is joined.
    unsafe {
        let (mut thread, mut attributes) = (0, std::mem::zeroed());
        assert_eq!(libc::pthread_attr_init(&raw mut attributes), 0);
        assert_eq!(libc::pthread_attr_setstacksize(&raw mut attributes, libc::PTHREAD_STACK_MIN), 0);
        assert_eq!(libc::pthread_create(&raw mut thread, &raw const attributes, returns, std::ptr::null_mut()), 0);
        assert_eq!(libc::pthread_join(thread, std::ptr::null_mut()), 0);
        libc::pthread_attr_destroy(&raw mut attributes);
    }
}

/// A thread that is to be cancelled finds something before it comes to a point at which it may be.
fn cancelled() {
    static BEGUN: AtomicBool = AtomicBool::new(false);
    extern "C" fn finds(_: *mut libc::c_void) -> *mut libc::c_void {
        while !BEGUN.load(Ordering::Acquire) {
            std::hint::spin_loop();
        }
        inversion();
        std::ptr::null_mut()
    }
    // SAFETY: the thread takes no argument, and is joined.
    unsafe {
        let mut thread = 0;
        assert_eq!(libc::pthread_create(&raw mut thread, std::ptr::null(), finds, std::ptr::null_mut()), 0);
        libc::pthread_cancel(thread);
        BEGUN.store(true, Ordering::Release);
        let mut result = std::ptr::null_mut();
        assert_eq!(libc::pthread_join(thread, &raw mut result), 0);
        // It returned, as there was no such point.
        assert!(result.is_null());
    }
    assert_eq!(lockdep::reports().len(), 1);
}

/// Threads that find more and more while the process ends.
fn exit_in_a_storm() {
    let both = |first: &Mutex<u8>, second: &Mutex<u8>| {
        let _first = first.lock();
        let _second = second.lock();
    };
    let contradict = move |thread: usize| {
        for n in 0_u64.. {
            let class = |name| Box::leak(Box::new(LockClass::new(format!("{name} {n} of {thread}").leak())));
            let (a, b) = (Mutex::with_class(1, class("a")), Mutex::with_class(2, class("b")));
            both(&a, &b);
            both(&b, &a);
        }
    };
    for thread in 0..24 {
        std::thread::spawn(move || contradict(thread));
    }
    std::thread::sleep(Duration::from_millis(500));
}

/// The system gives no more memory, but for what the program has already.
fn low_memory() {
    let class = |n: usize| LockClass::new(format!("class {n}").leak());
    let locks: Vec<_> = (0..30_000).map(|n| Mutex::with_class(n, Box::leak(Box::new(class(n))))).collect();
    let takes = |outer: usize| {
        let _outer = locks[outer].lock();
        let _inner = locks[outer + 1].lock();
    };
    takes(0);
    let pages: u64 = std::fs::read_to_string("/proc/self/statm").unwrap().split(' ').next().unwrap().parse().unwrap();
    let limit = libc::rlimit { rlim_cur: pages * 4096, rlim_max: libc::RLIM_INFINITY };
    // SAFETY: sets a limit of this process.
    assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_AS, &raw const limit) }, 0);
    for _ in 0..2 {
        (0..locks.len() - 1).for_each(takes);
    }
    let known = stats().classes;
    let unlimited = libc::rlimit { rlim_cur: libc::RLIM_INFINITY, rlim_max: libc::RLIM_INFINITY };
    // SAFETY: as above.
    assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_AS, &raw const unlimited) }, 0);
    if cfg!(feature = "validate") {
        assert!((100..locks.len()).contains(&known), "{known}");
    }
}

static AT_THE_END: Mutex<u32> = Mutex::new(0);
static AT_THE_END_KEY: AtomicU64 = AtomicU64::new(0);

/// Each round of a thread's last destructors takes a lock, and asks for another one: the last comes when the thread's end was seen. Or
/// the last round is the first to take one.
fn last_destructors() {
    const EACH: usize = 100;
    extern "C" fn in_a_round(value: *mut libc::c_void) {
        if value.addr() >= 4 {
            *AT_THE_END.lock() += 1;
        }
        // SAFETY: the key exists.
        unsafe { libc::pthread_setspecific(AT_THE_END_KEY.load(Ordering::Relaxed) as u32, value.wrapping_byte_add(1)) };
    }
    extern "C" fn begin(value: *mut libc::c_void) -> *mut libc::c_void {
        in_a_round(value);
        value
    }
    drop(AT_THE_END.lock());
    let known = cfg!(feature = "validate").then(|| stats().threads);
    let mut key = 0;
    // SAFETY: the arguments live across the calls. The stack is larger than what the C library keeps, so it is unmapped, with the thread's
    // own memory.
    unsafe {
        assert_eq!(libc::pthread_key_create(&raw mut key, Some(in_a_round)), 0);
        AT_THE_END_KEY.store(key.into(), Ordering::Relaxed);
        let mut attributes: libc::pthread_attr_t = std::mem::zeroed();
        assert_eq!(libc::pthread_attr_init(&raw mut attributes), 0);
        assert_eq!(libc::pthread_attr_setstacksize(&raw mut attributes, 64 << 20), 0);
        // All at once: where one was, none of the others is.
        let threads = [EACH, EACH, EACH, 0, 0].map(|first| {
            let (mut thread, first) = (0, std::ptr::without_provenance_mut(first));
            assert_eq!(libc::pthread_create(&raw mut thread, &raw const attributes, begin, first), 0);
            thread
        });
        for thread in threads {
            libc::pthread_join(thread, std::ptr::null_mut());
        }
    }
    assert_eq!(*AT_THE_END.lock(), 3 * 5 + 2);
    std::thread::spawn(|| *AT_THE_END.lock() += 1).join().unwrap();
    if let Some(known) = known {
        assert_eq!(stats().threads, known);
    }
}

/// A test that wants a thread, and cannot have it.
fn no_thread() {
    let outcome = std::panic::catch_unwind(|| {
        lockdep::testing::isolated(|cx| {
            let limit = libc::rlimit { rlim_cur: 1 << 20, rlim_max: libc::RLIM_INFINITY };
            // SAFETY: sets a limit of this process.
            assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_AS, &raw const limit) }, 0);
            let _ = cx.spawn(|| ()).join();
        })
    });
    assert!(outcome.is_err());
    println!("the panic came through");
}

/// Compares, and takes locks that nobody took before.
fn comparator() {
    fn compare(held: *const (), new: *const ()) -> std::cmp::Ordering {
        let lock = Mutex::with_class((), Box::leak(Box::new(LockClass::new("new"))));
        drop(lock.lock());
        held.cmp(&new)
    }
    static CLASS: LockClass = LockClass::new("compared").ordered_by(compare);
    let locks = [0, 1].map(|n| Mutex::with_class(n, &CLASS));
    let _both = (locks[0].lock(), locks[1].lock());
}

fn comparator_panics() {
    static CLASS: LockClass = LockClass::new("compared").ordered_by(|_, _| panic!("it cannot compare"));
    let locks = [0, 1].map(|n| Mutex::with_class(n, &CLASS));
    let _both = (locks[0].lock(), locks[1].lock());
}

/// So many handlers, each of which interrupts the one before.
fn nested_handlers(count: u32) {
    let signum = if count.is_multiple_of(2) { libc::SIGUSR1 } else { libc::SIGUSR2 };
    match count {
        0 => {}
        _ => in_signal(signum, Handler::of(&nested_handlers), || nested_handlers(count - 1)),
    }
}

/// A program of one thread, whose report goes into a pipe that takes no more, and whose writers wait.
fn unread() {
    use std::io::Write as _;
    use std::os::fd::AsRawFd as _;
    use std::os::unix::process::ExitStatusExt as _;
    let (_reader, mut writer) = std::io::pipe().unwrap();
    let fd = writer.as_raw_fd();
    // SAFETY: no memory is involved.
    unsafe { libc::fcntl(fd, libc::F_SETFL, libc::O_NONBLOCK) };
    while writer.write(&[0; 4096]).is_ok() {}
    // SAFETY: the child goes on with this thread alone; the status lives across the calls.
    unsafe {
        libc::fcntl(fd, libc::F_SETFL, 0);
        let child = libc::fork();
        if child == 0 {
            libc::dup2(fd, 2);
            inversion();
            libc::_exit(0);
        }
        let mut status = 0;
        std::thread::sleep(Duration::from_secs(1));
        assert_eq!(libc::waitpid(child, &raw mut status, libc::WNOHANG), 0, "it waits for its reader");
        libc::kill(child, libc::SIGTERM);
        std::thread::sleep(Duration::from_secs(1));
        libc::kill(child, libc::SIGKILL);
        assert_eq!(libc::waitpid(child, &raw mut status, 0), child);
        println!("ended by signal {}", std::process::ExitStatus::from_raw(status).signal().unwrap_or_default());
    }
}

static TELLS_OF_ITS_END: AtomicBool = AtomicBool::new(false);

/// What C code has at the end of a program: `__attribute__((destructor))`.
extern "C" fn destructor() {
    if TELLS_OF_ITS_END.load(Ordering::Relaxed) {
        let text = b"a destructor\n";
        // SAFETY: the buffer is valid.
        unsafe { libc::write(1, text.as_ptr().cast(), text.len()) };
    }
}

// SAFETY: `.fini_array` holds pointers to functions that the C library calls at the end of the process; this is one.
#[used]
#[unsafe(link_section = ".fini_array")]
static DESTRUCTOR: extern "C" fn() = destructor;

/// A program that ends while one of its threads waits for input, with the lock of the stream.
fn reader() {
    TELLS_OF_ITS_END.store(true, Ordering::Relaxed);
    let (input, output) = std::io::pipe().unwrap();
    let reader = std::thread::spawn(move || {
        let mut byte = 0_u8;
        // SAFETY: a stream of a descriptor that stays open, and room for one byte.
        unsafe {
            let stream = libc::fdopen(std::os::fd::IntoRawFd::into_raw_fd(input), c"r".as_ptr());
            libc::fread((&raw mut byte).cast(), 1, 1, stream);
        }
    });
    // Longer than it takes to get there.
    std::thread::sleep(Duration::from_millis(300));
    inversion();
    // SAFETY: a text without arguments, for a stream that keeps it until the end.
    unsafe { libc::printf(c"kept until the end\n".as_ptr()) };
    std::mem::forget((reader, output));
}

/// A library with checked locks comes and goes, and a thread that used it stays.
fn plugin() {
    let directory = std::env::current_exe().unwrap().parent().unwrap().with_file_name("examples");
    let path = std::ffi::CString::new(directory.join("libplugin.so").to_str().unwrap()).unwrap();
    let (used, wait) = std::sync::mpsc::channel();
    let (closed, end) = std::sync::mpsc::channel::<()>();
    // SAFETY: the library's functions take no arguments, and are called while it is loaded.
    unsafe {
        let library = libc::dlopen(path.as_ptr(), libc::RTLD_NOW | libc::RTLD_LOCAL);
        assert!(!library.is_null(), "{path:?}: build the examples first, `cargo build --examples`");
        let function = |name: &std::ffi::CStr| {
            std::mem::transmute::<*mut libc::c_void, Option<extern "C" fn()>>(libc::dlsym(library, name.as_ptr())).unwrap()
        };
        let (forth, back) = (function(c"forth"), function(c"back"));
        let user = std::thread::spawn(move || {
            forth();
            used.send(()).unwrap();
            let _ = end.recv();
        });
        wait.recv().unwrap();
        back();
        assert_eq!(libc::dlclose(library), 0);
        drop(closed);
        user.join().unwrap();
    }
}

fn recursion() {
    let lock = Mutex::new(1);
    let _first = lock.lock();
    let _second = lock.lock();
}

#[test]
fn a_clean_run_prints_nothing() {
    let output = run("clean", &[]);
    assert_exit(&output, 0);
    assert_eq!(stderr(&output), "");
}

#[cfg(not(feature = "validate"))]
#[test]
fn without_the_validator_nothing_is_said() {
    for scenario in ["inversion", "handler-usage", "destructors", "storm", "fork", "lines", "lazy"] {
        let output = run(scenario, &[("LOCKDEP", "panic")]);
        assert_exit(&output, 0);
        assert_eq!(stderr(&output), "", "{scenario}");
    }
}

/// Registers an action that sets the flag of the allocator.
fn handle(signum: i32, action: impl Fn() + Send + Sync + 'static) -> Registration {
    // SAFETY: the actions of this file take spin locks and touch atomics.
    let registration = unsafe {
        signal::register(signum, move || {
            IN_HANDLER.set(true);
            action();
            IN_HANDLER.set(false);
        })
    };
    registration.unwrap()
}

static SHARED: SpinLock<u64> = SpinLock::new(0);

#[inline(never)]
fn counts() {
    *SHARED.lock() += 1;
}

#[inline(never)]
fn interrupted_while_holding() {
    let mut shared = SHARED.lock();
    // SAFETY: sends a signal to this thread, whose handler runs before the call returns.
    unsafe { libc::raise(libc::SIGUSR1) };
    *shared += 1;
}

/// The handler takes what the code below it holds: this can never end.
fn handler_recursion() {
    handle(libc::SIGUSR1, counts);
    interrupted_while_holding();
}

/// Taken with the signal open, and in its handler, but never both at once.
fn handler_usage() {
    counts();
    handle(libc::SIGUSR1, counts);
    // SAFETY: as above.
    unsafe { libc::raise(libc::SIGUSR1) };
    assert!(*SHARED.lock_irqsave() == 2);
}

/// The child has a validator of its own, with what its parent knew.
fn fork() {
    let (a, b) = (Mutex::new(1_u8), Mutex::new(2_u16));
    {
        let _a = a.lock();
        let _b = b.lock();
    }
    // SAFETY: the child only takes locks that nobody holds, and exits.
    let child = unsafe { libc::fork() };
    if child == 0 {
        let _b = b.lock();
        let _a = a.lock();
        std::process::exit(0);
    }
    let mut status = 0;
    // SAFETY: waits for the child just made.
    assert_eq!(unsafe { libc::waitpid(child, &mut status, 0) }, child);
    let expected = if cfg!(feature = "validate") { 66 } else { 0 };
    assert_eq!(libc::WEXITSTATUS(status), expected);
    let _a = a.lock();
    let _b = b.lock();
}

/// Other threads read and make reports when this one forks.
fn fork_while_others_report(times: u32, report: fn()) {
    inversion();
    static DONE: AtomicBool = AtomicBool::new(false);
    let others = [0, 1].map(|_| {
        std::thread::spawn(move || {
            while !DONE.load(Ordering::Relaxed) {
                report();
            }
        })
    });
    for _ in 0..times {
        // SAFETY: the child takes locks that nobody holds, and exits.
        let child = unsafe { libc::fork() };
        if child == 0 {
            {
                let lock = Mutex::new(1_u64);
                std::mem::forget(lock.lock());
            }
            std::process::exit(0);
        }
        let (mut status, begun) = (0, Instant::now());
        // SAFETY: looks at the child just made.
        while unsafe { libc::waitpid(child, &mut status, libc::WNOHANG) } == 0 {
            if begun.elapsed() > Duration::from_secs(20) {
                // SAFETY: ends a child that hangs, which has all signals blocked.
                unsafe { libc::kill(child, libc::SIGKILL) };
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        assert_eq!(status, if cfg!(feature = "validate") { 66 << 8 } else { 0 });
    }
    DONE.store(true, Ordering::Relaxed);
    for other in others {
        other.join().unwrap();
    }
}

/// Finds names for the stacks of a fresh report.
fn look_for_symbols() {
    let reports = lockdep::testing::isolated(|_| {
        let (a, b) = (Mutex::new(1_u8), Mutex::new(2_u16));
        drop((a.lock(), b.lock()));
        drop((b.lock(), a.lock()));
    });
    reports.iter().for_each(|report| assert!(!report.stacks().is_empty()));
}

/// Another thread holds a lock when this one forks.
fn fork_hazard(what: &str) {
    static ORPHAN: Mutex<u8> = Mutex::new(0);
    static OTHER: Mutex<u16> = Mutex::new(0);
    drop(OTHER.lock());
    let (taken, wait) = std::sync::mpsc::channel();
    let (done, end) = std::sync::mpsc::channel::<()>();
    let hold = move || {
        let _orphan = ORPHAN.lock();
        taken.send(()).unwrap();
        let _ = end.recv();
    };
    let holder = std::thread::Builder::new().name("flusher".into()).spawn(hold).unwrap();
    wait.recv().unwrap();
    // SAFETY: the child takes locks that it may not, which is what this is about, and ends.
    let child = unsafe { libc::fork() };
    if child == 0 {
        match what {
            "other" => drop(OTHER.lock()),
            "twice" => {
                // SAFETY: as above; the first child takes nothing, and ends as it should.
                let status = unsafe {
                    let child = libc::fork();
                    if child == 0 {
                        libc::alarm(2);
                        drop(ORPHAN.lock());
                    }
                    let mut status = 0;
                    assert_eq!(libc::waitpid(child, &mut status, 0), child);
                    status
                };
                // SAFETY: ends without the report of its own end.
                unsafe { libc::_exit(i32::from(!libc::WIFSIGNALED(status))) };
            }
            "same" => {
                // SAFETY: ends the wait that cannot end.
                unsafe { libc::alarm(2) };
                drop(ORPHAN.lock());
            }
            "exec" => {
                let argv = [c"true".as_ptr(), std::ptr::null()];
                // SAFETY: the arguments are valid and end with a null.
                unsafe { libc::execv(c"/bin/true".as_ptr(), argv.as_ptr()) };
            }
            _ => {}
        }
        std::process::exit(0);
    }
    let mut status = 0;
    // SAFETY: waits for the child just made.
    assert_eq!(unsafe { libc::waitpid(child, &mut status, 0) }, child);
    done.send(()).unwrap();
    holder.join().unwrap();
}

static LATE: Mutex<u64> = Mutex::new(0);

/// Locks in the destructors of thread-locals and after `main`.
fn destructors() {
    struct Locks;
    impl Drop for Locks {
        fn drop(&mut self) {
            *LATE.lock() += 1;
        }
    }
    thread_local! {
        static BEFORE: Locks = const { Locks };
    }
    extern "C" fn at_exit() {
        *LATE.lock() += 1;
    }
    for _ in 0..10 {
        std::thread::spawn(|| {
            BEFORE.with(|_| ());
            *LATE.lock() += 1;
        })
        .join()
        .unwrap();
    }
    assert_eq!(*LATE.lock(), 20);
    // SAFETY: the function only takes a lock.
    unsafe { libc::atexit(at_exit) };
}

static SHARED_COUNT: AtomicU64 = AtomicU64::new(0);

/// A guard that the destructor of a key drops, and a mask that it puts back: its turn comes after that of ours.
fn key_destructors() {
    extern "C" fn drop_guard(guard: *mut libc::c_void) {
        // SAFETY: what the thread below gave to the key.
        drop(unsafe { Box::from_raw(guard.cast::<parking_lot::MutexGuard<'static, u64>>()) });
    }
    extern "C" fn restore(_: *mut libc::c_void) {
        irq::enable();
    }
    let key = |destructor: extern "C" fn(*mut libc::c_void)| {
        let mut key = 0;
        // SAFETY: the key is written, and the destructors may be called at the end of any thread.
        assert_eq!(unsafe { libc::pthread_key_create(&mut key, Some(destructor)) }, 0);
        key
    };
    /// In the first round it takes a lock, which nobody of this thread did before, and signals come; in the second it releases that.
    extern "C" fn in_two_rounds(value: *mut libc::c_void) {
        // SAFETY: the key exists; what is raised is handled.
        unsafe {
            if value.is_null() || value.addr() == 1 {
                std::mem::forget(LATE.lock());
                SHARED_COUNT.store(0, Ordering::Relaxed);
                libc::raise(libc::SIGUSR2);
                assert_eq!(SHARED_COUNT.load(Ordering::Relaxed), 1, "signals are open");
                libc::pthread_setspecific(AT_THE_END_KEY.load(Ordering::Relaxed) as u32, std::ptr::without_provenance(2));
            } else {
                LATE.force_unlock();
            }
        }
    }
    let _handler = handle(libc::SIGUSR2, || {
        SHARED_COUNT.fetch_add(1, Ordering::Relaxed);
    });
    let two_rounds = key(in_two_rounds);
    AT_THE_END_KEY.store(two_rounds.into(), Ordering::Relaxed);
    // SAFETY: the key exists, and its destructor takes such values.
    let begun = std::thread::spawn(move || unsafe { libc::pthread_setspecific(two_rounds, std::ptr::without_provenance(1)) });
    begun.join().unwrap();
    let (guard, mask) = (key(drop_guard), key(restore));
    for _ in 0..3 {
        std::thread::spawn(move || {
            irq::disable();
            let held = Box::into_raw(Box::new(LATE.lock()));
            // SAFETY: the keys exist, and their destructors take such values.
            unsafe {
                libc::pthread_setspecific(guard, held.cast());
                libc::pthread_setspecific(mask, std::ptr::dangling());
            }
        })
        .join()
        .unwrap();
    }
}

/// A lock that cannot be had, wanted by a destructor while an isolated test panics: nothing can unwind, and no report will be returned.
fn isolated_panicking() {
    struct Locks<'l>(&'l Mutex<u8>);
    impl Drop for Locks<'_> {
        fn drop(&mut self) {
            drop(self.0.lock());
        }
    }
    lockdep::testing::isolated(|_| {
        let lock = Mutex::new(1);
        let _held = lock.lock();
        let _locks = Locks(&lock);
        panic!("for a reason of its own");
    });
}

/// A guard that cannot have its lock back.
fn isolated_unlocked() {
    lockdep::testing::isolated(|_| {
        let lock = Mutex::new(1);
        let mut guard = lock.lock();
        parking_lot::MutexGuard::unlocked(&mut guard, || std::mem::forget(lock.lock()));
    });
}

fn isolated_alter() {
    lockdep::testing::isolated(|_| {
        let map = lockdep::dashmap::DashMap::<usize, usize>::from_iter([(1, 1)]);
        map.alter(&1, |_, value| value + map.len());
    });
}

/// Waits that are reported, and panic under `LOCKDEP=panic`: the mutex is held then, until its guard goes away.
fn reported_waits() {
    static OTHER: Mutex<i16> = Mutex::new(0);
    let panics = |wait: &dyn Fn()| assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(wait)).is_err());
    let (mutex, condition) = (Mutex::new(1_u8), parking_lot::Condvar::new());
    panics(&|| {
        let mut guard = mutex.lock();
        let _other = OTHER.lock();
        condition.wait_for(&mut guard, Duration::from_millis(1));
    });
    assert!(!mutex.is_locked());
    let (mutex, condition) = (lockdep::sync::Mutex::new(1_u16), lockdep::sync::Condvar::new());
    panics(&|| {
        let guard = mutex.lock().unwrap();
        let _other = OTHER.lock();
        drop(condition.wait_timeout(guard, Duration::from_millis(1)));
    });
    assert!(mutex.is_poisoned());
    mutex.clear_poison();
    assert!(mutex.try_lock().is_ok());
}

/// The shortest of many rounds of so many times.
fn fastest(times: u32, action: impl Fn()) -> Duration {
    let round = |_| {
        let start = Instant::now();
        (0..times).for_each(|_| action());
        start.elapsed()
    };
    (0..30).map(round).min().unwrap()
}

/// What a handler costs that blocks signals for a moment, beside one that does not: two changes of the mask, and nobody is asked or woken.
fn handler_sections() {
    static LOCK: SpinLock<u64> = SpinLock::new(0);
    let fastest = |action: fn()| {
        let registration = handle(libc::SIGUSR1, action);
        let fastest = fastest(200, || raise(libc::SIGUSR1));
        signal::unregister(registration);
        fastest
    };
    let plain = fastest(|| *LOCK.lock() += 1);
    let section = fastest(|| *LOCK.lock_irqsave() += 1);
    assert!(section < 3 * plain, "{section:?} with a section, {plain:?} without");
}

/// What is done often, with the same locks held: it costs no system call.
fn known() {
    let fastest = |action: &dyn Fn()| fastest(1000, action);
    let mutex = Mutex::new(0_u64);
    // SAFETY: no arguments, always succeeds.
    let two_calls = fastest(&|| unsafe { _ = (libc::getppid(), libc::getppid()) });
    let none = fastest(&|| lockdep::assert_none_held!());
    let sleeps = fastest(&|| lockdep::might_sleep!());
    let _held = mutex.lock();
    let sleeps_with_a_lock = fastest(&|| lockdep::might_sleep!());
    let calls = [none, sleeps, sleeps_with_a_lock];
    assert!(calls.into_iter().all(|it| it < two_calls), "{calls:?}, and {two_calls:?} for two system calls");
    let lock = parking_lot::RwLock::new(0_u64);
    let upgradable = fastest(&|| drop(lock.upgradable_read()));
    let upgrade = fastest(&|| drop(parking_lot::RwLockUpgradableReadGuard::upgrade(lock.upgradable_read())));
    assert!(upgrade < 6 * upgradable, "{upgrade:?} with an upgrade, {upgradable:?} without");
}

/// Two threads that really wait for each other: one of them panics, the other goes on.
fn deadlock() {
    static A: Mutex<u8> = Mutex::new(0);
    static B: Mutex<u16> = Mutex::new(0);
    let barrier = Arc::new(std::sync::Barrier::new(2));
    let theirs = Arc::clone(&barrier);
    let first = std::thread::spawn(move || {
        let _a = A.lock();
        theirs.wait();
        let _b = B.lock();
    });
    let second = std::thread::spawn(move || {
        let _b = B.lock();
        barrier.wait();
        let _a = A.lock();
    });
    assert!(first.join().is_err() != second.join().is_err());
}

fn thread_exit() {
    std::thread::spawn(|| std::mem::forget(LATE.lock())).join().unwrap();
}

fn block(signum: i32) {
    // SAFETY: blocks one signal in this thread.
    unsafe {
        let mut set = std::mem::zeroed();
        libc::sigemptyset(&mut set);
        libc::sigaddset(&mut set, signum);
        assert_eq!(libc::pthread_sigmask(libc::SIG_BLOCK, &set, std::ptr::null_mut()), 0);
    }
}

/// One thread is to take a signal, so it is blocked in all others; one of these uses `lock_irq`.
fn thread_mask() {
    block(libc::SIGTERM);
    std::thread::spawn(|| {
        // Its own choice, and it leaves with it.
        block(libc::SIGUSR2);
        drop(SHARED.lock_irqsave());
    })
    .join()
    .unwrap();
    std::thread::spawn(|| drop(SHARED.lock_irq())).join().unwrap();
}

/// A lock that may sleep, taken in a handler and nowhere else.
fn handler_wait() {
    static LOG: Mutex<u32> = Mutex::new(0);
    handle(libc::SIGUSR1, || *LOG.lock() += 1);
    raise(libc::SIGUSR1);
    raise(libc::SIGUSR1);
}

static DONE: LockClass = LockClass::new("done");
static TABLE: LockClass = LockClass::new("table");
static DONE_LOCK: SpinLock<u32> = SpinLock::with_class(0, &DONE);
static TABLE_LOCK: SpinLock<u32> = SpinLock::with_class(0, &TABLE);

/// The handler's lock is held with the signal blocked, but leads to one that is not.
fn handler_path() {
    handle(libc::SIGUSR1, || *DONE_LOCK.lock() += 1);
    raise(libc::SIGUSR1);
    *TABLE_LOCK.lock() += 1;
    let _done = DONE_LOCK.lock_irqsave();
    *TABLE_LOCK.lock() += 1;
}

/// A lock that two handlers take, of which one may interrupt the other.
fn handlers() {
    handle(libc::SIGUSR1, || *DONE_LOCK.lock_irqsave() += 1);
    handle(libc::SIGUSR2, || {
        *DONE_LOCK.lock() += 1;
        raise(libc::SIGUSR1);
    });
    raise(libc::SIGUSR2);
}

/// The same, over a path.
fn handlers_path() {
    handle(libc::SIGUSR1, || *DONE_LOCK.lock_irqsave() += 1);
    handle(libc::SIGUSR2, || *TABLE_LOCK.lock() += 1);
    raise(libc::SIGUSR1);
    raise(libc::SIGUSR2);
    let _done = DONE_LOCK.lock_irqsave();
    *TABLE_LOCK.lock() += 1;
}

/// Each takes a lock of its own, and may interrupt the other.
fn handlers_crossed() {
    handle(libc::SIGUSR1, || *DONE_LOCK.lock() += 1);
    handle(libc::SIGUSR2, || *TABLE_LOCK.lock() += 1);
    for signal in [libc::SIGUSR1, libc::SIGUSR2, libc::SIGUSR1] {
        raise(signal);
    }
}

/// Handlers on top of each other that do it right.
fn handlers_in_order() {
    handle(libc::SIGUSR1, || {
        let _done = DONE_LOCK.lock_irqsave();
        *TABLE_LOCK.lock_irqsave() += 1;
    });
    handle(libc::SIGUSR2, || {
        *TABLE_LOCK.lock_irqsave() += 1;
        raise(libc::SIGUSR1);
        *DONE_LOCK.lock_irqsave() += 1;
    });
    for _ in 0..3 {
        raise(libc::SIGUSR2);
        *DONE_LOCK.lock_irqsave() += 1;
    }
}

fn handler_held() {
    handle(libc::SIGUSR1, || std::mem::forget(DONE_LOCK.lock()));
    raise(libc::SIGUSR1);
    assert!(DONE_LOCK.try_lock().is_none());
}

/// One leaves signals blocked, and one opens them.
fn handler_mask() {
    handle(libc::SIGUSR1, || irq::disable());
    handle(libc::SIGUSR2, || irq::enable());
    raise(libc::SIGUSR1);
    raise(libc::SIGUSR2);
    assert!(irq::enabled());
}

/// A guard that is released by another thread than the one that took it, which ends before that or goes on; a guard and a lock that are
/// forgotten for good.
fn guard_sent() {
    use lockdep::lock_api;

    /// parking_lot's raw lock, whose guards may go to other threads.
    struct Sendable(parking_lot::RawMutex);
    // SAFETY: forwards to a lock whose guards need no thread.
    unsafe impl lock_api::RawMutex for Sendable {
        const INIT: Sendable = Sendable(parking_lot::lock_api::RawMutex::INIT);
        type GuardMarker = lock_api::GuardSend;
        fn lock(&self) {
            parking_lot::lock_api::RawMutex::lock(&self.0);
        }
        fn try_lock(&self) -> bool {
            parking_lot::lock_api::RawMutex::try_lock(&self.0)
        }
        unsafe fn unlock(&self) {
            // SAFETY: as for the caller.
            unsafe { parking_lot::lock_api::RawMutex::unlock(&self.0) };
        }
    }
    static SENT: lock_api::Mutex<Sendable, u32> = lock_api::Mutex::new(0);
    for _ in 0..3 {
        let (other, mut guard) = (Mutex::new(0_u8), SENT.lock());
        *guard += 1;
        let held = other.lock();
        std::thread::spawn(move || drop(guard)).join().unwrap();
        drop(held);
        // Nothing is held here any more, so any order will do.
        let _again = SENT.lock();
        drop(Mutex::new(1_u16).lock());
    }
    // Taken by a thread that ends first.
    let guard = std::thread::scope(|scope| {
        let taker = scope.spawn(|| {
            let guard = SENT.lock();
            std::thread::sleep(Duration::from_millis(1));
            std::mem::forget(Mutex::new(String::from("never dropped")));
            guard
        });
        taker.join().unwrap()
    });
    drop(guard);
    assert!(SENT.try_lock().is_some());
}

/// The new program has a mind of its own.
fn exec_with_signals_blocked() {
    let _flags = irq::save();
    let argv = [c"true".as_ptr(), std::ptr::null()];
    // SAFETY: the arguments are valid and end with a null.
    unsafe { libc::execv(c"/bin/true".as_ptr(), argv.as_ptr()) };
}

/// Sets `errno`.
fn set_errno(number: i32) {
    // SAFETY: errno is this thread's own.
    unsafe { *libc::__errno_location() = number };
}

fn raise(signum: i32) {
    // SAFETY: raises a signal that has a handler.
    unsafe { libc::raise(signum) };
}

/// Two handlers spoil it, one of them twice.
fn errno() {
    handle(libc::SIGUSR1, || set_errno(libc::ENOENT));
    handle(libc::SIGUSR2, || set_errno(libc::EACCES));
    for signum in [libc::SIGUSR1, libc::SIGUSR2, libc::SIGUSR1] {
        set_errno(libc::EAGAIN);
        raise(signum);
    }
}

/// A handler that puts it back, and one that does much for which the validator has to work.
fn errno_kept() {
    handle(libc::SIGUSR1, || {
        set_errno(libc::ENOENT);
        set_errno(libc::EAGAIN);
    });
    static FIRST: SpinLock<u8> = SpinLock::new(0);
    static SECOND: SpinLock<u16> = SpinLock::new(0);
    handle(libc::SIGUSR2, || {
        let _first = FIRST.lock_irqsave();
        let _second = SECOND.lock_irqsave();
        drop(SHARED.lock_irqsave());
    });
    for signum in [libc::SIGUSR1, libc::SIGUSR2] {
        set_errno(libc::EAGAIN);
        raise(signum);
        assert_eq!(std::io::Error::last_os_error().raw_os_error(), Some(libc::EAGAIN));
    }
}

/// Only the chosen signals are blocked.
fn lines() {
    irq::set_lines([libc::SIGUSR1].into_iter().collect());
    let ran = Arc::new(AtomicU64::new(0));
    for signum in [libc::SIGUSR1, libc::SIGUSR2] {
        let ran = Arc::clone(&ran);
        handle(signum, move || {
            ran.fetch_add(1, Ordering::Relaxed);
        });
    }
    let flags = irq::save();
    // SAFETY: signals to this thread; one of them is blocked.
    unsafe {
        libc::raise(libc::SIGUSR1);
        libc::raise(libc::SIGUSR2);
    }
    assert_eq!(ran.load(Ordering::Relaxed), 1);
    irq::restore(flags);
    assert_eq!(ran.load(Ordering::Relaxed), 2);
}

/// Lines whose handlers were all registered with us are blocked by a flag alone; a signal that comes nevertheless waits.
fn lazy() {
    // Asked of the kernel: the C library's function may be ours, and tell what the program is to see.
    let really_blocked = |signum: i32| {
        let mut mask = 0_u64;
        // SAFETY: asks only.
        unsafe { libc::syscall(libc::SYS_rt_sigprocmask, libc::SIG_BLOCK, 0_usize, &raw mut mask, 8_usize) };
        mask & 1 << (signum - 1) != 0
    };
    let ran = Arc::new(AtomicU64::new(0));
    let signals = [libc::SIGUSR1, libc::SIGUSR2];
    irq::set_lines(signals.into_iter().collect::<irq::Lines>().lazy());
    for signum in signals {
        // As long as one is not ours, they are blocked for real.
        let flags = irq::save();
        assert!(really_blocked(libc::SIGUSR1));
        irq::restore(flags);
        let ran = Arc::clone(&ran);
        handle(signum, move || {
            assert!(signal::in_handler());
            ran.fetch_add(1, Ordering::Relaxed);
        });
    }
    for round in 0..3 {
        let guard = SHARED.lock_irqsave();
        assert_eq!(really_blocked(libc::SIGUSR1), !cfg!(feature = "validate"));
        // SAFETY: a signal to this thread, with a handler.
        unsafe { libc::raise(libc::SIGUSR1) };
        assert!(really_blocked(libc::SIGUSR1) && !irq::enabled());
        assert_eq!(ran.load(Ordering::Relaxed), round);
        drop(guard);
        assert_eq!(ran.load(Ordering::Relaxed), round + 1);
        assert!(!really_blocked(libc::SIGUSR1) && irq::enabled());
    }
}

/// Something between two acquisitions changes the mask.
fn secret_mask() {
    #[inline(never)]
    fn before() {
        drop(LATE.lock());
    }
    #[inline(never)]
    fn culprit() {
        let set = 1_u64 << (libc::SIGUSR2 - 1);
        // SAFETY: changes the mask of this thread by one signal.
        unsafe { libc::syscall(libc::SYS_rt_sigprocmask, libc::SIG_BLOCK, &raw const set, 0_usize, 8_usize) };
    }
    #[inline(never)]
    fn after() {
        drop(LATE.lock());
    }
    for _ in 0..3 {
        before();
    }
    culprit();
    after();
}

fn callback() {
    #[cfg(feature = "validate")]
    lockdep::on_report(|report| {
        let (a, b) = (Mutex::new(String::new()), Mutex::new(Vec::<u8>::new()));
        {
            let _a = a.lock();
            let _b = b.lock();
        }
        let mut b = b.lock();
        b.extend(report.to_json().bytes());
        a.lock().push_str(&report.to_text());
        panic!("a callback that panics");
    });
    inversion();
}

/// A callback that ends the process, when there are more reports than its own.
fn callback_exits() {
    #[cfg(feature = "validate")]
    lockdep::on_report(|_| {
        inversion();
        std::process::exit(3);
    });
    in_both_orders(&fields()[..1]);
}

/// The handler of one signal comes between that of another one and its first instruction, and is the first that is seen of a thread.
fn two_signals() {
    let signals = [libc::SIGUSR1, libc::SIGUSR2];
    let registrations = signals.map(|signal| handle(signal, || *SHARED.lock_irqsave() += 1));
    let thread = std::thread::spawn(move || {
        // SAFETY: signals that have handlers, blocked and opened in this thread.
        unsafe {
            let mut set = std::mem::zeroed();
            signals.iter().for_each(|&signal| assert_eq!(libc::sigaddset(&mut set, signal), 0));
            libc::pthread_sigmask(libc::SIG_BLOCK, &set, std::ptr::null_mut());
            signals.iter().for_each(|&signal| assert_eq!(libc::raise(signal), 0));
            libc::pthread_sigmask(libc::SIG_UNBLOCK, &set, std::ptr::null_mut());
        }
    });
    thread.join().unwrap();
    registrations.into_iter().for_each(signal::unregister);
    assert_eq!(*SHARED.lock_irqsave(), 2);
}

/// Whoever is told of an acquisition is told before it is made.
fn callback_takes_it() {
    static A: Mutex<u8> = Mutex::new(0);
    static TOLD: AtomicU64 = AtomicU64::new(0);
    #[cfg(feature = "validate")]
    lockdep::on_report(|_| {
        assert!(!A.is_locked());
        lockdep::assert_not_held!(A);
        drop(A.lock());
        TOLD.fetch_add(1, Ordering::Relaxed);
    });
    let b = Mutex::new(0_u32);
    {
        let _a = A.lock();
        let _b = b.lock();
    }
    {
        let _b = b.lock();
        let _a = A.lock();
        lockdep::assert_held!(A);
    }
    assert_eq!(TOLD.load(Ordering::Relaxed), u64::from(cfg!(feature = "validate")));
}

/// What is taken by an attempt whose report panics is not held afterwards.
fn reported_attempts() {
    static SPIN: SpinLock<u8> = SpinLock::new(0);
    static RW: RwSpinLock<u8> = RwSpinLock::new(0);
    let registration = handle(libc::SIGUSR1, || {
        drop(SPIN.lock());
        drop(RW.write());
    });
    // SAFETY: raises a signal that has a handler.
    unsafe { libc::raise(libc::SIGUSR1) };
    let panics = |attempt: fn()| std::panic::catch_unwind(attempt).is_err();
    assert_eq!([panics(|| drop(SPIN.try_lock())), panics(|| drop(RW.try_write()))], [cfg!(feature = "validate"); 2]);
    assert!(!SPIN.is_locked() && !RW.is_locked());
    drop(SPIN.lock_irqsave());
    drop(RW.write_irqsave());
    signal::unregister(registration);
}

/// A callback that tests something.
fn isolated_in_callback() {
    static FOUND: AtomicU64 = AtomicU64::new(0);
    #[cfg(feature = "validate")]
    lockdep::on_report(|_| {
        FOUND.fetch_add(lockdep::testing::isolated(|_| inversion()).len() as u64, Ordering::Relaxed);
    });
    inversion();
    assert_eq!(FOUND.load(Ordering::Relaxed), u64::from(cfg!(feature = "validate")));
}

/// Nothing is checked, wherever.
fn isolated_off() {
    let reports = lockdep::testing::isolated(|_| {
        irq::disable();
        std::mem::forget(SHARED.lock());
    });
    assert!(reports.is_empty(), "{reports:?}");
    irq::enable();
}

#[cfg(feature = "validate")]
mod validated {
    use super::*;

    #[test]
    fn a_report_is_printed_once_and_the_exit_code_tells() {
        let output = run("inversion", &[]);
        assert_exit(&output, 66);
        assert_eq!(reported(&output, "Inversion"), 1, "{}", stderr(&output));
        assert!(stderr(&output).ends_with("lockdep: 1 report in this process, from `scenario`\n"), "{}", stderr(&output));
    }

    #[test]
    fn the_smallest_stack_is_large_enough_to_begin_on() {
        let output = run("small-stack", &[]);
        assert_exit(&output, 0);
        assert_eq!(stderr(&output), "");
    }

    #[test]
    fn a_thread_that_is_to_be_cancelled_reports_first() {
        let output = run("cancelled", &[]);
        assert_exit(&output, 66);
        assert_eq!(reported(&output, "Inversion"), 1, "{}", stderr(&output));
    }

    #[test]
    fn verbose_says_what_is_checked_and_how_much_it_was() {
        let output = run("clean", &[("LOCKDEP", "log,verbose")]);
        assert_exit(&output, 0);
        let text = stderr(&output);
        assert_eq!(text.lines().count(), 2, "{text}");
        assert!(text.contains(" checks the locks that name it; there are no shims in this process\n"), "{text}");
        // The third is the allocator.
        assert!(text.contains("lockdep: 3 classes, 1 dependency, "), "{text}");
        assert!(text.ends_with(", 0 reports, 0 accepted\n"), "{text}");
        assert_eq!(stderr(&run("clean", &[("LOCKDEP", "off,verbose")])).lines().count(), 1);
        let wrong = run("clean", &[("LOCKDEP", "log,loud")]);
        assert!(
            stderr(&wrong).contains("LOCKDEP=\"log,loud\" is not understood (want log, panic, abort or off"),
            "{}",
            stderr(&wrong)
        );
    }

    /// A baseline file with this text, and the environment that names it.
    fn with_baseline(name: &str, text: &str, scenario: &str, more: &[(&str, &str)]) -> Output {
        let file = std::env::temp_dir().join(format!("lockdep-{}-{name}.toml", std::process::id()));
        std::fs::write(&file, text).unwrap();
        let mut environment = vec![("LOCKDEP_BASELINE", file.to_str().unwrap()), ("LOCKDEP_STACKS", "off")];
        environment.extend(more);
        let output = run(scenario, &environment);
        std::fs::remove_file(&file).unwrap();
        output
    }

    #[test]
    fn what_a_report_says_at_its_end_makes_it_pass() {
        let text = stderr(&run("inversion", &[("LOCKDEP_STACKS", "off")]));
        let (_, end) = text.split_once("LOCKDEP_BASELINE:\n").expect(&text);
        let snippet: String = end.lines().take(3).map(|line| line.trim_start().to_owned() + "\n").collect();
        let refused = with_baseline("empty", &snippet, "inversion", &[]);
        assert_exit(&refused, 66);
        assert!(
            stderr(&refused).contains(" is wrong in line 1: the `reason` is empty; nothing is accepted\n"),
            "{}",
            stderr(&refused)
        );
        let accepted = snippet.replace("\"\"", "\"one thread only\"");
        for action in ["log", "panic", "abort"] {
            let output = with_baseline(action, &accepted, "inversion", &[("LOCKDEP", action)]);
            assert_exit(&output, 0);
            assert_eq!(stderr(&output), "");
        }
    }

    fn ids(output: &Output) -> Vec<String> {
        stderr(output).lines().filter_map(|line| Some(line.split_once("report id ")?.1[..16].to_owned())).collect()
    }

    /// Somebody may have released it by the raw lock, so it is not certain; but it is said before it hangs.
    #[test]
    fn a_lock_whose_raw_lock_was_looked_at_is_taken_again() {
        let output = run("raw-recursion", &[]);
        assert_eq!(output.status.signal(), Some(libc::SIGALRM), "{}", stderr(&output));
        assert_eq!(reported(&output, "Recursion"), 1, "{}", stderr(&output));
        assert!(!stderr(&output).contains("can never return"), "{}", stderr(&output));
    }

    /// What `Default` makes has the same id whatever else was used before; and the id of one bug accepts no other.
    #[test]
    fn locks_that_are_made_by_default_are_known_again() {
        for made in ["fields", "arcs"] {
            let run = |order: &str| run(&format!("{made}-{order}"), &[("LOCKDEP_STACKS", "off")]);
            let (forth, mut back) = (ids(&run("in-order")), ids(&run("the-last-first")));
            assert_eq!(forth.len(), 2, "{forth:?}");
            assert_ne!(forth[0], forth[1]);
            back.reverse();
            assert_eq!(forth, back, "{made}");
        }
        let accept = |id: &str| format!("[[accept]]\nid = \"{id}\"\nreason = \"known\"\n");
        for scenario in ["the-last-arcs", "arcs-in-a-handler"] {
            let accepted = accept(&ids(&run(scenario, &[("LOCKDEP_STACKS", "off")]))[0]);
            for action in ["log", "panic", "abort"] {
                let output = with_baseline(&format!("{scenario}-{action}"), &accepted, scenario, &[("LOCKDEP", action)]);
                assert_exit(&output, 0);
                assert_eq!(stderr(&output), "");
            }
        }
        let of_last = ids(&run("the-last-arcs", &[("LOCKDEP_STACKS", "off")]));
        let accepted = accept(&of_last[0]);
        let output = with_baseline("other-arcs", &accepted, "arcs-in-order", &[]);
        assert_exit(&output, 66);
        assert_eq!(ids(&output).len(), 1);
        assert_ne!(ids(&output), of_last);
    }

    #[test]
    fn a_pair_of_classes_may_be_accepted() {
        let accepts = |classes: &str| format!("[[accept]]\nclasses = {classes}\nreason = \"known\"\n");
        for classes in [
            r#"["Mutex<u8>", "Mutex<u16>"]"#,
            r#"["Mutex<u16>", "Mutex<u8>"]"#,
            "[\"Mutex<u8> (tests/process.rs)\", \"Mutex<u16>\"]\nkind = \"Inversion\"",
        ] {
            let output = with_baseline("pair", &accepts(classes), "inversion", &[]);
            assert_exit(&output, 0);
            assert_eq!(stderr(&output), "", "{classes}");
        }
        for classes in
            [r#"["Mutex<u8>"]"#, r#"["Mutex<u8>", "Mutex<u32>"]"#, "[\"Mutex<u8>\", \"Mutex<u16>\"]\nkind = \"Deadlock\""]
        {
            let output = with_baseline("other", &accepts(classes), "inversion", &[]);
            assert_exit(&output, 66);
            assert_eq!(reported(&output, "Inversion"), 1);
            let last = stderr(&output).lines().last().unwrap().to_owned();
            assert!(last.starts_with("lockdep: 1 entry of the baseline ") && last.contains(": line 1 (Mutex<u8>"), "{last}");
        }
    }

    #[test]
    fn no_file_lets_pass_what_cannot_go_on() {
        let output = with_baseline("certain", "[[accept]]\nclasses = [\"Mutex<i32>\"]\nreason = \"no\"\n", "recursion", &[]);
        assert_exit(&output, 101);
        assert_eq!(reported(&output, "Recursion"), 1);
        assert!(!stderr(&output).contains("[[accept]]"), "{}", stderr(&output));
    }

    #[test]
    fn a_baseline_that_is_not_there_is_one_sentence() {
        let output = run("inversion", &[("LOCKDEP_BASELINE", "/nowhere/accepted.toml"), ("LOCKDEP_STACKS", "off")]);
        assert_exit(&output, 66);
        let first = stderr(&output).lines().next().unwrap().to_owned();
        assert!(first.starts_with("lockdep: the baseline /nowhere/accepted.toml cannot be read: No such file"), "{first}");
        assert_eq!(reported(&output, "Inversion"), 1);
    }

    #[test]
    fn a_baseline_without_end_is_one_sentence() {
        let output = run("inversion", &[("LOCKDEP_BASELINE", "/dev/zero"), ("LOCKDEP_STACKS", "off")]);
        assert_exit(&output, 66);
        let first = stderr(&output).lines().next().unwrap().to_owned();
        assert_eq!(first, "lockdep: the baseline /dev/zero is larger than 16 MiB; nothing is accepted");
        assert_eq!(reported(&output, "Inversion"), 1);
    }

    #[test]
    fn a_name_of_two_lines_is_written_in_one() {
        let output = run("two-lines", &[("LOCKDEP_STACKS", "off")]);
        assert_exit(&output, 66);
        let text = stderr(&output);
        assert!(text.contains("place 1, thread `one two`: ") && text.contains("\nthread `one two` (tid "), "{text}");
    }

    #[test]
    fn the_exit_code_can_be_chosen() {
        assert_exit(&run("inversion", &[("LOCKDEP_EXITCODE", "7")]), 7);
        assert_exit(&run("inversion", &[("LOCKDEP_EXITCODE", "0")]), 0);
    }

    #[test]
    fn the_action_can_be_chosen() {
        let output = run("inversion", &[("LOCKDEP", "panic")]);
        assert_exit(&output, 101);
        assert_eq!(reported(&output, "Inversion"), 1);
        let output = run("inversion", &[("LOCKDEP", "abort")]);
        assert_aborted(&output);
        assert_eq!(reported(&output, "Inversion"), 1);
        let output = run("inversion", &[("LOCKDEP", "off")]);
        assert_exit(&output, 0);
        assert_eq!(stderr(&output), "");
    }

    #[test]
    fn a_bad_value_is_one_sentence_and_ignored() {
        for (name, value) in [
            ("LOCKDEP", "loud"),
            ("LOCKDEP_STACKS", "some"),
            ("LOCKDEP_MASKS", "maybe"),
            ("LOCKDEP_EXITCODE", "many"),
            ("LOCKDEP_OUT", "/nowhere"),
        ] {
            let output = run("inversion", &[(name, value)]);
            assert_exit(&output, 66);
            let text = stderr(&output);
            let sentence = format!("lockdep: {name}=\"{value}\" is not understood");
            assert_eq!(text.matches(&sentence).count(), 1, "{text}");
            assert_eq!(reported(&output, "Inversion"), 1, "{text}");
        }
        let output = run("clean", &[("LOCKDEP", "loud")]);
        assert_exit(&output, 0);
        assert_eq!(stderr(&output).lines().count(), 1);
    }

    #[test]
    fn a_bad_value_is_one_line() {
        let output = run("clean", &[("LOCKDEP", "a\nb\u{1b}[31m")]);
        assert_eq!(stderr(&output).lines().count(), 1, "{}", stderr(&output));
        let long = run("clean", &[("LOCKDEP", &"x".repeat(5000))]);
        let begin = format!("lockdep: LOCKDEP=\"{}\"... is not understood (want ", "x".repeat(80));
        assert!(stderr(&long).starts_with(&begin), "{}", stderr(&long));
        // What the program says applies then, so the sentence promises no default.
        assert!(stderr(&long).ends_with("; it is ignored\n"), "{}", stderr(&long));
        assert!(stderr(&output).starts_with("lockdep: LOCKDEP=\"a b [31m\" is not"), "{}", stderr(&output));
    }

    /// It used to be an abort, after a sentence that promised otherwise.
    #[test]
    fn a_program_without_memory_goes_on_unchecked() {
        let output = run("low-memory", &[]);
        assert_exit(&output, 0);
        let text = stderr(&output);
        assert_eq!(text.lines().count(), 1, "{text}");
        assert!(text.starts_with("lockdep: out of memory: new classes, orders and handlers are not checked"), "{text}");
    }

    /// What was said of their locks used to be written to where they had been.
    #[test]
    fn a_thread_that_takes_locks_after_its_end_was_seen() {
        let output = run("last-destructors", &[]);
        assert_exit(&output, 0);
        assert_eq!(stderr(&output), "");
    }

    /// It used to wait for the thread that it did not get.
    #[test]
    fn an_isolated_test_without_a_thread_ends() {
        let output = run("no-thread", &[]);
        assert_exit(&output, 0);
        assert!(String::from_utf8_lossy(&output.stdout).contains("the panic came through"));
    }

    /// It used to change under itself what it was looking at.
    #[test]
    fn a_comparator_that_does_more_than_compare_is_an_abort() {
        for (scenario, what) in [("comparator", "takes, waits for or drops a lock"), ("comparator-panics", "panicked")] {
            let output = run(scenario, &[]);
            assert_eq!(output.status.signal(), Some(libc::SIGABRT), "{}", stderr(&output));
            let sentence = format!("lockdep: the comparator of a `LockClass` {what}, which it must not: this is an abort\n");
            assert!(stderr(&output).ends_with(&sentence), "{}", stderr(&output));
        }
    }

    /// The next one used to count as none.
    #[test]
    fn too_many_handlers_on_top_of_each_other_are_one_sentence() {
        let output = run("handlers-254", &[]);
        assert_exit(&output, 0);
        assert_eq!(stderr(&output), "");
        let output = run("handlers-255", &[]);
        assert_eq!(output.status.signal(), Some(libc::SIGABRT));
        assert!(stderr(&output).starts_with("lockdep: more than 254 signal handlers"), "{}", stderr(&output));
    }

    /// Its report can go nowhere, and it used to wait with all signals blocked.
    #[test]
    fn a_program_whose_reports_nobody_reads_can_be_ended() {
        let output = run("unread", &[]);
        assert_exit(&output, 0);
        assert_eq!(String::from_utf8_lossy(&output.stdout).matches("ended by signal 15").count(), 1);
    }

    /// It used to wait for that thread. What else belongs to the end of a program used to be left out.
    #[test]
    fn a_program_that_ends_while_a_thread_waits_for_input() {
        let output = run("reader", &[]);
        assert_exit(&output, 66);
        assert_eq!(reported(&output, "Inversion"), 1, "{}", stderr(&output));
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(text.contains("kept until the end\n") && text.contains("a destructor\n"), "{text}");
    }

    /// It used to be an overflow.
    #[test]
    fn a_report_from_a_thread_with_a_small_stack() {
        let output = run("narrow", &[]);
        assert_exit(&output, 66);
        assert_eq!(reported(&output, "Inversion"), 1, "{}", stderr(&output));
        assert!(stderr(&output).contains("process::inversion"), "{}", stderr(&output));
    }

    /// It used to wait, for 20 seconds, for an end of the reports.
    #[test]
    fn a_program_ends_while_reports_come() {
        let start = Instant::now();
        let output = run("exit-in-a-storm", &[]);
        assert_exit(&output, 66);
        assert!(reported(&output, "Inversion") > 0);
        assert!(start.elapsed() < Duration::from_secs(15), "{:?}", start.elapsed());
    }

    /// The end of the process used to call what was no longer there.
    #[test]
    fn a_library_that_is_closed() {
        let output = run("plugin", &[]);
        assert_exit(&output, 66);
        assert_eq!(reported(&output, "Inversion"), 1, "{}", stderr(&output));
    }

    /// What did not fit at once used to be lost.
    #[test]
    fn a_standard_error_that_does_not_block() {
        use std::io::Read as _;
        use std::os::fd::AsRawFd as _;

        let (mut reader, mut writer) = std::io::pipe().unwrap();
        // SAFETY: a flag of a descriptor of ours.
        unsafe { libc::fcntl(writer.as_raw_fd(), libc::F_SETFL, libc::O_NONBLOCK) };
        while std::io::Write::write(&mut writer, &[b'.'; 4096]).is_ok() {}
        let mut child = command("inversion", &[]).stderr(writer).stdout(std::process::Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(300));
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(66));
        let text = text.trim_start_matches('.');
        assert!(text.starts_with("error[lockdep::Inversion]"), "{text}");
        assert!(text.ends_with("lockdep: 1 report in this process, from `scenario`\n"), "{text}");
    }

    #[test]
    fn reports_are_also_written_as_json() {
        use std::os::unix::ffi::OsStrExt as _;

        let mut name = std::env::temp_dir().join(format!("lockdep-out-{}", std::process::id())).into_os_string();
        // No valid UTF-8: a path all the same.
        name.push(std::ffi::OsStr::from_bytes(b"\xff"));
        let directory = std::path::PathBuf::from(name);
        std::fs::create_dir_all(&directory).unwrap();
        assert_exit(&command("inversion", &[]).env("LOCKDEP_OUT", &directory).output().unwrap(), 66);
        let files: Vec<_> = std::fs::read_dir(&directory).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert_eq!(files.len(), 1, "{files:?}");
        let text = std::fs::read_to_string(&files[0]).unwrap();
        assert!(text.starts_with('{') && text.contains(r#""kind":"Inversion""#) && text.ends_with("}\n"), "{text}");
        std::fs::remove_dir_all(&directory).unwrap();
    }

    /// Where the program says so; a variable must name one that is there.
    #[test]
    fn the_directory_of_reports_is_made() {
        let directory = std::env::temp_dir().join(format!("lockdep-made-{}", std::process::id()));
        let output = command("out-in-code", &[]).env("OUT", directory.join("later")).output().unwrap();
        let name = format!("{}.json", ids(&output)[0]);
        assert!(directory.join("later").join(name).is_file(), "{}", stderr(&output));
        std::fs::remove_dir_all(&directory).unwrap();
    }

    #[test]
    fn reports_with_one_id_have_a_file_each() {
        let directory = std::env::temp_dir().join(format!("lockdep-alike-{}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        let output = command("arcs-of-a-macro", &[]).env("LOCKDEP_OUT", &directory).output().unwrap();
        let [first, second] = &ids(&output)[..] else { panic!("{}", stderr(&output)) };
        assert_eq!(first, second);
        let names = [format!("{first}.json"), format!("{first}-2.json")];
        assert_eq!(std::fs::read_dir(&directory).unwrap().count(), 2);
        for name in names {
            let text = std::fs::read_to_string(directory.join(name)).unwrap();
            assert!(text.contains(first.as_str()), "{text}");
        }
        std::fs::remove_dir_all(&directory).unwrap();
    }

    /// By processes that find one bug at the same time, and go elsewhere before.
    #[test]
    fn every_file_of_reports_is_whole() {
        let directory = std::env::temp_dir().join(format!("lockdep-whole-{}", std::process::id()));
        std::fs::create_dir_all(directory.join("out")).unwrap();
        let start = || command("elsewhere", &[("LOCKDEP_OUT", "out")]).current_dir(&directory).output().unwrap();
        std::thread::scope(|scope| (0..8).map(|_| scope.spawn(start)).for_each(drop));
        let files: Vec<_> = std::fs::read_dir(directory.join("out")).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert_eq!(files.len(), 1, "{files:?}");
        let text = std::fs::read_to_string(&files[0]).unwrap();
        let report: serde_json::Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        assert_eq!(report["kind"], "Inversion");
        std::fs::remove_dir_all(&directory).unwrap();
    }

    #[test]
    fn stacks_can_be_left_out() {
        let with = run("inversion", &[]);
        assert!(stderr(&with).contains("process::inversion"), "{}", stderr(&with));
        let first = run("inversion", &[("LOCKDEP_STACKS", "first")]);
        assert!(stderr(&first).contains("process::inversion"), "{}", stderr(&first));
        let without = run("inversion", &[("LOCKDEP_STACKS", "off")]);
        assert_eq!(reported(&without, "Inversion"), 1);
        assert!(!stderr(&without).contains("process::inversion"), "{}", stderr(&without));
    }

    #[test]
    fn a_callback_may_lock_allocate_and_panic() {
        let output = run("callback", &[]);
        assert_exit(&output, 66);
        // The program's, and the callback's own.
        assert_eq!(reported(&output, "Inversion"), 2, "{}", stderr(&output));
        assert!(stderr(&output).contains("the report callback panicked"), "{}", stderr(&output));
    }

    /// What nobody but the callback's thread could deliver used to be waited for, and lost.
    #[test]
    fn a_handler_that_ends_the_process_while_reports_are_made() {
        let output = run("handler-exits", &[]);
        assert_exit(&output, 66);
        assert_eq!((reported(&output, "Inversion"), reported(&output, "WaitContext")), (1, 1), "{}", stderr(&output));
        assert!(stderr(&output).ends_with("lockdep: 2 reports in this process, from `scenario`\n"), "{}", stderr(&output));
    }

    #[test]
    fn sections_take_no_stacks_that_nobody_will_read() {
        let output = run("off-sections", &[("LOCKDEP", "off")]);
        assert_exit(&output, 0);
    }

    #[test]
    fn a_callback_that_ends_the_process() {
        let start = Instant::now();
        let output = run("callback-exits", &[]);
        assert_exit(&output, 3);
        assert_eq!(reported(&output, "Inversion"), 2, "{}", stderr(&output));
        assert!(stderr(&output).contains("lockdep: 2 reports in this process"), "{}", stderr(&output));
        assert!(start.elapsed() < Duration::from_secs(15), "{:?}", start.elapsed());
    }

    #[test]
    fn two_signals_are_the_first_that_is_seen_of_a_thread() {
        let output = run("two-signals", &[]);
        assert_exit(&output, 0);
        assert_eq!(stderr(&output), "");
    }

    #[test]
    fn a_callback_comes_before_the_lock_is_taken() {
        let output = run("callback-takes-it", &[]);
        assert_exit(&output, 66);
        assert_eq!(stderr(&output).matches("[lockdep::").count(), 1, "{}", stderr(&output));
    }

    #[test]
    fn an_isolated_test_in_a_callback_has_its_reports() {
        let output = run("isolated-in-callback", &[]);
        assert_exit(&output, 66);
        assert_eq!(stderr(&output).matches("[lockdep::").count(), 1, "{}", stderr(&output));
    }

    #[test]
    fn an_attempt_that_panics_leaves_its_lock_free() {
        let output = run("reported-attempts", &[("LOCKDEP", "panic")]);
        assert_exit(&output, 66);
        assert_eq!(reported(&output, "IrqUsage"), 2, "{}", stderr(&output));
    }

    #[test]
    fn nothing_is_checked_in_isolation_either() {
        let output = run("isolated-off", &[("LOCKDEP", "off")]);
        assert_exit(&output, 0);
        assert_eq!(stderr(&output), "");
    }

    #[test]
    fn a_certain_recursion_panics_at_the_caller() {
        let output = run("recursion", &[]);
        assert_exit(&output, 101);
        assert_eq!(reported(&output, "Recursion"), 1);
        assert!(stderr(&output).contains("panicked at tests/process.rs"), "{}", stderr(&output));
    }

    #[test]
    fn a_certain_recursion_in_a_real_handler_aborts_with_both_places() {
        let output = run("handler-recursion", &[]);
        assert_aborted(&output);
        let text = stderr(&output);
        assert!(text.contains("lockdep: in a signal handler: Recursion"), "{text}");
        assert_eq!(reported(&output, "Recursion"), 1, "{text}");
        assert!(text.contains("process::counts") && text.contains("process::interrupted_while_holding"), "{text}");
    }

    #[test]
    fn usage_in_a_real_handler() {
        let output = run("handler-usage", &[]);
        assert_exit(&output, 66);
        assert_eq!(reported(&output, "IrqUsage"), 1, "{}", stderr(&output));
        assert!(stderr(&output).contains("SIGUSR1"), "{}", stderr(&output));
    }

    #[test]
    fn the_child_of_a_fork_is_validated() {
        let output = run("fork", &[]);
        assert_exit(&output, 0);
        assert_eq!(reported(&output, "Inversion"), 1, "{}", stderr(&output));
    }

    #[test]
    fn a_fork_while_other_threads_report() {
        let output = run("fork-reports", &[("LOCKDEP_STACKS", "off")]);
        assert_exit(&output, 66);
        assert_eq!(reported(&output, "HeldLockFreed"), 100, "{}", stderr(&output));
        assert_eq!(reported(&output, "Inversion"), 1, "{}", stderr(&output));
    }

    #[test]
    fn a_fork_while_other_threads_look_for_symbols() {
        let output = run("fork-symbols", &[]);
        assert_exit(&output, 66);
        assert_eq!(reported(&output, "HeldLockFreed"), 20, "{}", stderr(&output));
    }

    #[test]
    fn a_fork_that_leaves_locks_behind() {
        for scenario in ["fork-hazard", "fork-hazard-same", "fork-hazard-end", "fork-hazard-twice"] {
            let output = run(scenario, &[]);
            assert_exit(&output, 0);
            assert_eq!(reported(&output, "ForkHazard"), 1, "{scenario}: {}", stderr(&output));
            assert_eq!(stderr(&output).matches("[lockdep::").count(), 1, "{scenario}: {}", stderr(&output));
            let takes_another = stderr(&output).contains("2: the child takes its first lock here");
            assert_eq!(takes_another, scenario == "fork-hazard", "{scenario}: {}", stderr(&output));
            assert!(stderr(&output).contains("thread `flusher`"), "{scenario}: {}", stderr(&output));
        }
        let output = run("fork-hazard-exec", &[]);
        assert_exit(&output, 0);
        assert_eq!(stderr(&output), "");
    }

    #[test]
    fn locks_work_in_destructors_and_after_main() {
        for scenario in ["destructors", "key-destructors"] {
            let output = run(scenario, &[]);
            assert_exit(&output, 0);
            assert_eq!(stderr(&output), "", "{scenario}");
        }
    }

    #[test]
    fn a_wait_that_panics_leaves_its_mutex_held() {
        let output = run("reported-waits", &[("LOCKDEP", "panic")]);
        assert_exit(&output, 66);
        assert_eq!(reported(&output, "Inversion"), 2, "{}", stderr(&output));
        assert_eq!(stderr(&output).matches("[lockdep::").count(), 2, "{}", stderr(&output));
    }

    #[test]
    fn a_section_in_a_handler_costs_no_more_than_its_system_calls() {
        let output = run("handler-sections", &[]);
        assert_exit(&output, 0);
    }

    #[test]
    fn what_is_known_costs_no_system_call() {
        assert_exit(&run("known", &[]), 0);
    }

    #[test]
    fn at_the_end_of_a_thread_nothing_can_unwind() {
        let output = run("thread-exit", &[("LOCKDEP", "panic")]);
        assert_aborted(&output);
        assert!(
            stderr(&output).ends_with("\nlockdep: aborting\n") && !stderr(&output).contains("panicked"),
            "{}",
            stderr(&output)
        );
    }

    #[test]
    fn an_isolated_test_whose_guard_cannot_have_its_lock_back_says_why() {
        assert_says_why("isolated-unlocked", "a lock that its guard gave up for a moment cannot be taken again");
    }

    #[test]
    fn an_isolated_test_that_unwinds_out_of_alter_says_why() {
        assert_says_why("isolated-alter", "what `alter` calls has unwound, and left no value to put back");
    }

    /// The process ends, and what the test found is shown before.
    #[track_caller]
    fn assert_says_why(scenario: &str, why: &str) {
        let output = run(scenario, &[]);
        assert_aborted(&output);
        assert_eq!(reported(&output, "Recursion"), 1, "{}", stderr(&output));
        assert!(stderr(&output).contains(&format!("\nlockdep: {why}\n")));
    }

    #[test]
    fn the_child_of_an_isolated_test_speaks_for_itself() {
        let output = run("isolated-fork", &[]);
        assert_exit(&output, 0);
        assert_eq!(reported(&output, "ForkHazard"), 1, "{}", stderr(&output));
    }

    #[test]
    fn an_isolated_test_that_cannot_unwind_says_why() {
        let output = run("isolated-panicking", &[]);
        assert_aborted(&output);
        assert_eq!(reported(&output, "Recursion"), 1, "{}", stderr(&output));
    }

    #[test]
    fn threads_that_really_wait_for_each_other() {
        let output = run("deadlock", &[]);
        assert_exit(&output, 66);
        assert_eq!(reported(&output, "Deadlock"), 1, "{}", stderr(&output));
        assert_eq!(reported(&output, "Inversion"), 1, "{}", stderr(&output));
    }

    #[test]
    fn a_lock_held_at_the_end_of_a_thread() {
        let output = run("thread-exit", &[]);
        assert_exit(&output, 66);
        assert_eq!(reported(&output, "HeldAtExit"), 1, "{}", stderr(&output));
    }

    #[test]
    fn a_thread_that_ends_with_another_mask() {
        let output = run("thread-mask", &[]);
        assert_exit(&output, 66);
        assert_eq!(reported(&output, "IrqState"), 1, "{}", stderr(&output));
        assert_eq!(stderr(&output).matches("[lockdep::").count(), 1, "{}", stderr(&output));
        assert!(stderr(&output).contains("ends with SIGTERM unblocked, which was blocked when it began"), "{}", stderr(&output));
    }

    /// These kinds, and no others.
    #[track_caller]
    fn only(scenario: &str, kinds: &[&str], words: &[&str]) {
        let output = run(scenario, &[]);
        let text = stderr(&output);
        assert_exit(&output, if kinds.is_empty() { 0 } else { 66 });
        let mut found: Vec<_> = text.lines().filter_map(|line| line.split_once("[lockdep::")?.1.split(']').next()).collect();
        found.sort_unstable();
        assert_eq!(found, kinds, "{text}");
        for word in words {
            assert!(text.contains(word), "`{word}` is missing in\n{text}");
        }
    }

    #[test]
    fn a_lock_that_sleeps_in_a_real_handler() {
        only("handler-wait", &["WaitContext"], &["which may sleep, is taken in the handler of SIGUSR1", "process::handler_wait"]);
    }

    #[test]
    fn a_path_from_a_real_handler() {
        only(
            "handler-path",
            &["IrqInversion"],
            &["`done`, taken in the handler of SIGUSR1, leads to `table`", "process::handler_path"],
        );
    }

    #[test]
    fn real_handlers_that_may_interrupt_each_other() {
        only(
            "handlers",
            &["IrqUsage"],
            &["`done` is taken in the handler of SIGUSR1, and elsewhere held with SIGUSR1 unblocked"],
        );
        only("handlers-path", &["IrqInversion"], &["`done`, taken in the handler of SIGUSR1, leads to `table`"]);
        only(
            "handlers-crossed",
            &["IrqInversion"],
            &[
                "handlers may wait for each other: `table`, taken in the handler of SIGUSR2, is held with SIGUSR1 unblocked; `done`, taken",
            ],
        );
        only("handlers-in-order", &[], &[]);
    }

    #[test]
    fn what_a_real_handler_leaves_behind() {
        only("handler-held", &["HeldAtExit"], &["the handler of SIGUSR1 returns with `done` held"]);
        only(
            "handler-mask",
            &["IrqState", "IrqState"],
            &["the handler of SIGUSR1 returns with signals still blocked", "enabled in the handler of SIGUSR2"],
        );
    }

    #[test]
    fn guards_that_go_to_other_threads() {
        only("guard-sent", &[], &[]);
    }

    #[test]
    fn a_program_that_becomes_another() {
        only("exec-blocked", &[], &[]);
    }

    #[test]
    fn a_handler_that_spoils_errno() {
        let output = run("errno", &[]);
        assert_exit(&output, 66);
        assert_eq!(reported(&output, "SignalUnsafe"), 2, "{}", stderr(&output));
        let text = stderr(&output);
        for words in [
            "the handler of SIGUSR1 returns with a different `errno`",
            "the handler is `process::handle<process::errno::{{closure}}>::{{closure}}`",
            "`errno` was 11 (Resource temporarily unavailable) when the handler began, and 13 (Permission denied)",
            "interrupted by SIGUSR2 here",
        ] {
            assert!(text.contains(words), "`{words}` is missing in\n{text}");
        }
        let output = run("errno-kept", &[]);
        assert_exit(&output, 0);
        assert_eq!(stderr(&output), "");
    }

    #[test]
    fn lines_are_chosen_for_the_process() {
        let output = run("lines", &[]);
        assert_exit(&output, 0);
        assert_eq!(stderr(&output), "");
    }

    #[test]
    fn lines_that_are_blocked_lazily() {
        let output = run("lazy", &[]);
        assert_exit(&output, 0);
        assert_eq!(stderr(&output), "");
    }

    #[test]
    fn who_changes_the_mask_is_found_between_two_looks_at_it() {
        let output = run("secret-mask", &[]);
        assert_exit(&output, 0);
        let output = run("secret-mask", &[("LOCKDEP_MASKS", "check")]);
        assert_exit(&output, 66);
        let text = stderr(&output);
        assert_eq!(reported(&output, "MaskImbalance"), 1, "{text}");
        for words in
            ["code that is not checked blocked SIGUSR2", "secret_mask::before", "secret_mask::after", "between the two places"]
        {
            assert!(text.contains(words), "`{words}` is missing\n{text}");
        }
        for scenario in ["clean", "lines", "lazy", "handler-usage", "destructors"] {
            let output = run(scenario, &[("LOCKDEP_MASKS", "check")]);
            assert_eq!(reported(&output, "MaskImbalance"), 0, "{scenario}\n{}", stderr(&output));
        }
    }

    #[test]
    fn a_storm_of_signals_is_silent() {
        for stacks in ["exact", "off"] {
            let output = run("storm", &[("LOCKDEP_STACKS", stacks)]);
            assert_exit(&output, 0);
            assert_eq!(stderr(&output), "");
        }
    }

    #[test]
    fn a_storm_hides_no_bug() {
        let output = run("storm-planted", &[]);
        assert_exit(&output, 66);
        assert_eq!(reported(&output, "IrqUsage"), 1, "{}", stderr(&output));
        assert_eq!(stderr(&output).matches("[lockdep::").count(), 1, "{}", stderr(&output));
        assert!(stderr(&output).contains("`planted`"), "{}", stderr(&output));
    }
}

fn storm_seconds() -> u64 {
    std::env::var("LOCKDEP_STORM_SECONDS").ok().and_then(|seconds| seconds.parse().ok()).unwrap_or(2)
}

static QUEUE: LockClass = LockClass::new("queue");
static STATS: LockClass = LockClass::new("stats");
static PLANTED: LockClass = LockClass::new("planted");
static STORM_QUEUE: SpinLock<u64> = SpinLock::with_class(0, &QUEUE);
static STORM_STATS: SpinLock<u64> = SpinLock::with_class(0, &STATS);
static STORM_PLANTED: SpinLock<u64> = SpinLock::with_class(0, &PLANTED);
static HANDLED: AtomicU64 = AtomicU64::new(0);
/// How often each thread of the storm came round.
static ROUNDS: [AtomicU64; 4] = [const { AtomicU64::new(0) }; 4];
static OVER: AtomicBool = AtomicBool::new(false);

thread_local! {
    /// This thread may be interrupted while it holds the planted lock.
    static PLANTS: Cell<bool> = const { Cell::new(false) };
}

/// A timer signal 30 µs after the last one, whose handler takes two locks, while four threads take nested locks, those of the handler with the
/// signal blocked. With a bug planted: one more lock, which one thread holds with the signal open, and which the handler takes in
/// the other threads only, so that nothing hangs.
fn storm(planted: bool) {
    let signum = libc::SIGRTMIN() + 1;
    handle(signum, move || {
        {
            let mut queue = STORM_QUEUE.lock();
            *STORM_STATS.lock() += 1;
            *queue += 1;
        }
        // With nothing held: a thread interrupted while it holds this lock waits for the queue, and nobody may wait for it then.
        if planted && !PLANTS.get() {
            *STORM_PLANTED.lock() += 1;
        }
        HANDLED.fetch_add(1, Ordering::Relaxed);
        arm();
    });
    start_timer(signum);
    let threads = [0, 1, 2, 3].map(|number| {
        std::thread::spawn(move || {
            PLANTS.set(planted && number == 0);
            // Locks of this thread alone, and one for all that no handler takes.
            let own = Mutex::new(0_u64);
            static COMMON: Mutex<u32> = Mutex::new(0);
            while !OVER.load(Ordering::Relaxed) {
                {
                    let mut own = own.lock();
                    let mut common = COMMON.lock();
                    let mut queue = STORM_QUEUE.lock_irqsave();
                    let mut stats = STORM_STATS.lock_irqsave();
                    (*own, *common, *queue, *stats) = (*own + 1, common.wrapping_add(1), *queue + 1, *stats + 1);
                }
                if PLANTS.get() {
                    *STORM_PLANTED.lock() += 1;
                }
                {
                    let flags = irq::save();
                    *STORM_STATS.lock() += 1;
                    irq::restore(flags);
                }
                if let Some(mut common) = COMMON.try_lock() {
                    *common = common.wrapping_add(1);
                }
                ROUNDS[number].fetch_add(1, Ordering::Relaxed);
            }
        })
    });
    let end = Instant::now() + Duration::from_secs(storm_seconds());
    let rounds = || ROUNDS.each_ref().map(|rounds| rounds.load(Ordering::Relaxed));
    // A machine that has other work as well gets the time it needs; a hang meets the alarm.
    while Instant::now() < end || rounds().iter().any(|&rounds| rounds <= 10) {
        std::thread::sleep(Duration::from_millis(1));
    }
    OVER.store(true, Ordering::Relaxed);
    for thread in threads {
        thread.join().unwrap();
    }
    // SAFETY: the timer made above.
    unsafe { libc::timer_delete(TIMER.load(Ordering::Relaxed)) };
    assert!(HANDLED.load(Ordering::Relaxed) > 1000, "{HANDLED:?}");
    let total = *STORM_QUEUE.lock_irqsave();
    assert_eq!(total, rounds().iter().sum::<u64>() + HANDLED.load(Ordering::Relaxed));
}

static TIMER: AtomicPtr<libc::c_void> = AtomicPtr::new(std::ptr::null_mut());

fn start_timer(signum: i32) {
    let mut timer = std::ptr::null_mut();
    // SAFETY: all zeros is a `sigevent`, and lives across the call.
    unsafe {
        let mut event: libc::sigevent = std::mem::zeroed();
        event.sigev_notify = libc::SIGEV_SIGNAL;
        event.sigev_signo = signum;
        assert_eq!(libc::timer_create(libc::CLOCK_MONOTONIC, &mut event, &mut timer), 0);
    }
    TIMER.store(timer, Ordering::Relaxed);
    arm();
}

/// The next signal comes 30 µs after the handler of the last: on a slow machine, too, something gets done in between.
fn arm() {
    if OVER.load(Ordering::Relaxed) {
        return;
    }
    let never = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    let times = libc::itimerspec { it_interval: never, it_value: libc::timespec { tv_sec: 0, tv_nsec: 30_000 } };
    // SAFETY: a handler may do this, and leaves errno as it was: the timer may be gone by now.
    unsafe {
        let errno = *libc::__errno_location();
        libc::timer_settime(TIMER.load(Ordering::Relaxed), 0, &times, std::ptr::null_mut());
        *libc::__errno_location() = errno;
    }
}
