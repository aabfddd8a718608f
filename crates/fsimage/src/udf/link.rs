//! Symbolic links: a path as UDF writes it, step by step.

use imapi_volume_structs::udf::{Component, MAX_NAME_LEN, text};

use super::names;

/// The longest step that leads anywhere where links come from.
pub(super) const LONGEST_STEP: usize = 255;

/// The components of a path. A step is cut as a name is, so that a link to a file whose name was cut still leads there. An
/// error is the length of a step that is longer than any name.
pub(super) fn path(target: &[u8]) -> Result<Vec<u8>, usize> {
    let mut out = Vec::with_capacity(target.len() + 8);
    if target.first() == Some(&b'/') {
        push(&Component::Root, &mut out);
    }
    for step in target.split(|&byte| byte == b'/').filter(|step| !step.is_empty()) {
        let mut name = [0; MAX_NAME_LEN];
        let component = match step {
            b"." => Component::Current,
            b".." => Component::Parent,
            _ if step.len() > LONGEST_STEP => return Err(step.len()),
            _ => {
                let len = text::encode(&names::name(step, 0), &mut name).ok_or(step.len())?;
                Component::Name(&name[..len])
            }
        };
        push(&component, &mut out);
    }
    Ok(out)
}

fn push(component: &Component<'_>, out: &mut Vec<u8>) {
    let at = out.len();
    out.resize(at + component.len(), 0);
    component.encode(&mut out[at..]);
}

#[cfg(test)]
mod tests {
    use imapi_volume_structs::udf::{
        Component::{Current, Name, Parent, Root},
        Components,
    };

    use super::*;

    #[test]
    fn a_path_is_written_step_by_step() {
        let path = path(b"/usr//../lib/./x").expect("short steps");
        let found: Vec<_> = Components::new(&path).map(|step| step.expect("whole steps")).collect();
        assert_eq!(found, [Root, Name(b"\x08usr"), Parent, Name(b"\x08lib"), Current, Name(b"\x08x")]);
    }

    #[test]
    fn a_step_is_cut_as_a_name_is_and_refused_where_it_leads_nowhere() {
        assert_eq!(path(&[b'x'; 255]), path(&[b'x'; 254]));
        let long = path("本".repeat(85).as_bytes()).expect("255 bytes");
        let cut = names::name("本".repeat(85).as_bytes(), 0).into_owned();
        assert_eq!(long.len(), 4 + text::encoded_len(&cut));
        assert_eq!(path(&[b'x'; 256]), Err(256));
        assert_eq!(path(b""), Ok(Vec::new()));
    }
}
