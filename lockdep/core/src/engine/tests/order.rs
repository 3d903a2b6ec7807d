//! The online topological order: kept with a cycle inside, and after one is gone; and how it scales.

use allocator_api2::alloc::Global;

use super::script::World;
use crate::engine::evidence::{Evidence, Seen};
use crate::engine::graph::{Added, Dependency, Key, Kind};
use crate::engine::{ClassId, Engine, Held};

const INSTANCES: &str = "class A by_instance;";

fn pair(first: &str, second: &str) -> String {
    format!("t1: lock {first}, lock {second}, unlock {second}, unlock {first};")
}

/// Lock by lock, a cycle ends with one of its locks. The order that is relied on from then on holds for what came meanwhile too.
#[test]
fn the_order_outlives_a_cycle() {
    let mut world = World::new();
    world.go(&format!("{INSTANCES} t1:; {} {}", pair("A1", "A2"), pair("A2", "A1")));
    // While the cycle is there, against the order in which the locks were first seen.
    world.go(&format!("t1: lock A3, unlock A3, lock A4, unlock A4; {} {}", pair("A5", "A4"), pair("A4", "A3")));
    assert_eq!(world.lines().len(), 1);
    world.go("t1: drop A1");
    world.go(&pair("A3", "A5"));
    assert_eq!(world.lines(), ["Inversion Possible: A A (same thread)", "Inversion Possible: A A A (same thread)"]);
}

#[test]
fn a_closing_edge_that_is_gone_closes_nothing() {
    let mut world = World::run(&format!("{INSTANCES} {} {}", pair("A1", "A2"), pair("A2", "A1")));
    assert_eq!(world.engine.edge_count(), 2);
    world.go("t1: drop A2");
    assert_eq!(world.engine.edge_count(), 0);
    world.go(&pair("A1", "A3"));
    world.go(&pair("A3", "A2"));
    assert_eq!(world.lines().len(), 1, "{:?}", world.lines());
    world.go(&pair("A2", "A1"));
    assert_eq!(world.lines().len(), 2, "{:?}", world.lines());
}

#[test]
fn locks_that_come_and_go_take_each_others_places() {
    let mut world = World::new();
    world.go(INSTANCES);
    for round in 0..40 {
        // Each round in another order; what is gone must not count.
        let (first, second) = if round % 2 == 0 { ("A1", "A2") } else { ("A2", "A1") };
        world.go(&format!("{} {} t1: drop A1, drop A2", pair(first, second), pair(second, "A3")));
    }
    assert_eq!(world.lines(), [""; 0]);
    assert_eq!(world.engine.edge_count(), 0);
    let nodes = world.engine.graph.nodes.len();
    assert!(nodes <= 4, "three locks and their class take {nodes} places");
}

/// Chains whose links come in the worst order.
#[test]
fn links_that_come_backwards() {
    for length in [2, 3, 10, 60] {
        let mut engine = Engine::new_in(Global);
        let mut nodes = Vec::new();
        for at in 1..=length {
            let class = ClassId::new(at, 0);
            nodes.push(engine.graph.node(Key::Class(class), class));
        }
        let mut depend = |from: usize, to: usize| {
            let dependency = Dependency { held: &Held::FREE, new: &Held::FREE, kind: Kind::of(&Held::FREE, &Held::FREE, false) };
            let evidence = Evidence::new(Seen::default(), core::iter::empty());
            let added = engine.graph.depend((nodes[from], nodes[to]), dependency, &evidence);
            engine.check_invariants();
            matches!(added, Added::New { cycle: true, .. })
        };
        for at in 1..nodes.len() {
            assert!(!depend(at, at - 1), "link {at} of {length}");
        }
        assert!(depend(0, nodes.len() - 1), "the last link of {length}");
    }
}
