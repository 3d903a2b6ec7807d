//! What the cache says is what a full unwind of the same moment says.

use std::cell::Cell;
use std::hint::black_box;

use super::capture::{DEEPEST, StackCache};
use super::{here, keep_frame};
use crate::class::LockKind;
use crate::kind::WaitType;
use crate::map::{How, LockMap};
use crate::runtime::slow;
use crate::runtime::thread::current;

enum Kind {}

impl LockKind for Kind {
    const NAME: &'static str = "Asked";
    const WAIT: WaitType = WaitType::Sleep;
}

/// A cache, and what it was asked.
struct Asked {
    cache: *mut StackCache,
    /// Instead of the cache, this is taken, and the stack of its entry looked at.
    lock: Option<LockMap>,
    questions: Cell<usize>,
}

impl Asked {
    fn new() -> Asked {
        Asked { cache: StackCache::allocate(true, DEEPEST), lock: None, questions: Cell::new(0) }
    }

    fn by_lock() -> Asked {
        let mut asked = Asked::new();
        asked.lock = Some(LockMap::new::<Kind, ()>());
        asked
    }

    fn cache(&self) -> &StackCache {
        // SAFETY: allocated in `new`, freed in `drop`.
        unsafe { &*self.cache }
    }

    /// Asks where the function is that this is inlined into, and unwinds.
    #[inline(always)]
    fn ask(&self, site: usize) {
        let id = if let Some(lock) = &self.lock {
            // From one source position, whatever is asked for.
            lock.lock(How::write(), || Some(()), || ());
            let thread = current();
            let id = thread.read(thread.depth() - 1).place.stack;
            lock.release();
            id
        } else {
            self.cache().stack(here(), site, 0)
        };
        self.compare(id);
        keep_frame();
    }

    #[inline(never)]
    fn compare(&self, id: u32) {
        self.questions.set(self.questions.get() + 1);
        let said = slow::with(|globals| globals.stacks.get(id));
        let (mut whole, mut functions) = (Vec::new(), Vec::new());
        backtrace::trace(|frame| {
            whole.push(frame.ip() as usize);
            functions.push(frame.symbol_address() as usize);
            true
        });
        // The innermost frame of the stack is the function that asked; its instruction is another one by now.
        let function = said.first().map(|&ip| function_of(ip));
        let asked = functions.iter().position(|&this| Some(this) == function);
        let Some(asked) = asked else { panic!("{said:x?} does not begin in {whole:x?}") };
        let outer: Vec<_> = whole[asked + 1..].iter().copied().take_while(|&ip| ip != 0).take(DEEPEST - 1).collect();
        assert_eq!(said[1..], outer, "question {}", self.questions.get());
        keep_frame();
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        // SAFETY: allocated in `new`, and nobody asks any more.
        unsafe { StackCache::free(self.cache) };
    }
}

/// Where the function begins that an address lies in.
fn function_of(ip: usize) -> usize {
    // Behind a call: the call is meant.
    let call = (ip - 1) as *mut core::ffi::c_void;
    unsafe extern "C" {
        /// The unwinder's own lookup.
        fn _Unwind_FindEnclosingFunction(ip: *mut core::ffi::c_void) -> *mut core::ffi::c_void;
    }
    // SAFETY: any address may be asked for.
    unsafe { _Unwind_FindEnclosingFunction(call) as usize }
}

#[inline(never)]
fn recurse(asked: &Asked, depth: usize) {
    asked.ask(1);
    if depth > 0 {
        recurse(asked, depth - 1);
    }
    asked.ask(2);
}

#[inline(never)]
fn generic<T: Default, F: Fn(&T)>(asked: &Asked, f: F) {
    asked.ask(3);
    f(&T::default());
}

#[inline(always)]
fn inlined(asked: &Asked) {
    asked.ask(4);
}

/// Two inlined copies, and two calls, in one function: the same source position, and for the calls the same stack pointer.
#[inline(never)]
fn twice(asked: &Asked, n: usize) {
    inlined(asked);
    if black_box(n).is_multiple_of(2) {
        inlined(asked);
    }
    called(asked, n);
    called(asked, n + 1);
    asked.ask(5);
}

#[inline(never)]
fn called(asked: &Asked, n: usize) {
    if black_box(n) > 0 {
        asked.ask(6);
    }
    black_box(n);
}

/// Frames of another size each time.
#[inline(never)]
fn wide<const N: usize>(asked: &Asked, n: usize) {
    let room = black_box([n; N]);
    called(asked, room[N - 1]);
    asked.ask(7);
    black_box(room);
}

