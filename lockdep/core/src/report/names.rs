//! What a report calls its locks: short, and different for different classes.

use super::{Body, ReportedLock};
use crate::class::READY;

/// Nothing that a report quotes from the program is longer than this.
const LONGEST_NAME: usize = 60;

/// The names of a report's classes. A declared class is called by its name, another one `Mutex<Wal>`, without the modules of
/// its type; a subclass follows after a slash, as in the kernel. Two classes that would share a name get their site added, and
/// if that is not enough, a number.
pub(super) struct Names {
    /// One entry for each class that occurs.
    classes: Vec<(ReportedLock, String)>,
}

impl Names {
    pub(super) fn of(body: &Body) -> Names {
        let mut classes: Vec<(ReportedLock, String)> = Vec::new();
        let of_threads = body
            .threads
            .iter()
            .flat_map(|thread| thread.held.iter().map(|held| &held.lock).chain(thread.waits.as_ref().map(|(lock, _)| lock)));
        for lock in body.locks.iter().chain(body.held.iter().map(|held| &held.lock)).chain(of_threads) {
            if !classes.iter().any(|(known, _)| same_class(known, lock)) {
                classes.push((lock.clone(), lock.short_name()));
            }
        }
        tell_apart(&mut classes, |lock, _| match lock.construction {
            Some(site) => format!(" ({}:{})", clean(file_name(site.file)), site.line),
            None => String::new(),
        });
        tell_apart(&mut classes, |_, n| format!("#{n}"));
        Names { classes }
    }

    /// The name of a lock's class, without backticks. It is a lock of the body the names were made of.
    pub(super) fn class(&self, lock: &ReportedLock) -> &str {
        let class = self.classes.iter().find(|(known, _)| same_class(known, lock));
        class.map_or("?", |(_, name)| name)
    }

    /// The same, with the number of the lock if there are more of its class: `Shard #2`.
    pub(super) fn bare(&self, lock: &ReportedLock) -> String {
        match lock.number {
            0 => self.class(lock).to_owned(),
            number => format!("{} #{number}", self.class(lock)),
        }
    }

    /// The same, in backticks.
    pub(super) fn quoted(&self, lock: &ReportedLock) -> String {
        format!("`{}`", self.bare(lock))
    }
}

/// Adds what `addition` says to every name that occurs more than once; it is told the how-many-th of that name it is, from 1.
fn tell_apart(classes: &mut [(ReportedLock, String)], addition: impl Fn(&ReportedLock, usize) -> String) {
    let names: Vec<String> = classes.iter().map(|(_, name)| name.clone()).collect();
    for (i, (lock, name)) in classes.iter_mut().enumerate() {
        let same = |other: &&String| **other == names[i];
        if names.iter().filter(same).count() > 1 {
            let nth = names[..=i].iter().filter(same).count();
            name.push_str(&addition(lock, nth));
        }
    }
}

fn same_class(a: &ReportedLock, b: &ReportedLock) -> bool {
    a.class_name == b.class_name && a.subclass == b.subclass && a.construction == b.construction && a.kind == b.kind
}

/// The name of a class at the level that a subclass is.
pub(crate) fn of_level(name: String, subclass: u8) -> String {
    match subclass {
        0 => name,
        // `OnceLock<Config>/ready`: not the cell, but that it has its value.
        READY => format!("{name}/ready"),
        subclass => format!("{name}/{subclass}"),
    }
}

impl ReportedLock {
    /// What its class is called where there is no other of that name: `wal`, `Mutex<Wal>`, `wal/1`.
    pub(crate) fn short_name(&self) -> String {
        let name = if is_declared(self) { clean(&self.class_name) } else { kind_and_type(self) };
        of_level(shorten(&name, LONGEST_NAME), self.subclass)
    }
}

/// The name of a class that the report does not speak of otherwise, in backticks: as declared, or `Mutex<Wal> (src/wal.rs:8)`.
pub(super) fn quoted_class(class_name: &str) -> String {
    let name = if class_name.contains('<') { short_type(class_name) } else { clean(class_name) };
    format!("`{}`", shorten(&name, LONGEST_NAME))
}

