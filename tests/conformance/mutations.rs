//! Each rule, a mutation that removes it, and a test that then fails.
//!
//! Plain `cargo test` checks the list: every text still occurs where the mutation looks for it, every test exists. Whether the tests
//! really fail takes a build for each mutation, in a copy of the sources:
//!
//! ```text
//! cargo test --test conformance mutations -- --ignored --nocapture          # all of them; on an idle machine a quarter of an hour
//! MUTATION='gate;crossed' cargo test --test conformance mutations -- --ignored --nocapture   # those whose rule has one of these words
//! ```

use std::collections::BTreeSet;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, io, thread};

use crate::lacking;

/// A rule that can be removed.
pub(crate) struct Mutation {
    /// What no longer holds.
    pub(crate) rule: &'static str,
    /// Where: under `lockdep/core/src/` if it does not begin with a directory of its own.
    pub(crate) file: &'static str,
    /// This text, which occurs once,
    find: &'static str,
    /// becomes this one.
    replace: &'static str,
    /// What fails: the test binary, and the test in it.
    pub(crate) test: (&'static str, &'static str),
}

const fn mutation(
    rule: &'static str,
    file: &'static str,
    find: &'static str,
    replace: &'static str,
    binary: &'static str,
    test: &'static str,
) -> Mutation {
    Mutation { rule, file, find, replace, test: (binary, test) }
}

const ACQUIRE: &str = "engine/acquire.rs";
const USAGE: &str = "engine/usage.rs";
const IRQ: &str = "engine/irq.rs";
const EVIDENCE: &str = "engine/evidence.rs";
const GRAPH: &str = "engine/graph.rs";
const MISC: &str = "engine/misc.rs";
const TAKE: &str = "runtime/enabled/acquire.rs";
const HANDLERS: &str = "runtime/enabled/trampoline.rs";
const INTERPOSE: &str = "runtime/enabled/interpose.rs";
const SECTIONS: &str = "runtime/enabled/irqs.rs";
const LAZY: &str = "runtime/enabled/lazy.rs";
const CAPTURE: &str = "stack/capture.rs";
const SPOTS: &str = "stack/spots.rs";
const THREAD: &str = "runtime/enabled/thread.rs";

