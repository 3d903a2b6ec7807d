//! What the validator knows, on demand.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::io;
use std::time::Duration;

use allocator_api2::vec::Vec as ArenaVec;
use serde::Serialize;

use super::deliver::{class_name, entry_of, printed, thread_name};
use super::raw::{RawThread, location};
use super::thread::current;
use super::{NotCancelled, baseline, complain, life, position, slow, watchdog};
use crate::arena::Arena;
use crate::engine::{ClassId, HeldFlags, Place, State};
use crate::report::{DrawnStacks, count, json, of_level, seconds, signal_name};
use crate::runtime::Stats;
use crate::stack::symbolize;

pub(crate) fn stats() -> Stats {
    life::prepare(current());
    slow::with(|globals| {
        let graph = life::process_graph(globals);
        // SAFETY: in a slow section.
        let engine = unsafe { &graph.inner().engine };
        Stats {
            classes: engine.class_count(),
            dependencies: engine.edge_count(),
            chains: graph.chains.len() as usize,
            stacks: globals.stacks.len(),
            threads: globals.threads().count(),
            memory_bytes: slow::with_blocks(|blocks| blocks.mapped()),
            stack_bytes: globals.stacks.bytes(),
            dependency_bytes: engine.edge_bytes(),
            class_bytes: globals.class_bytes() + engine.class_bytes(),
            thread_bytes: globals.threads().map(life::bytes).sum(),
            reports: printed() as usize,
            acquisitions: super::acquire::counted(),
            accepted: baseline::accepted() as usize,
        }
    })
}

pub(crate) fn dump_held() {
    let _whole = NotCancelled::begin();
    // In one slow section, so that it is one moment; put into words after it, which needs malloc.
    let pictures = slow::with(|globals| {
        let mut pictures = ArenaVec::new_in(Arena);
        pictures.extend(globals.threads().map(|thread| RawThread::of(thread, None)));
        pictures
    });
    // SAFETY: no arguments, always succeeds.
    let (pid, me) = unsafe { (libc::getpid(), libc::gettid()) };
    let mut tasks = watchdog::tasks();
    if tasks.is_empty() {
        // No `/proc`: at least those that are known.
        tasks.extend(pictures.iter().map(|picture| (picture.tid, String::new())));
    }
    complain(format!("lockdep: {} of process {pid}, and the locks that they hold\n", count(tasks.len(), "thread")).as_bytes());
    let stacks = DrawnStacks::new();
    for (tid, name) in tasks {
        let picture = pictures.iter().find(|picture| picture.tid == tid);
        let name = match picture {
            _ if tid == pid => "main".to_owned(),
            Some(picture) if name.is_empty() => thread_name(picture.id),
            _ => name,
        };
        let mut text = format!("\nthread `{name}` (tid {tid})");
        if let Some(picture) = picture {
            describe(&mut text, picture);
        }
        match position::ask(tid) {
            Ok(_) if tid == me => text.push_str("\n  asks for this"),
            Ok(stack) => {
                let frames = symbolize(&stack);
                text.push_str("\n  is now at");
                stacks.draw(&frames).iter().for_each(|line| {
                    let _ = write!(text, "\n    {line}");
                });
            }
            Err(missing) => {
                let _ = write!(text, "\n  {}", missing.words());
            }
        }
        text.push('\n');
        complain(text.as_bytes());
    }
}

/// What a thread holds and waits for, a line each.
fn describe(text: &mut String, picture: &RawThread) {
    if picture.handler != 0 {
        let _ = write!(text, ", in the handler of {}", signal_name(picture.handler.into()));
    }
    for held in &picture.held {
        let lock = (held.class != ClassId::NONE).then(|| entry_of(held));
        let name = lock.as_ref().map_or_else(String::new, |lock| format!("`{}`", lock.short_name()));
        let waited = || seconds(Duration::from_nanos(picture.waited));
        let what = match held.state {
            State::Held => format!("holds {name} ({}), taken at", held.mode.name()),
            State::Waiting if held.context != picture.nesting => format!("was interrupted while it waited for {name}, since"),
            State::Waiting if held.flags.has(HeldFlags::CONDVAR) => {
                format!("has waited {} for a notification of {name}, at", waited())
            }
            State::Waiting => format!("has waited {} for {name} ({}), at", waited(), held.mode.name()),
            State::Disabled | State::Section => "has blocked signals since".to_owned(),
            State::Free => continue,
        };
        let handler = if held.context == 0 { "" } else { ", in a handler" };
        let _ = match location(held.place.site) {
            Some(site) => write!(text, "\n  {what} {}:{}:{}{handler}", site.file(), site.line(), site.column()),
            None => write!(text, "\n  {what} a place that is not known{handler}"),
        };
    }
}

