//! No cycles: files do not import each other, be it through others, and neither do folders.
//!
//! A `mod.rs` and the files of its folder may name each other: that alone is no cycle.

use std::collections::{BTreeMap, BTreeSet};

use crate::modules::{Imports, imports, is_root_of_folder};
use crate::source::{Source, assert_none, made, sources};

type Edges = BTreeMap<String, BTreeSet<String>>;

/// The sets of nodes that lead to each other, those of one node left out; only paths within `nodes` count.
fn components(nodes: &BTreeSet<String>, edges: &Edges) -> Vec<BTreeSet<String>> {
    let reached = |from: &String| {
        let (mut found, mut open) = (BTreeSet::new(), vec![from]);
        while let Some(node) = open.pop() {
            for next in edges.get(node).into_iter().flatten().filter(|next| nodes.contains(*next)) {
                if found.insert(next.clone()) {
                    open.push(next);
                }
            }
        }
        found
    };
    let reach: BTreeMap<&String, BTreeSet<String>> = nodes.iter().map(|node| (node, reached(node))).collect();
    let mut found = BTreeSet::new();
    for (&node, reached) in &reach {
        let mutual: BTreeSet<String> = reached.iter().filter(|other| reach[other].contains(node)).cloned().collect();
        if mutual.len() > 1 {
            found.insert(mutual);
        }
    }
    found.into_iter().collect()
}

/// Cycles of files. One that lies in a folder and falls apart without the folder's `mod.rs` is none.
fn file_cycles(nodes: &BTreeSet<String>, edges: &Edges) -> Vec<BTreeSet<String>> {
    let mut found = Vec::new();
    for component in components(nodes, edges) {
        let root = component.iter().find(|path| {
            let folder = &path[..=path.rfind('/').unwrap()];
            is_root_of_folder(path) && component.iter().all(|other| other.starts_with(folder))
        });
        match root.cloned() {
            Some(root) => {
                let rest = component.into_iter().filter(|path| *path != root).collect();
                found.extend(file_cycles(&rest, edges));
            }
            None => found.push(component),
        }
    }
    found
}

/// What leads from where to where, with the names.
fn described(what: &str, cycle: &BTreeSet<String>, imports: &Imports) -> String {
    let mut text = format!("a cycle of {} {what}:", cycle.len());
    for ((from, to), names) in imports.iter().filter(|((from, to), _)| cycle.contains(from) && cycle.contains(to)) {
        text += &format!("\n  {from} -> {to}: {}", names.iter().cloned().collect::<Vec<_>>().join(", "));
    }
    text
}

fn edges_of(imports: &Imports) -> Edges {
    let mut edges = Edges::new();
    imports.keys().for_each(|(from, to)| _ = edges.entry(from.clone()).or_default().insert(to.clone()));
    edges
}

/// One sentence and its arrows a cycle of files.
fn cycles_of_files(imports: &Imports) -> Vec<String> {
    let nodes = imports.keys().flat_map(|(from, to)| [from.clone(), to.clone()]).collect();
    file_cycles(&nodes, &edges_of(imports)).iter().map(|cycle| described("files", cycle, imports)).collect()
}

/// One sentence and its arrows a cycle of folders, neither of which contains the other: it shows between the folders
/// right below the one that holds them all.
fn cycles_of_folders(imports: &Imports) -> Vec<String> {
    let mut between = Imports::new();
    for ((from, to), names) in imports {
        let (from, to): (Vec<&str>, Vec<&str>) = (from.split('/').collect(), to.split('/').collect());
        let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
        if from.len() > shared + 1 && to.len() > shared + 1 {
            let folder = |path: &[&str]| path[..=shared].join("/");
            between.entry((folder(&from), folder(&to))).or_default().extend(names.iter().cloned());
        }
    }
    let edges = edges_of(&between);
    let nodes = between.keys().flat_map(|(from, to)| [from.clone(), to.clone()]).collect();
    components(&nodes, &edges).iter().map(|cycle| described("folders", cycle, &between)).collect()
}

fn imports_of_the_project() -> Vec<Imports> {
    ["src", "kernels/src"].into_iter().map(|root| imports(root, &sources(root))).collect()
}

#[test]
fn files_import_in_no_cycle() {
    let imports = imports_of_the_project();
    assert!(imports[0].len() > 200 && imports[1].len() > 50, "the imports were found");
    let through = |from: &str, to: &str| imports[0].keys().any(|(a, b)| a.starts_with(from) && b.starts_with(to));
    assert!(through("src/cli/", "src/detect/detector") && through("src/detect/", "src/error/"), "through re-exports");
    assert_none(imports.iter().flat_map(cycles_of_files).collect());
}