pub(crate) const MUTATIONS: &[Mutation] = &[
    // ---- What a lock is.
    mutation(
        "Locks made in different places are of different classes",
        "runtime/enabled/globals.rs",
        "                line: site.line(),\n                column: site.column(),",
        "                line: 0,\n                column: 0,",
        "conformance",
        "precision::classes_by_place",
    ),
    mutation(
        "… and so are locks of different types made in one",
        "runtime/enabled/globals.rs",
        "                type_name,\n                maker: self.tells_apart(site, maker),",
        "                type_name: &type_name[..0],\n                maker: self.tells_apart(site, maker),",
        "it",
        "annotations::two_types_from_one_place_are_two_classes",
    ),
    mutation(
        "A declared class is one class, whatever its locks protect",
        "runtime/enabled/globals.rs",
        "                declared: ptr::from_ref(class) as usize,\n                wait,\n                by_instance,\n                file: \"\",",
        "                declared: ptr::from_ref(class) as usize,\n                wait,\n                by_instance,\n                file: type_name,",
        "conformance",
        "precision::a_declared_class_of_two_types",
    ),
    // ---- The same lock again.
    mutation(
        "Everything is checked before it blocks",
        "map/enabled.rs",
        "        self.acquire_asking(how, is_held);\n        if attempt_first { self.attempt_or_wait(attempt, block) } else { self.wait_once(is_held, attempt, block) }",
        "        let mut attempt = attempt;\n        let guard = match attempt() {\n            Some(guard) => guard,\n            None => block(),\n        };\n        self.acquire_asking(how, is_held);\n        guard",
        "conformance",
        "verdicts::two_threads_that_meet",
    ),
    mutation(
        "The same lock again is reported before it blocks",
        ACQUIRE,
        "let again = if waits { self.same_lock(cx, &acquire) } else { None };",
        "let again = if waits && false { self.same_lock(cx, &acquire) } else { None };",
        "it",
        "recursion::mutex::on_one_thread",
    ),
    mutation(
        "A read under a read is possible without a writer",
        ACQUIRE,
        "Some(if writer_queued { Severity::Certain } else { Severity::Possible })",
        "if writer_queued { Some(Severity::Certain) } else { None }",
        "conformance",
        "verdicts::read_again_without_a_writer",
    ),
    mutation(
        "A read under a read is certain when a writer is queued",
        ACQUIRE,
        "Some(if writer_queued { Severity::Certain } else { Severity::Possible })",
        "Some(if writer_queued && false { Severity::Certain } else { Severity::Possible })",
        "conformance",
        "verdicts::read_again_with_a_writer_queued",
    ),
    mutation(
        "Who waits in the queue is known",
        "runtime/enabled/contention.rs",
        "    globals.others(me).any(|other| other.entries()",
        "    false && globals.others(me).any(|other| other.entries()",
        "conformance",
        "verdicts::read_again_with_a_writer_queued",
    ),
    mutation(
        "Where an upgradable hold keeps readers out, they wait for it",
        "engine/class.rs",
        "if matches!(mode, Mode::Upgradable) && self.upgradable_excludes { Mode::Write } else { mode }",
        "if matches!(mode, Mode::Upgradable) && self.upgradable_excludes && false { Mode::Write } else { mode }",
        "engine",
        "engine::tests::recursion::an_upgradable_hold_that_keeps_readers_out",
    ),
    mutation(
        "A recursive read waits for no reader",
        ACQUIRE,
        "(_, Mode::ReadRecursive) | (Mode::Upgradable, Mode::Read) => None,",
        "(_, Mode::ReadRecursive) | (Mode::Upgradable, Mode::Read) => Some(Severity::Possible),",
        "conformance",
        "verdicts::read_recursive_again",
    ),
    mutation(
        "A certain recursion is all that is said of its call",
        ACQUIRE,
        "                if severity == Severity::Certain {\n                    return;\n                }",
        "",
        "conformance",
        "lacking::a_handler_on_a_handler_that_holds",
    ),
    mutation(
        "A reentrant lock may be taken again",
        ACQUIRE,
        "if held.flags.has(HeldFlags::REENTRANT) && new.flags.has(HeldFlags::REENTRANT) {",
        "if false {",
        "engine",
        "engine::tests::recursion::a_reentrant_lock_may_be_taken_again",
    ),
    mutation(
        "A call that can never return unwinds",
        "runtime/enabled/raw.rs",
        "found.stop = Some(verdict.kind);",
        "",
        "it",
        "recursion::a_thread_that_meets_it_ends_and_the_others_go_on",
    ),
    mutation(
        "Another lock of the class under one of it is possible recursion",
        ACQUIRE,
        "self.report_recursion(cx, acquire, held, Severity::Possible, out);",
        "",
        "conformance",
        "verdicts::two_locks_of_one_class",
    ),
    mutation(
        "What is known of a lock by itself is forgotten when it is dropped",
        "runtime/enabled/instances.rs",
        "word.fetch_or(bit, Ordering::Relaxed);",
        "word.fetch_or(bit & 0, Ordering::Relaxed);",
        "engine",
        "runtime::enabled::instances::tests::one_that_was_nested_is_forgotten_when_it_is_dropped",
    ),
    mutation(
        "Recursive readers of one class are in nobody's way",
        ACQUIRE,
        "if new.mode == Mode::ReadRecursive && !held.exclusive() && !rules.by_instance {",
        "if false {",
        "conformance",
        "matrix::every_case_comes_out_as_the_rules_say",
    ),
    mutation(
        "An upgrade waits for a reader of its own thread",
        ACQUIRE,
        "if skip && held.mode == Mode::Upgradable {\n                skip = false;",
        "if skip {",
        "it",
        "recursion::upgrade_with_a_read_of_ones_own",
    ),
    // ---- Order.
    mutation(
        "A closed strong path is reported",
        ACQUIRE,
        "            self.report_cycle(&cycle, out);\n",
        "",
        "conformance",
        "verdicts::one_thread_alone",
    ),
    mutation(
        "A recursive reader waits for exclusive holders only",
        GRAPH,
        "Waiter::Recursive => matches!(holder, Holder::Exclusive),",
        "Waiter::Recursive => true,",
        "conformance",
        "lacking::a_weak_path_alone",
    ),
    mutation(
        "Any other reader waits for readers too, behind a queued writer",
        GRAPH,
        "            Mode::Read => Waiter::Reader,\n",
        "            Mode::Read => Waiter::Recursive,\n",
        "conformance",
        "verdicts::readers_in_both_orders",
    ),
    mutation(
        "The search goes over pairs of class and waiter, not over classes",
        "engine/search.rs",
        "core::mem::replace(&mut self.stamps[pair as usize], self.generation) != self.generation",
        "{ let class = pair - pair % 3; core::mem::replace(&mut self.stamps[class as usize], self.generation) != self.generation }",
        "conformance",
        "matrix::every_case_comes_out_as_the_rules_say",
    ),
    mutation(
        "Every held lock comes before the new one, not only the nearest, so that the shortest way is known",
        ACQUIRE,
        "pub(super) const NEAR: usize = 256;",
        "pub(super) const NEAR: usize = 1;",
        "conformance",
        "lacking::depth_beyond_48_in_both_orders",
    ),
    mutation(
        "An attempt closes no cycle",
        ACQUIRE,
        "let waits = !new.flags.has(HeldFlags::TRY);",
        "let waits = true;",
        "conformance",
        "verdicts::try_lock_in_the_other_order",
    ),
    mutation(
        "What an attempt took is held",
        "map/enabled.rs",
        "        acquire::acquired(self, how, Location::caller());\n        Some(guard)",
        "        let _ = how;\n        Some(guard)",
        "conformance",
        "verdicts::what_try_lock_took_is_held",
    ),
    mutation(
        "A failed attempt leaves no trace",
        "map/enabled.rs",
        "        let guard = attempt()?;\n        acquire::acquired(self, how, Location::caller());\n        Some(guard)",
        "        acquire::acquired(self, how, Location::caller());\n        attempt()",
        "conformance",
        "verdicts::try_lock_that_fails",
    ),
    mutation(
        "A cycle through a reported one is found",
        GRAPH,
        "if self.back_edges > 0 && self.path_back(edge).is_some() {",
        "if false {",
        "conformance",
        "lacking::a_cycle_through_a_reported_one",
    ),
    mutation(
        "Of several cycles the shortest is reported",
        ACQUIRE,
        "let rank = |cycle: &Cycle<A>| (self.graph.is_guarded(cycle), cycle.len());",
        "let rank = |cycle: &Cycle<A>| (self.graph.is_guarded(cycle), usize::MAX - cycle.len());",
        "engine",
        "engine::tests::inversion::an_acquisition_that_closes_several_cycles_reports_the_shortest",
    ),
    mutation(
        "… of those that were not reported before",
        ACQUIRE,
        "match self.reported.get(&classes) {",
        "match self.reported.get(&classes).filter(|_| false) {",
        "engine",
        "engine::tests::inversion::a_cycle_that_was_reported_hides_no_other",
    ),
    mutation(
        "… and besides each one that was, and of which more is known now",
        ACQUIRE,
        "                        before.push(cycle.clone());",
        "                        *now = Some(cycle.clone());",
        "engine",
        "engine::tests::inversion::every_cycle_that_lost_its_gate",
    ),
    mutation(
        "What the interrupted code holds makes no order",
        "engine/event.rs",
        "&self.held[self.base.min(self.held.len())..]",
        "&self.held[..]",
        "conformance",
        "lacking::nested_handlers_with_locks_of_their_own",
    ),
    mutation(
        "An upgrade is a blocking acquisition",
        "map/enabled.rs",
        "        acquire::upgrade(self, Location::caller());\n        if !(attempt_first && attempt()) {\n",
        "        if !(attempt_first && attempt()) {\n",
        "it",
        "inversion::readers::an_upgrade_is_an_acquisition",
    ),
    mutation(
        "`might_lock!` counts as taking",
        "map/enabled.rs",
        "acquire::check_only(self, how, Location::caller(), acquire::Check::Lock);\n        keep_frame();",
        "let _ = how;",
        "conformance",
        "precision::a_path_declared_by_might_lock",
    ),
    mutation(
        "In code that cannot be annotated readers pass each other as long as there is no writer",
        ACQUIRE,
        "let alone = acquire.new.mode == Mode::Read\n",
        "let alone = false && acquire.new.mode == Mode::Read\n",
        "engine",
        "engine::tests::readers::readers_alone_may_read_in_any_order",
    ),
    mutation(
        "… and what they did counts again once there is one",
        ACQUIRE,
        "        if !first || !known.info.rules.reads_alone {\n",
        "        if true || !first || !known.info.rules.reads_alone {\n",
        "engine",
        "engine::tests::readers::a_writer_makes_what_was_read_before_count",
    ),
    mutation(
        "A reader who notifies is not held against one who waits, there",
        ACQUIRE,
        "if info.rules.reads_alone && held.mode == Mode::Read {",
        "if false {",
        "engine",
        "engine::tests::readers::a_reader_who_notifies_is_not_held_against_one_who_waits",
    ),
    mutation(
        "A thread does not wake itself, in code without annotations",
        ACQUIRE,
        "if self.wakes_itself(cycle) ||",
        "if",
        "engine",
        "engine::tests::readers::a_thread_does_not_wake_itself",
    ),
    mutation(
        "… and one that comes later may",
        ACQUIRE,
        "if reconsider || another && woken(edge) =>",
        "if reconsider || false && woken(edge) =>",
        "engine",
        "engine::tests::readers::a_thread_does_not_wake_itself",
    ),
    // ---- Evidence.
    mutation(
        "A gate on all sides guards",
        ACQUIRE,
        "verdict.severity = Severity::Guarded;",
        "",
        "conformance",
        "precision::a_gate_on_all_sides",
    ),
    mutation(
        "A gate counts by instance",
        ACQUIRE,
        "Gate { instance: gate.instance, class: gate.class, exclusive: gate.exclusive() }",
        "Gate { instance: u64::from(gate.class.base()), class: gate.class, exclusive: gate.exclusive() }",
        "conformance",
        "precision::two_gates_of_one_class",
    ),
    mutation(
        "Readers of a gate are not kept apart",
        EVIDENCE,
        "(shared <= 1).then_some(gate.class)",
        "(shared <= 9).then_some(gate.class)",
        "conformance",
        "precision::a_gate_that_both_sides_read",
    ),
    mutation(
        "A gate that is missing later raises the severity",
        GRAPH,
        "reconsider: weaker && cycles, another",
        "reconsider: weaker && cycles && false, another",
        "conformance",
        "precision::a_gate_that_is_missing_later",
    ),
    mutation(
        "… of a chain that is known, by the mode that its lock has there",
        "engine/mod.rs",
        "        let acquire = acquire.as_judged(cx);\n        let new",
        "        let new",
        "it",
        "inversion::gates::nor_does_one_that_a_reader_in_a_handler_was_without",
    ),
    mutation(
        "… and by the dependency that it made",
        "engine/mod.rs",
        "self.kind(held, &acquire)",
        "graph::Kind::of(held, new, false)",
        "engine",
        "engine::tests::evidence::what_a_known_chain_of_readers_may_still_teach",
    ),
    mutation(
        "A known chain is asked again when its gate is missing",
        TAKE,
        "|instance| proven.gate(thread, instance)",
        "|_| ()",
        "conformance",
        "precision::a_gate_that_is_another_one_later",
    ),
    mutation(
        "A cycle that needs one thread twice is said to",
        EVIDENCE,
        "let beside = |other: &Seen| other.thread != seen.thread && (!met || self.overlap(*other, seen));",
        "let beside = |other: &Seen| !met || self.overlap(*other, seen);",
        "conformance",
        "verdicts::one_thread_alone",
    ),
    mutation(
        "Threads that did not overlap are told from those that did, by join",
        EVIDENCE,
        "a_life.ended.is_some_and(|ended| ended <= b.first) ||",
        "",
        "conformance",
        "precision::a_cycle_ordered_by_join",
    ),
    mutation(
        "… and by spawn",
        EVIDENCE,
        "(self.all_seen && a.last < b_life.began)",
        "(self.all_seen && a.last < b_life.began && false)",
        "conformance",
        "precision::a_cycle_ordered_by_spawn",
    ),
    mutation(
        "A chain that another thread has proven is asked again for who it is",
        TAKE,
        "graph.chains.set(key, proven.0 | Proven::MORE_THREADS);",
        "graph.chains.set(key, proven.0);",
        "it",
        "inversion::mutex::by_a_thread_and_its_parent_together",
    ),
    // ---- Nesting within a class.
    mutation(
        "A nest lock serialises its class",
        ACQUIRE,
        "            if acquire.nest.is_some() {\n                return Nesting::Serialised;\n            }\n",
        "",
        "conformance",
        "precision::under_a_nest_lock",
    ),
    mutation(
        "A nest lock must be held",
        ACQUIRE,
        "if !cx.held.iter().any(|held| held.is_lock() && held.lock == nest) {",
        "if false && !cx.held.iter().any(|held| held.is_lock() && held.lock == nest) {",
        "it",
        "annotations::a_nest_lock_that_is_not_held",
    ),
    mutation(
        "Rising numbers may nest",
        ACQUIRE,
        "if below < above {",
        "if below < above && false {",
        "conformance",
        "precision::by_index",
    ),
    mutation(
        "Other numbers may not",
        ACQUIRE,
        "self.report_order(cx, held, &new, Hint::Numbers, out);",
        "",
        "conformance",
        "precision::by_index_the_other_way",
    ),
    mutation(
        "A comparator allows its order",
        ACQUIRE,
        "if compare(address(held.lock), address(new.lock)).is_lt() {",
        "if compare(address(held.lock), address(new.lock)).is_eq() {",
        "conformance",
        "precision::by_address",
    ),
    mutation(
        "A comparator forbids the other",
        ACQUIRE,
        "self.report_order(cx, held, &new, Hint::Comparator, out);",
        "",
        "conformance",
        "precision::by_address_the_other_way",
    ),
    mutation(
        "Judged lock by lock, two locks in both orders are an inversion",
        ACQUIRE,
        "self.order_instances(cx, held, acquire, closed);",
        "",
        "conformance",
        "precision::hand_over_hand_in_both_directions",
    ),
    mutation(
        "… and, where it cannot be annotated, one that nobody took before is not waited for",
        TAKE,
        "Acquire { first, ..acquire }",
        "Acquire { first: false, ..acquire }",
        "foreign",
        "an_image_of_what_is_locked",
    ),
    mutation(
        "… the first time only",
        TAKE,
        "(by_instance && !same_lock && !acquire.first || passes)",
        "(by_instance && !same_lock || passes)",
        "foreign",
        "an_image_locked_again",
    ),
    mutation(
        "… and within its class only",
        ACQUIRE,
        "            && cx.own().iter().any(|held| held.is_lock() && held.class == new.class)\n",
        "",
        "engine",
        "engine::tests::nesting::a_lock_that_nobody_took_before_is_not_waited_for",
    ),
    mutation(
        "… and only there",
        ACQUIRE,
        "            && rules.reads_alone\n",
        "",
        "engine",
        "engine::tests::nesting::a_lock_that_nobody_took_before_is_not_waited_for",
    ),
    mutation(
        "A dropped lock leaves no order behind",
        "engine/mod.rs",
        "Event::Forget { instance } => self.graph.forget(instance),",
        "Event::Forget { .. } => (),",
        "engine",
        "engine::tests::order::a_closing_edge_that_is_gone_closes_nothing",
    ),
    mutation(
        "Numbers are looked at where the chain is known, too",
        TAKE,
        "alike.all(|held| held.ordered().is_some_and(|below| below < n))",
        "alike.all(|held| held.ordered().is_some_and(|below| below < n || true))",
        "engine",
        "runtime::enabled::acquire::tests::what_is_said_of_an_order_is_remembered_and_looked_at",
    ),
    mutation(
        "… and the nest lock",
        TAKE,
        "how.nest.is_none_or(|nest| thread.entries().any(|held| held.is_lock() && held.lock == nest.addr()))",
        "how.nest.is_none_or(|nest| thread.entries().any(|held| held.is_lock() && held.lock == nest.addr() || true))",
        "engine",
        "runtime::enabled::acquire::tests::what_is_said_of_an_order_is_remembered_and_looked_at",
    ),
    mutation(
        "A subclass is a class of its own",
        TAKE,
        "class: ClassId::new(map.class(), how.subclass),",
        "class: ClassId::new(map.class(), 0),",
        "conformance",
        "precision::hand_over_hand_by_levels",
    ),
    mutation(
        "Nothing is taken under a leaf",
        ACQUIRE,
        "self.report_order(cx, leaf, new, Hint::Leaf, out);",
        "let _ = leaf;",
        "it",
        "annotations::nothing_under_a_leaf",
    ),
    mutation(
        "A class with `no_validate` is in no order",
        ACQUIRE,
        "        if acquire.info.rules.no_validate {\n            return;\n        }\n",
        "",
        "it",
        "annotations::without_validation_no_order_counts",
    ),
    // ---- Signals.
    mutation(
        "A class taken in a handler and held open is reported",
        USAGE,
        "        if conflicts & fresh != 0 {\n",
        "        if conflicts & fresh & 0 != 0 {\n",
        "conformance",
        "verdicts::shared_with_a_handler",
    ),
    mutation(
        "An attempt in a handler does not wait",
        USAGE,
        "        if !new.flags.has(HeldFlags::TRY) {\n",
        "        {\n",
        "conformance",
        "verdicts::try_lock_in_a_handler",
    ),
    mutation(
        "… but what it took is held",
        USAGE,
        "self.mark(cx, acquire, (set, !mask), found, out);",
        "self.mark(cx, acquire, (set, if new.flags.has(HeldFlags::TRY) { 0 } else { !mask }), found, out);",
        "it",
        "usage::an_attempt_in_the_handler_is_silent",
    ),
    mutation(
        "A recursive reader in a handler waits for no reader",
        USAGE,
        "Set::UsedRecursive => (&mut bits.used_recursive, bits.open),",
        "Set::UsedRecursive => (&mut bits.used_recursive, bits.open | bits.open_shared),",
        "conformance",
        "matrix::every_case_comes_out_as_the_rules_say",
    ),
    mutation(
        "A reader held open is in the way of any other",
        USAGE,
        "Set::OpenShared => (&mut bits.open_shared, bits.used),",
        "Set::OpenShared => (&mut bits.open_shared, 0),",
        "it",
        "usage::readers_and_writers",
    ),
    mutation(
        "A new usage is searched for conflicts over paths",
        USAGE,
        "found.connected(path.and_then(|(signal, path)| self.connect(&[signal], node, path)));",
        "let _ = path;",
        "it",
        "usage::over_other_locks::whatever_comes_last",
    ),
    mutation(
        "A new dependency is searched for what it connects",
        ACQUIRE,
        "if let Added::New { edge, .. } = self.depend((from, to), dependency, &evidence, closed) {\n                conflicts",
        "if let Added::New { edge, .. } = self.depend((from, to), dependency, &evidence, closed)\n                && edge == u32::MAX\n            {\n                conflicts",
        "it",
        "usage::over_other_locks::whatever_comes_last",
    ),
    mutation(
        "Handlers of several signals may wait for each other: a lock held open closes the circle",
        USAGE,
        "self.graph.row(conflicts | across, fresh)",
        "self.graph.row(conflicts & fresh, fresh)",
        "conformance",
        "lacking::nested_handlers_with_locks_of_their_own",
    ),
    mutation(
        "… or one taken in a handler",
        USAGE,
        "self.graph.row(fresh, conflicts | across)",
        "self.graph.row(fresh, conflicts & fresh)",
        "engine",
        "engine::tests::usage::a_handler_of_each_signal_waits_for_what_the_other_interrupts",
    ),
    mutation(
        "… or a dependency, over any number of signals",
        USAGE,
        "let row = self.graph.row(above, below)?;",
        "let row = self.graph.row(above, above & below)?;",
        "engine",
        "engine::tests::usage::over_dependencies_and_three_signals_in_every_order",
    ),
    mutation(
        "What a dependency leads from and to is known to its signals",
        "engine/closure.rs",
        "        self.lead(up, down);\n",
        "",
        "engine",
        "engine::tests::oracle::the_graph_agrees_with_a_list_of_edges",
    ),
    mutation(
        "An acquisition that contradicts its class may contradict a path besides",
        USAGE,
        "        let direct = across & (fresh | again);",
        "        let direct = if conflicts & fresh == 0 { across & (fresh | again) } else { 0 };",
        "engine",
        "engine::tests::usage::one_acquisition_may_contradict_its_class_and_a_path",
    ),
    mutation(
        "What is open only under a lock that contradicts itself is no finding of its own",
        USAGE,
        "    graph.nodes[first as usize].bits.open_against(signal) & signal != 0\n        &&",
        "    graph.nodes[first as usize].bits.open_against(signal) & signal == u64::MAX\n        &&",
        "engine",
        "engine::tests::usage::what_is_open_only_under_a_lock_that_contradicts_itself_goes_without_saying",
    ),
    mutation(
        "… until it is seen open without it",
        USAGE,
        "if fresh | again == 0 {",
        "if fresh == 0 {",
        "engine",
        "engine::tests::usage::what_is_open_only_under_a_lock_that_contradicts_itself_goes_without_saying",
    ),
    mutation(
        "A dependency that closes a circle is searched for what it connects, too",
        ACQUIRE,
        "if let Added::New { edge, .. } = self.depend((from, to), dependency, &evidence, closed) {",
        "if let Added::New { edge, cycle: false } = self.depend((from, to), dependency, &evidence, closed) {",
        "engine",
        "engine::tests::usage::one_dependency_may_contradict_the_order_and_a_handler",
    ),
    mutation(
        "Two signals that contradict one acquisition are one finding",
        USAGE,
        "let verdict = found.usage.get_or_insert_with(|| {",
        "let verdict = found.usage.insert({",
        "engine",
        "engine::tests::usage::signals_are_told_apart",
    ),
    mutation(
        "… which is another than each of them is",
        "runtime/enabled/raw.rs",
        "                _ => hash.bytes(&verdict.signals.to_le_bytes()),\n",
        "                _ => hash.number(verdict.signals.trailing_zeros()),\n",
        "it",
        "usage::two_handlers_came_first",
    ),
    mutation(
        "… and names all of them",
        "runtime/enabled/words.rs",
        "            if !others.is_empty() {\n",
        "            if false {\n",
        "it",
        "usage::two_handlers_came_first",
    ),
    mutation(
        "A shared hold is in the way of no recursive reader",
        "engine/closure.rs",
        "if kind.shared() { self.used } else { self.used | self.used_recursive }",
        "self.used | self.used_recursive",
        "engine",
        "engine::tests::usage::weak_paths_carry_no_conflict",
    ),
    mutation(
        "A recursive reader on the path waits for no shared hold",
        "engine/closure.rs",
        "            Waiter::Recursive => self.open,\n",
        "            Waiter::Recursive => self.open | self.open_shared,\n",
        "conformance",
        "matrix::every_case_comes_out_as_the_rules_say",
    ),
    mutation(
        "Every signal is a line of its own",
        "engine/event.rs",
        "            signal => 1 << (signal - 1),\n",
        "            _ => u64::MAX,\n",
        "conformance",
        "lacking::per_signal_masks_the_blocked_one",
    ),
    mutation(
        "A plain read of a spinning lock is recursive in a handler",
        "engine/event.rs",
        "self.info.read_recursive_in_handler && cx.handler != 0;",
        "false;",
        "it",
        "recursive_readers::a_spinning_reader_in_a_handler_is_none",
    ),
    mutation(
        "… and waits in the queue elsewhere",
        "engine/event.rs",
        "self.info.read_recursive_in_handler && cx.handler != 0;",
        "self.info.read_recursive_in_handler;",
        "conformance",
        "matrix::every_case_comes_out_as_the_rules_say",
    ),
    mutation(
        "Readers of a lock that lets them pass may read again",
        "engine/event.rs",
        "let passes = self.info.readers_pass || ",
        "let passes = ",
        "engine",
        "engine::tests::recursion::readers_that_pass_writers_may_read_again",
    ),
    mutation(
        "A chain is proven for its mask alone",
        "runtime/enabled/chain.rs",
        "(mask ^ (handler as u64)",
        "((mask & 0) ^ (handler as u64)",
        "conformance",
        "lacking::the_same_chain_with_the_signals_open",
    ),
    // ---- The mask.
    mutation(
        "Signals opened under a lock taken with them blocked are reported, before any handler ran",
        IRQ,
        "        if self.unsafe_enable(cx, unmask, own, opened, out) {\n            return;\n        }\n",
        "",
        "conformance",
        "lacking::unmask_while_held_without_a_handler",
    ),
    mutation(
        "… and under a section without a lock",
        IRQ,
        "State::Section => unmask.how != Reopen::Wait,",
        "State::Section => false,",
        "conformance",
        "lacking::enable_inside_a_save",
    ),
    mutation(
        "The end of a `lock_irq` inside `disable` opens what is not its own",
        IRQ,
        "State::Disabled => matches!(unmask.how, Reopen::LockIrq | Reopen::Foreign),",
        "State::Disabled => false,",
        "it",
        "unsafe_irq_enable::irq_guard_inside_a_disabled_section",
    ),
    mutation(
        "An unsafe enable is completed when the handler is seen",
        IRQ,
        "            if waiting.class != class || waiting.signals & signals == 0 {\n",
        "            if true || waiting.class != class || waiting.signals & signals == 0 {\n",
        "it",
        "unsafe_irq_enable::the_handler_is_seen_later",
    ),
    mutation(
        "Crossed saves and restores are reported",
        IRQ,
        "self.report_state(cx, Hint::Crossed, Some(inner), unmask.place, opened, out);",
        "let _ = inner;",
        "conformance",
        "lacking::crossed_saves",
    ),
    mutation(
        "Opening signals in a handler is reported",
        IRQ,
        "        self.report_state(cx, Hint::EnabledInHandler, None, unmask.place, opened, out);\n        true",
        "        true",
        "conformance",
        "lacking::enable_in_a_handler",
    ),
    mutation(
        "A restore of flags that are not of this context is reported",
        IRQ,
        "self.report_state(cx, Hint::UnknownSection, None, unmask.place, cx.mask ^ unmask.mask, out);",
        "",
        "it",
        "irq_state::flags_from_another_context",
    ),
    mutation(
        "A restore that blocks signals again is reported",
        IRQ,
        "self.report_state(cx, Hint::RestoreBlocks, Some(&cx.held[own]), unmask.place, unmask.mask & !cx.mask, out);",
        "let _ = own;",
        "engine",
        "engine::tests::irq::masks_changed_behind_our_back",
    ),
    mutation(
        "Signals left blocked at the end are reported",
        IRQ,
        "self.report_state(cx, Hint::LeftBlocked, Some(section), place, left, out);",
        "let _ = left;",
        "it",
        "irq_state::signals_left_blocked",
    ),
    mutation(
        "A counted section that is kept from a test that is over ends nothing",
        SECTIONS,
        "count == 0 || opened.serial != ThreadState::get(&thread.counted_serial)",
        "count == 0",
        "it",
        "irq_state::a_counted_section_that_outlives_its_test",
    ),
    mutation(
        "… and one that a test forgot counts no longer",
        "runtime/enabled/harness.rs",
        "    irqs::discard_down_to(thread, before);\n",
        "    while thread.depth() > before {\n        super::acquire::take_out(thread, thread.depth() - 1);\n    }\n",
        "test_attribute",
        "a_section_after_one_that_was_left_blocks",
    ),
    mutation(
        "A mask changed behind our back is reported",
        "engine/mod.rs",
        "self.mask_imbalance(&cx, signals, since, place, &mut out),",
        "{ let _ = (cx, signals, since, place); }",
        "it",
        "irq_state::a_mask_changed_behind_our_back",
    ),
    mutation(
        "A thread or handler that leaves with another mask is reported",
        IRQ,
        "            && entered != cx.mask\n",
        "            && entered != cx.mask && false\n",
        "it",
        "irq_state::a_thread_that_ends_with_other_signals_open",
    ),
    mutation(
        "A thread that inherits what its parent had blocked for a moment is reported",
        "engine/mod.rs",
        "self.inherited(&cx, &inherited, place, &mut out),",
        "{ let _ = (cx, inherited, place); }",
        "it",
        "irq_state::a_thread_started_inside_a_section",
    ),
    mutation(
        "A handler that does what none may is reported: another errno",
        "engine/misc.rs",
        "Offence::Errno { before, after } => (Hint::Errno(before, after), Label::Interrupted(cx.handler)),",
        "Offence::Errno { .. } => return,",
        "process",
        "validated::a_handler_that_spoils_errno",
    ),
    mutation(
        "… and an allocation",
        "engine/misc.rs",
        "Offence::Allocates => (Hint::Allocates, Label::InHandler(cx.handler)),",
        "Offence::Allocates => return,",
        "allocator",
        "validated::a_handler_that_allocates",
    ),
    // ---- Handlers by any means, and masks that are a flag.
    mutation(
        "A lazy section blocks nothing for real",
        LAZY,
        "    if signals & !lazy_lines() == 0 {\n        if thread",
        "    if signals & !lazy_lines() == 0 && false {\n        if thread",
        "interpose",
        "lines_that_are_blocked_by_a_flag_alone",
    ),
    mutation(
        "… but only while every line is handled through the trampoline",
        LAZY,
        "    signals & !lazy_lines() == 0 && !thread.kept",
        "    !thread.kept",
        "interpose",
        "lines_that_are_blocked_by_a_flag_alone",
    ),
    mutation(
        "A handler that was called once leaves the program's flags",
        HANDLERS,
        "put(&PLAIN, handled && new.flags & libc::SA_SIGINFO as c_ulong == 0);",
        "put(&PLAIN, false);",
        "interpose",
        "every_flag_does_what_it_does_without_us",
    ),
    mutation(
        "A thread that is cancelled in a wait may end with the mask of it",
        INTERPOSE,
        "        self.0.born.store(real, Ordering::Relaxed);\n",
        "",
        "interpose",
        "waits_that_open_what_is_blocked",
    ),
    mutation(
        "What was kept goes to the action in force when it is handled",
        HANDLERS,
        "    let action = entry(signal, slot).copy();\n    (action",
        "    let action = entry(signal, 1 - slot).copy();\n    (action",
        "interpose",
        "lines_that_are_blocked_by_a_flag_alone",
    ),
    mutation(
        "… and is discarded when it is ignored meanwhile",
        HANDLERS,
        "if new.handler == libc::SIG_IGN && !handler::in_handler() {",
        "if false {",
        "interpose",
        "lines_that_are_blocked_by_a_flag_alone",
    ),
    mutation(
        "A handler that is called once cannot be called later",
        HANDLERS,
        "put(&DEFERRABLE, handled && new.flags & libc::SA_RESETHAND as c_ulong == 0);",
        "put(&DEFERRABLE, handled);",
        "interpose",
        "lines_that_are_blocked_by_a_flag_alone",
    ),
    mutation(
        "A signal that arrives in a lazy section is kept",
        LAZY,
        "    if ThreadState::get(&thread.lazily_off) & bit(signal) == 0 || thread.is_borrowed() {\n",
        "    if true || thread.is_borrowed() {\n",
        "interpose",
        "lines_that_are_blocked_by_a_flag_alone",
    ),
    mutation(
        "… and blocked from then on, so that no later one overtakes it",
        LAZY,
        "        mask.write(mask.read() | bit(signal));",
        "        mask.write(mask.read());",
        "interpose",
        "lines_that_are_blocked_by_a_flag_alone",
    ),
    mutation(
        "… also when a handler of another signal brings its own mask back",
        LAZY,
        "            mask.write(mask.read() | kept);",
        "            mask.write(mask.read() | kept & 0);",
        "interpose",
        "lines_that_are_blocked_by_a_flag_alone",
    ),
    mutation(
        "… and handled when the section ends",
        LAZY,
        "            hand_over(thread, opened);\n            return;",
        "            return;",
        "interpose",
        "lines_that_are_blocked_by_a_flag_alone",
    ),
    mutation(
        "After the flag is cleared it is looked at once more whether one was kept",
        LAZY,
        "    if ThreadState::get(&thread.kept_signals) & opened == 0 {\n        thread.lazily_off.store(ThreadState::get(&thread.lazily_off) & !opened, Ordering::Relaxed);\n    }\n    compiler_fence(Ordering::SeqCst);\n    ThreadState::get(&thread.kept_signals) & opened != 0",
        "    let kept = ThreadState::get(&thread.kept_signals) & opened != 0;\n    if !kept {\n        thread.lazily_off.store(ThreadState::get(&thread.lazily_off) & !opened, Ordering::Relaxed);\n    }\n    kept",
        "single_step",
        "sections_that_are_a_flag",
    ),
    mutation(
        "… also where a section ends the quick way",
        SECTIONS,
        "    if lazy::lower_flag(thread, opened) {\n        lazy::hand_over(thread, opened);\n    }",
        "    let _ = lazy::lower_flag(thread, opened);",
        "single_step",
        "sections_that_are_a_flag",
    ),
    mutation(
        "The flag is cleared when the section ends",
        LAZY,
        "thread.lazily_off.store(ThreadState::get(&thread.lazily_off) & !opened, Ordering::Relaxed);\n    }\n    compiler_fence",
        "}\n    compiler_fence",
        "interpose",
        "lines_that_are_blocked_by_a_flag_alone",
    ),
    mutation(
        "What is handled later is handled in the order in which it came",
        LAZY,
        "        let more = ThreadState::get(&thread.kept_signals) & opened;",
        "        let more = 0;",
        "interpose",
        "lines_that_are_blocked_by_a_flag_alone",
    ),
    mutation(
        "… with the signal itself blocked",
        LAZY,
        "mask::set(after | action.mask.load(Ordering::Relaxed) | own | more);",
        "mask::set(after | action.mask.load(Ordering::Relaxed) | own & 0 | more);",
        "interpose",
        "lines_that_are_blocked_by_a_flag_alone",
    ),
    mutation(
        "… unless its action says SA_NODEFER",
        LAZY,
        "let own = if action.flags.load(Ordering::Relaxed) & libc::SA_NODEFER as u64 == 0 { bit(signal) } else { 0 };",
        "let own = bit(signal);",
        "interpose",
        "lines_that_are_blocked_by_a_flag_alone",
    ),
    mutation(
        "… and with what its action says in sa_mask",
        LAZY,
        "mask::set(after | action.mask.load(Ordering::Relaxed) | own | more);",
        "mask::set(after | own | more);",
        "interpose",
        "lines_that_are_blocked_by_a_flag_alone",
    ),
    mutation(
        "… in the context of the signal",
        HANDLERS,
        "    let interrupted = handler::enter(signal, (lazy::current(thread), None), Stack::from_here(), action.place(), true);\n    // SAFETY: as for the caller.\n    unsafe { action.handler()(signal, info, context) };\n    interrupted.leave();",
        "    // SAFETY: as for the caller.\n    unsafe { action.handler()(signal, info, context) };",
        "interpose",
        "lines_that_are_blocked_by_a_flag_alone",
    ),
    mutation(
        "A lazy section is a section",
        SECTIONS,
        "        return push_section(thread, state, place, found | lines, found, 0);",
        "        return Opened { serial: 0, found };",
        "interpose",
        "lines_that_are_blocked_by_a_flag_alone",
    ),
    mutation(
        "… in which the signals count as blocked",
        SECTIONS,
        "            thread.set_mask_outside_handlers(found | lines);\n",
        "",
        "interpose",
        "lines_that_are_blocked_by_a_flag_alone",
    ),
    mutation(
        "… and what relies on it is looked at before it opens",
        SECTIONS,
        "    if !nothing_else || thread.relies_on(opened) || config::masks_checked() {",
        "    if !nothing_else || config::masks_checked() {",
        "interpose",
        "lazy_sections_are_in_the_reports",
    ),
    mutation(
        "A section that pairs up is not what left the mask as it is",
        SECTIONS,
        "        if (before ^ after) & !undone != 0 {",
        "        if before != after {",
        "it",
        "irq_state::what_left_signals_open_is_named_and_not_what_came_after",
    ),
    mutation(
        "What a thread has kept when it ends is handled",
        LAZY,
        "    if ThreadState::get(&thread.kept_signals) != 0 {\n        hand_over(thread, ThreadState::get(&thread.kept_signals));\n    }\n",
        "",
        "interpose",
        "lazy_sections_are_in_the_reports",
    ),
    mutation(
        "A signal that was kept ends a wait that opens it",
        INTERPOSE,
        "    let result = if lazy::has_kept(thread, opened) {",
        "    let result = if lazy::has_kept(thread, opened) && false {",
        "interpose",
        "lines_that_are_blocked_by_a_flag_alone",
    ),
    mutation(
        "What the parent has kept is not the child's",
        LAZY,
        "        queue.kept.iter().for_each(|kept| kept.signal.store(0, Ordering::Relaxed));\n        queue.end.store(0, Ordering::Relaxed);\n    }\n    thread.kept_signals.store(0, Ordering::Relaxed);",
        "        let _ = queue;\n    }",
        "interpose",
        "lines_that_are_blocked_by_a_flag_alone",
    ),
    mutation(
        "Every handler runs in the context of its signal",
        HANDLERS,
        "    if !is_checked(thread, signal) || frame.is_null() {",
        "    if true {",
        "interpose",
        "a_lock_of_a_handler_held_with_the_signal_open",
    ),
    mutation(
        "A handler that asks for less is called as it was installed",
        HANDLERS,
        "flags: kernel.flags & !siginfo | wanted, ..kernel",
        "flags: kernel.flags | wanted, ..kernel",
        "interpose",
        "an_old_action_is_the_one_that_was_installed",
    ),
    mutation(
        "SA_RESETHAND, SA_NODEFER and the other flags are the kernel's affair",
        HANDLERS,
        "            wanted.flags |= libc::SA_SIGINFO as c_ulong;",
        "            wanted.flags = libc::SA_SIGINFO as c_ulong;",
        "interpose",
        "every_flag_does_what_it_does_without_us",
    ),
    mutation(
        "… and so is sa_mask",
        INTERPOSE,
        "        mask: word(&new.sa_mask),",
        "        mask: 0 & word(&new.sa_mask),",
        "interpose",
        "every_flag_does_what_it_does_without_us",
    ),
    mutation(
        "… and so is what siginterrupt says, for what signal installs",
        INTERPOSE,
        "INTERRUPTING.load(Ordering::Relaxed) & bit(signal) != 0;",
        "INTERRUPTING.load(Ordering::Relaxed) & bit(signal) == u64::MAX;",
        "interpose",
        "signals_that_end_system_calls",
    ),
    mutation(
        "Foreign code that opens a signal under a lock is judged",
        INTERPOSE,
        "    if (worth_asking || in_handler && how == Reopen::Foreign) && opened != 0 && !config::off() {",
        "    if (in_handler && how == Reopen::Foreign) && opened != 0 && !config::off() {",
        "interpose",
        "foreign_code_that_opens_a_signal_under_a_lock",
    ),
    mutation(
        "A wait that opens a signal opens it for as long as it lasts",
        INTERPOSE,
        "    thread.set_mask(before);\n    result",
        "    result",
        "interpose",
        "waits_that_open_what_is_blocked",
    ),
    mutation(
        "The child of a vfork is known as another process before its parent's thread is known",
        "runtime/enabled/life.rs",
        "    known != 0 && known != unsafe",
        "    known < 0 && known != unsafe",
        "interpose",
        "threads_whose_memory_the_child_of_a_vfork_was_the_first_to_use",
    ),
    mutation(
        "… also when its handler is the first that is seen",
        HANDLERS,
        "(!Lines::ALL.contains(signal) || thread.is_borrowed())",
        "!Lines::ALL.contains(signal)",
        "interpose",
        "threads_whose_memory_the_child_of_a_vfork_was_the_first_to_use",
    ),
    mutation(
        "… and leaves its parent's flag alone",
        INTERPOSE,
        "mask::block(ThreadState::get(&thread.lazily_off));",
        "lazy::make_real(thread);",
        "interpose",
        "lines_that_are_blocked_by_a_flag_alone",
    ),
    mutation(
        "A jump ends the handlers that it leaves",
        INTERPOSE,
        "    handler::jump(stack_pointer, saved.map(|saved| saved & !NEVER));",
        "    let _ = (stack_pointer, saved);",
        "interpose",
        "a_handler_that_leaves_by_a_jump_with_a_lock",
    ),
    mutation(
        "Before the rules are asked, what a handler holds is shown with what it interrupted",
        TAKE,
        "        if is_inner(held.place.stack) && held.state != State::Free {",
        "        if false && is_inner(held.place.stack) && held.state != State::Free {",
        "interpose",
        "what_a_handler_holds_is_shown_with_what_it_interrupted",
    ),
    mutation(
        "A stack is known again only if every return address is where it was",
        CAPTURE,
        "            && known.still_there(moment.1)\n",
        "",
        "it",
        "stacks::an_earlier_caller_is_not_shown",
    ),
    mutation(
        "So is the stack of an acquisition that was made before",
        SPOTS,
        "            && unsafe { still_there(slots, end, wanted.sp) };",
        "            && (slots.is_null() || !end.is_null());",
        "engine",
        "stack::tests::every_stack_of_an_entry_is_that_of_the_moment",
    ),
    mutation(
        "A stack begins with the frame that asks, whatever that has put on it since",
        CAPTURE,
        "                if frame_sp <= sp {",
        "                if frame_sp == sp {",
        "engine",
        "stack::tests::every_stack_of_an_entry_is_that_of_the_moment",
    ),
    mutation(
        "What was found before everything was forgotten is not remembered",
        SPOTS,
        "        if self.forgotten() != forgotten {",
        "        if self.forgotten() < forgotten {",
        "engine",
        "stack::spots::tests::what_was_found_before_everything_was_forgotten_is_not_remembered",
    ),
    mutation(
        "Where the code below a handler remembers an acquisition, the handler remembers none",
        SPOTS,
        "        (key != BUSY && self",
        "        (self",
        "engine",
        "stack::spots::tests::what_somebody_writes_is_left_alone",
    ),
    mutation(
        "… nor does anybody forget it",
        SPOTS,
        "            if key > BUSY {",
        "            if key != NOTHING {",
        "engine",
        "stack::spots::tests::what_somebody_writes_is_left_alone",
    ),
    // ---- Waiting.
    mutation(
        "A lock that sleeps in a handler is reported on first sight",
        ACQUIRE,
        "            (0, None) => return,\n",
        "            (_, None) => return,\n",
        "conformance",
        "verdicts::a_mutex_in_a_handler",
    ),
    mutation(
        "A lock that sleeps under a spin lock is reported",
        ACQUIRE,
        "let spin = cx.own().iter().rev().find(spins);",
        "let spin = cx.own().iter().rev().find(spins).filter(|_| false);",
        "it",
        "wait_context::mutex::under_a_spin_lock",
    ),
    mutation(
        "The class may say otherwise",
        "engine/class.rs",
        "self.rules.wait.unwrap_or(self.wait)",
        "self.wait",
        "conformance",
        "verdicts::a_mutex_in_a_handler_that_spins",
    ),
    mutation(
        "A reentrant lock may not be taken in a handler that interrupts its holder",
        ACQUIRE,
        "if cx.own().iter().all(|own| !own.is_lock() || !own.is_same_lock(new)) {",
        "if false {",
        "conformance",
        "verdicts::a_reentrant_lock_again_in_a_handler",
    ),
    mutation(
        "… and does not wait for itself there, if it only says that it may",
        TAKE,
        "let flags = if held_reentrantly(thread, map) {",
        "let flags = if false {",
        "conformance",
        "verdicts::a_reentrant_lock_that_a_handler_might_take_again",
    ),
    mutation(
        "… which is no matter of its own holds alone",
        TAKE,
        "thread.last_own(|held| is_hold_of(held, map)).is_some() && held_reentrantly(thread, map)",
        "held_reentrantly(thread, map)",
        "conformance",
        "verdicts::a_reentrant_lock_again_in_a_handler",
    ),
    mutation(
        "An attempt with a time limit sleeps",
        "map/enabled.rs",
        "        acquire::might_wait(self, Location::caller());\n",
        "",
        "it",
        "wait_context::a_timed_attempt_sleeps",
    ),
    mutation(
        "Where it cannot be annotated, a lock that a notifier does without is in nobody's way, and hides no other",
        ACQUIRE,
        "self.graph.take_back(node, to);",
        "let _ = to;",
        "engine",
        "engine::tests::readers::waiters_wait_for_what_all_notifiers_hold",
    ),
    mutation(
        "… and what was found before that is refuted",
        ACQUIRE,
        "verdict.rests_on.iter().all(|&(condvar, class)| self.needed(condvar, class))",
        "verdict.rests_on.iter().all(|&(condvar, class)| self.needed(condvar, class) || true)",
        "engine",
        "engine::tests::readers::waiters_wait_for_what_all_notifiers_hold",
    ),
    mutation(
        "… so it is said at the end only",
        "runtime/enabled/raw.rs",
        "if !verdict.rests_on.is_empty() {",
        "if false {",
        "foreign",
        "somebody_else_notifies_later",
    ),
    mutation(
        "… but then it is",
        "runtime/enabled/isolation.rs",
        "deliver::say_held_back(&isolation.listed.0, None);",
        "",
        "foreign",
        "who_waits_needs_whoever_notifies",
    ),
    mutation(
        "Who waits for a condition variable with a lock held waits for whoever needs that lock to notify",
        ACQUIRE,
        "            self.depend((from, to), dependency, &evidence, &mut closed);\n        }\n        self.report_closed(closed, out);",
        "            let _ = (to, dependency, evidence, &mut closed);\n        }\n        self.report_closed(closed, out);",
        "conformance",
        "verdicts::a_wait_with_a_lock_that_the_notifier_needs",
    ),
    mutation(
        "A wait takes its mutex again",
        TAKE,
        "check_only(mutex, how, site, Check::Again);",
        "let _ = (mutex, how);",
        "conformance",
        "precision::a_wait_takes_its_mutex_again",
    ),
    mutation(
        "An initialiser holds its cell: who needs the value waits for it",
        "map/enabled.rs",
        "        acquire::acquire(map, how, site);\n        contention::announce(map);",
        "        let _ = (how, site);\n        contention::announce(map);",
        "it",
        "once::cells_that_initialise_each_other_in_both_orders",
    ),
    mutation(
        "Who waits for a value waits for whoever comes to make it",
        "map/enabled.rs",
        "        acquire::notify(self.entry.0, READY, self.site);\n",
        "",
        "conformance",
        "precision::a_wait_for_a_value_whose_maker_needs_the_lock",
    ),
    // ---- Hygiene.
    mutation(
        "A raw lock that unwinds instead of taking the lock leaves nothing held",
        "map/enabled.rs",
        "        let entry = Entry(self);\n        let taken = take();\n        entry.keep();\n        taken",
        "        take()",
        "it",
        "hygiene::a_raw_lock_that_unwinds",
    ),
    mutation(
        "A lock released that is not held is reported",
        MISC,
        "        verdict.part(Label::Released, Some(lock), place, cx.thread);\n        out.push(verdict);",
        "        verdict.part(Label::Released, Some(lock), place, cx.thread);",
        "it",
        "hygiene::a_lock_released_that_is_not_held",
    ),
    mutation(
        "A lock dropped while held is reported",
        MISC,
        "        verdict.part(Label::Dropped, Some(lock), place, cx.thread);\n        out.push(verdict);",
        "        verdict.part(Label::Dropped, Some(lock), place, cx.thread);",
        "it",
        "hygiene::a_lock_freed_while_held",
    ),
    mutation(
        "What a destructor of the thread releases yet is not held at its end",
        "runtime/enabled/life.rs",
        "if again && unsafe",
        "if false && unsafe",
        "process",
        "validated::locks_work_in_destructors_and_after_main",
    ),
    mutation(
        "A lock that another thread has released is not held, though that was wrong",
        TAKE,
        "let elsewhere = release_elsewhere(globals, thread, map)",
        "let elsewhere = record.guards_move && release_elsewhere(globals, thread, map)",
        "it",
        "hygiene::a_lock_released_by_another_thread",
    ),
    mutation(
        "A mutex is held on where its wait is reported and panics",
        "map/enabled.rs",
        "let kept = Kept { map: self, how, site };",
        "let kept = Kept { map: self, how: None, site };",
        "process",
        "validated::a_wait_that_panics_leaves_its_mutex_held",
    ),
    mutation(
        "A lock held at the end is reported",
        MISC,
        "if cx.own().iter().any(Held::is_lock) {",
        "if cx.own().iter().any(Held::is_lock) && false {",
        "conformance",
        "lacking::a_thread_ends_with_a_lock",
    ),
    mutation(
        "An assertion that fails is reported",
        TAKE,
        "if holds(map) != expected {",
        "if holds(map) != expected && false {",
        "it",
        "annotations::assert_held_without_the_lock",
    ),
    mutation(
        "Threads that wait for each other are found",
        "runtime/enabled/contention.rs",
        "let circle = find_circle(globals, thread, false)?;",
        "let circle = find_circle(globals, thread, false).filter(|_| false)?;",
        "it",
        "deadlock::two_threads",
    ),
    mutation(
        "One thread of a circle gives way, and the others see it",
        "runtime/enabled/contention.rs",
        "        take_out(thread, at);\n        Some(Some(found))\n    });",
        "        Some(Some(found))\n    });\n    if let Some(Some(_)) = found {\n        take_out(thread, at);\n    }",
        "engine",
        "runtime::enabled::contention::tests::one_thread_of_a_circle_gives_way",
    ),
    mutation(
        "… whatever graphs they belong to",
        "runtime/enabled/contention.rs",
        "        for other in globals.threads() {\n            let holds = match (notified",
        "        let same = |other: &&ThreadState| other.graph.load(Ordering::Relaxed) == me.graph.load(Ordering::Relaxed);\n        for other in globals.threads().filter(same) {\n            let holds = match (notified",
        "it",
        "isolation::threads_of_two_graphs_that_wait_for_each_other",
    ),
    mutation(
        "An upgrade that unwinds while it waits no longer waits",
        "runtime/enabled/contention.rs",
        "    let _wish = Wish(thread, map.instance());\n    wait_in_isolation(map, || attempt().then_some(())).unwrap_or_else(block);\n}",
        "    wait_in_isolation(map, || attempt().then_some(())).unwrap_or_else(block);\n    no_longer(thread, map.instance());\n}",
        "it",
        "hygiene::a_raw_upgrade_that_unwinds",
    ),
    mutation(
        "An entry that is read twice is not held and waited for",
        "runtime/enabled/contention.rs",
        "waits(other).filter(|waits| holds.context <= waits.context && !was_held(waits))",
        "waits(other).filter(|waits| holds.context <= waits.context && (true || !was_held(waits)))",
        "engine",
        "runtime::enabled::contention::tests::an_entry_is_not_held_and_waited_for",
    ),
    mutation(
        "What a handler allocates is the program's, also on top of our own code",
        "runtime/enabled/malloc.rs",
        "thread.quiet.load(Ordering::Relaxed) == thread.nesting.load(Ordering::Relaxed) + 1;",
        "thread.quiet.load(Ordering::Relaxed) != 0;",
        "allocator",
        "validated::a_handler_that_allocates_during_a_callback",
    ),
    mutation(
        "What the readers of a class may do is what any kind of its locks says, not the first",
        "runtime/enabled/globals.rs",
        "            known.shared.learn(info);\n",
        "",
        "it",
        "recursive_readers::a_class_that_was_first_seen_without_readers",
    ),
    mutation(
        "A thread whose end was seen is not looked for any more, whatever it does yet",
        "runtime/enabled/life.rs",
        "        let (id, began) = globals.join(thread, thread.ending.load(Ordering::Relaxed) < ROUNDS);",
        "        let (id, began) = globals.join(thread, true);",
        "process",
        "validated::a_thread_that_takes_locks_after_its_end_was_seen",
    ),
    mutation(
        "Who wants to end a program whose reports nobody reads can",
        "runtime/enabled/mod.rs",
        "        if is_to_end() {",
        "        if false {",
        "process",
        "validated::a_program_whose_reports_nobody_reads_can_be_ended",
    ),
    mutation(
        "A program that reported something ends like any other, but for its code",
        "runtime/enabled/life.rs",
        "unsafe { libc::exit(code.into()) };",
        "unsafe { libc::_exit(code.into()) };",
        "process",
        "validated::a_program_that_ends_while_a_thread_waits_for_input",
    ),
    mutation(
        "A callback that ends the process loses no report",
        "runtime/enabled/deliver.rs",
        "            CALLS_BACK => {",
        "            CALLS_BACK if false => {",
        "process",
        "validated::a_callback_that_ends_the_process",
    ),
    mutation(
        "… and is not called again",
        "runtime/enabled/deliver.rs",
        "deliver_one_by_one(thread, graph, |_| ())",
        "deliver_one_by_one(thread, graph, act_on)",
        "process",
        "validated::a_callback_that_ends_the_process",
    ),
    mutation(
        "A comparator takes no lock",
        "runtime/enabled/slow.rs",
        "    if !section.outermost {\n        give_up(",
        "    if false {\n        give_up(",
        "process",
        "validated::a_comparator_that_does_more_than_compare_is_an_abort",
    ),
    mutation(
        "What a handler does in the middle of an acquisition proves nothing of what it does when the lock is held",
        TAKE,
        " && handler::interrupted_whole(thread)\n",
        "\n",
        "engine",
        "runtime::enabled::acquire::tests::what_is_proven_half_way_is_not_proven",
    ),
    mutation(
        "A lock that moved is the same, and another one in its place is not",
        "engine/event.rs",
        "if self.instance != 0 && other.instance != 0 { self.instance == other.instance } else { self.lock == other.lock }",
        "self.lock == other.lock",
        "it",
        "hygiene::a_lock_in_the_place_of_another_one",
    ),
    mutation(
        "Who is told of an acquisition is told before the lock is taken",
        TAKE,
        "    if found.fresh != 0 && found.stop.is_none() && !flags.has(HeldFlags::TRY) {",
        "    if false && found.fresh != 0 && found.stop.is_none() && !flags.has(HeldFlags::TRY) {",
        "process",
        "validated::a_callback_comes_before_the_lock_is_taken",
    ),
    mutation(
        "What was taken under a nest lock is taken again under it",
        TAKE,
        "    if nested { how.nest_lock_at(held.order as usize) } else { how }",
        "    if nested && false { how.nest_lock_at(held.order as usize) } else { how }",
        "it",
        "annotations::taken_again_under_the_nest_lock",
    ),
    mutation(
        "A guard from outside may be dropped in an isolated test",
        TAKE,
        "        // A guard that came along into an isolated test.\n        thread.release_for(at);\n        return;",
        "        // A guard that came along into an isolated test.\n        return;",
        "it",
        "isolation::a_guard_from_outside",
    ),
    mutation(
        "What a handler releases of what it interrupted is free",
        TAKE,
        "        // It is wrong, but made: whatever was interrupted holds it no longer.\n        thread.release_for(at);",
        "        let _ = at;",
        "it",
        "hygiene::what_a_handler_released_can_be_taken",
    ),
    mutation(
        "A wait for a condition variable is one report",
        TAKE,
        "if how.subclass == READY || check == Check::Again {",
        "if how.subclass == READY {",
        "it",
        "wait_context::a_condition_variable_in_a_handler",
    ),
    mutation(
        "What is orphaned by a fork is so in the children of the child",
        "runtime/enabled/orphans.rs",
        "    // What the parent was told of at its own beginning is held as long.\n",
        "    globals.orphans.clear();\n",
        "process",
        "validated::a_fork_that_leaves_locks_behind",
    ),
    mutation(
        "A test puts the mask back that it is reported for",
        "runtime/enabled/harness.rs",
        "    irqs::reset_mask(thread, mask);\n",
        "    let _ = (mask, irqs::reset_mask);\n",
        "test_attribute",
        "signals_left_blocked_are_said_once",
    ),
    mutation(
        "With `off` nothing is said of the end of an isolated test",
        "runtime/enabled/isolation.rs",
        "if thread.depth() > thread.base() && !config::off() && !thread.unwinding_from_stop() {",
        "if thread.depth() > thread.base() && !thread.unwinding_from_stop() {",
        "process",
        "validated::nothing_is_checked_in_isolation_either",
    ),
    mutation(
        "What an attempt took is released if what looks at it unwinds",
        "lockdep/lock-api/src/held.rs",
        "        unsafe { S::unlock(self.raw, ManuallyDrop::take(&mut self.state)) };\n    }\n}\n\n/// How a lock is held while",
        "        let _ = unsafe { (self.raw, ManuallyDrop::take(&mut self.state)) };\n    }\n}\n\n/// How a lock is held while",
        "process",
        "validated::an_attempt_that_panics_leaves_its_lock_free",
    ),
    mutation(
        "An upgrade with a limit may wait",
        "lockdep/lock-api/src/held.rs",
        "        self.lock.checked().map.might_wait();\n",
        "        let _ = self.lock.checked();\n",
        "it",
        "wait_context::an_upgrade_with_a_limit",
    ),
    mutation(
        "What spins and what sleeps are of different classes",
        "runtime/enabled/globals.rs",
        "                declared: ptr::from_ref(class) as usize,\n                wait,\n",
        "                declared: ptr::from_ref(class) as usize,\n                wait: { let _ = wait; WaitType::Free },\n",
        "it",
        "wait_context::one_class_for_what_spins_and_what_sleeps",
    ),
    mutation(
        "A thread of a test ends when its destructors have run",
        "runtime/enabled/isolation.rs",
        "            MEMBER.with_borrow_mut(|member| member.as_mut().expect(\"set above\").returned = outcome.is_ok());\n",
        "            MEMBER.with_borrow_mut(|member| member.as_mut().expect(\"set above\").returned = outcome.is_ok());\n            MEMBER.set(None);\n",
        "it",
        "isolation::destructors_of_a_thread",
    ),
    mutation(
        "An isolated test in a callback has its reports",
        "runtime/enabled/deliver.rs",
        "    if before == 0 || graph.isolated {",
        "    if before == 0 {",
        "process",
        "validated::an_isolated_test_in_a_callback_has_its_reports",
    ),
    mutation(
        "A writer who waits for an upgradable hold lets readers pass",
        "runtime/enabled/contention.rs",
        "        && (entry.flags.has(HeldFlags::UPGRADE)",
        "        && (true || entry.flags.has(HeldFlags::UPGRADE)",
        "it",
        "recursion::read_again_under_an_upgradable_hold_with_a_writer_queued",
    ),
    mutation(
        "Behind a writer in the queue a reader waits for whom that one waits for",
        "runtime/enabled/contention.rs",
        "            Some(queued) if queued.state == State::Waiting => {",
        "            Some(queued) if false && queued.state == State::Waiting => {",
        "watchdog",
        "a_reader_behind_a_writer_waits_for_the_same_holder",
    ),
    mutation(
        "What the first handler of a thread interrupted is what the kernel says",
        HANDLERS,
        "    let mut interrupted = handler::enter(signal, (lazy::current(thread), Some(found)),",
        "    let _ = found;\n    let mut interrupted = handler::enter(signal, (lazy::current(thread), None),",
        "interpose",
        "a_handler_is_the_first_that_is_seen_of_a_thread",
    ),
    mutation(
        "A signal whose handler runs was open when the thread began, or opened since",
        "runtime/enabled/handler.rs",
        "        thread.adopt(mask & !bit);\n",
        "",
        "process",
        "validated::two_signals_are_the_first_that_is_seen_of_a_thread",
    ),
    mutation(
        "The child of a vfork changes nothing of its parent",
        THREAD,
        "            tid => tid != unsafe { libc::gettid() },\n",
        "            tid => tid != unsafe { libc::gettid() } && false,\n",
        "interpose",
        "the_child_of_a_vfork_is_another_process",
    ),
    mutation(
        "A handler may open what it blocked",
        INTERPOSE,
        "trampoline::handled() & handler::entered(thread)",
        "{ let _ = handler::entered(thread); trampoline::handled() }",
        "interpose",
        "a_pair_of_masks_in_a_handler",
    ),
    mutation(
        "In the child of a fork nobody is asked where it is any more",
        "runtime/enabled/position.rs",
        "    revive(&ASKING, ());\n",
        "",
        "engine",
        "runtime::enabled::position::tests::the_child_of_a_fork_can_ask",
    ),
    mutation(
        "… and a stack is taken without the lock that symbols are looked up under",
        "runtime/enabled/position.rs",
        "            backtrace::trace_unsynchronized(|frame| {\n                addresses.push",
        "            backtrace::trace(|frame| {\n                addresses.push",
        "engine",
        "runtime::enabled::position::tests::the_child_of_a_fork_can_ask",
    ),
    mutation(
        "A handler in the middle of the first counted section does not take its number",
        SECTIONS,
        "    thread.counted.store(1, Ordering::Relaxed);\n    compiler_fence(Ordering::SeqCst);\n    thread.counted_serial.store(opened.serial, Ordering::Relaxed);\n",
        "    thread.counted_serial.store(opened.serial, Ordering::Relaxed);\n    compiler_fence(Ordering::SeqCst);\n    thread.counted.store(1, Ordering::Relaxed);\n",
        "single_step",
        "counted_sections_of_code_and_handler",
    ),
    mutation(
        "A refused handler says why",
        INTERPOSE,
        "        Err(error) => return fail(error),\n",
        "        Err(_) => return -1,\n",
        "interpose",
        "an_old_action_is_the_one_that_was_installed",
    ),
    mutation(
        "… but a writer that is queued is in the way by its wait",
        "runtime/enabled/contention.rs",
        "                holds.is_lock() && waits.lock == holds.lock",
        "                waits.lock == holds.lock",
        "it",
        "deadlock::a_writer_that_is_queued_is_in_the_way",
    ),
    mutation(
        "What is noted and not made yet is no hold where another thread has the lock",
        "runtime/enabled/contention.rs",
        "other.not_ended().find(|held| in_the_way(held) && !is_noted_only(globals, other, held))",
        "other.entries().find(|held| in_the_way(held))",
        "engine",
        "runtime::enabled::contention::tests::what_is_noted_is_no_hold_where_another_thread_has_it",
    ),
    mutation(
        "… and a circle through it is no deadlock while the lock may be had",
        "runtime/enabled/contention.rs",
        "if look_for_circle(thread, at, Doubt::Wait) == Circle::None {",
        "if look_for_circle(thread, at, Doubt::Ignore) == Circle::None {",
        "engine",
        "runtime::enabled::contention::tests::what_is_noted_is_no_hold_while_it_may_be_had",
    ),
    mutation(
        "A wait that takes too long is reported",
        "engine/mod.rs",
        "self.stall(&cx, &wants, now, holders, &mut out),",
        "{ let _ = (cx, wants, now, holders); }",
        "watchdog",
        "a_long_hold_is_reported_once_and_the_program_goes_on",
    ),
    mutation(
        "A thread that blocks everything for a moment is asked where it is all the same",
        "runtime/enabled/position.rs",
        "look >= LOOKS }",
        "true }",
        "engine",
        "runtime::enabled::position::tests::who_blocks_the_signal_for_a_moment_is_asked_again",
    ),
    mutation(
        "Nothing is looked for beyond a frame of the unwinder that was interrupted",
        CAPTURE,
        "    function != 0 && (linked",
        "    false && (linked",
        "single_step",
        "a_panic",
    ),
    mutation(
        "… nor below a handler on top of the one whose stack is completed",
        CAPTURE,
        "                return reached || !(interrupted && becomes_another(address));\n",
        "                return true;\n",
        "interpose",
        "a_handler_that_panics_and_catches_it_while_another_comes",
    ),
    mutation(
        "What else was found is made known where a handler ends the process meanwhile",
        "runtime/enabled/deliver.rs",
        "        thread.delivering.store(CALLS_BACK, Ordering::Relaxed);\n        mask::set(found);\n",
        "        mask::set(found);\n        thread.delivering.store(CALLS_BACK, Ordering::Relaxed);\n",
        "process",
        "validated::a_handler_that_ends_the_process_while_reports_are_made",
    ),
    mutation(
        "A signal that arrives in the child of a vfork is the child's",
        LAZY,
        " == 0 || thread.is_borrowed() {\n        return false;",
        " == 0 {\n        return false;",
        "interpose",
        "lines_that_are_blocked_by_a_flag_alone",
    ),
    mutation(
        "Where no rule is asked, no stack is taken",
        CAPTURE,
        "        if config::idle() {\n",
        "        if false {\n",
        "process",
        "validated::sections_take_no_stacks_that_nobody_will_read",
    ),
    mutation(
        "A report is not left in the middle by a cancellation",
        "runtime/enabled/deliver.rs",
        "    let _whole = NotCancelled::begin();\n",
        "",
        "process",
        "validated::a_thread_that_is_to_be_cancelled_reports_first",
    ),
    mutation(
        "A jump out of the middle of the validator ends the process",
        INTERPOSE,
        "    if thread.slow.load(Ordering::Relaxed) != 0 {\n        give_up(",
        "    if false {\n        give_up(",
        "interpose",
        "a_jump_out_of_the_middle_of_the_validator",
    ),
    mutation(
        "What a fork leaves behind is reported",
        MISC,
        "        verdict.part(label, taken.then_some(0), place, cx.thread);\n        out.push(verdict);",
        "        verdict.part(label, taken.then_some(0), place, cx.thread);",
        "process",
        "validated::a_fork_that_leaves_locks_behind",
    ),
    mutation(
        "The child of a fork does not wait for a lock that looking for symbols left behind",
        "stack/symbols.rs",
        "        LOST.store(true, Ordering::Relaxed);",
        "        LOST.store(false, Ordering::Relaxed);",
        "process",
        "validated::a_fork_while_other_threads_look_for_symbols",
    ),
    mutation(
        "Each unsafe enable under a lock is completed when a handler takes it",
        IRQ,
        "let same = |waiting: &&mut UnsafeEnable<A>| {\n            waiting.class == class && ",
        "let same = |waiting: &&mut UnsafeEnable<A>| {\n            waiting.class == class || ",
        "engine",
        "engine::tests::irq::it_is_completed_once_and_by_its_own_handler",
    ),
    mutation(
        "A mask changed behind our back is said to be blocked or opened",
        IRQ,
        "verdict.hint = Hint::ChangedBehind(signals & cx.mask);",
        "verdict.hint = Hint::ChangedBehind(signals);",
        "it",
        "irq_state::a_signal_opened_behind_our_back",
    ),
    mutation(
        "What the values of a map take while they are cloned is taken under a shard",
        "lockdep/src/dashmap/shard.rs",
        "any.try_lock(READ, || Some(()));",
        "EMPTY.try_lock(READ, || Some(()));",
        "it",
        "dashmap::what_a_clone_takes_is_taken_under_a_shard",
    ),
    // ---- Raw locks of others.
    mutation(
        "A raw lock that nobody knows is taken by its `lock` alone",
        "lockdep/lock-api/src/sides.rs",
        "R::LOCKDEP_ATTEMPT_FIRST || begins_with_an_attempt::<R>()",
        "true",
        "it",
        "raw_locks::a_lock_that_cannot_be_tried_is_taken_once",
    ),
    mutation(
        "… and the wait for it is announced before that",
        "map/enabled.rs",
        "        contention::announce(self);\n        let attempt",
        "        let attempt",
        "it",
        "raw_locks::a_circle_of_locks_that_cannot_be_tried_is_found",
    ),
    mutation(
        "Before a thread is said to wait for itself, the lock is asked whether it is held",
        "map/enabled.rs",
        "        if contention::is_free(self, how.mode, is_held) {",
        "        if false {",
        "it",
        "raw_locks::kept_as_the_raw_lock::by_a_raw_lock_that_was_there_before",
    ),
    mutation(
        "… also when another thread has it for a moment",
        "runtime/enabled/contention.rs",
        "(0..NAPS).any(|_| {",
        "(0..0).any(|_| {",
        "it",
        "raw_locks::kept_as_the_raw_lock::while_another_thread_takes_it",
    ),
    // ---- Reports.
    mutation(
        "A plain reader does not wait for an upgradable hold",
        "engine/graph.rs",
        "Waiter::Reader => !matches!(holder, Holder::Upgradable),",
        "Waiter::Reader => true,",
        "engine",
        "engine::tests::inversion::a_reader_does_not_wait_for_an_upgradable_one",
    ),
    mutation(
        "A cycle behind one that was reported is reported",
        "engine/search.rs",
        "        let mut patience = PATIENCE;\n        let _ =",
        "        let mut patience = 0;\n        let _ =",
        "engine",
        "engine::tests::inversion::behind_a_reported_cycle",
    ),
    mutation(
        "Every cycle that lost its gate is said again",
        "engine/acquire.rs",
        "if guarded && !self.graph.is_guarded(cycle) && !known() {",
        "if guarded && !self.graph.is_guarded(cycle) && before.is_empty() {",
        "engine",
        "engine::tests::inversion::every_cycle_that_lost_its_gate",
    ),
    mutation(
        "What cannot wait comes after nothing",
        "engine/acquire.rs",
        "let passes = matches!(again, Some((_, None)));",
        "let passes = false;",
        "engine",
        "engine::tests::recursion::what_cannot_wait_comes_after_nothing",
    ),
    mutation(
        "No writer comes between readers beside an upgradable hold of their thread",
        "engine/acquire.rs",
        "        if let Some(held) = same.clone().find(|held| no_writer(held)) {",
        "        if let Some(held) = same.clone().find(|held| no_writer(held) && false) {",
        "engine",
        "engine::tests::recursion::what_cannot_wait_comes_after_nothing",
    ),
    mutation(
        "An upgrade is of the level it was taken on",
        "runtime/enabled/acquire.rs",
        "let how = How { mode: Mode::Write, ..how_held(map, Mode::Upgradable) };",
        "let how = How::write();",
        "it",
        "annotations::an_upgrade_is_of_the_level_it_was_taken_on",
    ),
    mutation(
        "A reentrant lock may be asked for by its holder",
        "runtime/enabled/acquire.rs",
        "    if again_by_its_holder(thread, map) {\n        return;",
        "    if again_by_its_holder(thread, map) && false {\n        return;",
        "it",
        "annotations::a_reentrant_lock_may_be_taken_again_by_its_holder",
    ),
    mutation(
        "What nests by itself and what does not are no class",
        "runtime/enabled/globals.rs",
        "                wait,\n                by_instance,\n                file: \"\",",
        "                wait,\n                by_instance: false,\n                file: \"\",",
        "it",
        "annotations::a_class_of_cells_and_locks",
    ),
    mutation(
        "A section of a map ends as what it is",
        "annotation.rs",
        "        self.map.map.release_in(self.mode);",
        "        self.map.map.release();",
        "it",
        "map::an_exclusive_section_ends_before_another",
    ),
    mutation(
        "The way around tells cycles apart",
        "runtime/enabled/raw.rs",
        "(last.rotate_left(17) ^ next)",
        "(next.rotate_left(17) ^ next)",
        "it",
        "inversion::the_way_around_tells_cycles_apart",
    ),
    mutation(
        "What must not be held is shown as it is held",
        "runtime/enabled/acquire.rs",
        "let held = cx.held.iter().rev().find(|held| is_hold_of(held, map)).copied();",
        "let held = cx.held.iter().rev().find(|held| held.class == class).copied();",
        "it",
        "annotations::what_must_not_be_held_is_shown_as_it_is_held",
    ),
    mutation(
        "… nor does a class without validation say that a writer may come between two readers",
        "engine/acquire.rs",
        "severity.filter(|&severity| severity == Severity::Certain || !acquire.info.rules.no_validate)",
        "severity",
        "engine",
        "engine::tests::inversion::a_class_without_validation_is_in_no_order",
    ),
    mutation(
        "A gate of the shortest cycle hides no longer one",
        "engine/search.rs",
        "            && let Some(unguarded) = self.unguarded_cycle_through(edge)",
        "            && let Some(unguarded) = self.unguarded_cycle_through(edge).filter(|_| false)",
        "engine",
        "engine::tests::inversion::a_gate_of_the_shortest_cycle_hides_no_longer_one",
    ),
    mutation(
        "… nor does a walk that comes to a class twice",
        "engine/search.rs",
        "                if come_to[edge.to as usize] != done && patience",
        "                if patience",
        "engine",
        "engine::tests::inversion::a_way_that_goes_around_hides_no_longer_one",
    ),
    mutation(
        "A lock that is taken again stands for nothing below it",
        "engine/acquire.rs",
        "                    && further_out.filter(|other| other.is_lock()).all(|other| !other.is_same_lock(held))",
        "                    && further_out.count() > 0",
        "engine",
        "engine::tests::inversion::many_held_locks",
    ),
    mutation(
        "A thread without a name is not called by that of the program",
        "runtime/enabled/life.rs",
        "    } else if name == named(program()) {",
        "    } else if name == named(b\"\") {",
        "engine",
        "runtime::enabled::life::tests::a_thread_without_a_name_is_not_called_by_that_of_the_program",
    ),
    mutation(
        "What unwinds out of alter is said",
        "lockdep/src/dashmap/mod.rs",
        "            lockdep_core::runtime::abort(\"what `alter` calls has unwound, and left no value to put back\");",
        "            std::process::abort();",
        "process",
        "validated::an_isolated_test_that_unwinds_out_of_alter_says_why",
    ),
    mutation(
        "The id of what the standard library makes for others does not depend on what was made first",
        "runtime/enabled/raw.rs",
        "filter(|made| told == Told::Everywhere && made.by_maker)",
        "filter(|made| false && made.by_maker)",
        "process",
        "validated::locks_that_are_made_by_default_are_known_again",
    ),
    mutation(
        "… and it is accepted as that, though it is known only when the report is written",
        "runtime/enabled/deliver.rs",
        "(origin, unnamed && baseline::accepts_report(&report), report)",
        "(origin, false && unnamed, report)",
        "process",
        "validated::locks_that_are_made_by_default_are_known_again",
    ),
    mutation(
        "Locks of one class that threads wait for are told apart, too",
        "runtime/enabled/deliver.rs",
        "        ReportKind::Deadlock => verdict.locks[at].instance,\n",
        "",
        "it",
        "deadlock::locks_of_one_class_are_numbered",
    ),
    mutation(
        "What is off for no reason that is known is looked at for real",
        "runtime/enabled/irqs.rs",
        "    if off == 0 || is_known(thread, off) {",
        "    if off == off {",
        "it",
        "masks::a_handler_that_nobody_knows",
    ),
    mutation(
        "… nor was it off for what was taken since",
        "runtime/enabled/irqs.rs",
        "        if mask & off & !real != 0 {",
        "        if false {",
        "it",
        "masks::a_section_under_a_lock_after_a_handler_that_nobody_knows",
    ),
    mutation(
        "What is accepted by a name that only the report finds out ends no process in a handler either",
        "runtime/enabled/deliver.rs",
        "ends(found) && baseline::is_there() && found.unnamed {",
        "false && baseline::is_there() && found.unnamed {",
        "process",
        "validated::locks_that_are_made_by_default_are_known_again",
    ),
    mutation(
        "The end of a thread is seen, though it took no lock before that",
        "runtime/enabled/scope.rs",
        "    life::watch_end(current());\n",
        "",
        "process",
        "validated::a_thread_that_takes_locks_after_its_end_was_seen",
    ),
    mutation(
        "A hold counts no longer when its raw lock is given out",
        "runtime/enabled/acquire.rs",
        "    if map.instance() == 0 || config::idle() {\n        return;",
        "    if map.instance() != 1 {\n        return;",
        "it",
        "raw_locks::kept_as_the_raw_lock::it_is_not_seen",
    ),
    mutation(
        "… also that of another thread",
        "runtime/enabled/acquire.rs",
        "for_each(|(at, held)| thread.note_ended(at, &held));",
        "for_each(|_| ());",
        "it",
        "raw_locks::kept_as_the_raw_lock::another_thread_ends_it",
    ),
    mutation(
        "… which is then in nobody's way",
        "runtime/enabled/thread.rs",
        "self.entries().filter(move |held| !self.has_ended(held))",
        "self.entries().filter(move |held| held.instance != 1 || !self.has_ended(held))",
        "it",
        "raw_locks::kept_as_the_raw_lock::it_is_in_nobodys_way",
    ),
    mutation(
        "… and nothing certain is said of a lock that may be released unseen: neither of its release",
        "runtime/enabled/acquire.rs",
        "if elsewhere && record.guards_move || map.is_given_out() || config::off() {",
        "if elsewhere && record.guards_move || config::off() {",
        "it",
        "raw_locks::kept_as_the_raw_lock::a_guard_that_stays",
    ),
    mutation(
        "… nor of who holds it",
        "runtime/enabled/acquire.rs",
        "if map.is_given_out() || expected",
        "if expected",
        "it",
        "raw_locks::kept_as_the_raw_lock::a_guard_that_stays",
    ),
    mutation(
        "… and its next acquisition is another hold",
        "runtime/enabled/thread.rs",
        "        self.gate.store(ptr::null_mut(), Ordering::Relaxed);\n        self.untidy.store(1",
        "        self.untidy.store(1",
        "it",
        "raw_locks::kept_as_the_raw_lock::taken_anew_after_another_thread_has_looked",
    ),
    mutation(
        "… however many they are",
        "runtime/enabled/thread.rs",
        "            None if self.read(at).instance == held.instance =>",
        "            None if false =>",
        "it",
        "raw_locks::kept_as_the_raw_lock::another_thread_ends_many",
    ),
    mutation(
        "… and a release elsewhere is seen as that of any lock",
        "runtime/enabled/acquire.rs",
        "thread.forget_given_out(map.instance()) {\n        return;",
        "true {\n        return;",
        "it",
        "raw_locks::kept_as_the_raw_lock::released_by_another_thread_after_a_look",
    ),
    mutation(
        "An entry that is about to be filled is not taken off by a handler nobody knows",
        "runtime/enabled/thread.rs",
        "        held.state == State::Free && held.lock == RELEASED\n",
        "        held.state == State::Free\n",
        "engine",
        "runtime::enabled::thread::tests::an_entry_that_is_reserved_is_not_taken_off",
    ),
    mutation(
        "… also where a released one was before",
        "runtime/enabled/thread.rs",
        "        self.set_lock(at, 0);\n",
        "",
        "engine",
        "runtime::enabled::thread::tests::an_entry_that_is_reserved_is_not_taken_off",
    ),
    mutation(
        "A thread that alone gave out the raw lock of what it holds waits for itself",
        "runtime/enabled/acquire.rs",
        "    let old = old.filter(|_| gives_alone())?;",
        "    let old = old.filter(|_| false)?;",
        "process",
        "validated::a_lock_whose_raw_lock_was_looked_at_is_taken_again",
    ),
    mutation(
        "… or, in an isolated test, whoever gave it out, after a while",
        "runtime/enabled/contention.rs",
        "if !slow::with(may_change) && thread.given_out(map.instance()).is_none() {",
        "if !slow::with(may_change) {",
        "it",
        "raw_locks::kept_as_the_raw_lock::who_waits_for_what_several_gave_out",
    ),
    mutation(
        "A lock is asked for an unseen end only where its raw lock was given out",
        "runtime/enabled/acquire.rs",
        "judged && map.is_given_out() &&",
        "judged &&",
        "it",
        "raw_locks::a_lock_that_cannot_be_tried_is_not_asked",
    ),
    mutation(
        "Two locks of a circle and one class are told apart",
        "runtime/enabled/deliver.rs",
        "lock.number = if alike.len() > 1 {",
        "lock.number = if alike.len() > 9 {",
        "it",
        "dashmap::two_shards_in_both_orders",
    ),
    mutation(
        "A walk that comes to a class twice is no cycle",
        "engine/acquire.rs",
        "if self.wakes_itself(cycle) || !self.graph.is_of_different_classes(cycle) {",
        "if self.wakes_itself(cycle) {",
        "engine",
        "engine::tests::inversion::a_walk_that_comes_to_a_class_twice_is_no_cycle_of_its_own",
    ),
    mutation(
        "Every test fails that does what was reported of another",
        "runtime/enabled/graph.rs",
        "        if scope != 0 && !self.again.contains(&(scope, id)) {",
        "        if scope == u32::MAX && !self.again.contains(&(scope, id)) {",
        "test_attribute",
        "every_test_that_does_the_same_wrong_fails",
    ),
    mutation(
        "One bug is one report",
        "runtime/enabled/raw.rs",
        "if *seen >= strength {",
        "if *seen >= strength && false {",
        "process",
        "validated::a_handler_that_spoils_errno",
    ),
    mutation(
        "After a release from the middle, what is proven is proven for what is really held",
        TAKE,
        "    rechain(thread, at, gone.chain);\n",
        "",
        "conformance",
        "lacking::a_release_from_the_middle_leaves_nothing_behind",
    ),
];

