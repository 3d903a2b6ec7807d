//! Classes: what they are, what they allow, how they were used.

use allocator_api2::alloc::Allocator;
use allocator_api2::vec::Vec;

use super::graph::NodeIx;
use super::usage::Usage;
use super::{Engine, Map};
use crate::class::ClassRules;
use crate::kind::{Mode, WaitType};

/// A class with its subclass. Zero is no class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClassId(u32);

impl ClassId {
    /// No class: the entry of an irq section.
    pub const NONE: ClassId = ClassId(0);

    /// The class number `base` (from 1, below 2^24) with a subclass.
    pub const fn new(base: u32, subclass: u8) -> ClassId {
        ClassId(base << 8 | subclass as u32)
    }

    /// The number without the subclass.
    pub const fn base(self) -> u32 {
        self.0 >> 8
    }

    /// Both in one word.
    pub(crate) const fn bits(self) -> u32 {
        self.0
    }

    /// The subclass.
    pub const fn subclass(self) -> u8 {
        self.0 as u8
    }
}

/// What the rules must know of a class.
#[derive(Clone, Copy, Debug, Default)]
pub struct ClassInfo {
    /// How its locks wait.
    pub wait: WaitType,
    /// What it allows and forbids.
    pub rules: ClassRules,
    /// A plain read taken in a handler passes queued writers.
    pub read_recursive_in_handler: bool,
    /// A plain read passes queued writers everywhere.
    pub readers_pass: bool,
    /// An upgradable hold keeps readers out, too.
    pub upgradable_excludes: bool,
    /// A guard may be with another thread than the one that took the lock, which then does not wait for itself.
    pub holder_may_change: bool,
}

impl ClassInfo {
    /// How whoever cannot have it waits: as was declared, else as the lock does.
    pub(super) fn wait_type(&self) -> WaitType {
        self.rules.wait.unwrap_or(self.wait)
    }

    /// The mode whose holders keep out whom a holder in `mode` keeps out.
    pub(crate) const fn keeps_out(&self, mode: Mode) -> Mode {
        if matches!(mode, Mode::Upgradable) && self.upgradable_excludes { Mode::Write } else { mode }
    }
}

/// A class as the engine knows it.
pub(super) struct Class<A: Allocator + Clone> {
    pub(super) id: ClassId,
    pub(super) info: ClassInfo,
    pub(super) node: NodeIx,
    /// Somebody waited to write.
    pub(super) written: bool,
    /// Of a condition variable: what everybody held who notified it; `None` before the first one.
    pub(super) notified_under: Option<Vec<ClassId, A>>,
    pub(super) usage: Usage<A>,
}

/// The table of classes, in the order they were first seen.
pub(super) struct Classes<A: Allocator + Clone> {
    alloc: A,
    list: Vec<Class<A>, A>,
    index: Map<ClassId, u32, A>,
}

impl<A: Allocator + Clone> Classes<A> {
    pub(super) fn new_in(alloc: A) -> Classes<A> {
        Classes { list: Vec::new_in(alloc.clone()), index: Map::with_hasher_in(Default::default(), alloc.clone()), alloc }
    }

    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    pub(super) fn bytes(&self) -> usize {
        self.list.capacity() * size_of::<Class<A>>() + self.index.allocation_size()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Class<A>> {
        self.list.iter()
    }

    pub(super) fn get(&self, id: ClassId) -> Option<&Class<A>> {
        self.index.get(&id).map(|&ix| &self.list[ix as usize])
    }

    pub(super) fn get_mut(&mut self, id: ClassId) -> Option<&mut Class<A>> {
        self.index.get(&id).map(|&ix| &mut self.list[ix as usize])
    }
}

impl<A: Allocator + Clone> Engine<A> {
    /// Registers a class at its first use.
    pub(super) fn learn(&mut self, id: ClassId, info: ClassInfo) {
        if self.classes.index.contains_key(&id) {
            return;
        }
        let node = self.graph.node(super::graph::Key::Class(id), id);
        let usage = Usage::new_in(self.classes.alloc.clone());
        self.classes.index.insert(id, self.classes.list.len() as u32);
        self.classes.list.push(Class { id, info, node, written: false, notified_under: None, usage });
    }
}