#[test]
fn folders_import_in_no_cycle() {
    assert_none(imports_of_the_project().iter().flat_map(cycles_of_folders).collect());
}

/// Imports of a made-up crate: `(path, text)` a file.
fn made_imports(files: &[(&str, &str)]) -> Imports {
    let files: Vec<Source> = files.iter().map(|(path, text)| made(path, text)).collect();
    imports("src", &files)
}

const LIB: (&str, &str) = ("src/lib.rs", "pub mod a; pub mod b; pub mod c; pub use a::A; pub use b::B;");

#[test]
fn made_up_cycles_of_files_are_found() {
    let a = |text: &'static str| ("src/a.rs", text);
    let b = |text: &'static str| ("src/b.rs", text);
    let c = |text: &'static str| ("src/c.rs", text);
    let (of_b, of_c) = (a("use crate::b::B; pub struct A;"), b("use crate::c::C; pub struct B;"));
    for files in [
        &[of_b, b("pub struct B; use crate::a::A;")][..],
        &[of_b, b("pub struct B; use super::a::A;")],
        &[of_b, b("pub struct B; fn f(_: crate::a::A) {}")],
        &[of_b, b("pub struct B; fn f() { super::a::A::new() }")],
        &[of_b, b("pub struct B; use super::a; fn f(_: a::A) {}")],
        &[of_b, b("pub struct B; use crate::{c::C, a::{A as Other, self}};"), c("pub struct C;")],
        &[of_b, b("pub struct B; mod tests { use super::super::a::A; }")],
        &[of_b, b("pub struct B; use crate::a::*; fn f(_: A) {}")],
        &[of_b, b("pub struct B; #[cfg(test)] mod tests { fn f() {} } use crate::a::A;")],
        // Through what the crate root re-exports, and through all of it.
        &[of_b, b("pub struct B; use crate::A;")],
        &[of_b, b("pub struct B; use nafal::A;")],
        &[of_b, b("pub struct B; use crate::*; fn f(_: A) {}")],
        &[a("pub struct A; macro_rules! m { () => { $crate::b::B } }"), b("pub struct B; use crate::A;")],
        // Over three files.
        &[of_b, of_c, c("use crate::a::A; pub struct C;")],
        // A mod.rs with its own child and a file that is neither: the trait, its implementation and who uses both.
        &[
            a("use crate::b::Op; pub struct A;"),
            ("src/b/mod.rs", "mod c; pub trait Op {} fn all() -> c::C { c::C }"),
            ("src/b/c.rs", "pub struct C; use crate::a::A;"),
        ],
        // Siblings behind a mod.rs.
        &[
            ("src/a/mod.rs", "mod x; mod y; pub use x::X; pub use y::Y;"),
            ("src/a/x.rs", "use super::Y; pub struct X;"),
            ("src/a/y.rs", "pub struct Y; impl From<crate::a::X> for Y {}"),
        ],
    ] {
        let found = cycles_of_files(&made_imports(&[&[LIB], files].concat()));
        assert_eq!(found.len(), 1, "{files:?}: {found:?}");
    }
    let found = cycles_of_files(&made_imports(&[LIB, of_b, b("pub struct B; use crate::A;")]));
    assert_eq!(found, ["a cycle of 2 files:\n  src/a.rs -> src/b.rs: B\n  src/b.rs -> src/a.rs: A"]);
    let two = [LIB, of_b, b("pub struct B; use crate::A;"), ("src/c/mod.rs", "mod d; mod e;")];
    let two =
        [&two[..], &[("src/c/d.rs", "use super::e; fn d() { e::e() }"), ("src/c/e.rs", "fn e() { super::d::d() }")]];
    assert_eq!(cycles_of_files(&made_imports(&two.concat())).len(), 2);
}

