//! A list of signatures, and the list of names that was written from it.

/// Every function and every implemented trait of `signatures` is in `list`, as `<Type<…>>::function` or `implements!(Type<…>: Trait)`.
///
/// # Panics
///
/// If one is not.
pub(crate) fn compare(signatures: &str, list: &str) {
    let (mut module, mut type_name, mut seen) = (String::new(), String::new(), 0);
    for line in signatures.lines() {
        if let Some(file) = line.strip_prefix("===== ") {
            module = module_of(file);
        } else if let Some(header) = line.strip_prefix("##  ") {
            let header = after_generics(header.split(" where ").next().unwrap());
            let (of_trait, of) = header.split_once(" for ").map_or((None, header), |(of_trait, of)| (Some(of_trait), of));
            let name = bare(of).split('<').next().unwrap();
            // The types of the root are implemented elsewhere, too; and what serde visits is nobody's.
            let at_the_root = name.contains("::") || ["DashMap", "DashSet", "ReadOnlyView"].contains(&name);
            type_name = if at_the_root { name.to_owned() } else { format!("{module}{name}") };
            if let Some(of_trait) = of_trait.filter(|_| !name.ends_with("Visitor")) {
                let of_trait = bare(of_trait).split('<').next().unwrap();
                let is_named = |line: &str| {
                    let listed = line.trim_start().strip_prefix("implements!(").and_then(|line| line.split_once(": "));
                    listed.is_some_and(|(listed, bound)| {
                        let same_type =
                            listed.starts_with('&') == of.starts_with('&') && bare(listed).starts_with(&format!("{type_name}<"));
                        same_type && bound.split("::").any(|bound| bound.starts_with(of_trait.rsplit("::").next().unwrap()))
                    })
                };
                assert!(list.lines().any(is_named), "not in the list: {of_trait} for {of}");
                seen += 1;
            }
        } else if let Some((_, function)) = line.split_once("pub ").and_then(|(_, item)| item.split_once("fn ")) {
            let is_name = |c: char| c.is_alphanumeric() || c == '_';
            let function = function.split(|c| !is_name(c)).next().unwrap();
            let call = format!(">::{function}");
            let is_named = |line: &str| {
                let of_type = |at: usize| line[..at].contains(&format!("<{type_name}<"));
                line.match_indices(&call).any(|(at, _)| of_type(at) && !line[at + call.len()..].starts_with(is_name))
            };
            assert!(list.lines().any(is_named), "not in the list: {type_name}::{function}");
            seen += 1;
        }
    }
    assert!(seen > 25, "{seen} signatures");
}

/// Where the public items of a file are found.
fn module_of(file: &str) -> String {
    let file = file.split_once("/src/").unwrap().1.split('.').next().unwrap();
    match file {
        "lib" | "set" | "read_only" | "t" | "util" | "serde" | "arbitrary" => String::new(),
        public => format!("{}::", public.replace('/', "::")),
    }
}

/// A type without the reference to it.
fn bare(name: &str) -> &str {
    let name = name.split_once(' ').filter(|_| name.starts_with('&')).map_or(name, |(_, name)| name);
    name.trim_start_matches("mut ").trim_start_matches("crate::")
}

/// What follows `impl<…>`.
fn after_generics(header: &str) -> &str {
    let header = header.split_once("impl").unwrap().1;
    let Some(generics) = header.strip_prefix('<') else { return header.trim() };
    let mut depth = 1;
    for (at, c) in generics.char_indices() {
        depth += match c {
            '<' => 1,
            '>' if !generics[..at].ends_with('-') => -1,
            _ => 0,
        };
        if depth == 0 {
            return generics[at + 1..].trim();
        }
    }
    panic!("{header}")
}
