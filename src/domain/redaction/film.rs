//! What a redacted film may be made of: one track of coded slices, its tables, and nothing else.
//!
//! Anything unknown is refused rather than known evils looked for: a second track, an edit list, a
//! thumbnail, metadata, free space, or a message between pictures (SEI) can't hide in what isn't on the
//! list. Next: a film that passes is looked at picture by picture.

/// Boxes of ISO/IEC 14496-12 that a film has, each with those that may be inside it.
const BOXES: &[(&[u8; 4], &[&[u8; 4]])] = &[
    (b"root", &[b"ftyp", b"moov", b"mdat"]),
    (b"moov", &[b"mvhd", b"trak"]),
    (b"trak", &[b"tkhd", b"mdia"]),
    (b"mdia", &[b"mdhd", b"hdlr", b"minf"]),
    (b"minf", &[b"vmhd", b"dinf", b"stbl"]),
    (b"dinf", &[b"dref"]),
    (b"stbl", &[b"stsd", b"stts", b"stss", b"stsc", b"stsz", b"stco", b"co64"]),
];
/// Slices of pictures (ITU-T H.264, table 7-1).
const SLICES: [u8; 2] = [1, 5];

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotBare {
    #[error("the film has a box {0:?} that it should not have, or has it twice")]
    Box(String),
    #[error("the film's boxes don't fit into each other")]
    Shape,
    #[error("the film has a NAL unit of type {0} between its pictures")]
    NalUnit(u8),
}

/// Refuses a film with anything in it but its pictures.
pub fn is_bare(film: &[u8]) -> Result<(), NotBare> {
    walk(film, b"root")
}

fn walk(mut rest: &[u8], inside: &[u8; 4]) -> Result<(), NotBare> {
    let allowed = BOXES.iter().find(|(name, _)| *name == inside).map_or(&[][..], |(_, inner)| inner);
    let mut seen = Vec::new();
    while !rest.is_empty() {
        let (name, body, after) = next_box(rest).ok_or(NotBare::Shape)?;
        if !allowed.contains(&&name) || seen.contains(&name) {
            return Err(NotBare::Box(String::from_utf8_lossy(&name).into_owned()));
        }
        match &name {
            b"mdat" => only_slices(body)?,
            container if BOXES.iter().any(|(known, _)| *known == container) => walk(body, container)?,
            _ => {}
        }
        seen.push(name);
        rest = after;
    }
    Ok(())
}

/// Name, contents, and what comes after.
fn next_box(bytes: &[u8]) -> Option<([u8; 4], &[u8], &[u8])> {
    let (size, rest) = bytes.split_first_chunk::<4>()?;
    let (name, rest) = rest.split_first_chunk::<4>()?;
    let (length, rest) = match u32::from_be_bytes(*size) {
        1 => {
            let (long, rest) = rest.split_first_chunk::<8>()?;
            (usize::try_from(u64::from_be_bytes(*long)).ok()?.checked_sub(16)?, rest)
        }
        short => (usize::try_from(short).ok()?.checked_sub(8)?, rest),
    };
    let (body, after) = rest.split_at_checked(length)?;
    Some((*name, body, after))
}

fn only_slices(mut rest: &[u8]) -> Result<(), NotBare> {
    while !rest.is_empty() {
        let (length, after) = rest.split_first_chunk::<4>().ok_or(NotBare::Shape)?;
        let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| NotBare::Shape)?;
        let (unit, after) = after.split_at_checked(length).ok_or(NotBare::Shape)?;
        let kind = unit.first().ok_or(NotBare::Shape)? & 0x1f;
        if !SLICES.contains(&kind) {
            return Err(NotBare::NalUnit(kind));
        }
        rest = after;
    }
    Ok(())
}

/// Whether a NAL unit of H.264 belongs to a film: only slices do.
pub fn is_slice(unit: &[u8]) -> bool {
    unit.first().is_some_and(|first| SLICES.contains(&(first & 0x1f)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boxed(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len() + 8).unwrap();
        [&length.to_be_bytes()[..], name, body].concat()
    }

    fn film(inside_moov: &[u8], units: &[&[u8]]) -> Vec<u8> {
        let data: Vec<u8> = units.iter().flat_map(|unit| [&u32::try_from(unit.len()).unwrap().to_be_bytes()[..], unit].concat()).collect();
        let moov = [boxed(b"mvhd", &[0; 4]), boxed(b"trak", &boxed(b"tkhd", &[0; 4])), inside_moov.to_vec()].concat();
        [boxed(b"ftyp", b"isom"), boxed(b"moov", &moov), boxed(b"mdat", &data)].concat()
    }

    #[test]
    fn a_film_of_slices_alone_is_bare_and_anything_more_is_refused() {
        let (key, other) = (&[0x65, 1, 2][..], &[0x41, 3][..]);
        assert_eq!(is_bare(&film(&[], &[key, other])), Ok(()));
        assert_eq!(is_bare(&film(&[], &[&[0x06, 5, 1], key])), Err(NotBare::NalUnit(6)));
        let track = boxed(b"trak", &[]);
        let metadata = boxed(b"udta", &[]);
        let edits = boxed(b"trak", &boxed(b"edts", &[]));
        for more in [&track, &metadata, &edits] {
            assert!(matches!(is_bare(&film(more, &[key])), Err(NotBare::Box(_))));
        }
        let mut tail = film(&[], &[key]);
        tail.extend(boxed(b"free", &[0; 8]));
        assert_eq!(is_bare(&tail), Err(NotBare::Box("free".into())));
        tail.truncate(tail.len() - 1);
        assert_eq!(is_bare(&tail), Err(NotBare::Shape));
    }
}
