//! The command line, and the file that stands for the disk.

use std::fs::{self, File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::{env, process};

use lexopt::prelude::*;

use crate::block::BLOCK;

pub(crate) const HELP: &str = "\
A lock-up of the Linux block layer: found by the validator, or, with `--unchecked`, by the watchdog.

Usage: bfq_merge [OPTIONS]

  --raw           leave the exit code to the library: 66 after a report
  --fixed         use lock_irqsave in blk_account_io_merge
  --no-handler    send no signals: completions are reaped by polling
  --unchecked     run without the validator, and lock up
  --file PATH     read this file (default: a temporary file)
  --requests N    submit N reads in all (default: 4000)
  --threads N     from N threads, at most 64 (default: 4)
  --help          print this

Exit codes: 0 as expected; 1 not as expected; 2 wrong options; 3 locked up.
";

/// The temporary file is as large as this.
const FILE_SIZE: u64 = 8 << 20;
/// A smaller file has no room for random reads.
const SMALLEST: u64 = 64 * BLOCK;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// The program judges the reports and chooses the exit code.
    Checked,
    /// The library chooses it.
    Raw,
    /// The validator is off.
    Unchecked,
}

pub(crate) struct Options {
    pub(crate) mode: Mode,
    /// With the remedy.
    pub(crate) fixed: bool,
    /// Completions are signals, not polled.
    pub(crate) handler: bool,
    pub(crate) requests: u64,
    pub(crate) threads: usize,
    file: Option<PathBuf>,
}

impl Options {
    /// Nothing if only help is wanted; an error is one sentence.
    pub(crate) fn from_args() -> Result<Option<Options>, String> {
        Options::parse(lexopt::Parser::from_env()).map_err(|error| error.to_string())
    }

    fn parse(mut args: lexopt::Parser) -> Result<Option<Options>, lexopt::Error> {
        let mut options = Options { mode: Mode::Checked, fixed: false, handler: true, requests: 4000, threads: 4, file: None };
        let (mut raw, mut unchecked) = (false, false);
        while let Some(arg) = args.next()? {
            match arg {
                Long("raw") => raw = true,
                Long("unchecked") => unchecked = true,
                Long("fixed") => options.fixed = true,
                Long("no-handler") => options.handler = false,
                Long("file") => options.file = Some(args.value()?.into()),
                Long("requests") => options.requests = number(&mut args, "--requests")?,
                Long("threads") => options.threads = number(&mut args, "--threads")?,
                Long("help") | Short('h') => return Ok(None),
                _ => return Err(arg.unexpected()),
            }
        }
        if options.requests == 0 {
            return Err("`--requests` must be at least 1".into());
        }
        if !(1..=64).contains(&options.threads) {
            return Err("`--threads` must be between 1 and 64".into());
        }
        if unchecked && raw {
            return Err("`--raw` asks for the library's exit code, `--unchecked` switches the library off".into());
        }
        if unchecked && !options.handler {
            return Err("`--unchecked` locks up in the handler, `--no-handler` has none".into());
        }
        if unchecked {
            options.mode = Mode::Unchecked;
        } else if raw {
            options.mode = Mode::Raw;
        }
        Ok(Some(options))
    }

    /// Signals are kept out of the merge path.
    pub(crate) fn gated(&self) -> bool {
        self.mode != Mode::Unchecked && !self.fixed
    }

    /// The file to read from; an error is one sentence.
    pub(crate) fn open(&self) -> Result<File, String> {
        match &self.file {
            Some(path) => open_existing(path),
            None => create_temporary().map_err(|error| format!("cannot make a temporary file: {error}")),
        }
    }
}

fn number<N: FromStr>(args: &mut lexopt::Parser, option: &str) -> Result<N, lexopt::Error> {
    let value = args.value()?;
    let number = value.to_str().and_then(|value| value.parse().ok());
    number.ok_or_else(|| format!("`{option}` takes a number, not `{}`", value.to_string_lossy()).into())
}

fn open_existing(path: &Path) -> Result<File, String> {
    let cannot = |error| format!("cannot read `{}`: {error}", path.display());
    // Looked at before it is opened: opening a pipe would wait for its writer.
    let kind = fs::metadata(path).map_err(cannot)?.file_type();
    if !kind.is_file() && !kind.is_block_device() {
        return Err(format!("`{}` is neither a regular file nor a block device", path.display()));
    }
    let mut file = File::open(path).map_err(cannot)?;
    let size = file.seek(SeekFrom::End(0)).map_err(cannot)?;
    if size < SMALLEST {
        return Err(format!("`{}` holds {size} bytes, random reads need at least {SMALLEST}", path.display()));
    }
    Ok(file)
}

/// A file without a name: it is gone when the process ends, however that happens.
fn create_temporary() -> std::io::Result<File> {
    let path = env::temp_dir().join(format!("bfq_merge-{}", process::id()));
    let mut file = OpenOptions::new().read(true).write(true).create_new(true).open(&path)?;
    fs::remove_file(&path)?;
    for number in 0..FILE_SIZE / BLOCK {
        file.write_all(&[number as u8; BLOCK as usize])?;
    }
    Ok(file)
}
