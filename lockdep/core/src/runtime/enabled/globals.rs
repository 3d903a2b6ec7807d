//! What the slow section protects: the classes of the process, its stacks, its threads.

use core::hash::{BuildHasher, Hash};
use core::panic::Location;
use core::ptr;
use core::sync::atomic::{AtomicBool, AtomicPtr, Ordering};

use allocator_api2::vec::Vec;
use hashbrown::{HashMap, HashTable};

use super::chain::Shared;
use super::thread::{Room, ThreadState};
use crate::arena::{Arena, immortal};
use crate::class::{ClassRules, LockClass, LockInfo};
use crate::engine::{ClassId, ClassInfo, Held, Installed, Orphan, Place, State};
use crate::kind::WaitType;
use crate::report::{Site, in_library};
use crate::stack::Interned;

/// A class of the process. Numbers are never used again, so whatever caches one stays right.
#[derive(Debug)]
pub(crate) struct ClassRecord {
    /// From 1.
    pub(crate) base: u32,
    pub(crate) declared: Option<&'static LockClass>,
    /// The name it was given, by a `LockClass` or by a `Map`.
    pub(crate) name: Option<&'static str>,
    pub(crate) site: &'static Location<'static>,
    /// The stack of the constructor, if the place alone does not tell classes apart.
    pub(crate) maker: u32,
    /// How many classes had the same name and place before it, in the order in which their first locks were made.
    pub(crate) twins: u32,
    /// Where its locks are made, as reports say it; found out by the first report.
    pub(crate) made: AtomicPtr<Made>,
    pub(crate) kind: &'static str,
    pub(crate) type_name: &'static str,
    pub(crate) wait: WaitType,
    /// What the shared holds of its locks may do. A class may be declared for locks of several kinds, and those without readers say nothing.
    shared: Shares,
    pub(crate) guards_move: bool,
    pub(crate) holder_may_change: bool,
    pub(crate) by_instance: bool,
    /// Perhaps in code that nobody here can annotate.
    pub(crate) foreign: bool,
}

/// Where locks are made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Made {
    pub(crate) at: Site,
    /// As debug information has it, of the caller of their constructor.
    pub(crate) by_maker: bool,
}

/// See [`LockKind`](crate::LockKind).
#[derive(Debug, Default)]
struct Shares {
    read_recursive_in_handler: AtomicBool,
    readers_pass: AtomicBool,
    upgradable_excludes: AtomicBool,
}

impl Shares {
    /// Adds what one kind says.
    fn learn(&self, info: &LockInfo) {
        self.read_recursive_in_handler.fetch_or(info.read_recursive_in_handler, Ordering::Relaxed);
        self.readers_pass.fetch_or((info.readers_pass)(), Ordering::Relaxed);
        self.upgradable_excludes.fetch_or((info.upgradable_excludes)(), Ordering::Relaxed);
    }
}

impl ClassRecord {
    /// Where its locks are made, as reports say it, if that was found out.
    pub(crate) fn made(&self) -> Option<Made> {
        // SAFETY: null, or what was leaked.
        unsafe { self.made.load(Ordering::Acquire).as_ref() }.copied()
    }

    /// Whether that is still to be found out.
    pub(crate) fn is_unnamed(&self) -> bool {
        self.maker != 0 && self.name.is_none() && self.made().is_none()
    }

    pub(crate) fn rules(&self) -> ClassRules {
        self.declared.map_or(ClassRules::default(), |class| class.rules)
    }

    /// What the engine must know.
    pub(crate) fn info(&self) -> ClassInfo {
        let mut rules = self.rules();
        rules.by_instance |=
            self.by_instance || same_class_by_instance() || self.foreign && super::config::foreign_class_by_instance();
        rules.reads_alone |= self.foreign;
        ClassInfo {
            wait: self.wait,
            rules,
            read_recursive_in_handler: self.shared.read_recursive_in_handler.load(Ordering::Relaxed),
            readers_pass: self.shared.readers_pass.load(Ordering::Relaxed),
            upgradable_excludes: self.shared.upgradable_excludes.load(Ordering::Relaxed),
            holder_may_change: self.holder_may_change,
        }
    }
}

/// So many frames of a constructor are kept: its own, and those that may tell classes apart.
pub(super) const MAKER_FRAMES: usize = 3;

