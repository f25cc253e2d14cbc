//! Which file defines what another names: `use` trees and paths in code, resolved through the modules of a crate and
//! what they re-export.
//!
//! A name leads to the file that defines it, not to the `mod.rs` that hands it on, and a module that is only named leads
//! to its file. What no file of the crate declares (other crates, what a macro writes) leads nowhere, and what a
//! `#[cfg(test)] mod` inside a file names does not count: the crate that others use does not hold it.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::Source;
use crate::tokens::{Token, tokens};

/// For each file and each other file that it takes something from, what it takes.
pub type Imports = BTreeMap<(String, String), BTreeSet<String>>;

const ITEMS: [&str; 9] = ["fn", "struct", "enum", "union", "trait", "type", "const", "static", "macro_rules"];
/// More re-exports of re-exports than this are a cycle.
const MOST_STEPS: usize = 64;

/// A path from a module: the module's index and the names.
type Reference = (usize, Vec<String>);

/// A module: a file's, or one written inside a file.
struct Module {
    parent: Option<usize>,
    file: usize,
    children: BTreeMap<String, usize>,
    /// Items that the module itself holds.
    items: BTreeSet<String>,
    /// Names that `use` binds, and to what.
    bindings: BTreeMap<String, Reference>,
    /// `use path::*`.
    globs: Vec<Reference>,
}

/// What a path leads to.
#[derive(Clone, Copy)]
enum Place {
    Module(usize),
    /// An item that a file defines.
    Item(usize),
}

/// The modules of the crate whose files are under `root`.
pub struct Modules<'a> {
    files: &'a [Source],
    modules: Vec<Module>,
    root: String,
}

/// A leaf of a `use` tree: its path and the name that it binds (`*` for a glob).
struct Leaf {
    path: Vec<String>,
    name: String,
}

/// A file's tokens that are in no `use` declaration, each with the module it stands in, and the declarations' leaves,
/// each with its module and whether it is handed on (`pub`).
#[derive(Default)]
struct Parsed {
    code: Vec<(usize, Token)>,
    uses: Vec<(usize, Leaf, bool)>,
}

/// What each file of the crate under `root` (`src`, `kernels/src`) takes from which other file of it.
pub fn imports(root: &str, files: &[Source]) -> Imports {
    let mut crate_ = Modules { files, modules: Vec::new(), root: root.to_owned() };
    let parsed = crate_.build();
    let mut found = Imports::new();
    for (file, parsed) in parsed.iter().enumerate() {
        let mut take = |place: Option<Place>, name: &str| {
            let target = match place {
                Some(Place::Item(target)) => target,
                Some(Place::Module(module)) if !is_root_of_folder(&files[crate_.modules[module].file].path) => {
                    crate_.modules[module].file
                }
                _ => return,
            };
            if target != file {
                let key = (files[file].path.clone(), files[target].path.clone());
                found.entry(key).or_default().insert(name.to_owned());
            }
        };
        for (module, leaf, public) in &parsed.uses {
            let place = crate_.start(*module, &leaf.path, 0);
            let handed_on = *public && crate_.is_above(file, place);
            if !handed_on {
                take(place, leaf.path.last().unwrap());
            }
        }
        for (module, path) in paths(&parsed.code) {
            let known = path.len() > 1 || crate_.binds(module, &path[0]);
            if known {
                take(crate_.start(module, &path, 0), path.last().unwrap());
            }
        }
    }
    found
}

/// Whether the file is the root of its folder's module: `mod.rs`, or a crate's `lib.rs`.
pub fn is_root_of_folder(path: &str) -> bool {
    path.ends_with("/mod.rs") || path.ends_with("/lib.rs")
}

