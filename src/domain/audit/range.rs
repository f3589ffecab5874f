//! Many leaves side by side proved together: the subtrees around them, left to right, lead to the root.
//!
//! For part of a segment's fragments that is a few hashes; for all of them none, since they are the
//! root. Refuses a proof that is longer or shorter than its place in the tree asks for. Next:
//! `export::provenance` ties a clip to the log by it.

use std::ops::Range;

use super::tree::{Frontier, Hash, node_hash};

/// The roots of the largest subtrees that hold none of the leaves `inside`. `leaves` are leaf hashes.
pub fn prove(leaves: &[Hash], inside: Range<usize>) -> Vec<Hash> {
    let mut around = Vec::new();
    gather(leaves, 0, &inside, &mut around);
    around
}

fn gather(leaves: &[Hash], start: usize, inside: &Range<usize>, around: &mut Vec<Hash>) {
    let end = start + leaves.len();
    if start >= inside.start && end <= inside.end {
        return;
    }
    if end <= inside.start || start >= inside.end {
        let mut subtree = Frontier::default();
        leaves.iter().for_each(|leaf| subtree.push(*leaf, |_| {}));
        around.push(subtree.root());
        return;
    }
    let (left, right) = leaves.split_at(leaves.len().next_power_of_two() >> 1);
    gather(left, start, inside, around);
    gather(right, start + left.len(), inside, around);
}

/// The root of a tree of `size` leaves in which the leaf hashes `inside` begin at `first`; None when
/// `around` is not exactly what is missing.
pub fn root(inside: &[Hash], first: u64, size: u64, around: &[Hash]) -> Option<Hash> {
    let end = first.checked_add(inside.len() as u64).filter(|end| *end <= size)?;
    if inside.is_empty() {
        return None;
    }
    let mut around = around.iter();
    let root = build(inside, first, end, 0, size, &mut around)?;
    around.next().is_none().then_some(root)
}

fn build<'a>(inside: &[Hash], first: u64, end: u64, from: u64, to: u64, around: &mut impl Iterator<Item = &'a Hash>) -> Option<Hash> {
    if to <= first || from >= end {
        return around.next().copied();
    }
    if to - from == 1 {
        return inside.get(usize::try_from(from - first).ok()?).copied();
    }
    let split = from + ((to - from).checked_next_power_of_two()? >> 1);
    let left = build(inside, first, end, from, split, around)?;
    Some(node_hash(&left, &build(inside, first, end, split, to, around)?))
}

#[cfg(test)]
mod tests {
    use super::{
        super::tree::{self, leaf_hash},
        *,
    };
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn leaves_side_by_side_lead_to_the_root_from_their_own_place_and_no_other(size in 1usize..200, a: prop::sample::Index, b: prop::sample::Index, flip: prop::sample::Index) {
            let leaves: Vec<Hash> = (0..size as u64).map(|number| leaf_hash(&number.to_be_bytes())).collect();
            let whole = tree::root((0..size as u64).map(u64::to_be_bytes));
            let (first, last) = { let (a, b) = (a.index(size), b.index(size)); (a.min(b), a.max(b)) };
            let inside = &leaves[first..=last];
            let mut around = prove(&leaves, first..last + 1);
            let size = size as u64;
            prop_assert_eq!(root(inside, first as u64, size, &around), Some(whole));
            prop_assert!(around.len() <= 16);
            for place in (0..=size - inside.len() as u64).filter(|place| *place != first as u64) {
                prop_assert_ne!(root(inside, place, size, &around), Some(whole));
            }
            let mut changed = inside.to_vec();
            let at = flip.index(changed.len());
            changed[at][0] ^= 1;
            prop_assert_ne!(root(&changed, first as u64, size, &around), Some(whole));
            changed.remove(at);
            prop_assert_ne!(root(&changed, first as u64, size, &around), Some(whole), "one left out");
            around.push([0; 32]);
            prop_assert_eq!(root(inside, first as u64, size, &around), None, "more than is missing");
        }

        #[test]
        fn no_numbers_make_it_panic(inside in 0usize..3, first: u64, size: u64, around in 0usize..4) {
            let _ = root(&vec![[1; 32]; inside], first, size, &vec![[2; 32]; around]);
        }
    }
}