/// The place of a file of the list.
fn path(file: &str) -> PathBuf {
    let core =
        ["engine/", "runtime/", "map/", "report/", "stack/", "annotation.rs"].iter().any(|directory| file.starts_with(directory));
    if core { Path::new("lockdep/core/src").join(file) } else { PathBuf::from(file) }
}

/// What cargo calls the binary.
fn cargo_test(binary: &str) -> Vec<&str> {
    match binary {
        "engine" => vec!["test", "-p", "lockdep-core", "--features", "validate", "--lib"],
        binary => vec!["test", "--test", binary],
    }
}

/// The text of the file with the mutation in it.
fn mutated(root: &Path, mutation: &Mutation) -> Result<String, String> {
    let path = path(mutation.file);
    let text = fs::read_to_string(root.join(&path)).map_err(|error| format!("{}: {error}", path.display()))?;
    match text.matches(mutation.find).count() {
        1 => Ok(text.replacen(mutation.find, mutation.replace, 1)),
        n => Err(format!("“{}”: {} has {n} of\n{}\n", mutation.rule, path.display(), mutation.find)),
    }
}

#[test]
fn every_mutation_finds_its_place() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let wrong: Vec<String> = MUTATIONS.iter().filter_map(|mutation| mutated(root, mutation).err()).collect();
    assert!(wrong.is_empty(), "the code has changed: mutate what it has become\n\n{}", wrong.join("\n"));
}