#[test]
fn what_is_no_cycle_of_files_is_let_through() {
    let (a, b) = (("src/a.rs", "pub struct A;"), ("src/b.rs", "pub struct B; use crate::A;"));
    for files in [
        &[a, b][..],
        &[a, b, ("src/c.rs", "use crate::{a::A, b::B};")],
        // A name in a comment or a string, of another crate, of a field, of a macro's variable.
        &[("src/a.rs", "pub struct A; // crate::b::B\nconst S: &str = \"crate::b::B\"; use b_crate::B;"), b],
        &[("src/a.rs", "pub struct A; use rayon::prelude::*; fn f() { x.b; x.b::<u8>(); $b; let b = B; }"), b],
        // A mod.rs and its children, which also name each other through it.
        &[
            ("src/a/mod.rs", "mod x; mod y; pub struct A; fn f() { x::x(); y::y() }"),
            ("src/a/x.rs", "use super::A; use super::y::y; pub fn x() { y() }"),
            ("src/a/y.rs", "use super::A; pub fn y() {}"),
        ],
        // A mod.rs that only hands its children on is not in their way.
        &[
            ("src/a.rs", "use crate::b::Op; pub struct A;"),
            ("src/b/mod.rs", "mod x; pub use x::X; pub trait Op {}"),
            ("src/b/x.rs", "use super::Op; use crate::a::A; pub struct X;"),
        ],
        // Tests within a file, its own names, and a folder called as a file in it.
        &[("src/a.rs", "pub struct A; #[cfg(test)] mod tests { use crate::b::B; fn f() { {} } }"), b],
        &[("src/a.rs", "pub struct A; mod tests { use super::*; fn f(_: A) { self::g() } fn g() {} }"), b],
        &[("src/a/mod.rs", "mod a; pub use a::A;"), ("src/a/a.rs", "pub struct A; use crate::c::C;"), b],
    ] {
        let found = cycles_of_files(&made_imports(&[&[LIB], files].concat()));
        assert!(found.is_empty(), "{files:?}: {found:?}");
    }
}

#[test]
fn made_up_cycles_of_folders_are_found() {
    let lib = ("src/lib.rs", "pub mod a; pub mod b; pub mod c;");
    let module = |path: &'static str| (path, "pub mod x; pub mod y; pub mod z;");
    let (a, b, c) = (module("src/a/mod.rs"), module("src/b/mod.rs"), module("src/c/mod.rs"));
    let x = ("src/a/x.rs", "use crate::b::x::X; pub struct X;");
    for files in [
        // No cycle of files among them.
        &[
            a,
            b,
            x,
            ("src/b/x.rs", "pub struct X;"),
            ("src/b/y.rs", "use crate::a::y::Y;"),
            ("src/a/y.rs", "pub struct Y;"),
        ][..],
        // Deep in one of them.
        &[
            a,
            b,
            x,
            ("src/b/x.rs", "pub struct X;"),
            ("src/b/z/mod.rs", "pub mod deep;"),
            ("src/b/z/deep.rs", "use crate::a::y::Y;"),
            ("src/a/y.rs", "pub struct Y;"),
        ],
        // Over three folders.
        &[
            a,
            b,
            c,
            x,
            ("src/b/x.rs", "pub struct X;"),
            ("src/b/y.rs", "use crate::c::y::Y;"),
            ("src/c/y.rs", "pub struct Y;"),
            ("src/c/z.rs", "use crate::a::y::Y;"),
            ("src/a/y.rs", "pub struct Y;"),
        ],
        // Folders within a folder.
        &[
            a,
            ("src/a/x/mod.rs", "use super::y::Y;"),
            ("src/a/y/mod.rs", "pub mod z; pub struct Y;"),
            ("src/a/y/z.rs", "use crate::a::x::w::W;"),
            ("src/a/x/w.rs", "pub struct W;"),
        ],
    ] {
        let imports = made_imports(&[&[lib], files].concat());
        assert_eq!(cycles_of_folders(&imports).len(), 1, "{files:?}: {imports:?}");
    }
}

#[test]
fn what_is_no_cycle_of_folders_is_let_through() {
    let lib = ("src/lib.rs", "pub mod a; pub mod b; pub mod c;");
    let module = |path: &'static str| (path, "pub mod x; pub mod y; pub mod z;");
    let (a, b) = (module("src/a/mod.rs"), module("src/b/mod.rs"));
    for files in [
        &[a, b, ("src/a/x.rs", "use crate::b::x::X;"), ("src/b/x.rs", "pub struct X;")][..],
        // A folder and the one it is in.
        &[
            a,
            ("src/a/x/mod.rs", "use crate::a::y::Y; pub struct X;"),
            ("src/a/y.rs", "pub struct Y;"),
            ("src/a/z.rs", "use super::x::X;"),
        ],
        // Files right under src are no folders.
        &[("src/a.rs", "pub struct A; use crate::b::x::X;"), b, ("src/b/x.rs", "pub struct X; use crate::a::A;")],
    ] {
        let imports = made_imports(&[&[lib], files].concat());
        assert_eq!(cycles_of_folders(&imports), Vec::<String>::new(), "{files:?}");
    }
}
