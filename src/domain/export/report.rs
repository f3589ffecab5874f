//! The report of a bundle: what was asked, what is here, what is missing and why, what the clocks were,
//! what the log says of its custody, and how to check all that.
//!
//! Says what isn't known as well. Next: `statement` draws from the same facts.

use super::{SUMS, document::Paper, manifest::Manifest};
use crate::domain::{audit::LeafSeq, instant::UtcInstant, recording::access_unit::VideoCodec};

/// What stands in the catalogue and not in the manifest.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// Ground and basis of the disclosure's entry in the register, for a released case.
    pub authority: Option<Authority>,
    /// What the log says of this export, in order.
    pub custody: Vec<CustodyEntry>,
    /// Exports made before of any of it.
    pub earlier: Vec<EarlierExport>,
}

#[derive(Clone, Debug)]
pub struct Authority {
    pub ground: String,
    pub basis: String,
    pub recipient: String,
    pub organisation: String,
    pub released: UtcInstant,
}

#[derive(Clone, Debug)]
pub struct CustodyEntry {
    pub at: UtcInstant,
    pub leaf: LeafSeq,
    pub what: String,
    /// As the log names them.
    pub who: String,
}

#[derive(Clone, Debug)]
pub struct EarlierExport {
    pub at: UtcInstant,
    pub leaf: LeafSeq,
    pub cameras: String,
    pub from: UtcInstant,
    pub to: UtcInstant,
}

/// `2026-10-25 01:30:00 BST`: the zone's abbreviation tells the repeated hour apart.
pub fn local_time(at: UtcInstant, zone: &str) -> String {
    match at.to_timestamp().in_tz(zone) {
        Ok(local) => local.strftime("%Y-%m-%d %H:%M:%S %Z").to_string(),
        Err(_) => at.to_string(),
    }
}

pub fn write(manifest: &Manifest, told: &Told) -> Paper {
    let both = |at: UtcInstant| format!("{} = {at}", local_time(at, &manifest.site.time_zone));
    let mut paper =
        Paper::new(format!("Report on CCTV footage, case {}", manifest.case), manifest.site.controller.clone(), manifest.created);
    paper.paragraph(format!(
        "Times are given in the site\u{2019}s zone ({}), with its abbreviation, and in UTC (ending in Z).",
        manifest.site.time_zone
    ));
    paper.heading("Request and authority");
    let mut request = vec![
        ("Case", manifest.case.clone()),
        ("Purpose stated", manifest.purpose.replace('_', " ")),
        ("Site", manifest.site.name.clone()),
        ("Controller", or(&manifest.site.controller, "not named in the recorder\u{2019}s configuration")),
    ];
    match &told.authority {
        Some(authority) => request.extend([
            ("Ground", authority.ground.clone()),
            ("Basis", authority.basis.clone()),
            ("Recipient", join(&authority.recipient, &authority.organisation)),
            ("Released", both(authority.released)),
        ]),
        None => request.push(("Ground", "no case of the recorder\u{2019}s register: ordered directly, with the purpose above".into())),
    }
    request.extend([
        ("Asked for", format!("{} to {}", both(manifest.asked.from), both(manifest.asked.to))),
        ("Made", both(manifest.created)),
        ("By", format!("{}, ordered by {}", manifest.made_by, manifest.operator)),
    ]);
    paper.facts(request);
    exhibits(&mut paper, manifest);
    gaps(&mut paper, manifest);
    clocks(&mut paper, manifest);
    hashes(&mut paper, manifest);
    custody(&mut paper, manifest, told);
    checking(&mut paper, manifest);
    paper
}

fn exhibits(paper: &mut Paper, manifest: &Manifest) {
    let zone = &manifest.site.time_zone;
    paper.heading("Footage in this bundle");
    let rows = manifest.clips.iter().map(|clip| {
        let codec = match clip.codec {
            VideoCodec::H264 => "H.264",
            VideoCodec::H265 => "H.265",
        };
        vec![
            clip.exhibit.clone().unwrap_or_else(|| "\u{2013}".into()),
            join(&clip.camera_name, &clip.camera_place),
            format!("{} {}", local_time(clip.start, zone), clip.start),
            format!("{} {}", local_time(clip.end, zone), clip.end),
            format!("{codec}, {} by {}, {} pictures", clip.width_px, clip.height_px, clip.frames),
            clip.file.clone(),
        ]
    });
    let columns = [("Exhibit", 2), ("Camera", 4), ("From", 6), ("To", 6), ("Pictures", 4), ("File", 5)];
    paper.table(&columns, rows.collect(), "No footage: nothing was recorded in the time asked for.");
    paper.paragraph(
        "Clips begin and end at key frames just outside the time asked for, because pictures in between cannot be shown without them. \
         They hold the camera\u{2019}s own data, never decoded or encoded again. Make, model and serial number of the cameras are not \
         known to the recorder.",
    );
}

