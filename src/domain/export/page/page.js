"use strict";
// Plays the clips of a bundle side by side by one clock, the time of day. Everything is in this folder:
// nothing is fetched from anywhere else.
const data = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);
const make = (name, className, text) => Object.assign(document.createElement(name), { className: className || "", textContent: text || "" });
const from = Math.min(...data.cameras.flatMap((camera) => camera.clips.map((clip) => clip.start)));
const to = Math.max(...data.cameras.flatMap((camera) => camera.clips.map((clip) => clip.end)));
const LATE_S = 0.25; // further off than this, a picture is sought; nearer, its speed is bent
let at = from;
let rate = 1;
let playing = false;
let shown = 0;

const local = new Intl.DateTimeFormat("en-GB", { timeZone: data.zone, dateStyle: "full", timeStyle: "long" });
const words = (ms) => local.format(ms);

const tiles = data.cameras.map((camera) => {
  const figure = make("figure");
  const picture = make("div", "picture");
  const video = make("video");
  Object.assign(video, { muted: true, playsInline: true, preload: "auto", hidden: true });
  video.setAttribute("aria-label", camera.name);
  const told = make("p");
  picture.append(video, told);
  const caption = make("figcaption");
  const exhibit = make("strong");
  const file = make("a", "file");
  const larger = make("button", "", "Enlarge");
  larger.type = "button";
  larger.setAttribute("aria-label", "Enlarge " + camera.name);
  caption.append(exhibit, make("span", "", [camera.name, camera.place].filter(Boolean).join(", ")), file, larger);
  figure.append(picture, caption);
  byId("tiles").append(figure);
  const tile = { camera, figure, video, told, exhibit, file, clip: null, refused: new Set() };
  larger.addEventListener("click", () => {
    larger.textContent = figure.classList.toggle("large") ? "Smaller" : "Enlarge";
  });
  video.addEventListener("error", () => {
    if (tile.clip) tile.refused.add(tile.clip.play);
  });
  return tile;
});
const columns = Math.ceil(Math.sqrt(tiles.length));
byId("tiles").style.setProperty("--columns", columns);
byId("tiles").style.setProperty("--rows", Math.ceil(tiles.length / columns));

function say(tile, text) {
  if (tile.told.textContent !== text) tile.told.textContent = text;
  tile.told.hidden = !text;
  tile.video.hidden = Boolean(text);
}

function choose(tile) {
  const clip = tile.camera.clips.find((one) => at >= one.start && at < one.end) || null;
  if (clip === tile.clip) return;
  tile.clip = clip;
  tile.video.pause();
  tile.exhibit.textContent = clip ? clip.exhibit : "";
  tile.file.textContent = clip ? clip.play : "";
  if (clip) {
    tile.file.href = clip.play;
    tile.video.src = clip.play;
  } else {
    tile.file.removeAttribute("href");
    tile.video.removeAttribute("src");
  }
}

/** Brings a tile to the time; whether its picture is there. */
function follow(tile, running) {
  choose(tile);
  const { clip, video } = tile;
  if (!clip) {
    const gap = tile.camera.gaps.find((one) => at >= one.start && at < one.end);
    say(tile, gap ? "Nothing was recorded here: " + gap.cause : "No footage of this moment in this bundle");
    return true;
  }
  if (tile.refused.has(clip.play)) {
    say(tile, clip.codec + " can\u2019t be shown by this browser. Open " + clip.play + " in a player such as VLC.");
    return true;
  }
  say(tile, "");
  const wanted = Math.min((at - clip.start) / 1000, Math.max(0, (video.duration || Infinity) - 0.01));
  const off = video.currentTime - wanted;
  const there = video.readyState >= 2 && !video.seeking;
  if (Math.abs(off) > (running ? LATE_S * Math.max(1, rate) : 0.004) && !video.seeking && video.readyState >= 1) {
    video.currentTime = wanted;
    return false;
  }
  if (running && there) {
    video.playbackRate = Math.max(0.0625, Math.min(16, rate * (1 - Math.max(-0.5, Math.min(0.5, off)))));
    if (video.paused && !video.ended) video.play().catch(() => {});
  } else if (!video.paused) {
    video.pause();
  }
  return there;
}

function show() {
  byId("local").textContent = words(at);
  byId("utc").textContent = new Date(at).toISOString().replace("T", " ").replace("Z", " UTC");
  byId("place").value = at;
  byId("place").setAttribute("aria-valuetext", words(at));
}

function turn(now) {
  const passed = Math.min(250, now - shown);
  shown = now;
  // The clock waits for the slowest picture, so that all stay in step.
  const ready = tiles.map((tile) => follow(tile, playing)).every(Boolean);
  if (playing && ready) {
    at = Math.min(to - 1, at + passed * rate);
    if (at >= to - 1) set(false);
  }
  show();
  requestAnimationFrame(turn);
}

function set(run) {
  playing = run;
  byId("play").textContent = run ? "Pause" : "Play";
}

function go(ms) {
  at = Math.max(from, Math.min(to - 1, ms));
}

/** One picture on or back, by the camera that is enlarged, or the first. */
function step(direction) {
  set(false);
  const tile = tiles.find((one) => one.figure.classList.contains("large") && one.clip) || tiles.find((one) => one.clip);
  if (!tile) return go(at + direction * 100);
  const length = (tile.clip.end - tile.clip.start) / tile.clip.frames;
  const picture = Math.floor((at - tile.clip.start) / length + 0.001) + direction;
  go(tile.clip.start + (picture + 0.5) * length);
}

byId("place").min = from;
byId("place").max = to;
byId("place").addEventListener("input", (event) => go(Number(event.target.value)));
byId("play").addEventListener("click", () => set(!playing));
byId("back").addEventListener("click", () => step(-1));
byId("on").addEventListener("click", () => step(1));
byId("speed").addEventListener("change", (event) => {
  rate = Number(event.target.value);
});
addEventListener("keydown", (event) => {
  if (event.target.closest("select, input") || event.ctrlKey || event.metaKey || event.altKey) return;
  const act = { k: () => set(!playing), ",": () => step(-1), ".": () => step(1), j: () => go(at - 10_000), l: () => go(at + 10_000) }[event.key];
  if (act) act();
});
for (const gap of data.cameras.flatMap((camera) => camera.gaps)) {
  const mark = make("i");
  mark.style.left = (100 * Math.max(0, gap.start - from)) / (to - from) + "%";
  mark.style.width = Math.max(0.2, (100 * (Math.min(to, gap.end) - Math.max(from, gap.start))) / (to - from)) + "%";
  byId("gaps").append(mark);
}
if (tiles.length) requestAnimationFrame(turn);