#[test]
fn every_stack_is_that_of_the_moment() {
    ask_everywhere(&Asked::new());
}

#[test]
fn every_stack_of_an_entry_is_that_of_the_moment() {
    let asked = Asked::by_lock();
    ask_everywhere(&asked);
    // What is done again and again is found at once.
    let remembered = || current().spots.remembered();
    let before = remembered();
    for _ in 0..200 {
        recurse(&asked, 5);
    }
    assert!((1..100).contains(&(remembered() - before)), "{}", remembered() - before);
}

fn ask_everywhere(asked: &Asked) {
    let tree = |n: usize| {
        recurse(asked, n % 17);
        generic(asked, |_: &u8| twice(asked, n));
        generic(asked, |s: &String| recurse(asked, s.len() + n % 3));
        let boxed: Box<dyn Fn()> = if n.is_multiple_of(3) { Box::new(|| twice(asked, n)) } else { Box::new(|| inlined(asked)) };
        boxed();
        wide::<3>(asked, n);
        wide::<40>(asked, n);
        wide::<3>(asked, n + 1);
    };
    let rounds = if cfg!(debug_assertions) { 40 } else { 200 };
    for n in 0..rounds {
        tree(n);
        // Deep and shallow in turn, as a scheduler of coroutines would have it.
        if n % 2 == 1 {
            at_depth(black_box(n % 29), &|| tree(n));
        }
    }
    assert!(asked.questions.get() > 1_000);
}

#[inline(never)]
fn at_depth(calls: usize, f: &dyn Fn()) {
    if calls == 0 {
        f();
    } else {
        at_depth(calls - 1, f);
    }
    black_box(calls);
}

/// Two callers of one function at one depth do not drive each other out: each stack is unwound once.
#[test]
fn callers_that_take_turns_are_both_remembered() {
    let asked = Asked::new();
    let [mut first, mut second] = [0; 2];
    for _ in 0..100 {
        first = number(&asked);
        second = number(&asked);
    }
    assert_ne!(first, second);
    assert_eq!(asked.cache().captures(), 2);
}

/// What a new stack shares with the one before is not unwound again, and what looks like it is.
#[test]
fn only_new_frames_are_unwound() {
    let asked = Asked::new();
    let unwound = || asked.cache().unwound();
    at_depth(black_box(50), &|| {
        assert_eq!(unwound(), 0);
        number(&asked);
        assert!(unwound() > 50);
        let before = unwound();
        asked.ask(9);
        number(&asked);
        assert!(unwound() - before < 10, "{} frames", unwound() - before);
    });
    let before = unwound();
    at_depth(black_box(49), &|| asked.ask(10));
    assert!(unwound() - before > 40);
    keep_frame();
}

/// Nor do many, whatever their order, some of which differ further out only.
#[test]
fn many_callers_are_all_remembered() {
    let asked = Asked::new();
    // One after the other, so that the calls stay apart.
    let inner = |n: usize| {
        let mut numbers = [0; 4];
        if black_box(n) == 0 {
            numbers[0] = number(&asked);
        }
        if black_box(n) == 1 {
            numbers[1] = number(&asked);
        }
        if black_box(n) == 2 {
            numbers[2] = number(&asked);
        }
        if black_box(n) == 3 {
            numbers[3] = number(&asked);
        }
        numbers[n]
    };
    let outer = |n: usize| {
        let mut numbers = [0; 2];
        if black_box(n).is_multiple_of(2) {
            numbers[0] = between(&inner, n / 2);
        }
        if !black_box(n).is_multiple_of(2) {
            numbers[1] = between(&inner, n / 2);
        }
        numbers[n % 2]
    };
    let mut seen = [0; 8];
    for n in 0..400 {
        // Each in turn, then in another order.
        let which = if n % 16 < 8 { n % 8 } else { n * 5 % 8 };
        let number = outer(which);
        assert!(n < 8 || number == seen[which]);
        seen[which] = number;
    }
    seen.sort_unstable();
    assert!(seen.windows(2).all(|pair| pair[0] < pair[1]), "{seen:?}");
    assert_eq!(asked.cache().captures(), 8);
}

/// A path of calls for each number below 4,096: which of two calls is made, twelve times.
#[inline(never)]
fn along(f: &dyn Fn(), calls: usize, n: usize) {
    if calls == 0 {
        f();
    } else if black_box(n).is_multiple_of(2) {
        along(f, calls - 1, n / 2);
    } else {
        along(f, calls - 1, black_box(n) / 2);
        keep_frame();
    }
    keep_frame();
}

