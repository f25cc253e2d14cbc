//! The writer under failure: at each of its steps, with and without files that have no name.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;

use super::OutputFile;
use super::faults::{Faults, Step};
use super::left_overs::new_path;
use crate::error::Result;

fn write(path: &Path, content: &[u8]) -> Result<()> {
    let mut file = OutputFile::create(path)?;
    for half in content.chunks(content.len().div_ceil(2)) {
        file.write_all(half).map_err(|e| file.failed(e))?;
    }
    file.commit()
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_file_appears_at_the_end_or_not_at_all() {
    for kind in [None, Some(Step::CreateUnnamed), Some(Step::Name)] {
        let without = Faults { kind, number: None };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out");
        without.during(|| {
            let mut file = OutputFile::create(&path).unwrap();
            file.write_all(b"new").unwrap();
            assert!(!path.exists());
            drop(file);
            assert_eq!(names(folder.path()).len(), 0);
            OutputFile::replace(&path, b"old").unwrap();
            let mut file = OutputFile::create(&path).unwrap();
            file.write_all(b"new").unwrap();
            assert_eq!(fs::read(&path).unwrap(), b"old");
            file.commit().unwrap();
            assert_eq!((fs::read(&path).unwrap(), names(folder.path())), (b"new".to_vec(), vec!["out".into()]));
        });
    }
}

#[test]
fn whichever_step_fails_the_file_is_the_old_or_the_new_one_and_nothing_is_left() {
    // With files that have no name, without them, and where one cannot be given a name afterwards.
    for kind in [None, Some(Step::CreateUnnamed), Some(Step::Name)] {
        for old in [None, Some(b"old content".to_vec())] {
            let (mut failed, mut number) = (0, 0);
            loop {
                let folder = tempfile::tempdir().unwrap();
                let path = folder.path().join("out");
                if let Some(old) = &old {
                    fs::write(&path, old).unwrap();
                }
                let faults = Faults { kind, number: Some(number) };
                let (result, steps) = faults.during(|| write(&path, b"new content"));
                let found = fs::read(&path).ok();
                let new = found.as_deref() == Some(b"new content");
                assert!(new || result.is_err() && found == old, "{kind:?} {number}: {result:?} {found:?}");
                let want: &[&str] = if found.is_some() { &["out"] } else { &[] };
                assert_eq!(names(folder.path()), want, "{kind:?} {number}");
                failed += usize::from(result.is_err());
                if number >= steps {
                    break;
                }
                number += 1;
            }
            assert!(failed >= 5 && number >= 6, "{kind:?}: {failed} of {number} steps failed");
        }
    }
}

#[test]
fn dead_parts_are_removed_and_living_ones_are_not() {
    for kind in [None, Some(Step::CreateUnnamed)] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out");
        let (dead, living, others) = (new_path(&path), new_path(&path), new_path(&folder.path().join("other")));
        fs::write(&dead, "dead").unwrap();
        fs::write(&others, "others").unwrap();
        let lock = OpenOptions::new().write(true).create_new(true).open(&living).unwrap();
        lock.try_lock().unwrap();
        Faults { kind, number: None }.during(|| {
            let first = OutputFile::create(&path).unwrap();
            assert!(!dead.exists() && living.exists() && others.exists());
            // A second writer of the same file leaves the first one's part alone; the last to finish wins.
            OutputFile::replace(&path, b"second").unwrap();
            first.commit().unwrap();
        });
        assert_eq!(fs::read(&path).unwrap(), b"");
        drop(lock);
        OutputFile::replace(&path, b"third").unwrap();
        assert!(!living.exists() && others.exists());
    }
}

#[test]
fn many_writers_of_one_file_lose_no_part() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out");
    std::thread::scope(|scope| {
        for writer in 0..4u8 {
            let path = &path;
            scope.spawn(move || {
                let faults = Faults { kind: Some(Step::CreateUnnamed), number: None };
                faults.during(|| (0..100).for_each(|_| write(path, &[writer; 100]).unwrap()));
            });
        }
    });
    let found = fs::read(&path).unwrap();
    assert!(found.len() == 100 && found.iter().all(|&b| b == found[0]));
    assert_eq!(names(folder.path()), ["out"]);
}

#[cfg(unix)]
#[test]
fn permissions_are_kept() {
    use std::os::unix::fs::PermissionsExt;

    for kind in [None, Some(Step::CreateUnnamed), Some(Step::Name)] {
        for mode in [0o600, 0o640, 0o666, 0o4755] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("out");
            fs::write(&path, "old").unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            Faults { kind, number: None }.during(|| write(&path, b"new").unwrap());
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, mode & 0o777);
        }
    }
}

#[test]
fn the_longest_names_can_be_written() {
    let folder = tempfile::tempdir().unwrap();
    let name = "n".repeat(255);
    for kind in [None, Some(Step::CreateUnnamed)] {
        Faults { kind, number: None }.during(|| write(&folder.path().join(&name), b"x").unwrap());
    }
    assert_eq!(names(folder.path()), [name]);
}
