//! `README.txt`: what this folder is and how anybody checks it, for a reader who has never heard of
//! Holdfast. Lines end in CR LF, so that it opens well in Notepad, too.

use super::{ALLOWED_SIGNERS, NAMESPACE, SIGNER, SUMS, SUMS_P256, SUMS_SSHSIG, manifest::Manifest};

pub fn write(manifest: &Manifest, identity: &str) -> String {
    let openssh = format!("ssh-keygen -Y verify -f {ALLOWED_SIGNERS} -I {identity} -n {NAMESPACE} -s {SUMS_SSHSIG} < {SUMS}");
    let mut text = String::new();
    let mut line = |words: &str| {
        text.push_str(words);
        text.push_str("\r\n");
    };
    line(&format!("CCTV footage from {} for case {}", manifest.site.name, manifest.case));
    line("");
    line(&format!("Asked for: {} to {}", manifest.asked.from_local, manifest.asked.to_local));
    line(&format!("Made:      {} by {}", manifest.created, manifest.made_by));
    if !manifest.site.controller.is_empty() {
        line(&format!("Controller: {}", manifest.site.controller));
    }
    line("");
    line("WHAT IS HERE");
    for clip in &manifest.clips {
        let exhibit = clip.exhibit.as_ref().map(|exhibit| format!("{exhibit}: ")).unwrap_or_default();
        line(&format!(
            "  {exhibit}{}  {} ({}), from {}, {} pictures",
            clip.file, clip.camera_name, clip.camera_place, clip.start_local, clip.frames
        ));
    }
    if manifest.clips.is_empty() {
        line("  No footage: nothing was recorded in the time asked for.");
    }
    for gap in &manifest.gaps {
        let cause = gap.cause.map_or("no cause recorded", |cause| cause.name());
        line(&format!("  Missing: camera {}, {} to {} ({cause})", gap.camera, gap.from, gap.to));
    }
    line("");
    if manifest.version > 1 {
        line("Open index.html in a browser to see all cameras side by side. It needs no network.");
        if manifest.clips.iter().any(|clip| !clip.working.is_empty()) {
            line("working/ holds copies in H.264 with name and time in the picture: for looking at, not");
            line("for forensic analysis. They were decoded and encoded again; the masters were not.");
        }
        line("records/report.pdf (or report.html) says what is here and what is missing;");
        line("records/statement-draft.pdf is a draft for whoever produces this in evidence.");
        line("");
    }
    line("The files in master/ hold the pictures exactly as the camera sent them: they were");
    line("never decoded or encoded again. They open in any video player. Times in file names");
    line("and in manifest.json are UTC. Work on copies; keep this folder as it is.");
    line("");
    line("HOW TO CHECK THAT NOTHING WAS CHANGED");
    line("Three checks. Any one changed byte of the footage, of the files beside it or of the list");
    line("makes at least one of them fail. The two signatures say the same to different tools.");
    line("  1. The sums: every file is the one that was listed when the bundle was made.");
    line("  2. The signature: the list of sums was signed by the recorder.");
    line("  3. The signer: compare the fingerprint below with the one the controller publishes");
    line("     or gives you by another way (letter, telephone). Without this, somebody could");
    line("     have made the whole bundle again with a key of their own.");
    line("");
    line(&format!("Fingerprint of {SIGNER} (SHA-256): {}", manifest.signer.p256));
    line(&format!("Fingerprint of the OpenSSH key (SHA-256 of its 32 bytes): {}", manifest.signer.ed25519));
    line("");
    line("Linux (in this folder):");
    line(&format!("  sha256sum -c {SUMS}"));
    line(&format!("  openssl dgst -sha256 -verify {SIGNER} -signature {SUMS_P256} {SUMS}"));
    line(&format!("  openssl pkey -pubin -in {SIGNER} -outform DER | sha256sum"));
    line("");
    line("macOS (Terminal, in this folder):");
    line(&format!("  shasum -a 256 -c {SUMS}"));
    line(&format!("  openssl dgst -sha256 -verify {SIGNER} -signature {SUMS_P256} {SUMS}"));
    line(&format!("  openssl pkey -pubin -in {SIGNER} -outform DER | shasum -a 256"));
    line("");
    line("Either, with OpenSSH in the place of openssl:");
    line(&format!("  {openssh}"));
    line("");
    line("Windows 10 and 11 (Command Prompt, in this folder):");
    line(&format!("  for each file named in {SUMS}:  certutil -hashfile FILE SHA256"));
    line("  and compare with its line, then:");
    line(&format!("  {openssh}"));
    line("  In PowerShell write  cmd /c \"...\"  around the ssh-keygen line.");
    line("");
    if let Some(log) = &manifest.signer.log {
        line("WHERE THE PICTURES COME FROM");
        line("When a minute of footage was recorded, a hash over it was written into the recorder's log,");
        line("which is signed every minute. records/ holds what leads from the pictures here to that log,");
        line("so it can be shown that they are what was recorded then, and not only what was handed out:");
        line("  python3 records/verify.py        (Windows: py records\\verify.py; any Python from 3.8 on)");
        line("It is 150 lines, for an expert to read before use, and makes the checks above as well.");
        line(&format!("Fingerprint of the log's key (SHA-256 of its 32 bytes): {log}"));
        line("");
    }
    line("audit-proof.txt shows that this export stands in the recorder's audit log: the leaf's");
    line("line, its path to the log's root, and the signed root.");
    text
}
