//! Inserts in a message: `%1!ls!`, and what translation makes of it: `%1! ls!`, `%1! Ls!`, `%1！ ls！`.

use crate::spec::Code;

use super::{
    finding::{Kind, Problems, quote},
    letters,
};

/// The types that the messages of the three headers have, and their near relations.
const TYPES: [&str; 10] = ["ls", "s", "ws", "hs", "I64d", "I64u", "d", "u", "x", "lu"];

/// An insert that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// `None` when only `ls!` is left.
    pub(super) number: Option<u32>,
    /// Spelled as in [`TYPES`]; empty when only `%1` is left.
    pub(super) kind: String,
    /// Exactly as it stands there.
    pub(super) text: String,
    /// Nothing but quotes and spaces stands before it.
    pub(super) leads: bool,
}

impl Found {
    /// The front of the message, and with it the front of the insert, was cut off.
    pub(super) fn is_cut(&self) -> bool {
        self.number.is_none() && self.leads
    }
}

/// Finds all inserts of a message, whole or ruined.
pub(super) fn find(message: &str) -> Vec<Found> {
    let chars: Vec<char> = message.chars().collect();
    let (mut found, mut at, mut leads) = (Vec::new(), 0, true);
    while at < chars.len() {
        let word_before = at > 0 && chars[at - 1].is_alphanumeric();
        let insert = whole(&chars[at..]).or_else(|| if word_before { None } else { fragment(&chars[at..]) });
        let Some((mut insert, length)) = insert else {
            leads &= chars[at].is_whitespace() || matches!(chars[at], '\'' | '"' | '«' | '“' | '‘' | '!' | '！');
            at += 1;
            continue;
        };
        insert.leads = leads;
        found.push(insert);
        leads = false;
        at += length;
    }
    found
}

/// An insert that still has its percent sign.
fn whole(chars: &[char]) -> Option<(Found, usize)> {
    if letters::look(*chars.first()?) != '%' {
        return None;
    }
    let mut at = spaces(chars, 1);
    let mut number: u32 = 0;
    let first = at;
    while let Some(digit) = chars.get(at).and_then(|c| letters::look(*c).to_digit(10)).filter(|_| at < first + 3) {
        number = number * 10 + digit;
        at += 1;
    }
    if at == first {
        return None;
    }
    let typed = bang(chars, at).and_then(|after| {
        let (kind, end) = type_at(chars, spaces(chars, after))?;
        Some((kind, bang(chars, end)?))
    });
    let (kind, end) = typed.map_or((String::new(), at), |(kind, end)| (kind.to_owned(), end));
    Some((Found { number: Some(number), kind, text: chars[..end].iter().collect(), leads: false }, end))
}

/// `ls!` or `!ls!`, without its number.
fn fragment(chars: &[char]) -> Option<(Found, usize)> {
    let (kind, end) = type_at(chars, 0)?;
    let close = chars.get(end).filter(|c| matches!(c, '!' | '！')).map(|_| end + 1)?;
    Some((Found { number: None, kind: kind.to_owned(), text: chars[..close].iter().collect(), leads: false }, close))
}

/// The type that stands at `at`, in any case, and where it ends.
fn type_at(chars: &[char], at: usize) -> Option<(&'static str, usize)> {
    let word: String = chars
        .iter()
        .skip(at)
        .take(6)
        .map_while(|c| Some(letters::look(*c)).filter(char::is_ascii_alphanumeric))
        .collect();
    let kind = TYPES.iter().find(|kind| kind.eq_ignore_ascii_case(&word))?;
    Some((kind, at + word.chars().count()))
}

/// Steps over spaces and one exclamation mark.
fn bang(chars: &[char], at: usize) -> Option<usize> {
    let at = spaces(chars, at);
    matches!(chars.get(at), Some('!' | '！')).then_some(at + 1)
}

fn spaces(chars: &[char], at: usize) -> usize {
    at + chars.iter().skip(at).take(2).take_while(|c| c.is_whitespace()).count()
}

/// The spec's inserts as number and type.
fn expected(code: &Code) -> Vec<(u32, String)> {
    let split = |spelling: &str| {
        let (number, kind) = spelling.strip_prefix('%')?.split_once('!')?;
        Some((number.parse().ok()?, kind.trim_end_matches('!').to_owned()))
    };
    code.inserts.iter().filter_map(|insert| split(&insert.spelling)).collect()
}

