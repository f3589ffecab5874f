//! The Merkle tree of RFC 9162 section 2.1 (the same tree as RFC 6962): roots and proofs.
//!
//! Pure arithmetic over hashes; where the hashes of finished subtrees come from is the caller's
//! business. Refuses proofs that don't have exactly the right length. Next: `checkpoint` signs roots.

use sha2::{Digest, Sha256};

pub type Hash = [u8; 32];

/// Hash of a leaf's bytes.
pub fn leaf_hash(leaf: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(leaf).finalize().into()
}

/// Hash of two subtrees joined.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// Root over leaves given by their bytes.
pub fn root<L: AsRef<[u8]>>(leaves: impl IntoIterator<Item = L>) -> Hash {
    let mut frontier = Frontier::default();
    for leaf in leaves {
        frontier.push(leaf_hash(leaf.as_ref()), |_| {});
    }
    frontier.root()
}

/// A complete subtree: `level` 0 is a leaf; it covers leaves `index << level` and on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Node {
    pub level: u32,
    pub index: u64,
    pub hash: Hash,
}

/// The right edge of a growing tree: enough to append and to know the root.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    /// Roots of the complete subtrees, largest first: one for each bit set in `size`.
    peaks: Vec<Hash>,
}

impl Frontier {
    /// From the complete subtrees of a tree of `size` leaves, largest first.
    pub fn from_peaks(size: u64, peaks: Vec<Hash>) -> Option<Self> {
        (peaks.len() == size.count_ones() as usize).then_some(Self { size, peaks })
    }

    /// The subtrees that [`from_peaks`](Self::from_peaks) wants, as (level, index).
    pub fn peak_places(size: u64) -> impl Iterator<Item = (u32, u64)> {
        (0..u64::BITS).rev().filter(move |level| size >> level & 1 == 1).map(move |level| (level, (size >> level) - 1))
    }

    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Appends a leaf's hash; `finished` is told each subtree that became complete, leaf first.
    pub fn push(&mut self, leaf: Hash, mut finished: impl FnMut(Node)) {
        let mut node = Node { level: 0, index: self.size, hash: leaf };
        finished(node);
        while self.size >> node.level & 1 == 1 {
            let Some(left) = self.peaks.pop() else { break };
            node = Node { level: node.level + 1, index: node.index >> 1, hash: node_hash(&left, &node.hash) };
            finished(node);
        }
        self.peaks.push(node.hash);
        self.size += 1;
    }

    pub fn root(&self) -> Hash {
        self.peaks.iter().rev().copied().reduce(|right, left| node_hash(&left, &right)).unwrap_or_else(|| Sha256::digest([]).into())
    }
}

/// Where hashes of complete subtrees come from: (level, index) to hash.
pub trait Subtrees {
    type Error;
    fn hash(&mut self, level: u32, index: u64) -> Result<Hash, Self::Error>;
}

fn subtree<S: Subtrees>(from: &mut S, start: u64, end: u64) -> Result<Hash, S::Error> {
    let count = end - start;
    if count.is_power_of_two() && start.is_multiple_of(count) {
        let level = count.trailing_zeros();
        return from.hash(level, start >> level);
    }
    let split = start + (count.next_power_of_two() >> 1);
    Ok(node_hash(&subtree(from, start, split)?, &subtree(from, split, end)?))
}

/// PATH(index, D\[size\]) of RFC 9162 section 2.1.3.1. `index` must be below `size`.
pub fn inclusion<S: Subtrees>(from: &mut S, index: u64, size: u64) -> Result<Vec<Hash>, S::Error> {
    let (mut start, mut end, mut path) = (0, size, Vec::new());
    while end - start > 1 {
        let split = start + ((end - start).next_power_of_two() >> 1);
        if index < split {
            path.push(subtree(from, split, end)?);
            end = split;
        } else {
            path.push(subtree(from, start, split)?);
            start = split;
        }
    }
    path.reverse();
    Ok(path)
}

/// PROOF(old, D\[new\]) of RFC 9162 section 2.1.4.1. Empty when `old` is 0 or equals `new`.
pub fn consistency<S: Subtrees>(from: &mut S, old: u64, new: u64) -> Result<Vec<Hash>, S::Error> {
    let (mut start, mut end, mut whole, mut path) = (0, new, true, Vec::new());
    if old == 0 || old >= new {
        return Ok(path);
    }
    loop {
        if old == end {
            if !whole {
                path.push(subtree(from, start, end)?);
            }
            break;
        }
        let split = start + ((end - start).next_power_of_two() >> 1);
        if old <= split {
            path.push(subtree(from, split, end)?);
            end = split;
        } else {
            path.push(subtree(from, start, split)?);
            start = split;
            whole = false;
        }
    }
    path.reverse();
    Ok(path)
}

