//! Links of the documents to files of this repository.

use crate::{
    Offence, Tree,
    tree::{File, extension},
};

pub(crate) fn offences(tree: &Tree) -> Vec<Offence> {
    let documents = tree.files().filter(|file| extension(&file.path) == "md");
    documents.flat_map(|file| broken(tree, file)).collect()
}

fn broken(tree: &Tree, file: &File) -> Vec<Offence> {
    let mut found = Vec::new();
    let mut in_code = false;
    for (number, line) in file.lines() {
        in_code ^= line.trim_start().starts_with("```");
        if in_code {
            continue;
        }
        let dead = |target: &&str| {
            resolve(&file.path, target).is_none_or(|path| !path.is_empty() && !tree.holds(&path))
        };
        found.extend(targets(line).into_iter().filter(dead).map(|target| {
            let says = format!("the link to {target} leads nowhere, correct or remove it");
            Offence::new(&file.path, number, says)
        }));
    }
    found
}

/// What the line links to within the repository: `[..](target)`, `src="target"`, `href="target"`.
fn targets(line: &str) -> Vec<&str> {
    let mut targets = Vec::new();
    for (open, close) in [("](", ')'), ("src=\"", '"'), ("href=\"", '"')] {
        for (at, _) in line.match_indices(open) {
            let rest = &line[at + open.len()..];
            let target = rest.split(close).next().unwrap_or_default();
            targets.extend(target.split_whitespace().next());
        }
    }
    targets.retain(|target| {
        !target.contains("://") && !target.starts_with('#') && !target.starts_with("mailto:")
    });
    targets
}

/// The path from the root that `target` means in the file at `from`; `None` if it leads out.
fn resolve(from: &str, target: &str) -> Option<String> {
    let path = target.split(['#', '?']).next().unwrap_or_default();
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            _ => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_somewhere() {
        let found = |text: &str| {
            let files = [("docs/a.md", text), ("docs/b.md", ""), ("bin/test", ""), ("c.md", "")];
            offences(&Tree::of(&files)).len()
        };
        assert_eq!(found("[a](gone.md) and ![b](../img/c.png)\n<img src=\"no.png\">"), 3);
        assert_eq!(found("[a](../../outside.md)"), 1);
        assert_eq!(found("[a](b.md#part) [b](../bin) [c](../c.md \"title\") [d](#here)"), 0);
        assert_eq!(found("[a](https://example.com/x) [b](mailto:a@example.com)"), 0);
        assert_eq!(found("```\n[a](gone.md)\n```"), 0);
    }
}
