//! Markdown and HTML of one cell, taken apart: tags and their attributes, links, entities, escapes.
//!
//! This is no Markdown renderer. It keeps what an audit has to see, such as the backslash of `\_`, and every look
//! ahead is bounded, so that a page full of unclosed brackets is still read in linear time.

/// How far the end of a tag or of a link may be, in bytes.
const REACH: usize = 800;

/// A piece of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// `<span id="X">`, with its brackets.
    Tag(&'a str),
    /// Everything between two tags.
    Text(&'a str),
}

/// A link: what the reader sees, and where it leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Link {
    /// The visible text, without markup.
    pub(super) text: String,
    /// The address.
    pub(super) target: String,
}

/// Cuts a text into tags and what stands between them.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let (mut rest, mut from) = (text, 0);
    while let Some(at) = rest[from..].find('<').map(|i| i + from) {
        let Some(length) = tag_length(&rest[at..]) else {
            from = at + 1;
            continue;
        };
        if at > 0 {
            found.push(Token::Text(&rest[..at]));
        }
        found.push(Token::Tag(&rest[at..at + length]));
        rest = &rest[at + length..];
        from = 0;
    }
    if !rest.is_empty() {
        found.push(Token::Text(rest));
    }
    found
}

/// The name of a tag in small letters; `/dt` for a closing one.
pub(super) fn tag_name(tag: &str) -> String {
    let inner = tag.trim_start_matches('<');
    let end = inner.char_indices().skip(1).find(|(_, c)| !c.is_ascii_alphanumeric()).map_or(inner.len(), |(i, _)| i);
    inner[..end].to_ascii_lowercase()
}

/// The value of an attribute, with or without quotes.
pub(super) fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    // Lower-casing ASCII keeps all offsets.
    let lower = tag.to_ascii_lowercase();
    let wanted = format!("{name}=");
    let (at, _) = lower.match_indices(&wanted).find(|(i, _)| lower[..*i].ends_with([' ', '\t', '\n']))?;
    let value = &tag[at + wanted.len()..];
    match value.chars().next()? {
        quote @ ('"' | '\'') => value[1..].split(quote).next(),
        _ => value.split([' ', '>']).next(),
    }
}

/// The names of all anchors: `<span id=…>`, `<a name=…>`, `<a id=…>`.
pub(super) fn anchors(text: &str) -> Vec<String> {
    let mut ids = Vec::new();
    for token in tokens(text) {
        if let Token::Tag(tag) = token {
            let id = attribute(tag, "id").or_else(|| attribute(tag, "name"));
            ids.extend(id.map(entities).filter(|id| !id.trim().is_empty()));
        }
    }
    ids
}

/// The text as a reader sees it, except that the escapes of Markdown are kept.
pub(super) fn visible(text: &str) -> String {
    let mut plain = String::new();
    for token in tokens(&without_links(text)) {
        match token {
            Token::Text(part) => plain.push_str(part),
            Token::Tag(tag) if is_inline(&tag_name(tag)) => {}
            Token::Tag(_) => plain.push(' '),
        }
    }
    emphasis(&entities(&plain)).trim().to_owned()
}

/// Takes the backslashes off `\_`, `\*` and their like.
pub(super) fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match chars.peek() {
            Some(next) if c == '\\' && next.is_ascii_punctuation() => {}
            _ => plain.push(c),
        }
    }
    plain
}

/// All links of a cell, Markdown's and HTML's.
pub(super) fn links(text: &str) -> Vec<Link> {
    let mut found = Vec::new();
    walk_links(text, |_| {}, |link| found.push(Link { text: visible(link.0), target: link.1.to_owned() }));
    let mut open: Option<Link> = None;
    for token in tokens(text) {
        match (token, &mut open) {
            (Token::Tag(tag), _) if tag_name(tag) == "a" => {
                open = attribute(tag, "href").map(|to| Link { text: String::new(), target: to.to_owned() });
            }
            (Token::Tag(tag), _) if tag_name(tag) == "/a" => found.extend(open.take()),
            (Token::Text(part), Some(link)) => link.text.push_str(&entities(part)),
            _ => {}
        }
    }
    found
}

/// The text with Markdown links replaced by what they show.
fn without_links(text: &str) -> String {
    let plain = std::cell::RefCell::new(String::with_capacity(text.len()));
    walk_links(text, |part| plain.borrow_mut().push_str(part), |link| plain.borrow_mut().push_str(link.0));
    plain.into_inner()
}