/// RFC 9162 section 2.1.3.2.
pub fn verify_inclusion(leaf: &Hash, index: u64, size: u64, path: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut at, mut last, mut hash) = (index, size - 1, *leaf);
    for sibling in path {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            hash = node_hash(sibling, &hash);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

/// RFC 9162 section 2.1.4.2.
pub fn verify_consistency(old: u64, new: u64, path: &[Hash], old_root: &Hash, new_root: &Hash) -> bool {
    if old == 0 || old >= new {
        return old <= new && path.is_empty() && (old == 0 || old_root == new_root);
    }
    let with_old;
    let path = if old.is_power_of_two() {
        with_old = [&[*old_root], path].concat();
        &with_old
    } else {
        path
    };
    let Some((first, rest)) = path.split_first() else { return false };
    let (mut at, mut last) = (old - 1, new - 1);
    while at & 1 == 1 {
        at >>= 1;
        last >>= 1;
    }
    let (mut old_hash, mut new_hash) = (*first, *first);
    for sibling in rest {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            old_hash = node_hash(sibling, &old_hash);
            new_hash = node_hash(sibling, &new_hash);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            new_hash = node_hash(&new_hash, sibling);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && old_hash == *old_root && new_hash == *new_root
}

#[cfg(test)]
mod tests {
    use super::*;
    use ct_merkle::{HashableLeaf, mem_backed_tree::MemoryBackedTree};
    use proptest::prelude::*;

    struct Leaf(Vec<u8>);
    impl HashableLeaf for Leaf {
        fn hash<H: digest::Update>(&self, hasher: &mut H) {
            hasher.update(&self.0);
        }
    }

    struct Grown(std::collections::HashMap<(u32, u64), Hash>);
    impl Subtrees for Grown {
        type Error = std::convert::Infallible;
        fn hash(&mut self, level: u32, index: u64) -> Result<Hash, Self::Error> {
            Ok(self.0[&(level, index)])
        }
    }

    fn grow(leaves: u64) -> (Grown, Vec<Hash>) {
        let (mut grown, mut frontier) = (Grown(Default::default()), Frontier::default());
        let mut roots = vec![frontier.root()];
        for leaf in 0..leaves {
            frontier.push(leaf_hash(&leaf.to_be_bytes()), |node| {
                grown.0.insert((node.level, node.index), node.hash);
            });
            roots.push(frontier.root());
        }
        (grown, roots)
    }

    #[test]
    fn roots_equal_those_of_another_implementation() {
        let (_, roots) = grow(70);
        let mut other = MemoryBackedTree::<Sha256, Leaf>::new();
        for leaf in 0u64..70 {
            other.push(Leaf(leaf.to_be_bytes().to_vec()));
            assert_eq!(other.root().as_bytes().as_slice(), roots[leaf as usize + 1]);
        }
        assert_eq!(hex::encode(roots[0]), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "RFC 6962: the empty tree");
    }

    proptest! {
        #[test]
        fn a_proof_proves_its_leaf_and_no_other(size in 1u64..200, index: prop::sample::Index, flip: prop::sample::Index) {
            let (mut grown, roots) = grow(size);
            let index = index.index(size as usize) as u64;
            let leaf = leaf_hash(&index.to_be_bytes());
            let root = roots[size as usize];
            let mut path = inclusion(&mut grown, index, size).unwrap();
            prop_assert!(verify_inclusion(&leaf, index, size, &path, &root));
            prop_assert!(!verify_inclusion(&leaf_hash(b"another"), index, size, &path, &root));
            for other in (0..size).filter(|other| *other != index) {
                prop_assert!(!verify_inclusion(&leaf, other, size, &path, &root));
            }
            if !path.is_empty() {
                let at = flip.index(path.len());
                path[at][0] ^= 1;
                prop_assert!(!verify_inclusion(&leaf, index, size, &path, &root));
                path.pop();
                prop_assert!(!verify_inclusion(&leaf, index, size, &path, &root));
            }
        }

        #[test]
        fn consistency_holds_between_any_two_sizes_and_not_between_histories(old in 0u64..150, more in 0u64..60, flip: prop::sample::Index) {
            let new = old + more;
            let (mut grown, roots) = grow(new);
            let mut path = consistency(&mut grown, old, new).unwrap();
            let (old_root, new_root) = (roots[old as usize], roots[new as usize]);
            prop_assert!(verify_consistency(old, new, &path, &old_root, &new_root));
            if old > 0 {
                prop_assert!(!verify_consistency(old, new, &path, &leaf_hash(b"rewritten"), &new_root));
            }
            if !path.is_empty() {
                let at = flip.index(path.len());
                path[at][5] ^= 1;
                prop_assert!(!verify_consistency(old, new, &path, &old_root, &new_root));
            }
        }

        #[test]
        fn a_frontier_taken_up_again_goes_on_as_before(size in 0u64..200) {
            let (mut grown, roots) = grow(size + 1);
            let peaks = Frontier::peak_places(size).map(|(level, index)| grown.hash(level, index).unwrap()).collect();
            let mut frontier = Frontier::from_peaks(size, peaks).unwrap();
            prop_assert_eq!(frontier.root(), roots[size as usize]);
            frontier.push(leaf_hash(&size.to_be_bytes()), |_| {});
            prop_assert_eq!(frontier.root(), roots[size as usize + 1]);
        }
    }
}