impl Modules<'_> {
    /// Builds the tree of modules; the parts of each file.
    fn build(&mut self) -> Vec<Parsed> {
        self.module(None, 0);
        // The root's file first, then folders before what is in them.
        let mut order: Vec<(Vec<String>, usize)> = Vec::new();
        for (index, file) in self.files.iter().enumerate() {
            let inner = file.path.strip_prefix(&self.root).unwrap().trim_matches('/').trim_end_matches(".rs");
            let mut names: Vec<String> = inner.split('/').map(str::to_owned).collect();
            if matches!(names.last().map(String::as_str), Some("mod" | "lib")) {
                names.pop();
            }
            order.push((names, index));
        }
        order.sort();
        let mut homes = vec![0; self.files.len()];
        for (names, file) in order {
            let mut home = 0;
            for name in &names {
                home = match self.modules[home].children.get(name) {
                    Some(&child) => child,
                    None => self.child(home, name, file),
                };
            }
            self.modules[home].file = file;
            homes[file] = home;
        }
        (0..self.files.len()).map(|file| self.parse(file, homes[file])).collect()
    }

    fn module(&mut self, parent: Option<usize>, file: usize) -> usize {
        self.modules.push(Module {
            parent,
            file,
            children: BTreeMap::new(),
            items: BTreeSet::new(),
            bindings: BTreeMap::new(),
            globs: Vec::new(),
        });
        self.modules.len() - 1
    }

    fn child(&mut self, parent: usize, name: &str, file: usize) -> usize {
        let child = self.module(Some(parent), file);
        self.modules[parent].children.insert(name.to_owned(), child);
        child
    }

    /// Declares what the file's modules hold and bind.
    fn parse(&mut self, file: usize, home: usize) -> Parsed {
        let tokens = tokens(&self.files[file].text);
        let at = |i: usize| tokens.get(i).map_or("", |t| t.text.as_str());
        let mut parsed = Parsed::default();
        // Modules written inside the file, with the depth of braces they opened at.
        let (mut depth, mut inline, mut module) = (0usize, Vec::new(), home);
        let mut public = false;
        let mut i = 0;
        while i < tokens.len() {
            let word = at(i);
            if word == "#" && is_test_module(&tokens, i) {
                i = behind_block(&tokens, i);
                continue;
            }
            if word == "use" && at(i + 1) != "<" {
                let (leaves, end) = leaves(&tokens, i + 1);
                for leaf in leaves {
                    let from = (module, leaf.path.clone());
                    match leaf.name.as_str() {
                        "*" => self.modules[module].globs.push(from),
                        name => _ = self.modules[module].bindings.insert(name.to_owned(), from),
                    }
                    parsed.uses.push((module, leaf, public));
                }
                (i, public) = (end, false);
                continue;
            }
            match word {
                "{" => depth += 1,
                "}" => {
                    depth = depth.saturating_sub(1);
                    if inline.last() == Some(&depth) {
                        inline.pop();
                        module = self.modules[module].parent.unwrap();
                    }
                }
                "mod" if at(i + 2) == "{" => {
                    inline.push(depth);
                    module = self.child(module, at(i + 1), file);
                }
                _ if ITEMS.contains(&word) => {
                    let name = at(i + 1 + usize::from(at(i + 1) == "!"));
                    self.modules[module].items.insert(name.to_owned());
                }
                _ => {}
            }
            // `pub`, `pub(crate)` and `pub(in path)` hold up to the next word.
            public = word == "pub" || public && matches!(word, "(" | ")" | "crate" | "super" | "self" | "in" | "::");
            parsed.code.push((module, tokens[i].clone()));
            i += 1;
        }
        parsed
    }

    /// Whether `name` on its own in `module` comes through `use`.
    fn binds(&self, module: usize, name: &str) -> bool {
        let module = &self.modules[module];
        !module.items.contains(name) && (module.bindings.contains_key(name) || !module.globs.is_empty())
    }

    /// Whether `place` is in the folder whose root the file is.
    fn is_above(&self, file: usize, place: Option<Place>) -> bool {
        let path = &self.files[file].path;
        let Some((folder, _)) = path.rsplit_once('/').filter(|_| is_root_of_folder(path)) else { return false };
        let target = match place {
            Some(Place::Item(target)) => target,
            Some(Place::Module(module)) => self.modules[module].file,
            None => return false,
        };
        self.files[target].path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
    }

    /// Follows a path as it is written in `module`.
    fn start(&self, module: usize, path: &[String], steps: usize) -> Option<Place> {
        let own = if self.root == "src" { "nafal" } else { "nafal_kernels" };
        match path[0].as_str() {
            "crate" => self.follow(0, &path[1..], steps),
            name if name == own => self.follow(0, &path[1..], steps),
            "self" => self.follow(module, &path[1..], steps),
            "super" => {
                let mut up = self.modules[module].parent?;
                let further = path[1..].iter().take_while(|name| *name == "super").count();
                for _ in 0..further {
                    up = self.modules[up].parent?;
                }
                self.follow(up, &path[1 + further..], steps)
            }
            _ => self.follow(module, path, steps),
        }
    }

    /// Follows the names from `module` on.
    fn follow(&self, module: usize, names: &[String], steps: usize) -> Option<Place> {
        if steps > MOST_STEPS {
            return None;
        }
        let [name, rest @ ..] = names else { return Some(Place::Module(module)) };
        let here = &self.modules[module];
        let child = here.children.get(name);
        // A last name may be an item's that is called as a module is.
        let item = rest.is_empty() && (here.items.contains(name) || here.bindings.contains_key(name));
        if let Some(&child) = child.filter(|_| !item) {
            return self.follow(child, rest, steps + 1);
        }
        if let Some((from, path)) = here.bindings.get(name).filter(|(_, path)| path != names) {
            let path: Vec<String> = path.iter().chain(rest).cloned().collect();
            return self.start(*from, &path, steps + 1);
        }
        if here.items.contains(name) {
            return Some(Place::Item(here.file));
        }
        let through = |(from, path): &Reference| match self.start(*from, path, steps + 1) {
            Some(Place::Module(target)) if target != module => self.follow(target, names, steps + 1),
            _ => None,
        };
        here.globs.iter().find_map(through)
    }
}