/// Compares a message's inserts with the spec's, as multisets.
pub(super) fn check(found: &[Found], code: &Code, problems: &mut Problems) {
    let mut wanted = expected(code);
    let mut open: Vec<&Found> = Vec::new();
    for insert in found {
        let same = |(number, kind): &(u32, String)| Some(*number) == insert.number && *kind == insert.kind;
        let Some(at) = wanted.iter().position(same) else {
            open.push(insert);
            continue;
        };
        let (number, kind) = wanted.remove(at);
        if insert.text != format!("%{number}!{kind}!") {
            problems.add(Kind::InsertMangled, quote(&insert.text));
        }
    }
    for insert in open {
        let (kind, at) = nearest(insert, &wanted);
        let was = at.map(|at| wanted.remove(at)).map(|(n, t)| format!(" for `%{n}!{t}!`")).unwrap_or_default();
        problems.add(kind, format!("{}{was}", quote(&insert.text)));
        if insert.is_cut() {
            problems.add(Kind::InsertMissing, was.trim_start_matches(" for "));
        }
    }
    for (number, kind) in wanted {
        problems.add(Kind::InsertMissing, format!("`%{number}!{kind}!`"));
    }
}

/// What became of which insert of the spec.
fn nearest(insert: &Found, wanted: &[(u32, String)]) -> (Kind, Option<usize>) {
    let typed = wanted.iter().position(|(_, kind)| *kind == insert.kind);
    let numbered = wanted.iter().position(|(number, _)| Some(*number) == insert.number);
    match (numbered, typed) {
        (_, Some(at)) if insert.is_cut() => (Kind::MessageTruncated, Some(at)),
        (_, Some(at)) if insert.number.is_none() => (Kind::InsertMangled, Some(at)),
        (Some(at), _) if insert.kind.is_empty() => (Kind::InsertMangled, Some(at)),
        (Some(at), _) => (Kind::InsertTypeChanged, Some(at)),
        (None, Some(at)) => (Kind::InsertNumberChanged, Some(at)),
        (None, None) => (Kind::InsertUnexpected, None),
    }
}

/// Whether a message can be that code's: no insert that the code has not, and none missing unless one was cut.
pub(super) fn fit(found: &[Found], code: &Code) -> bool {
    let mut problems = Problems::default();
    check(found, code, &mut problems);
    let cut = found.iter().any(Found::is_cut);
    let strange = [Kind::InsertUnexpected, Kind::InsertTypeChanged, Kind::InsertNumberChanged];
    !strange.iter().any(|kind| problems.has(*kind)) && (cut || !problems.has(Kind::InsertMissing))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(message: &str) -> Vec<String> {
        let show = |f: Found| format!("{}|{}|{}", f.number.map_or("-".to_owned(), |n| n.to_string()), f.kind, f.text);
        find(message).into_iter().map(show).collect()
    }

    #[test]
    fn inserts_are_read_in_every_spelling() {
        assert_eq!(read("x '%1!ls!' y"), ["1|ls|%1!ls!"]);
        assert_eq!(
            read("\"%1! ls!\" %2! I64d!, %3！I64d！。"),
            ["1|ls|%1! ls!", "2|I64d|%2! I64d!", "3|I64d|%3！I64d！"]
        );
        assert_eq!(read("%1！ ls！ x %2! Ls! y"), ["1|ls|%1！ ls！", "2|ls|%2! Ls!"]);
        assert_eq!(read("％１！ｌｓ！"), ["1|ls|％１！ｌｓ！"]);
        assert_eq!(read("% 1 !u!"), ["1|u|% 1 !u!"]);
        assert_eq!(read("only %1 is left"), ["1||%1"]);
        assert_eq!(read("100% of 10, Yes! details! Is!"), [""; 0]);
    }

    #[test]
    fn an_insert_without_its_front_is_a_cut_only_at_the_beginning() {
        let cut = |message: &str| find(message).iter().map(Found::is_cut).collect::<Vec<_>>();
        assert_eq!(cut("ls!' name"), [true]);
        assert_eq!(cut("'！ ls！ ' 名"), [true]);
        assert_eq!(cut("The 1!ls! name"), [false]);
        assert_eq!(cut("The ls! name"), [false]);
    }
}
