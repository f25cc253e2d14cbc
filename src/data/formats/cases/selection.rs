//! Which of a file's columns are features, which is the label, which are carried along: by name, whatever the format.

use std::collections::HashMap;

use crate::data::columns::Role;
use crate::data::table::{TableShape, check_name, check_names};
use crate::data::{Column, ColumnKind, ReadOptions};
use crate::error::{DataError, listed, quoted};

/// What a column is named for.
#[derive(Clone, Copy)]
pub(in crate::data::formats) enum ColumnRole {
    Feature,
    Label,
}

impl ColumnRole {
    /// The column in words.
    pub fn column(self) -> &'static str {
        match self {
            ColumnRole::Feature => "the column",
            ColumnRole::Label => "the label column",
        }
    }
}

/// The problem of a column that is not among the header's `names`.
pub(in crate::data::formats) fn missing_column<S: AsRef<str>>(
    role: ColumnRole,
    wanted: &str,
    names: impl IntoIterator<Item = S> + Clone,
) -> String {
    let alike = |name: &S| name.as_ref().trim().eq_ignore_ascii_case(wanted.trim());
    if let Some(name) = names.clone().into_iter().find(alike) {
        return format!("{} is missing; did you mean {}?", role.column(), quoted(name.as_ref()));
    }
    let todo = match role {
        ColumnRole::Feature => "add it to",
        ColumnRole::Label => "name one of",
    };
    format!("{} is missing; {todo} the header's, {}", role.column(), listed(names))
}

/// The columns of a file, as a format knows them.
pub(in crate::data::formats) trait FileColumns {
    /// Their names, each another.
    fn names(&self) -> &[String];
    /// Whether the file has that name twice.
    fn is_double(&self, _name: &str) -> bool {
        false
    }
    /// What the cells of column `i` are that is read in that role; `None` if it is no feature.
    ///
    /// # Errors
    /// If it cannot be read so.
    fn kind(&self, i: usize, role: Role) -> Result<Option<ColumnKind>, String>;
    /// Whether column `i` can be read as the kind that a model needs.
    ///
    /// # Errors
    /// Why it cannot.
    fn check(&self, _i: usize, _kind: &ColumnKind) -> Result<(), String> {
        Ok(())
    }
    /// The problem of a column that is not among the names.
    fn missing(&self, role: ColumnRole, name: &str) -> String {
        missing_column(role, name, self.names())
    }
    /// An error about a column, or about all.
    fn error(&self, column: Option<&str>, problem: String) -> DataError;
}

/// The columns that are read.
#[derive(Debug, Default)]
pub(in crate::data::formats) struct Selection {
    /// The features, in the table's order.
    pub columns: Vec<Column>,
    /// Where each feature stands in the file.
    pub fields: Vec<usize>,
    /// Place and name of the label column.
    pub label: Option<(usize, String)>,
    /// Place and name of the columns that are carried along; one that the file does not have has no place.
    pub carried: Vec<(Option<usize>, String)>,
    /// The names of those.
    pub carried_names: Vec<String>,
    /// Names of the columns that are not read.
    pub ignored: Vec<String>,
    /// What is odd about the columns, each a sentence.
    pub notes: Vec<String>,
    /// What may change the meaning of the results, each a sentence.
    pub warnings: Vec<String>,
}