struct Dependency {
    from: ClassId,
    to: ClassId,
    kind: &'static str,
    holding: Place,
    acquiring: Place,
}

/// A copy of the graph that this thread is in.
fn snapshot() -> (Vec<ClassId>, Vec<Dependency>) {
    life::prepare(current());
    let graph = life::graph(current());
    let (classes, edges) = slow::with(|_globals| {
        // SAFETY: in a slow section.
        let engine = unsafe { &graph.inner().engine };
        (engine.class_count(), engine.edge_count())
    });
    let (mut class_list, mut edge_list) = (Vec::with_capacity(classes + 64), Vec::with_capacity(edges + 64));
    slow::with(|_globals| {
        // SAFETY: in a slow section.
        let engine = unsafe { &graph.inner().engine };
        // Within the capacity: the slow section may not call malloc.
        class_list.extend(engine.classes().take(classes + 64));
        let dependencies = engine.dependencies();
        edge_list.extend(dependencies.take(edges + 64).map(|(from, to, kind, holding, acquiring)| Dependency {
            from,
            to,
            kind,
            holding,
            acquiring,
        }));
    });
    // A reader and a writer who waited are two dependencies, of one kind by the kernel's names.
    let mut seen = HashSet::new();
    edge_list.retain(|edge| seen.insert((edge.from, edge.to, edge.kind)));
    (class_list, edge_list)
}

fn name_of(class: ClassId) -> String {
    let record = slow::with(|globals| globals.record(class));
    let name = record.map_or_else(|| "?".into(), class_name);
    of_level(name, class.subclass())
}

fn site_of(place: Place) -> String {
    location(place.site).map_or_else(String::new, |site| format!("{}:{}", site.file(), site.line()))
}

pub(crate) fn dump_graph_dot(w: &mut dyn io::Write) -> io::Result<()> {
    let (classes, dependencies) = snapshot();
    let quoted = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"");
    let node = |class: ClassId| format!("c{}_{}", class.base(), class.subclass());
    writeln!(w, "digraph lockdep {{")?;
    for class in classes {
        writeln!(w, "  {} [label=\"{}\"];", node(class), quoted(&name_of(class)))?;
    }
    for edge in dependencies {
        let label = format!("{} {}", edge.kind, site_of(edge.acquiring));
        writeln!(w, "  {} -> {} [label=\"{}\"];", node(edge.from), node(edge.to), quoted(label.trim()))?;
    }
    writeln!(w, "}}")
}

pub(crate) fn dump_graph_json(w: &mut dyn io::Write) -> io::Result<()> {
    let (classes, dependencies) = snapshot();
    let numbers: HashMap<ClassId, usize> = classes.iter().copied().zip(0..).collect();
    let at = |class: ClassId| numbers.get(&class).copied();
    let dependency = |edge: &Dependency| JsonDependency {
        from: name_of(edge.from),
        to: name_of(edge.to),
        from_class: at(edge.from),
        to_class: at(edge.to),
        kind: edge.kind,
        holding: site_of(edge.holding),
        acquiring: site_of(edge.acquiring),
    };
    let dependencies = dependencies.iter().map(dependency).collect();
    let classes = classes.iter().copied().map(name_of).collect();
    writeln!(w, "{}", json::write(&JsonGraph { version: 1, classes, dependencies }))
}

#[derive(Serialize)]
struct JsonGraph {
    version: u32,
    classes: Vec<String>,
    dependencies: Vec<JsonDependency>,
}

#[derive(Serialize)]
struct JsonDependency {
    from: String,
    to: String,
    from_class: Option<usize>,
    to_class: Option<usize>,
    kind: &'static str,
    holding: String,
    acquiring: String,
}