/// Whether `#[cfg(test)] mod name {` begins at `tokens[i]`.
fn is_test_module(tokens: &[Token], i: usize) -> bool {
    let wanted = ["#", "[", "cfg", "(", "test", ")", "]", "mod"];
    let stands = |(k, word): (usize, &&str)| tokens.get(i + k).is_some_and(|t| t.text == **word);
    wanted.iter().enumerate().all(stands) && tokens.get(i + wanted.len() + 1).is_some_and(|t| t.text == "{")
}

/// The place behind the first `{…}` at or after `tokens[from]`.
fn behind_block(tokens: &[Token], from: usize) -> usize {
    let mut depth = 0usize;
    for (i, token) in tokens.iter().enumerate().skip(from) {
        match token.text.as_str() {
            "{" => depth += 1,
            "}" if depth == 1 => return i + 1,
            "}" => depth -= 1,
            _ => {}
        }
    }
    tokens.len()
}

/// The leaves of the `use` declaration whose tree begins at `tokens[from]`, and the place behind its `;`.
fn leaves(tokens: &[Token], from: usize) -> (Vec<Leaf>, usize) {
    let mut found = Vec::new();
    // Prefixes of the groups that are open.
    let mut open: Vec<Vec<String>> = Vec::new();
    let mut path: Vec<String> = Vec::new();
    let mut name: Option<String> = None;
    let mut i = from;
    let mut close = |path: &mut Vec<String>, name: &mut Option<String>, prefix: &[String]| {
        if path.len() > prefix.len() {
            let own = if path.last().unwrap() == "self" && path.len() > 1 {
                path.pop();
                path.last().cloned()
            } else {
                path.last().cloned()
            };
            let bound = name.take().or(own).unwrap();
            if bound == "*" {
                path.pop();
            }
            found.push(Leaf { path: path.clone(), name: bound });
        }
        *path = prefix.to_vec();
    };
    while i < tokens.len() && tokens[i].text != ";" {
        match tokens[i].text.as_str() {
            "{" => open.push(path.clone()),
            "," => close(&mut path, &mut name, open.last().map_or(&[][..], Vec::as_slice)),
            "}" => {
                close(&mut path, &mut name, open.last().map_or(&[][..], Vec::as_slice));
                open.pop();
                path = open.last().cloned().unwrap_or_default();
            }
            "as" => {
                name = tokens.get(i + 1).map(|t| t.text.clone());
                i += 1;
            }
            "::" => {}
            word => path.push(word.to_owned()),
        }
        i += 1;
    }
    close(&mut path, &mut name, &[]);
    (found, i + 1)
}

/// The paths in the code, each with its module; a name on its own is a path of one.
fn paths(code: &[(usize, Token)]) -> Vec<(usize, Vec<String>)> {
    let at = |i: usize| code.get(i).map_or("", |(_, token)| token.text.as_str());
    let is_name = |text: &str| text.starts_with(|c: char| c.is_alphabetic() || c == '_');
    let mut found = Vec::new();
    let mut i = 0;
    while i < code.len() {
        let before = if i == 0 { "" } else { at(i - 1) };
        // Fields, methods, what another path goes on with, and the names of a macro.
        let begins = is_name(at(i)) && !matches!(before, "." | "::") && (before != "$" || at(i) == "crate");
        if !begins {
            i += 1;
            continue;
        }
        let mut path = vec![at(i).to_owned()];
        while at(i + 1) == "::" && is_name(at(i + 2)) {
            path.push(at(i + 2).to_owned());
            i += 2;
        }
        found.push((code[i].0, path));
        i += 1;
    }
    found
}
