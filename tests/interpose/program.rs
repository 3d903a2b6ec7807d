//! Programs with the feature `interpose`: `interposed SCENARIO INSTALLER`.
//!
//! The buggy ones install their handlers by one of three means: `raw` (`libc::sigaction`), `hook` (the crate signal-hook), or the
//! path of a shared library made of `handlers.c`. What is reported must not depend on it.

mod bugs;
mod install;
mod lazy;
mod legal;
mod masks;
mod storm;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let scenario = arguments.next().expect("the first argument names a scenario");
    let installer = install::Installer::named(&arguments.next().expect("the second argument names an installer"));
    // SAFETY: the default action of SIGALRM ends a process that hangs.
    unsafe { libc::alarm(60) };
    match scenario.as_str() {
        "usage" => bugs::usage(&installer),
        "wait" => bugs::wait(&installer),
        "held" => bugs::held(&installer),
        "mask" => bugs::mask_left(&installer),
        "nested" => bugs::nested(&installer),
        "interrupted" => bugs::interrupted(&installer),
        "recursion" => bugs::recursion(&installer),
        "foreign-enable" => bugs::foreign_enable(&installer),
        "foreign-wait" => bugs::foreign_wait(&installer),
        "jump-out" => bugs::jump_out(&installer),
        "jump-with-lock" => bugs::jump_with_lock(&installer),
        "restored-by-block" => masks::restored_by_block(),
        "crossed" => masks::crossed(),
        "a-blocker-that-opens" => masks::a_blocker_that_opens(),
        "one-signal" => masks::one_signal_for_all(),
        "empty-mask" => masks::an_empty_mask_around_a_new_thread(),
        "inherited" => masks::a_thread_that_keeps_what_was_meant_for_a_moment(),
        "after-vfork" => masks::after_the_child_of_a_vfork(),
        "in-pairs" => masks::in_pairs(),
        "flags" => legal::flags(&installer),
        "panics" => legal::panics_in_a_handler(&installer),
        "siginterrupt" => legal::siginterrupt(&installer),
        "old" => legal::old(&installer),
        "sigwait" => legal::signal_thread(),
        "self-pipe" => legal::self_pipe(&installer),
        "signalfd" => legal::signalfd(),
        "atomics" => legal::atomics(&installer),
        "try-lock" => legal::try_lock(&installer),
        "ordered" => legal::nested_in_order(&installer),
        "jump" => legal::jump(&installer),
        "reraise" => legal::reraise(&installer),
        "waits" => legal::waits(&installer),
        "lazy" => lazy::lazy(),
        "lazy-bugs" => lazy::lazy_bugs(),
        "storm" => storm::storm(),
        "threads" => legal::threads(&installer),
        "first-contact" => legal::first_contact(&installer),
        "vfork" => legal::vfork(&installer),
        "blocked-in-time" => legal::blocked_in_time(&installer),
        "pair-in-handler" => legal::pair_in_handler(&installer),
        _ => panic!("no scenario `{scenario}`"),
    }
}