/// The tests of this binary are asked of it; those of others are looked for in their sources.
#[test]
fn every_test_of_the_list_exists() {
    let this = Command::new(env::current_exe().unwrap()).args(["--list", "--format=terse"]).output().unwrap();
    let ours: BTreeSet<String> =
        String::from_utf8_lossy(&this.stdout).lines().filter_map(|line| Some(line.strip_suffix(": test")?.to_owned())).collect();
    assert!(ours.len() > 50, "{ours:?}");
    for Mutation { rule, test: (binary, test), .. } in MUTATIONS {
        assert!(exists(&ours, binary, test), "“{rule}” is held by {binary} {test}, which does not exist");
    }
    for (what, binary, test) in lacking::ELSEWHERE {
        assert!(exists(&ours, binary, test), "“{what}” is tried by {binary} {test}, which does not exist");
    }
}

fn exists(ours: &BTreeSet<String>, binary: &str, test: &str) -> bool {
    match binary {
        "conformance" => ours.contains(test),
        binary => {
            let sources = match binary {
                "engine" if test.starts_with("runtime::") => "lockdep/core/src/runtime/enabled".to_owned(),
                "engine" if test.starts_with("stack::") => "lockdep/core/src/stack".to_owned(),
                "engine" => "lockdep/core/src/engine/tests".to_owned(),
                binary => format!("tests/{binary}"),
            };
            let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join(&sources);
            let file = directory.with_extension("rs");
            let inside = fs::read_dir(&directory).into_iter().flatten().map(|entry| entry.unwrap().path());
            let files: Vec<PathBuf> = inside.chain([file]).collect();
            let texts: String = files.iter().map(|path| fs::read_to_string(path).unwrap_or_default()).collect();
            let words: BTreeSet<&str> = texts.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
            // A module is a file, or a word in one, as in a list of a macro.
            let known =
                |name: &str| words.contains(name) || files.iter().any(|path| path.file_stem().is_some_and(|stem| stem == name));
            test.split("::").skip_while(|name| ["engine", "runtime", "enabled", "stack", "tests"].contains(name)).all(known)
        }
    }
}

