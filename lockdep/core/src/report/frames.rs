//! Stacks, drawn: one line a frame, innermost first.

use super::Frame;
use super::names::{clean, shorten};
use super::source::{Sources, in_library};
use super::style::{GUTTER, Style};

/// Lines of one stack that are shown; a deeper stack says how many frames more there are.
const MOST_LINES: usize = 16;

/// So many frames of the standard library in a row become one line.
const RUN: usize = 2;

/// So many frames of libraries below the innermost frame become one line.
const DEEP_SLEEP: usize = 3;

/// What the number of a frame takes: "  0: ".
const NUMBER: usize = 5;

/// A line of a stack.
enum Line<'a> {
    Frame {
        index: usize,
        frame: &'a Frame,
    },
    /// What the standard library does between two functions of the program.
    Library {
        frames: usize,
    },
    /// What is between the innermost function and the program.
    Foreign {
        frames: usize,
    },
}

/// The lines, and how many of the frames they stand for. A line is number, function, and the place in a column of its own; a
/// function whose name leaves no room for the place has it in the next line.
/// Of a thread `asleep`, what put it to sleep is one line.
pub(super) fn lines(frames: &[Frame], asleep: bool, style: Style, sources: &Sources) -> (Vec<String>, usize) {
    let mut lines = gathered(frames, asleep, sources);
    lines.truncate(MOST_LINES);
    let shown =
        lines.iter().map(|line| if let Line::Library { frames } | Line::Foreign { frames } = line { *frames } else { 1 }).sum();
    let width = style.width.saturating_sub(GUTTER + NUMBER).max(40);
    let name = |frame: &Frame| shorten(&symbol(frame), width);
    let lengths = lines.iter().filter_map(|line| match line {
        Line::Frame { frame, .. } => Some(name(frame).chars().count()),
        Line::Library { .. } | Line::Foreign { .. } => None,
    });
    let column = lengths.filter(|&length| length <= width * 6 / 10).max().unwrap_or(0);
    let drawn = lines.iter().map(|line| match line {
        Line::Frame { index, frame } => {
            let (symbol, place) = (name(frame), place(frame, sources));
            let text = match symbol.chars().count() {
                _ if place.is_empty() => symbol,
                length if length <= column => format!("{symbol}{} {place}", " ".repeat(column - length)),
                _ => format!("{symbol}\n{} {place}", " ".repeat(NUMBER + column)),
            };
            let foreign = frame.file.as_deref().is_some_and(|file| sources.is_foreign(file));
            let text = if foreign { text.split('\n').map(|part| style.dim(part)).collect::<Vec<_>>().join("\n") } else { text };
            format!("{index:>3}: {text}")
        }
        Line::Library { frames } => {
            format!("{}{}", " ".repeat(NUMBER), style.dim(&format!("... {frames} frames of the standard library")))
        }
        Line::Foreign { frames } => {
            format!("{}{}", " ".repeat(NUMBER), style.dim(&format!("... {frames} frames of libraries")))
        }
    });
    (drawn.collect(), shown)
}

fn gathered<'a>(frames: &'a [Frame], asleep: bool, sources: &Sources) -> Vec<Line<'a>> {
    let mut lines = Vec::new();
    let mut index = 0;
    // Where it enters the kernel is kept.
    let foreign = || frames.iter().skip(1).take_while(|frame| is_foreign(frame, sources)).count();
    let asleep = if asleep { foreign() } else { 0 };
    while index < frames.len() {
        if index == 1 && asleep >= DEEP_SLEEP {
            lines.push(Line::Foreign { frames: asleep });
            index += asleep;
            continue;
        }
        let run = frames[index..].iter().take_while(|frame| is_library(frame)).count();
        if run >= RUN {
            lines.push(Line::Library { frames: run });
            index += run;
        } else {
            lines.push(Line::Frame { index, frame: &frames[index] });
            index += 1;
        }
    }
    lines
}

fn is_foreign(frame: &Frame, sources: &Sources) -> bool {
    is_library(frame) || frame.file.as_deref().is_some_and(|file| sources.is_foreign(file))
}

fn is_library(frame: &Frame) -> bool {
    match (frame.file.as_deref(), frame.symbol.as_deref()) {
        (Some(file), _) => in_library(file),
        // The compiler's own glue has no source.
        (None, Some(symbol)) => symbol.starts_with("__rust_"),
        (None, None) => false,
    }
}

/// How many outer frames of a stack are the very frames of another one; none if that is hardly worth saying.
pub(super) fn common_outer(frames: &[Frame], other: &[Frame]) -> usize {
    let same = |(a, b): &(&Frame, &Frame)| a.ip == b.ip && a.symbol == b.symbol && a.file == b.file && a.line == b.line;
    let common = frames.iter().rev().zip(other.iter().rev()).take_while(same).count();
    let common = common.min(frames.len() - 1);
    if common < 3 { 0 } else { common }
}

fn symbol(frame: &Frame) -> String {
    match frame.symbol() {
        Some(symbol) => clean(symbol),
        None => frame.module.as_deref().map_or_else(|| format!("{:#x}", frame.ip), clean),
    }
}

fn place(frame: &Frame, sources: &Sources) -> String {
    match frame.location() {
        Some((file, 0)) => format!("at {}", sources.short_path(&clean(file))),
        Some((file, line)) => format!("at {}:{line}", sources.short_path(&clean(file))),
        None => String::new(),
    }
}