fn gaps(paper: &mut Paper, manifest: &Manifest) {
    let zone = &manifest.site.time_zone;
    paper.heading("What is missing");
    let rows = manifest.gaps.iter().map(|gap| {
        let cause = gap.cause.map_or("no cause was recorded".into(), |cause| cause.name().replace('_', " "));
        let seconds = gap.to.nanos_since(gap.from) as f64 / 1e9;
        vec![gap.camera.to_string(), local_time(gap.from, zone), local_time(gap.to, zone), format!("{seconds:.1} s"), cause]
    });
    let columns = [("Camera", 3), ("From", 4), ("To", 4), ("Length", 2), ("Cause", 4)];
    paper.table(&columns, rows.collect(), "Nothing: every camera recorded all of the time asked for.");
}

fn clocks(paper: &mut Paper, manifest: &Manifest) {
    paper.heading("Clocks");
    paper.paragraph(
        "Every picture carries the time at which it reached the recorder, by the recorder\u{2019}s own clock. Whether that clock was \
         synchronised is what the operating system said when each minute was recorded; from which time server is not known to the \
         recorder. Camera clocks count for nothing here; where a camera told its own time (RTCP), the difference is given.",
    );
    let rows = manifest.clips.iter().map(|clip| {
        let offset = match clip.camera_clock_offset_ms {
            None => "not measured".to_owned(),
            Some(ms) if ms >= 0 => format!("{ms} ms ahead of the recorder\u{2019}s"),
            Some(ms) => format!("{} ms behind the recorder\u{2019}s", ms.unsigned_abs()),
        };
        let clock = if clip.clock_synchronised { "synchronised for all of it" } else { "NOT synchronised for all of it" };
        vec![clip.exhibit.clone().unwrap_or_else(|| clip.file.clone()), clip.camera_name.clone(), clock.to_owned(), offset]
    });
    paper.table(
        &[("Exhibit", 4), ("Camera", 3), ("Recorder\u{2019}s clock", 4), ("Camera\u{2019}s clock", 4)],
        rows.collect(),
        "No footage.",
    );
    paper.paragraph("For the officer\u{2019}s own observation against a reference (the speaking clock, a radio-controlled or GNSS clock):");
    paper.line("Reference used:");
    paper.line("Reference time, and the time the recorder showed then:");
    paper.line("Difference:");
    paper.line("Observed by, date and time, signature:");
}

fn hashes(paper: &mut Paper, manifest: &Manifest) {
    paper.heading("SHA-256 of each file of footage");
    let mut rows: Vec<Vec<String>> = Vec::new();
    for clip in &manifest.clips {
        rows.push(vec![clip.file.clone(), clip.bytes.to_string(), clip.sha256.clone()]);
        rows.extend(clip.working.iter().map(|copy| vec![copy.file.clone(), copy.bytes.to_string(), copy.sha256.clone()]));
    }
    paper.table(&[("File", 6), ("Bytes", 3), ("SHA-256", 12)], rows, "No footage.");
    let without = manifest.clips.iter().filter(|clip| clip.codec == VideoCodec::H265 && clip.working.is_empty()).count();
    if without > 0 {
        paper.paragraph(format!("Of {without} clips in H.265 no working copy could be made; a player such as VLC shows them."));
    }
    paper.paragraph(format!("{SUMS} lists every file of the bundle, this report among them."));
}

fn custody(paper: &mut Paper, manifest: &Manifest, told: &Told) {
    let zone = &manifest.site.time_zone;
    paper.heading("Custody, from the recorder\u{2019}s log");
    let rows =
        told.custody.iter().map(|entry| vec![entry.leaf.0.to_string(), local_time(entry.at, zone), entry.what.clone(), entry.who.clone()]);
    paper.table(&[("Entry", 2), ("Time", 5), ("What", 10), ("By", 7)], rows.collect(), "No entries.");
    paper.paragraph(
        "The log can only be added to, and is signed every minute. When a minute of footage was sealed, a hash over it was written into \
         the log: records/provenance.json leads from the clips to those entries.",
    );
    paper.heading("Earlier exports of the same footage");
    let rows = told.earlier.iter().map(|earlier| {
        let range = format!("{} to {}", local_time(earlier.from, zone), local_time(earlier.to, zone));
        vec![earlier.leaf.0.to_string(), local_time(earlier.at, zone), earlier.cameras.clone(), range]
    });
    paper.table(&[("Entry", 2), ("Made", 5), ("Cameras", 6), ("Range", 9)], rows.collect(), "None: this is the first.");
}

fn checking(paper: &mut Paper, manifest: &Manifest) {
    paper.heading("How to check this bundle");
    paper.paragraph(
        "README.txt gives the commands for Windows, macOS and Linux, with nothing to install. records/verify.py, for an expert, also \
         checks that the footage is what was recorded. Compare these fingerprints with those that the controller publishes or gives by \
         another way:",
    );
    let mut facts = vec![("OpenSSH key", manifest.signer.ed25519.clone()), ("signer.pem", manifest.signer.p256.clone())];
    facts.extend(manifest.signer.log.iter().map(|log| ("The log\u{2019}s key", log.clone())));
    paper.facts(facts);
}

fn or(text: &str, otherwise: &str) -> String {
    if text.is_empty() { otherwise.to_owned() } else { text.to_owned() }
}

fn join(name: &str, more: &str) -> String {
    if more.is_empty() { name.to_owned() } else { format!("{name}, {more}") }
}