/// What tells classes apart: content, not addresses, for the compiler may keep a place twice.
#[derive(PartialEq, Eq, Hash)]
struct Identity {
    declared: usize,
    /// What spins and what sleeps may be used in different places, so they are of different classes, though one may be declared for both.
    wait: WaitType,
    /// As little is one that nests by itself and one that does not.
    by_instance: bool,
    file: &'static str,
    line: u32,
    column: u32,
    kind: &'static str,
    type_name: &'static str,
    maker: &'static [usize],
}

/// Numbers of classes, by the hash of something that their records say: half of it, for the table, and the rest is compared.
struct Numbers(HashTable<(u32, u32), Arena>);

impl Numbers {
    const fn new() -> Numbers {
        Numbers(HashTable::new_in(Arena))
    }

    fn hash(value: &impl Hash) -> u32 {
        (foldhash::fast::FixedState::with_seed(3).hash_one(value) >> 32) as u32
    }

    /// The bits that a table looks at are at both ends.
    fn spread(hash: u32) -> u64 {
        u64::from(hash).wrapping_mul(0x9e37_79b9_0000_0001)
    }

    fn find(&self, hash: u32, mut is: impl FnMut(u32) -> bool) -> Option<u32> {
        self.0.find(Numbers::spread(hash), |&(known, number)| known == hash && is(number)).map(|&(_, number)| number)
    }

    fn insert(&mut self, hash: u32, number: u32) {
        self.0.insert_unique(Numbers::spread(hash), (hash, number), |&(hash, _)| Numbers::spread(hash));
    }

    /// In the place of another, which has the same hash.
    fn replace(&mut self, hash: u32, old: u32, new: u32) {
        if let Some(known) = self.0.find_mut(Numbers::spread(hash), |&known| known == (hash, old)) {
            known.1 = new;
        }
    }
}

/// The classes of locks by what locks of one class share; see `LockMap`.
pub(crate) static ALIKE: Shared = Shared::new();

pub(crate) use super::config::same_class_by_instance;

/// Fewer names are not worth looking at.
const MANY_NAMES: usize = 256;

/// Everything behind the slow section.
pub(crate) struct Globals {
    pub(crate) stacks: Interned,
    classes: Vec<&'static ClassRecord, Arena>,
    index: Numbers,
    /// The last class of each name and place that has classes told apart by their makers.
    twins: Numbers,
    /// Names of threads that left evidence.
    pub(crate) names: HashMap<u32, [u8; 16], foldhash::fast::FixedState, Arena>,
    /// So many names are worth looking for those that nobody needs any more.
    many_names: usize,
    /// All live threads that ever took a checked lock.
    threads: Vec<&'static ThreadState, Arena>,
    /// All graphs, to be told of locks that go.
    pub(crate) graphs: Vec<*const super::graph::Graph, Arena>,
    /// Locks whose guards outlived the threads that took them, by number.
    pub(crate) adrift: Vec<u64, Arena>,
    /// Held stacks of threads that ended, for others.
    pub(crate) rooms: Vec<Room, Arena>,
    /// What the threads held that a fork left behind.
    pub(crate) orphans: Vec<Orphan, Arena>,
    /// Handlers by site and stack, so that one that is installed again and again is kept once.
    installed: HashMap<(Place, Option<&'static str>), &'static Installed, foldhash::fast::FixedState, Arena>,
    /// Which live threads notified which condition variable, and where they last did; kept for the watchdog.
    notifiers: HashMap<(u64, u32), Place, foldhash::fast::FixedState, Arena>,
    next_thread: u32,
    /// Ticks when a thread begins and when one ends.
    pub(crate) clock: u32,
}

impl Globals {
    pub(crate) const fn new() -> Globals {
        let hash = foldhash::fast::FixedState::with_seed(3);
        Globals {
            stacks: Interned::new(),
            classes: Vec::new_in(Arena),
            index: Numbers::new(),
            twins: Numbers::new(),
            names: HashMap::with_hasher_in(hash, Arena),
            many_names: MANY_NAMES,
            threads: Vec::new_in(Arena),
            graphs: Vec::new_in(Arena),
            adrift: Vec::new_in(Arena),
            rooms: Vec::new_in(Arena),
            orphans: Vec::new_in(Arena),
            installed: HashMap::with_hasher_in(foldhash::fast::FixedState::with_seed(4), Arena),
            notifiers: HashMap::with_hasher_in(foldhash::fast::FixedState::with_seed(5), Arena),
            next_thread: 0,
            clock: 0,
        }
    }