/// Calls `plain` with each stretch between links and `link` with the text and target of each link.
fn walk_links<'a>(text: &'a str, mut plain: impl FnMut(&'a str), mut link: impl FnMut((&'a str, &'a str))) {
    let (mut done, mut from) = (0, 0);
    while let Some(at) = text[from..].find('[').map(|i| i + from) {
        let Some((label, target, length)) = markdown_link(&text[at..]) else {
            from = at + 1;
            continue;
        };
        plain(&text[done..at]);
        link((label, target));
        done = at + length;
        from = done;
    }
    plain(&text[done..]);
}

/// `[label](target)` at the beginning of `text`: both parts, and the length of the whole.
fn markdown_link(text: &str) -> Option<(&str, &str, usize)> {
    let near = prefix(text, REACH);
    let middle = near.find("](")?;
    let label = &near[1..middle];
    let target = &near[middle + 2..];
    let end = target.find(')')?;
    let sound = !label.contains('[') && !target[..end].contains(char::is_whitespace);
    sound.then(|| (label, &target[..end], middle + 3 + end))
}

/// The length of the tag at the beginning of `text`, if there is one.
fn tag_length(text: &str) -> Option<usize> {
    let mut bytes = text.bytes().skip(1);
    let first = bytes.next()?;
    if !first.is_ascii_alphabetic() && first != b'/' {
        return None;
    }
    prefix(text, REACH).find('>').map(|i| i + 1)
}

/// Tags that stand inside a word without parting it.
fn is_inline(name: &str) -> bool {
    matches!(name.trim_start_matches('/'), "strong" | "b" | "em" | "i" | "span" | "a" | "code")
}

/// Drops `*` and `` ` ``, unless escaped.
fn emphasis(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut escaped = false;
    for c in text.chars() {
        if escaped || !matches!(c, '*' | '`') {
            plain.push(c);
        }
        escaped = c == '\\' && !escaped;
    }
    plain
}

/// Replaces the entities that such pages have; unknown ones stay as they are.
pub(super) fn entities(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        let (c, length) = entity(&rest[at..]).unwrap_or(('&', 1));
        plain.push(c);
        rest = &rest[at + length..];
    }
    plain + rest
}

/// The entity at the beginning of `text`, and its length.
pub(super) fn entity(text: &str) -> Option<(char, usize)> {
    let near = prefix(text, 12);
    let end = near.find(';')?;
    let c = match &near[1..end] {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        "lowbar" => '_',
        "percnt" => '%',
        "excl" => '!',
        "colon" => ':',
        other => {
            let digits = other.strip_prefix('#')?;
            let number = match digits.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => digits.parse(),
            };
            char::from_u32(number.ok()?)?
        }
    };
    Some((c, end + 1))
}

/// At most `length` bytes from the front, cut between characters.
pub(super) fn prefix(text: &str, length: usize) -> &str {
    let mut end = length.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_told_from_text() {
        let cell = "a < b <dt id='x'>c</dt> <";
        assert_eq!(
            tokens(cell),
            [
                Token::Text("a < b "),
                Token::Tag("<dt id='x'>"),
                Token::Text("c"),
                Token::Tag("</dt>"),
                Token::Text(" <")
            ]
        );
        assert_eq!(tag_name("<dt id='x'>"), "dt");
        assert_eq!(tag_name("</DT>"), "/dt");
        assert_eq!(tag_name("<br/>"), "br");
    }

    #[test]
    fn anchors_are_found_in_every_spelling() {
        let cell = "<span id=\"A\"></span><a name='b'></a><SPAN ID=C></SPAN><dt width=\"9\">";
        assert_eq!(anchors(cell), ["A", "b", "C"]);
    }

    #[test]
    fn visible_text_keeps_escapes_only() {
        assert_eq!(visible("**IMAPI\\_E\\_X**<br/>&lt;y&#62; [z](/a/b) [!Note]"), "IMAPI\\_E\\_X <y> z [!Note]");
        assert_eq!(unescape("IMAPI\\_E\\_X \\n"), "IMAPI_E_X \\n");
    }

    #[test]
    fn no_end_is_looked_for_beyond_reach() {
        let far = "x".repeat(REACH);
        assert_eq!(tokens(&format!("<a {far}>")).len(), 1);
        assert_eq!(tokens("<a x>").len(), 1);
        assert_eq!(tag_length(&format!("<a {far}>")), None);
        assert_eq!(markdown_link(&format!("[{far}](x)")), None);
        assert!(markdown_link("[x](x)").is_some());
    }

    #[test]
    fn links_of_both_kinds_are_read() {
        let found = links("[**A::B**](/x/nf-a-b) and <a href=\"/y\"><strong>C</strong></a> and [broken](");
        let pairs: Vec<_> = found.iter().map(|l| (l.text.as_str(), l.target.as_str())).collect();
        assert_eq!(pairs, [("A::B", "/x/nf-a-b"), ("C", "/y")]);
    }
}
