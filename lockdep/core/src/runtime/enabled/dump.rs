//! What the validator knows, on demand.

use std::fmt::Write as _;
use std::io;

use super::deliver::{class_name, entry_of, printed, thread_name};
use super::raw::location;
use super::thread::{ThreadState, current};
use super::{baseline, complain, contention, life, slow};
use crate::engine::{ClassId, Held, Place, State};
use crate::runtime::Stats;

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
            reports: printed() as usize,
            acquisitions: super::acquire::counted(),
            accepted: baseline::accepted() as usize,
        }
    })
}

pub(crate) fn dump_held() {
    // Copied first, put into words after: the slow section may not call malloc.
    let count = slow::with(|globals| globals.threads().map(ThreadState::depth).sum::<usize>()) + 64;
    let mut copies: Vec<(u32, Held)> = Vec::with_capacity(count);
    slow::with(|globals| {
        for thread in globals.threads() {
            for held in contention::entries(thread) {
                if copies.len() < copies.capacity() && held.state != State::Free {
                    copies.push((thread.thread().id, held));
                }
            }
        }
    });
    let mut text = String::from("lockdep: locks held:\n");
    if copies.is_empty() {
        text.push_str("  none\n");
    }
    let mut last = None;
    for (thread, held) in &copies {
        if last != Some(*thread) {
            let _ = writeln!(text, "  thread `{}`:", thread_name(*thread));
            last = Some(*thread);
        }
        let what = match held.state {
            State::Held => "holds",
            State::Waiting => "waits for",
            State::Disabled | State::Section | State::Free => "signals blocked",
        };
        let _ = write!(text, "    {what}");
        if held.class != ClassId::NONE {
            let lock = entry_of(held);
            let _ = write!(text, " `{}` ({})", lock.class_name(), held.mode.name());
        }
        if let Some(site) = location(held.place.site) {
            let _ = write!(text, " at {}:{}:{}", site.file(), site.line(), site.column());
        }
        if held.context != 0 {
            let _ = write!(text, " in a handler");
        }
        text.push('\n');
    }
    complain(text.as_bytes());
}

struct Dependency {
    from: ClassId,
    to: ClassId,
    kind: &'static str,
    holding: Place,
    acquiring: Place,
}

/// A copy of the graph of the process.
fn snapshot() -> (Vec<ClassId>, Vec<Dependency>) {
    life::prepare(current());
    let (classes, edges) = slow::with(|globals| {
        // SAFETY: in a slow section.
        let engine = unsafe { &life::process_graph(globals).inner().engine };
        (engine.class_count(), engine.edge_count())
    });
    let (mut class_list, mut edge_list) = (Vec::with_capacity(classes + 64), Vec::with_capacity(edges + 64));
    slow::with(|globals| {
        // SAFETY: in a slow section.
        let engine = unsafe { &life::process_graph(globals).inner().engine };
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
    (class_list, edge_list)
}

fn name_of(class: ClassId) -> String {
    let record = slow::with(|globals| globals.record(class));
    let name = record.map_or_else(|| "?".into(), class_name);
    if class.subclass() == 0 { name } else { format!("{name}/{}", class.subclass()) }
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
    let classes: Vec<String> = classes.into_iter().map(name_of).collect();
    let dependencies: Vec<serde_json::Value> = dependencies
        .into_iter()
        .map(|edge| {
            serde_json::json!({
                "from": name_of(edge.from),
                "to": name_of(edge.to),
                "kind": edge.kind,
                "holding": site_of(edge.holding),
                "acquiring": site_of(edge.acquiring),
            })
        })
        .collect();
    let graph = serde_json::json!({ "version": 1, "classes": classes, "dependencies": dependencies });
    writeln!(w, "{graph}")
}