    /// The class of a lock made at `place` (a `Location`, or the `LockClass` it was given).
    pub(crate) fn class(
        &mut self,
        info: &'static LockInfo,
        place: *const (),
        name: Option<&'static str>,
        maker: u32,
    ) -> &'static ClassRecord {
        let type_name = (info.type_name)();
        let (declared, site) = if info.declared {
            // SAFETY: with `declared` set the place word is a `&'static LockClass`.
            let class = unsafe { &*place.cast::<LockClass>() };
            (Some(class), class.site)
        } else {
            // SAFETY: otherwise it is a `&'static Location`.
            (None, unsafe { &*place.cast::<Location<'static>>() })
        };
        let identity =
            self.identity((declared, site), (info.kind, info.wait, info.by_instance), name.unwrap_or(type_name), maker);
        let hash = Numbers::hash(&identity);
        if let Some(base) = self.index.find(hash, |base| self.identity_of(self.numbered(base)) == identity) {
            let known = self.numbered(base);
            known.shared.learn(info);
            return known;
        }
        let base = self.classes.len() as u32 + 1;
        let twins = if maker == 0 { 0 } else { self.count_twin(base, (site, info.kind, type_name)) };
        let record = immortal(ClassRecord {
            base,
            declared,
            name: declared.map(|class| class.name).or(name),
            site,
            maker,
            twins,
            made: AtomicPtr::new(ptr::null_mut()),
            kind: info.kind,
            type_name,
            wait: info.wait,
            shared: Shares::default(),
            guards_move: info.guards_move,
            holder_may_change: info.holder_may_change,
            by_instance: info.by_instance,
            foreign: info.foreign && crate::shims().next().is_some(),
        });
        record.shared.learn(info);
        self.classes.push(record);
        self.index.insert(hash, base);
        record
    }

    fn identity(
        &self,
        (declared, site): (Option<&'static LockClass>, &'static Location<'static>),
        (kind, wait, by_instance): (&'static str, WaitType, bool),
        type_name: &'static str,
        maker: u32,
    ) -> Identity {
        match declared {
            // A declared class is one class, whatever its locks protect.
            Some(class) => Identity {
                declared: ptr::from_ref(class) as usize,
                wait,
                by_instance,
                file: "",
                line: 0,
                column: 0,
                kind: "",
                type_name: "",
                maker: &[],
            },
            None => Identity {
                declared: 0,
                wait,
                by_instance,
                file: site.file(),
                line: site.line(),
                column: site.column(),
                kind,
                type_name,
                maker: self.tells_apart(site, maker),
            },
        }
    }

    fn identity_of(&self, class: &ClassRecord) -> Identity {
        let name = class.name.unwrap_or(class.type_name);
        self.identity((class.declared, class.site), (class.kind, class.wait, class.by_instance), name, class.maker)
    }

    /// How many classes that a maker told apart had this name and place before `base`, which has them now.
    fn count_twin(&mut self, base: u32, named: (&'static Location<'static>, &'static str, &'static str)) -> u32 {
        let hash = Numbers::hash(&named);
        let named_so = |class: &ClassRecord| (class.site, class.kind, class.type_name) == named;
        match self.twins.find(hash, |base| named_so(self.numbered(base))) {
            Some(last) => {
                self.twins.replace(hash, last, base);
                self.numbered(last).twins + 1
            }
            None => {
                self.twins.insert(hash, base);
                0
            }
        }
    }

    /// The callers of a constructor that tell its locks apart. One is enough where the place is the program's own: only the fields
    /// of a `derive(Default)` share one. Of a place in the standard library the caller's caller may be the first to say something.
    pub(super) fn tells_apart(&self, site: &Location<'_>, maker: u32) -> &'static [usize] {
        let callers = self.stacks.get(maker).get(1..).unwrap_or(&[]);
        // A place there says nothing about the lock made.
        &callers[..callers.len().min(if in_library(site.file()) { MAKER_FRAMES - 1 } else { 1 })]
    }

    /// What the classes take.
    pub(crate) fn class_bytes(&self) -> usize {
        let records = self.classes.len() * size_of::<ClassRecord>().next_power_of_two();
        let tables = self.index.0.allocation_size() + self.twins.0.allocation_size() + ALIKE.bytes();
        records + self.classes.capacity() * size_of::<&ClassRecord>() + tables
    }

    /// A handler, to be known by where it was installed.
    pub(crate) fn install(&mut self, handler: Installed) -> &'static Installed {
        self.installed.entry((handler.place, handler.name)).or_insert_with(|| immortal(handler))
    }

    /// The class with this number, which a lock has.
    pub(crate) fn numbered(&self, base: u32) -> &'static ClassRecord {
        self.classes[base as usize - 1]
    }

    /// The record of a class the engine speaks of.
    pub(crate) fn record(&self, class: ClassId) -> Option<&'static ClassRecord> {
        self.classes.get((class.base() as usize).checked_sub(1)?).copied()
    }

    /// Registers a thread, unless nobody will see its end.
    pub(crate) fn join(&mut self, thread: &'static ThreadState, listed: bool) -> (u32, u32) {
        self.next_thread += 1;
        self.clock += 1;
        // One at the same place has ended without a word, and its memory is another thread's now.
        self.unlist(thread);
        if listed {
            self.threads.push(thread);
        }
        (self.next_thread, self.clock)
    }

    /// Nobody looks at the thread any more.
    pub(crate) fn unlist(&mut self, thread: &ThreadState) {
        self.threads.retain(|known| !ptr::eq(*known, thread));
    }

    /// Whether the guard of this lock outlived its thread; it is released now.
    pub(crate) fn found_adrift(&mut self, instance: u64) -> bool {
        let found = self.adrift.iter().position(|&adrift| adrift == instance);
        found.map(|at| self.adrift.swap_remove(at)).is_some()
    }

    /// Forgets the names of threads that nothing speaks of any more, when there are many.
    pub(crate) fn forget_names(&mut self) {
        if self.names.len() < self.many_names {
            return;
        }
        let mut kept: Vec<u32, Arena> = Vec::new_in(Arena);
        kept.extend(self.installed.values().map(|installed| installed.thread.id));
        kept.extend(self.orphans.iter().map(|orphan| orphan.thread.id));
        kept.extend(self.threads().map(|thread| thread.thread().id));
        for &graph in &self.graphs {
            // SAFETY: listed graphs are alive; in a slow section.
            let inner = unsafe { (*graph).inner() };
            inner.engine.threads_spoken_of(|thread| kept.push(thread));
            kept.extend(inner.unsaid().flat_map(|raw| raw.verdict.parts.iter().map(|part| part.thread.id).chain([raw.thread])));
        }
        kept.sort_unstable();
        self.names.retain(|thread, _| kept.binary_search(thread).is_ok());
        self.many_names = (2 * self.names.len()).max(MANY_NAMES);
    }

    /// Removes a thread.
    pub(crate) fn leave(&mut self, thread: &ThreadState) {
        self.clock += 1;
        let gone = thread.thread().id;
        self.notifiers.retain(|&(_, thread), _| thread != gone);
        if thread.left_evidence.load(Ordering::Relaxed) != 0 {
            self.names.insert(gone, thread.name.get());
        }
        self.unlist(thread);
    }

    /// Removes all threads but one. The others.
    pub(crate) fn keep_only(&mut self, me: &ThreadState) -> Vec<&'static ThreadState, Arena> {
        let mut others = core::mem::replace(&mut self.threads, Vec::new_in(Arena));
        self.threads.extend(others.iter().copied().filter(|thread| ptr::eq(*thread, me)));
        others.retain(|thread| !ptr::eq(*thread, me));
        self.clock += 1;
        self.notifiers.retain(|&(_, thread), _| thread == me.thread().id);
        others
    }

    /// A thread notifies a condition variable.
    pub(crate) fn notifies(&mut self, condvar: u64, thread: &ThreadState, place: Place) {
        self.notifiers.insert((condvar, thread.thread().id), place);
    }

    /// As an entry of `thread`: that it notified the condition variable of the entry `wants` before.
    pub(crate) fn notification(&self, wants: &Held, thread: &ThreadState) -> Option<Held> {
        let &place = self.notifiers.get(&(wants.instance, thread.thread().id))?;
        Some(Held { state: State::Free, context: 0, place, ..*wants })
    }

    /// A lock is gone, and with it who notified it.
    pub(crate) fn forget_notifiers(&mut self, condvar: u64) {
        self.notifiers.retain(|&(known, _), _| known != condvar);
    }

    /// The registered threads: they are alive, for they leave before they end.
    pub(crate) fn threads(&self) -> impl Iterator<Item = &'static ThreadState> {
        self.threads.iter().copied()
    }

    /// All of them but `me`.
    pub(crate) fn others<'a>(&'a self, me: &'a ThreadState) -> impl Iterator<Item = &'static ThreadState> + use<'a> {
        self.threads().filter(move |other| !ptr::eq(*other, me))
    }
}
