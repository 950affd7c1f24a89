//! Templates: every value is escaped, and nothing runs or styles but what the content security
//! policy lets in, files of our own.

use crate::{
    Offence, Tree,
    lex::Kind,
    tree::{File, extension},
};

/// Files that write markup in Rust, each with its reason.
const MARKUP: [(&str, &str); 1] =
    [("crates/web/src/parts.rs", "a picture of the sprite is named by static text only")];

pub(crate) fn offences(tree: &Tree) -> Vec<Offence> {
    let is_markup = |file: &&File| MARKUP.iter().any(|(path, _)| *path == file.path);
    let mut found: Vec<Offence> =
        tree.rust().filter(|file| !is_markup(file)).flat_map(unescaped).collect();
    let is_template = |file: &&File| extension(&file.path) == "html";
    for file in tree.files().filter(|file| file.path.starts_with("crates/")).filter(is_template) {
        found.extend(raw(file));
        found.extend(tags(file));
    }
    found
}

/// Rust that takes escaping away: `#[template(escape = "none")]` and the trait `HtmlSafe`.
fn unescaped(file: &File) -> Vec<Offence> {
    let code = &file.code;
    let is_off = |at: usize| {
        let none = code.tokens.get(at + 2);
        code.word(at) == "escape"
            && code.sign(at + 1, '=')
            && none.is_some_and(|text| text.kind == Kind::Text && text.text == "none")
    };
    let found = (0..code.tokens.len())
        .filter(|at| (is_off(*at) || code.word(*at) == "HtmlSafe") && !code.is_test(*at));
    let says = "takes escaping away, let the template write the markup";
    found.map(|at| Offence::new(&file.path, code.tokens[at].line, says)).collect()
}

/// `{{ value|safe }}` and `{{ value|escape("none") }}`.
fn raw(file: &File) -> Vec<Offence> {
    let is_raw = |line: &str| {
        line.split('|').skip(1).any(|filter| {
            let filter = filter.trim_start();
            let name: String = filter.chars().take_while(|c| c.is_alphanumeric()).collect();
            name == "safe" || (filter.starts_with("escape(") && filter.contains("none"))
        })
    };
    let says = "writes a value unescaped, let the template write the markup around it";
    file.lines()
        .filter(|(_, line)| is_raw(line))
        .map(|(n, _)| Offence::new(&file.path, n, says))
        .collect()
}

/// A tag's name, its attributes, and what follows it.
struct Tag<'a> {
    line: usize,
    name: String,
    attributes: Vec<(String, String)>,
    after: &'a str,
}

fn tags(file: &File) -> Vec<Offence> {
    let text = without_blocks(&file.text);
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(tag) = next_tag(&text, &mut from) {
        let has = |name: &str| tag.attributes.iter().any(|(other, _)| other == name);
        let mut say = |says: String| found.push(Offence::new(&file.path, tag.line, says));
        let ends = tag.after.trim_start().to_ascii_lowercase().starts_with("</script");
        if tag.name == "script" && !(has("src") && ends) {
            say("script inside the page, which no browser will run; put it in a file".to_owned());
        }
        if tag.name == "style" {
            say("style inside the page, which no browser will use; put it in a file".to_owned());
        }
        for (name, value) in &tag.attributes {
            let runs = name.starts_with("on") || name.starts_with("hx-on");
            if runs || value.trim_start().to_ascii_lowercase().starts_with("javascript:") {
                say(format!("{name} runs script inside the page, listen in a file instead"));
            } else if name == "style" {
                say("style=.. inside the page, give it a class instead".to_owned());
            }
        }
    }
    found
}

/// The text with the template's own blocks blanked out, so that their signs are not taken for HTML.
fn without_blocks(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = ["{{", "{%", "{#"].iter().filter_map(|open| rest.find(open)).min() {
        let close = match &rest[start..start + 2] {
            "{{" => "}}",
            "{%" => "%}",
            _ => "#}",
        };
        let end = rest[start..].find(close).map_or(rest.len(), |end| start + end + 2);
        clean.push_str(&rest[..start]);
        // A value stays a value, as in `a={{ b }}`; lines stay for their numbers.
        clean.push(if close == "}}" { 'x' } else { ' ' });
        clean.extend(rest[start..end].chars().filter(|c| *c == '\n'));
        rest = &rest[end..];
    }
    clean + rest
}

