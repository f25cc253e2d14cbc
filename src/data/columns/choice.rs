//! Which columns of a file are features and of what kind, and which are carried along or left out.

#[cfg(feature = "cli")]
use super::pattern;

/// What is asked of a file's columns; each entry is a name, a list, a range `A..B` or has `*` and `?`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ColumnChoice {
    /// The features; none: all that are nothing else.
    pub only: Vec<String>,
    /// Left out.
    pub ignored: Vec<String>,
    /// What a row is called: carried to every output, no features.
    pub ids: Vec<String>,
    /// Carried to every output behind the ids, no features.
    pub kept: Vec<String>,
    /// Features that are categories.
    pub categories: Vec<String>,
    /// Features that are times, of which the hour of the day and the day of the week count.
    pub calendar: Vec<String>,
}

/// What a column is read as.
#[cfg(feature = "cli")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::data) enum Role {
    /// A feature whose kind its cells tell.
    #[default]
    Feature,
    /// A feature of categories.
    Category,
    /// A feature of times.
    Calendar,
    /// What a row is called.
    Id,
    /// Carried along.
    Kept,
    /// Nothing.
    Ignored,
}

#[cfg(feature = "cli")]
impl ColumnChoice {
    /// The role of each of the columns `names`, and which are named as features.
    ///
    /// # Errors
    /// A name that no column has, and a column that is asked to be two things.
    pub(in crate::data) fn roles(&self, names: &[String]) -> Result<Vec<Role>, (Option<String>, String)> {
        let mut roles = vec![Role::Feature; names.len()];
        let lists = [
            (&self.ignored, Role::Ignored, "--ignore"),
            (&self.ids, Role::Id, "--id"),
            (&self.kept, Role::Kept, "--keep"),
            (&self.categories, Role::Category, "--category"),
            (&self.calendar, Role::Calendar, "--calendar"),
        ];
        let mut asked = vec![""; names.len()];
        for (patterns, role, option) in lists {
            for i in pattern::columns(patterns, names).map_err(|problem| (None, problem))? {
                // An id that is also to be kept is one.
                let both = (roles[i], role) == (Role::Id, Role::Kept);
                if !asked[i].is_empty() && !both {
                    let problem = format!("{} and {option} name it; leave one of them out", asked[i]);
                    return Err((Some(names[i].clone()), problem));
                }
                if !both {
                    (roles[i], asked[i]) = (role, option);
                }
            }
        }
        if self.only.is_empty() {
            return Ok(roles);
        }
        let mut only = vec![false; names.len()];
        pattern::columns(&self.only, names).map_err(|p| (None, p))?.into_iter().for_each(|i| only[i] = true);
        for (i, role) in roles.iter_mut().enumerate() {
            match role {
                Role::Feature if !only[i] => *role = Role::Ignored,
                Role::Ignored | Role::Id | Role::Kept if only[i] => {
                    let problem = format!("--columns and {} name it; leave one of them out", asked[i]);
                    return Err((Some(names[i].clone()), problem));
                }
                _ => {}
            }
        }
        Ok(roles)
    }

    /// The columns among `names` that are kept.
    ///
    /// # Errors
    /// A name that no column has.
    pub(in crate::data) fn kept_among(&self, names: &[String]) -> Result<Vec<usize>, String> {
        pattern::columns(&self.kept, names)
    }
}

#[cfg(all(test, feature = "cli"))]
mod tests {
    use super::*;

    fn list(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn every_column_gets_one_role() {
        let names = list(&["id", "a", "b", "site", "when"]);
        let choice = ColumnChoice {
            only: list(&["a", "site"]),
            ids: list(&["id"]),
            kept: list(&["id"]),
            categories: list(&["site"]),
            calendar: list(&["when"]),
            ..ColumnChoice::default()
        };
        use Role::*;
        assert_eq!(choice.roles(&names).unwrap(), [Id, Feature, Ignored, Category, Calendar]);
        let twice = ColumnChoice { ignored: list(&["a"]), ids: list(&["a"]), ..ColumnChoice::default() };
        let (column, problem) = twice.roles(&names).unwrap_err();
        assert!(column.as_deref() == Some("a") && problem.contains("--ignore and --id"), "{problem}");
        let both = ColumnChoice { ignored: list(&["a"]), only: list(&["a*"]), ..ColumnChoice::default() };
        assert!(both.roles(&names).unwrap_err().1.contains("--columns and --ignore"));
    }
}