/// More stacks than are remembered: those that make room are kept as long as anything leads to them, and not much longer.
#[test]
fn what_is_replaced_is_freed_when_nothing_leads_to_it() {
    let asked = Asked::new();
    let mut most = 0;
    for n in 0..4096 {
        along(&|| asked.ask(11), 12, n);
        assert!(asked.cache().leads_nowhere_else(), "after {n}");
        // An old one, too, so that what has been replaced is asked for.
        along(&|| asked.ask(11), 12, n / 2);
        if n == 2048 {
            most = slow::with(|_| asked.cache().bytes());
        }
    }
    assert!(asked.cache().captures() > 4000);
    assert!(slow::with(|_| asked.cache().bytes()) <= most + most / 8);
}

#[inline(never)]
fn between(f: &dyn Fn(usize) -> u32, n: usize) -> u32 {
    let number = f(n);
    keep_frame();
    number
}

#[inline(never)]
fn number(asked: &Asked) -> u32 {
    let number = asked.cache().stack(here(), 8, 0);
    keep_frame();
    number
}

/// Stacks of handlers: their own part is recognised wherever they come, and completed it is the stack of the moment.
mod in_handlers {
    use core::ptr::{self, null_mut};
    use std::cell::Cell;
    use std::hint::black_box;

    use super::super::{complete, here, is_inner, keep_frame};
    use super::Asked;

    thread_local! {
        static ASKED: Cell<*const Asked> = const { Cell::new(ptr::null()) };
    }

    const TRAP: libc::greg_t = 1 << 8;

    /// Behind each instruction of a thread whose trap flag is set; raised by the thread itself, sets and clears the flag.
    extern "C" fn on_trap(_: libc::c_int, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
        // SAFETY: the kernel's own.
        unsafe {
            if (*info).si_code == libc::SI_TKILL {
                (*context.cast::<libc::ucontext_t>()).uc_mcontext.gregs[libc::REG_EFL as usize] ^= TRAP;
                return;
            }
        }
        // SAFETY: set for as long as this thread steps.
        let asked = unsafe { &*ASKED.get() };
        let frame = context.addr();
        ask(asked, frame, 1);
        deeper(asked, frame, asked.questions.get() % 3);
        ask(asked, frame, 2);
    }

    #[inline(always)]
    fn ask(asked: &Asked, frame: usize, site: usize) {
        let own = asked.cache().stack(here(), site, frame);
        assert!(is_inner(own));
        asked.compare(complete(own, frame));
        keep_frame();
    }

    #[inline(never)]
    fn deeper(asked: &Asked, frame: usize, calls: usize) {
        if calls > 0 {
            deeper(asked, frame, calls - 1);
        }
        ask(asked, frame, 3);
    }

    fn toggle() {
        // SAFETY: a signal with a handler, to this thread.
        unsafe { libc::raise(libc::SIGTRAP) };
    }

    /// Calls on many depths, and places of one depth that differ only in the instruction. Nothing that allocates.
    #[inline(never)]
    fn walk(n: usize) -> usize {
        let room = black_box([n; 5]);
        let left = if n > 0 { walk(n - 1) } else { leaf(n) };
        left + leaf(n) + other_leaf(room[n % 5])
    }

    #[inline(never)]
    fn leaf(n: usize) -> usize {
        black_box(n).wrapping_mul(3)
    }

    #[inline(never)]
    fn other_leaf(n: usize) -> usize {
        if black_box(n).is_multiple_of(2) { leaf(n) } else { black_box(n) }
    }

    #[test]
    fn every_stack_is_that_of_the_moment() {
        // SAFETY: all zeros is an action; the handler interrupts only what is stepped through below.
        unsafe {
            let mut action: libc::sigaction = core::mem::zeroed();
            action.sa_sigaction = on_trap as *const () as usize;
            action.sa_flags = libc::SA_SIGINFO;
            assert_eq!(libc::sigaction(libc::SIGTRAP, &action, null_mut()), 0);
        }
        let asked = Asked::new();
        ASKED.set(&asked);
        for n in 0..12 {
            toggle();
            black_box(walk(n % 6));
            toggle();
        }
        assert!(asked.questions.get() > 3_000, "{}", asked.questions.get());
        // Four moments in the handler, each once for every stack between it and the signal frame.
        assert!(asked.cache().captures() < 20, "{}", asked.cache().captures());
    }
}