fn next_tag<'a>(text: &'a str, from: &mut usize) -> Option<Tag<'a>> {
    loop {
        let start = *from + text[*from..].find('<')?;
        *from = start + 1;
        if text[*from..].starts_with("!--") {
            *from += text[*from..].find("-->").unwrap_or(0);
        }
        if text[*from..].starts_with(|c: char| c.is_ascii_alphabetic()) {
            let line = text[..start].matches('\n').count() + 1;
            let (name, mut rest) = split_name(&text[start + 1..]);
            let mut attributes = Vec::new();
            while let Some((attribute, after)) = next_attribute(rest) {
                attributes.push(attribute);
                rest = after;
            }
            let after = rest.split_once('>').map_or("", |(_, after)| after);
            *from = text.len() - after.len();
            return Some(Tag { line, name: name.to_ascii_lowercase(), attributes, after });
        }
    }
}

/// The first attribute of `rest` and what follows it; `None` at the end of the tag.
fn next_attribute(rest: &str) -> Option<((String, String), &str)> {
    let rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
    if rest.is_empty() || rest.starts_with('>') {
        return None;
    }
    let (name, after) = split_name(rest);
    let Some(value) = after.trim_start().strip_prefix('=') else {
        // What is no name, such as a stray quote, is stepped over.
        let skip = after.chars().next().filter(|_| name.is_empty()).map_or(0, char::len_utf8);
        return Some(((name.to_ascii_lowercase(), String::new()), &after[skip..]));
    };
    let value = value.trim_start();
    let (value, after) = match value.chars().next() {
        Some(quote @ ('"' | '\'')) => value[1..].split_once(quote).unwrap_or((value, "")),
        _ => value
            .split_at(value.find(|c: char| c.is_whitespace() || c == '>').unwrap_or(value.len())),
    };
    Some(((name.to_ascii_lowercase(), value.to_owned()), after))
}

fn split_name(text: &str) -> (&str, &str) {
    let ends = |c: char| c.is_whitespace() || "=>/\"'".contains(c);
    text.split_at(text.find(ends).unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(html: &str) -> Vec<String> {
        let tree = Tree::of(&[("crates/console/src/pages/a.html", html)]);
        offences(&tree).into_iter().map(|offence| offence.to_string()).collect()
    }

    #[test]
    fn nothing_is_written_unescaped() {
        assert_eq!(says("<p>{{ name|safe }}</p>\n{{ name | escape(\"none\") }}").len(), 2);
        assert!(says("{{ name|safety }} a || b {{ c|escape }}").is_empty());
        let rust = |text| offences(&Tree::of(&[("crates/console/src/a.rs", text)])).len();
        assert_eq!(rust("#[template(path = \"a.html\", escape = \"none\")] struct A;"), 1);
        assert_eq!(rust("impl HtmlSafe for A {}"), 1);
        assert_eq!(offences(&Tree::of(&[(MARKUP[0].0, "impl HtmlSafe for A {}")])), []);
        assert_eq!(rust("#[template(path = \"a.html\")] struct A;"), 0);
    }

    #[test]
    fn no_script_or_style_stands_in_a_page() {
        for html in [
            "<script>a()</script>",
            "<script src=\"/a.js\">a()</script>",
            "<SCRIPT type=module>\nlet a;</SCRIPT>",
            "<style>p {}</style>",
            "<p class=a style=\"color: red\">",
            "{% if a < b %}<p {% if c %}style='a'{% endif %}>{% endif %}",
            "<button type=button onclick=\"a()\">",
            "<div hx-on:click='a'>",
            "<a href=\" javascript:a()\">",
        ] {
            assert_eq!(says(html).len(), 1, "{html}");
        }
        assert!(says("\n\n<p>a</p><p\nstyle=a>")[0].contains("a.html:3:"));
    }

    #[test]
    fn ordinary_pages_pass() {
        for html in [
            "<!doctype html><script src=\"{{ asset(\"a.js\") }}\" defer></script>",
            "<!-- <script>a()</script> --><p title=\"onclick=a style=b\">a < b onclick=c</p>",
            "<link rel=stylesheet href=/a.css><input name=\"one\" required/>",
            "<option {% if a %}selected{% endif %} value={{ b }}>c</option>",
        ] {
            assert_eq!(says(html), Vec::<String>::new(), "{html}");
        }
    }
}
