//! Words and what they mean here, where people who say the same word mean different things.
//!
//! A word in **bold** below is used in code, pages, log and commands with this meaning and no other.
//! The last column names what we don't say, and why. Law words keep the law's meaning; their source
//! is named. Words of rooms still to be built are fixed here first, so that nobody invents a second.
//!
//! # Pictures
//!
//! | word | means | not, and why |
//! |---|---|---|
//! | **camera** | a configured source with an id that never changes ([`CameraId`](crate::domain::camera::CameraId)), a place and a purpose | *channel*, *device*: recorders with many inputs have channels; we have cameras |
//! | **access unit** | one coded picture as the camera sent it ([`AccessUnit`](crate::domain::recording::access_unit::AccessUnit)); the term of ITU-T H.264 | *packet*: RTP has those; *frame*: says neither coded nor decoded |
//! | **picture** | an access unit, said to people; a decoded one where the text is about watching | *image*: that is a file in a format of its own |
//! | **key frame** | an access unit at which decoding can begin: IDR in H.264, any IRAP (NAL types 16 to 21) in H.265 ([`Dependence::RandomAccess`](crate::domain::recording::access_unit::Dependence::RandomAccess)) | *I-frame*: an I picture need not be a place to begin; *keyframe* of a redaction track is another thing and says *reviewer's keyframe* |
//! | **group of pictures** | a key frame and everything up to the next | |
//! | **fragment** | `moof` + `mdat`, half a second or less; the smallest thing written, played and hashed ([`FragmentEntry`](crate::domain::recording::index::FragmentEntry)) | *chunk*, *part*: CMAF, HLS and age each call something else so |
//! | **segment** | a minute or so of one camera in one sealed file, with one key ([`segment`](crate::domain::recording::segment)) | *recording*, *clip*, *file*; an *HLS segment* is one of our fragments |
//! | **record** | one sealed piece of a segment file, up to 64 KiB ([`seal`](crate::domain::recording::seal)) | *chunk*; a record of an *act* is a leaf, a *row* is in the catalogue |
//! | **chunk** | only inside an exported MP4: the run of samples from one fragment (ISO/IEC 14496-12) | |
//! | **init segment** | `ftyp` + `moov`: what a player needs before the first fragment | not a segment of ours; the word is CMAF's |
//! | **gap** | a stretch with nothing recorded, and its cause ([`Gap`](crate::domain::recording::gap::Gap)); a value, stored, drawn, exported | *outage*, *loss*: a gap says why |
//! | **activity** | movement judged by the size of dependent pictures; a hint for the eye | *motion detection*: nothing is decoded, and nothing is decided by it |
//! | **footage** | what was recorded, in general | *video*, *media*, *data*: too wide |
//! | **live** | pictures as they arrive; a look at footage like any other, under a purpose | *stream*, *preview*: sound harmless |
//! | **still** | one decoded key frame as JPEG | *snapshot*, *thumbnail*: small does not mean less personal |
//!
//! # States of a segment
//!
//! | word | means | not, and why |
//! |---|---|---|
//! | **open** | being written; readable all the same | *active* |
//! | **sealed** | finished: index, final record and audit leaf are there | *closed*: a torn one is closed as well; *encrypted*: an open one is, too |
//! | **torn** | cut off by a crash; readable to its last valid record, never appended to | *corrupt*, *broken*: nothing is wrong with what is there |
//! | **damaged** | bytes on the disk are not what was written | *torn*: that is a crash, this is a fault or an attack |
//! | **expired** | its retention period is over and its key slot is dead | *deleted*: a deleted file is still on the disk |
//! | **durable** | on the disk as far as the disk tells the truth: fsync returned | *saved*, *flushed* |
//! | **quarantine** | where files go that no row accounts for; nothing is deleted on suspicion | *trash* |
//! | **healing** | what start-up does until rows, slots and files agree ([`reconcile`](crate::jobs::reconcile)) | *repair*: footage is never changed by it |
//!
//! # Keys
//!
//! | word | means | not, and why |
//! |---|---|---|
//! | **MASTER** | the 32 bytes from which, with the epoch secret, everything derives; in a file or a systemd credential | *root key*, *password* |
//! | **epoch**, **key generation** | the time during which one epoch secret is in force, and its number ([`KeyEpoch`](crate::domain::recording::segment::KeyEpoch)). *Epoch* in code, *key generation* to people | the *Unix epoch* is always called so |
//! | **epoch secret** | 32 random bytes that are overwritten when the epoch ends; never backed up | |
//! | **KEK** | key-encryption key: wraps the segments' keys; from MASTER and the epoch secret ([`WrappingKey`](crate::adapters::vault::custody::WrappingKey)) | |
//! | **DEK** | data-encryption key: the one random key of one segment ([`SegmentKey`](crate::domain::recording::seal::SegmentKey), *segment key* in code) | *content key*: DRM's word |
//! | **slot** | the 64 bytes in `keys.<epoch>` that hold one wrapped DEK ([`SlotFile`](crate::adapters::vault::slots::SlotFile)); **killed** when overwritten with zeros | *key row*: it is not in a database |
//! | **custody** | who keeps MASTER and the epoch secret, and how ([`custody`](crate::adapters::vault::custody)); in evidence always *chain of custody* | |
//! | **key commitment** | 32 bytes in the header that fit one key and one header only | *checksum* |
//! | **signer** | one of the keys that sign what leaves the box ([`Signers`](crate::adapters::vault::custody::Signers)) | *certificate*: there is none; trust comes by fingerprint |
//!
//! # Keeping and forgetting
//!
//! | word | means | not, and why |
//! |---|---|---|
//! | **retention period** | how long a camera's footage is kept: from its purpose, between floor and ceiling (UK GDPR Article 5(1)(e)) | *storage time*: the disk's size decides nothing |
//! | **expiry** | the end of the period and what it does: key gone, file gone, leaf written | *deletion*, *purge*, *overwrite*: none of them says that the key is gone |
//! | **legal hold**, **hold** | an interval of some cameras that no expiry and no person removes until two people release it; stops *forgetting*, not *looking* | *lock*, *bookmark*, *protection*, *export*: a hold keeps in place and gives nothing out |
//! | **restriction** | store only: kept, but not looked at or given out (UK GDPR Article 18); the opposite of a hold in what it stops | *hold* |
//! | **release** | of a hold: its end, by two people. Of a disclosure: the moment it may be fetched. Always with its noun | |
//! | **review date** | when somebody must look at a hold again; it alarms, it never releases | *expiry of a hold*: holds don't expire |
//!
//! # People and law
//!
//! | word | means | not, and why |
//! |---|---|---|
//! | **controller** | who decides why and how (UK GDPR Article 4(7)): the housing provider | *customer*, *owner* |
//! | **data subject** | an identified or identifiable living person in the pictures (Article 4(1)) | *suspect*, *victim*, *target*; *user* is somebody with a login |
//! | **third party** in a picture | everybody in it but the data subject who asked | |
//! | **requester** | who asks: a data subject, somebody for them, police, an insurer | *applicant*, *client* |
//! | **case** | a request with everything that belongs to it, under the provider's own reference | *ticket*, *job* |
//! | **disclosure** | footage given to somebody outside the controller's staff | *sharing* |
//! | **role** | what a member of staff is there for ([`Role`](crate::domain::identity::Role)) | *group*, *level*: roles don't contain one another |
//! | **administrator** | keeps cameras and accounts; sees no footage | *superuser*: there is none |
//! | **actor** | who did it, for the log ([`Actor`](crate::domain::actor::Actor)): staff, a shell on the box, a job, nobody known | |
//! | **purpose** | of a camera: why it is there. Of a look: kind and reason, said before the first picture ([`Purpose`](crate::domain::actor::Purpose)) | *comment*, *note*: those may be left out |
//! | **viewing** | a stated purpose of one person in one session; the key to footage for twelve hours at most (`view` in the API) | *session*: that says who, not why |
//! | **look** | one opening of live, a stretch or a still under a viewing; each is a leaf ([`Look`](crate::jobs::viewing::Look)) | *access*, *hit* |
//!
//! # Evidence
//!
//! | word | means | not, and why |
//! |---|---|---|
//! | **export** | the act and its number: this footage, for this case, by this person | *download*: one export can be fetched several times, each is logged |
//! | **bundle** | the folder or zip an export gives: masters, manifest, sums, signatures, proof, README | *archive*, *package* |
//! | **master copy** | the pictures as the camera sent them, in `master/`; never decoded, never encoded again | not MASTER, which is a key |
//! | **working copy** | anything made from a master: playable elsewhere, cut, redacted. Never named or stored like one | *copy* alone |
//! | **redacted copy** | a working copy in which everything is hidden but what a reviewer revealed | *anonymised*: the subject is meant to be recognised |
//! | **manifest** | what the bundle holds, where it came from, what is missing and why ([`Manifest`](crate::domain::export::manifest::Manifest)) | *metadata* |
//! | **sums** | `SHA256SUMS`, the list that both signatures are over | |
//! | **fingerprint** | SHA-256 of a public key, to be compared by another way | |
//! | **chain of custody** | who had what, when, from recording to court: leaf of the segment, leaf of the export, bundle, receipt | *custody* alone, which is of keys |
//! | **original** | in a manifest: true when a file holds the camera's own bytes | |
//!
//! # Audit log
//!
//! | word | means | not, and why |
//! |---|---|---|
//! | **audit log** | the append-only list of acts, as a Merkle tree ([`audit`](crate::domain::audit)) | *log* alone is what the program tells the journal |
//! | **leaf** | one line of it, canonical JSON ([`Leaf`](crate::domain::audit::Leaf)) | *event*, *entry*; an [`Entry`](crate::domain::audit::Entry) is a leaf still without number and time |
//! | **intent**, **outcome** | the leaf before an act and the one after ([`Outcome`](crate::domain::audit::Outcome)); an act within one transaction needs one leaf only | |
//! | **personal value** | a name or somebody's words, beside its leaf with a salt; can be **erased**, and the tree still holds | |
//! | **checkpoint** | the log's size and root, signed (C2SP tlog-checkpoint) ([`Checkpoint`](crate::domain::audit::checkpoint::Checkpoint)) | SQLite's WAL checkpoint is always called so |
//! | **witness** | somebody else who keeps checkpoints, so that a log can't be swapped for an older or another one | *backup* |
//! | **inclusion proof** | the hashes from a leaf to a signed root (RFC 9162 section 2.1.3) ([`AuditProof`](crate::domain::audit::proof::AuditProof)) | |
//! | **fragment root** | the Merkle root over a segment's fragments; ties the pictures to the log | |
//!
//! # The house
//!
//! | word | means | not, and why |
//! |---|---|---|
//! | **store** | the data folder with everything in it | *database*: that is the **catalogue**, a part of it |
//! | **vault** | the code that alone sees footage keys and writes footage ([`vault`](crate::adapters::vault)) | |
//! | **door** | where somebody outside comes in: HTTP, command line. Decides nothing | *frontend*, *handler* |
//! | **job** | what the box does, by itself or for a door ([`jobs`](crate::jobs)) | *task*, *service*, *manager* |
//! | **worker** | a child process that decodes; has no keys and no store ([`worker`](crate::adapters::video::worker)) | *thread* |
//! | **problem** | what a user is told: what happened, to what, what to do next ([`Problem`](crate::problem::Problem)) | *exception*, *error*: those are inner and have types |
//! | **finding** | something a check found: exit code 1 | *failure*: the check itself went well |
