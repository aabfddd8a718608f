//! Symbolic links: a path as UDF writes it, step by step.

use imapi_volume_structs::udf::{Component, MAX_NAME_LEN, text};

/// The components of a path; `None` when a step of it is longer than a name can be.
pub(super) fn path(target: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(target.len() + 8);
    if target.first() == Some(&b'/') {
        push(&Component::Root, &mut out);
    }
    for step in target.split(|&byte| byte == b'/').filter(|step| !step.is_empty()) {
        let mut name = [0; MAX_NAME_LEN];
        let component = match step {
            b"." => Component::Current,
            b".." => Component::Parent,
            _ => {
                let len = text::encode(&String::from_utf8_lossy(step), &mut name)?;
                Component::Name(&name[..len])
            }
        };
        push(&component, &mut out);
    }
    Some(out)
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
    fn a_step_has_no_more_than_a_name() {
        assert!(path(&[b'x'; 254]).is_some());
        assert!(path(&[b'x'; 255]).is_none());
        assert_eq!(path(b""), Some(Vec::new()));
    }
}