impl Selection {
    /// The columns that `options` ask for.
    ///
    /// # Errors
    /// A column that is missing, has a name twice, cannot be read as it should, or is two things at once.
    pub fn choose(file: &impl FileColumns, options: &ReadOptions) -> Result<Selection, DataError> {
        let names = file.names();
        let fail = |column: &str, problem: &str| file.error(Some(column), problem.into());
        let place: HashMap<&str, usize> = names.iter().enumerate().map(|(i, name)| (name.as_str(), i)).collect();
        let find = |name: &str, role: ColumnRole| {
            let found = place.get(name).copied();
            found.ok_or_else(|| file.error(Some(name), file.missing(role, name)))
        };
        let mut chosen = Selection::default();
        if let Some(name) = &options.label {
            chosen.label = Some((find(name, ColumnRole::Label)?, name.clone()));
            check_name(name).map_err(|e| file.error(Some(name), e.problem))?;
        }
        let labelled = chosen.label.as_ref().map(|(i, _)| *i);
        let features = match &options.columns {
            Some(columns) => {
                let ids = options.choice.ids.iter().map(|name| (place.get(name.as_str()).copied(), name.clone()));
                chosen.carried.extend(ids);
                let kept = options.choice.kept_among(names).map_err(|problem| file.error(None, problem))?;
                chosen.carried.extend(kept.into_iter().map(|i| (Some(i), names[i].clone())));
                for (_, name) in chosen.carried.iter().filter(|(place, _)| place.is_none()) {
                    chosen.notes.push(format!("column {} is missing, and its cells are left empty", quoted(name)));
                }
                let found = |column: &Column| {
                    let i = find(&column.name, ColumnRole::Feature)?;
                    file.check(i, &column.kind).map_err(|problem| file.error(Some(&column.name), problem))?;
                    Ok((i, column.clone()))
                };
                columns.iter().map(found).collect::<Result<Vec<_>, DataError>>()?
            }
            None => chosen.by_choice(file, options)?,
        };
        let used = features.iter().map(|(i, c)| (*i, &c.name));
        let used: Vec<(usize, &String)> = used.chain(chosen.label.iter().map(|(i, name)| (*i, name))).collect();
        // Which of two columns of the same name is meant is not known, unless both are.
        let both = |name: &str| used.iter().any(|(_, other)| **other == format!("{name} (2)"));
        if let Some((_, name)) = used.iter().find(|(_, name)| file.is_double(name) && !both(name)) {
            return Err(fail(name, "two columns have this name; rename or remove one"));
        }
        let wanted: Vec<String> = features.iter().map(|(_, column)| column.name.clone()).collect();
        check_names(&wanted).map_err(|e| file.error(e.column.as_deref(), e.problem))?;
        if let Some((_, column)) = features.iter().find(|(i, _)| Some(*i) == labelled) {
            return Err(fail(&column.name, "is a feature and the label at once; choose another label column"));
        }
        if features.is_empty() {
            return Err(file.error(None, "there is no column beside the label; add columns of numbers".into()));
        }
        let mut looked_at = vec![false; names.len()];
        let carried = chosen.carried.iter().filter_map(|(place, _)| *place);
        features.iter().map(|(i, _)| *i).chain(labelled).chain(carried).for_each(|i| looked_at[i] = true);
        chosen.ignored = names.iter().zip(looked_at).filter(|(_, used)| !used).map(|(n, _)| n.clone()).collect();
        chosen.carried_names = chosen.carried.iter().map(|(_, name)| name.clone()).collect();
        (chosen.fields, chosen.columns) = features.into_iter().unzip();
        Ok(chosen)
    }

    /// The features that the roles of the columns say.
    fn by_choice(&mut self, file: &impl FileColumns, options: &ReadOptions) -> Result<Vec<(usize, Column)>, DataError> {
        let names = file.names();
        let roles = options.choice.roles(names).map_err(|(column, p)| file.error(column.as_deref(), p))?;
        for wanted in [Role::Id, Role::Kept] {
            let of_role = roles.iter().enumerate().filter(|(_, role)| **role == wanted);
            self.carried.extend(of_role.map(|(i, _)| (Some(i), names[i].clone())));
        }
        let explicit = !options.choice.only.is_empty();
        let labelled = self.label.as_ref().map(|(i, _)| *i);
        let mut features = Vec::new();
        for (i, role) in roles.iter().enumerate().filter(|(i, _)| Some(*i) != labelled) {
            let name = &names[i];
            match file.kind(i, *role).map_err(|problem| file.error(Some(name), problem))? {
                Some(ColumnKind::Time(_)) if *role == Role::Feature && explicit => {
                    return Err(file.error(Some(name), TIMES.into()));
                }
                Some(ColumnKind::Time(_)) if *role == Role::Feature => {
                    let (shown, todo) = match options.windows {
                        Some(_) => (quoted(name), "for gaps in time, and times in the output, add --time"),
                        None => (quoted(name), "for the hour of the day and the day of the week add --calendar"),
                    };
                    self.notes.push(format!("column {shown} holds times, and is left out; {todo} {shown}"));
                }
                Some(kind) => features.push((i, Column { name: name.clone(), kind })),
                None => {}
            }
        }
        Ok(features)
    }

    /// What the table has beside its cells.
    pub fn shape(&self) -> TableShape {
        let (names, kinds) = self.columns.iter().map(|c| (c.name.clone(), c.kind.clone())).unzip();
        let label_name = self.label.as_ref().map(|(_, name)| name.clone());
        TableShape { names, kinds, label_name, carried: self.carried_names.clone() }
    }

    /// Place and name of every cell that is read.
    pub fn cells(&self) -> impl Iterator<Item = (usize, &str)> {
        let features = self.fields.iter().copied().zip(self.columns.iter().map(|c| c.name.as_str()));
        let carried = self.carried.iter().filter_map(|(place, name)| Some(((*place)?, name.as_str())));
        features.chain(self.label.iter().map(|(place, name)| (*place, name.as_str()))).chain(carried)
    }
}

const TIMES: &str = "holds times; name it with --calendar for the hour of the day and the day of the week";

/// The value of a missing cell: NaN where cells may be missing.
///
/// # Errors
/// Where none may; `text` is what stands in the cell.
pub(in crate::data::formats) fn missing_value(allowed: bool, text: &str) -> Result<f64, String> {
    let todo = "fill it in, leave the column out, or fit with --missing impute";
    match text {
        _ if allowed => Ok(f64::NAN),
        "" => Err(format!("the cell is empty, and no cell may be missing; {todo}")),
        text => Err(format!("{} stands for a missing value, and no cell may be missing; {todo}", quoted(text))),
    }
}