/// How long a test may take that a mutation may let hang.
const PATIENCE: Duration = Duration::from_secs(180);

#[test]
#[ignore = "builds the library once for each mutation"]
fn every_mutation_is_caught() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let wanted = env::var("MUTATION").unwrap_or_default();
    let chosen: Vec<&Mutation> =
        MUTATIONS.iter().filter(|mutation| wanted.split(';').any(|words| mutation.rule.contains(words))).collect();
    let tree = root.join("target/mutations/tree");
    copy(root, &tree).unwrap();

    let tests: BTreeSet<(&str, &str)> = chosen.iter().map(|mutation| mutation.test).collect();
    let binaries: BTreeSet<&str> = tests.iter().map(|&(binary, _)| binary).collect();
    for binary in binaries {
        let names: Vec<&str> = tests.iter().filter(|(other, _)| *other == binary).map(|&(_, test)| test).collect();
        assert_eq!(run(&tree, binary, &names), Outcome::Passed, "with nothing mutated: {binary} {names:?}");
    }
    println!("{} tests pass; now {} mutations", tests.len(), chosen.len());
    let mut survivors = Vec::new();
    for mutation in chosen {
        let file = tree.join(path(mutation.file));
        let original = fs::read_to_string(&file).unwrap();
        fs::write(&file, mutated(&tree, mutation).unwrap()).unwrap();
        let outcome = run(&tree, mutation.test.0, &[mutation.test.1]);
        fs::write(&file, original).unwrap();
        println!("{outcome:?}: {} ({} {})", mutation.rule, mutation.test.0, mutation.test.1);
        if !matches!(outcome, Outcome::Failed | Outcome::Hung) {
            survivors.push(format!("{outcome:?}: {}", mutation.rule));
        }
    }
    assert!(survivors.is_empty(), "not caught:\n{}", survivors.join("\n"));
}

