#!/usr/bin/env python3
"""Checks this export without Holdfast:  python3 records/verify.py [--signer HEX] [--log HEX]

Needs Python 3.8 or later and nothing else. Name the fingerprints that the controller publishes: without
them nobody knows whose keys signed. Looked at are the sums of all files; the OpenSSH signature over them;
the recorder's log (its signed checkpoints, each going on from the one before); and each clip: that its
pictures are those whose hashes were logged as they were recorded, at these times, with none left out."""
import base64, datetime, hashlib, json, os, sys
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P

def must(holds, what):
    if not holds: raise ValueError(what)
def read(name):
    with open(os.path.join(ROOT, name), "rb") as file: return file.read()
def sha(*parts): return hashlib.sha256(b"".join(parts)).digest()
def unhex(digests): return [bytes.fromhex(digest) for digest in digests]
def seconds(text): return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()

# Ed25519 (RFC 8032 section 5.1.7)
def point(data):
    y = int.from_bytes(data, "little") & (1 << 255) - 1
    xx = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(xx, (P + 3) // 8, P)
    x = x if x * x % P == xx else x * pow(2, (P - 1) // 4, P) % P
    must(len(data) == 32 and y < P and x * x % P == xx, "a key or signature is damaged")
    x = P - x if (x & 1) != data[31] >> 7 else x
    return x, y, 1, x * y % P
def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * D * p[3] * q[3] % P, 2 * p[2] * q[2] % P
    return (b - a) * (d - c) % P, (d + c) * (b + a) % P, (d - c) * (d + c) % P, (b - a) * (b + a) % P
def times(number, p):
    rest = times(number >> 1, add(p, p)) if number else (0, 1, 1, 0)
    return add(rest, p) if number & 1 else rest
def signed(key, message, signature):
    s = int.from_bytes(signature[32:], "little")
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    p, q = times(s, point(b"\x58" + b"\x66" * 31)), add(point(signature[:32]), times(h, point(key)))
    return len(signature) == 64 and s < L and all((p[i] * q[2] - q[i] * p[2]) % P == 0 for i in (0, 1))

# Merkle trees (RFC 9162 section 2.1): each gives the root that follows from what it is given.
def node(left, right): return sha(b"\1", left, right)
def half(size): return 1 << (size - 1).bit_length() - 1
def inclusion(own, index, size, path):
    must(index < size and bool(path) == (size > 1), "a path in the log has the wrong length")
    if size == 1: return own
    if index < half(size): return node(inclusion(own, index, half(size), path[:-1]), path[-1])
    return node(path[-1], inclusion(own, index - half(size), size - half(size), path[:-1]))
def consistency(old, new, path, own, whole=True):
    if old == new:
        must(len(path) == (not whole), "a proof between checkpoints has the wrong length")
        return (own, own) if whole else (path[0], path[0])
    if old <= half(new):
        before, after = consistency(old, half(new), path[:-1], own, whole)
        return before, node(after, path[-1])
    before, after = consistency(old - half(new), new - half(new), path[:-1], own, False)
    return node(path[-1], before), node(path[-1], after)
def stretch(inside, first, around, start, end):
    if end <= first or start >= first + len(inside): return around.pop(0) if around else must(False, "a segment lacks fragments")
    if end - start == 1: return inside[start - first]
    left = stretch(inside, first, around, start, start + half(end - start))
    return node(left, stretch(inside, first, around, start + half(end - start), end))

def check_sums():
    listed = dict(reversed(line.split("  ", 1)) for line in read("SHA256SUMS").decode().splitlines())
    there = {os.path.relpath(os.path.join(at, name), ROOT).replace(os.sep, "/") for at, _, names in os.walk(ROOT) for name in names}
    odd = there ^ set(listed) ^ {"SHA256SUMS", "SHA256SUMS.sig", "SHA256SUMS.p256"}
    must(not odd, "missing, or not in the list: " + ", ".join(sorted(odd)))
    for name in listed:
        digest = hashlib.sha256()
        with open(os.path.join(ROOT, name), "rb") as file:
            for block in iter(lambda: file.read(1 << 20), b""): digest.update(block)
        must(digest.hexdigest() == listed[name], name + " was changed")
    must({name: listed[name] for name in listed if name.startswith("master/")} ==
         {clip["file"]: clip["sha256"] for clip in MANIFEST["clips"]}, "the clips are not those of the manifest")
    return "%d files are as they were listed" % len(listed)
def check_signature():
    rest, parts = base64.b64decode("".join(read("SHA256SUMS.sig").decode().split("\n")[1:-2]))[10:], []
    string = lambda data: (data[4:4 + int.from_bytes(data[:4], "big")], data[4 + int.from_bytes(data[:4], "big"):])
    for _ in range(5): parts, rest = [*parts, string(rest)[0]], string(rest)[1]
    key, space, reserved, kind, word = string(string(parts[0])[1])[0], *parts[1:4], string(string(parts[4])[1])[0]
    must(space == b"holdfast-export@v1" and kind == b"sha512", "the signature is of another kind")
    packed = [len(part).to_bytes(4, "big") + part for part in (space, reserved, kind, hashlib.sha512(read("SHA256SUMS")).digest())]
    must(signed(key, b"SSHSIG" + b"".join(packed), word), "the list of sums was changed, or another key signed it")
    must(sha(key).hex() == MANIFEST["signer"]["ed25519"], "the key is not the one that the manifest names")
    must(WANTED.get("--signer") in (None, sha(key).hex()), "it was signed by another key than the one you named")
    return "signed by the key " + sha(key).hex()
def checkpoint(note, key):
    body, _, words = note.partition("\n\n")
    origin, size, root = body.split("\n")
    must(origin == "holdfast/" + MANIFEST["site"]["id"], "a checkpoint is of another log")
    must(signed(key, body.encode() + b"\n", base64.b64decode(words.split(" ")[2])[4:]), "the log's key did not sign a checkpoint")
    return int(size), base64.b64decode(root)
def check_log():
    key = base64.b64decode(LOG["log_key"])
    must(sha(key).hex() == MANIFEST["signer"]["log"], "the log is not the one that the manifest names")
    must(WANTED.get("--log") in (None, sha(key).hex()), "the log is another than the one you named")
    newest, root = checkpoint(LOG["newest"], key)
    for one in LOG["checkpoints"]:
        size, own = checkpoint(one["note"], key)
        must(consistency(size, newest, unhex(one["consistency"]), own) == (own, root), "checkpoint %d is of another log" % size)
        ROOTS[size] = own
    return "%d checkpoints of a log of %d entries, by the key %s" % (len(ROOTS) + 1, newest, sha(key).hex())
def check_clips():
    number, later = 0, 0
    for clip in MANIFEST["clips"]:
        name, files, found = clip["file"], {one["clip"]: one for one in LOG["clips"]}[clip["file"]], []
        heads, before, end = read(files["heads"]), None, None
        while heads:  # moof, then the 8 bytes that begin mdat; the pictures are in the clip
            to = int.from_bytes(heads[:4], "big") + 8
            size, tfdt = int.from_bytes(heads[to - 8:to - 4], "big") - 8, heads.index(b"tfdt") + 8
            found.append((heads[:to], size, int.from_bytes(heads[tfdt:tfdt + 8], "big") / 90000))
            heads = heads[to:]
        with open(os.path.join(ROOT, name), "rb") as file:
            file.seek(max(0, os.path.getsize(file.name) - sum(size for _, size, _ in found) - 16))
            must(b"mdat" in file.read(16), name + " holds other pictures than its records speak of")
            hashes = [sha(head, file.read(size)) for head, size, _ in found]
        must(abs(seconds(clip["start"]) - found[0][2]) < 0.002, name + ": the manifest gives another time than was recorded")
        for one in json.loads(read(files["segments"]))["segments"]:
            where = "%s: segment %s " % (name, one["segment"])
            own, hashes = hashes[:len(one["fragments"])], hashes[len(one["fragments"]):]
            for at, (digest, told) in enumerate(zip(own, one["fragments"]), one["first"]):
                must(digest.hex() == told, where + "holds another fragment %d than was recorded" % at)
            must(own and before in (None, one["first"]), where + "lacks pictures")
            number, before, seal = number + len(own), one["first"] + len(own) - one["of"], one["sealed"]
            if seal is None: later, end = later + len(own), None
            if seal is None: continue
            leaf, around = json.loads(seal["leaf"]), unhex(one["around"])
            root, told = stretch([sha(b"\0", digest) for digest in own], one["first"], around, 0, one["of"]), leaf["details"]
            must((told["fragment_root"], told["fragments"], told["camera"], leaf["object"], leaf["seq"], around) ==
                 (root.hex(), one["of"], clip["camera"], one["segment"], seal["seq"], []), where + "is not what the log says of it")
            must(leaf["action"] in ("segment.seal", "segment.torn") and seal["checkpoint"] in ROOTS and ROOTS[seal["checkpoint"]] ==
                 inclusion(sha(b"\0", seal["leaf"].encode()), seal["seq"], seal["checkpoint"], unhex(seal["path"])), where + "is not in the log")
            must(end is None or abs(seconds(told["start"]) - end) <= 0.2, where + "does not go on from the one before it")
            end = seconds(told["end"])
        must(not hashes, name + " holds pictures that no record speaks of")
    return "%d fragments are what was recorded; %d of them were not logged yet when this was made" % (number, later)

WANTED, ROOTS, FAILED = dict(zip(sys.argv[1::2], sys.argv[2::2])), {}, 0
for check in (check_sums, check_signature, check_log, check_clips):
    try:
        MANIFEST, LOG = json.loads(read("manifest.json")), json.loads(read("records/provenance.json"))
        print("ok    %-10s" % check.__name__[6:], check())
    except (OSError, KeyError, ValueError, IndexError, TypeError, RecursionError) as error:
        FAILED = 1
        print("WRONG %-10s" % check.__name__[6:], error)
sys.exit(FAILED)
