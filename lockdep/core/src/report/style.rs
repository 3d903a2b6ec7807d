//! How a report is drawn: colours, width, lines.

use std::{env, mem};

use annotate_snippets::Renderer;
use annotate_snippets::renderer::{AnsiColor, DecorStyle, Effects, Style as Ansi};

/// What the gutter with the line numbers takes of the width.
pub(super) const GUTTER: usize = 8;

/// How a report is drawn.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    /// With ANSI colours.
    pub(super) color: bool,
    /// In columns.
    pub(super) width: usize,
    /// With lines drawn in Unicode.
    pub(super) unicode: bool,
}

impl Style {
    /// As it goes into files and strings.
    pub(super) const PLAIN: Style = Style { color: false, width: 100, unicode: false };

    /// As it suits file descriptor 2.
    pub(super) fn of_stderr() -> Style {
        // SAFETY: `isatty` takes any number.
        let is_terminal = unsafe { libc::isatty(libc::STDERR_FILENO) } == 1;
        if !is_terminal {
            return Style::PLAIN;
        }
        let set = |name| env::var_os(name).filter(|value| !value.is_empty());
        let is_dumb = set("TERM").is_none_or(|term| term == "dumb");
        // The first of them that is set decides.
        let locale = set("LC_ALL").or_else(|| set("LC_CTYPE")).or_else(|| set("LANG")).unwrap_or_default();
        let locale = locale.to_string_lossy().to_ascii_lowercase();
        Style {
            color: !is_dumb && set("NO_COLOR").is_none(),
            width: terminal_width().unwrap_or(Style::PLAIN.width),
            unicode: !is_dumb && (locale.contains("utf-8") || locale.contains("utf8")),
        }
    }

    pub(super) fn renderer(self) -> Renderer {
        let renderer = if self.color { Renderer::styled() } else { Renderer::plain() };
        let decor = if self.unicode { DecorStyle::Unicode } else { DecorStyle::Ascii };
        renderer.term_width(self.width).decor_style(decor)
    }

    pub(super) fn bold(self, text: &str) -> String {
        self.paint(text, Ansi::new().effects(Effects::BOLD))
    }

    pub(super) fn dim(self, text: &str) -> String {
        self.paint(text, Ansi::new().effects(Effects::DIMMED))
    }

    pub(super) fn alarm(self, text: &str) -> String {
        self.paint(text, AnsiColor::BrightRed.on_default().effects(Effects::BOLD))
    }

    fn paint(self, text: &str, ansi: Ansi) -> String {
        if self.color { format!("{ansi}{text}{ansi:#}") } else { text.to_owned() }
    }
}

fn terminal_width() -> Option<usize> {
    // SAFETY: all zeros is a `winsize`, which is four numbers.
    let mut size: libc::winsize = unsafe { mem::zeroed() };
    // SAFETY: TIOCGWINSZ writes one `winsize`, and `size` lives across the call.
    let done = unsafe { libc::ioctl(libc::STDERR_FILENO, libc::TIOCGWINSZ, &raw mut size) };
    (done == 0 && size.ws_col > 0).then_some(usize::from(size.ws_col).max(40))
}