/// What became of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Passed,
    Failed,
    /// It did not end, which it does when nothing is mutated.
    Hung,
    /// The mutation is no program.
    NotBuilt,
    NotFound,
}

/// Runs tests of the copy.
fn run(tree: &Path, binary: &str, tests: &[&str]) -> Outcome {
    let cargo = |last: &[&str]| {
        let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.args(cargo_test(binary)).args(last).current_dir(tree);
        command.env("CARGO_TARGET_DIR", tree.with_file_name("target")).env("RUSTFLAGS", "-A warnings");
        command.stdin(Stdio::null()).process_group(0);
        command
    };
    let built = cargo(&["--no-run", "--quiet"]).output().unwrap();
    if !built.status.success() {
        println!("{}", String::from_utf8_lossy(&built.stderr));
        return Outcome::NotBuilt;
    }
    let output = tree.with_file_name("output");
    let mut child = cargo(&[&["--", "--exact"], tests].concat())
        .stdout(fs::File::create(&output).unwrap())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if begun.elapsed() > PATIENCE {
            // With all that it started.
            // SAFETY: the group is that of the child, which is not waited for yet.
            unsafe { libc::kill(-(child.id() as libc::pid_t), libc::SIGKILL) };
            child.wait().unwrap();
            return Outcome::Hung;
        }
        thread::sleep(Duration::from_millis(20));
    };
    let running = match tests.len() {
        1 => "running 1 test\n".to_owned(),
        n => format!("running {n} tests\n"),
    };
    let ran = fs::read_to_string(&output).unwrap_or_default().contains(&running);
    match (ran, status.success()) {
        (false, _) => Outcome::NotFound,
        (true, true) => Outcome::Passed,
        (true, false) => Outcome::Failed,
    }
}

/// A copy of the sources. What is the same stays untouched, so that nothing is built twice.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (name, to) = (entry.file_name(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            if name != "target" && name != ".git" {
                copy(&entry.path(), &to)?;
            }
        } else if fs::read(&to).ok() != Some(fs::read(entry.path())?) {
            fs::copy(entry.path(), &to)?;
        }
    }
    Ok(())
}