/// Whether the class has a name of its own, not one made from kind, type and site.
pub(crate) fn is_declared(lock: &ReportedLock) -> bool {
    !lock.class_name.is_empty() && !lock.class_name.strip_prefix(lock.kind).is_some_and(|rest| rest.starts_with('<'))
}

/// `Mutex<Vec<Page>>`.
pub(super) fn kind_and_type(lock: &ReportedLock) -> String {
    let type_name = short_type(lock.type_name);
    if type_name.is_empty() { lock.kind.to_owned() } else { shorten(&format!("{}<{type_name}>", lock.kind), LONGEST_NAME) }
}

/// The type without the modules. A closure keeps the name of its function.
fn short_type(type_name: &str) -> String {
    let short: Vec<u8> = without_modules(type_name).collect();
    clean(&String::from_utf8_lossy(&short))
}

/// The bytes of a type's name, the modules left out: `alloc::vec::Vec<app::Page>` is `Vec<Page>`.
pub(crate) fn without_modules(mut rest: &str) -> impl Iterator<Item = u8> + Clone {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut word: &[u8] = &[];
    core::iter::from_fn(move || {
        loop {
            if let Some((&first, more)) = word.split_first() {
                word = more;
                return Some(first);
            }
            let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            let (head, tail) = if end == 0 { rest.split_at(rest.chars().next()?.len_utf8()) } else { rest.split_at(end) };
            let inner = tail.strip_prefix("::").filter(|inner| end > 0 && inner.starts_with(is_word));
            match inner {
                Some(inner) => rest = inner,
                None => (word, rest) = (head.as_bytes(), tail),
            }
        }
    })
}

/// At most `longest` characters: the middle is left out, because paths and types differ at their ends.
pub(super) fn shorten(text: &str, longest: usize) -> String {
    let length = text.chars().count();
    if length <= longest {
        return text.to_owned();
    }
    let kept = longest.saturating_sub(3).max(2);
    let (head, tail) = (kept - kept / 2, kept / 2);
    let mut short: String = text.chars().take(head).collect();
    short.push_str("...");
    short.extend(text.chars().skip(length - tail));
    short
}

/// One line without control characters: what the program calls things must not steer the terminal.
pub(crate) fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || is_direction(c) { ' ' } else { c }).collect()
}

/// Marks that change the direction of the text after them.
fn is_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The last part of a path.
fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// "1 lock", "3 locks".
pub(crate) fn count(n: usize, one: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_lose_their_modules() {
        for (full, short) in [
            ("u32", "u32"),
            ("()", "()"),
            ("", ""),
            ("alloc::vec::Vec<core::option::Option<app::wal::Segment>>", "Vec<Option<Segment>>"),
            ("(alloc::string::String, &'static [app::Page; 4])", "(String, &'static [Page; 4])"),
            ("dyn core::fmt::Debug + core::marker::Send", "dyn Debug + Send"),
            ("app::main::{{closure}}", "main::{{closure}}"),
            ("<app::A as app::B>::C", "<A as B>::C"),
            ("<app::A as app::B>::c::D", "<A as B>::D"),
            ("größe::Übung", "Übung"),
            ("::", "::"),
            ("a::", "a::"),
        ] {
            assert_eq!(short_type(full), short, "{full}");
        }
    }

    #[test]
    fn a_gate_is_called_like_the_others() {
        assert_eq!(quoted_class("catalog::lock"), "`catalog::lock`");
        assert_eq!(quoted_class("Mutex<app::wal::Wal> (src/wal.rs:8)"), "`Mutex<Wal> (src/wal.rs:8)`");
    }

    #[test]
    fn long_names_lose_their_middle() {
        assert_eq!(shorten("abcdefghij", 10), "abcdefghij");
        assert_eq!(shorten("abcdefghijk", 10), "abcd...ijk");
        assert_eq!(shorten("äöüäöüäöüäöü", 8), "äöü...öü");
        assert_eq!(shorten("abcdef", 0), "a...f");
    }

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        assert_eq!(clean("a\x1b[31mb\nc\u{202e}d"), "a [31mb c d");
    }
}
