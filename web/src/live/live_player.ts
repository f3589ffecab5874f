// One camera, live, in one video element: WebSocket in, Media Source out. Stays near the live edge,
// tries again with backoff when the line breaks, and asks for H.264 when the browser can't play what
// the camera sends. Refuses to keep a connection for a video that nobody sees: `pause` closes it.
// Next: tile.tsx (the grid) and pages/camera_page.tsx show what it reports.

import { boxNow, path } from "../api";
import type { CameraState, LiveMessage } from "../contract";
import { fragmentTimes, PieceCutter } from "../media/fmp4";
import { MediaBuffer, plays } from "../media/media_buffer";
import { backoff } from "./backoff";
import { LiveEdge } from "./live_edge";

export type LiveReport =
  | { kind: "paused" }
  | { kind: "opening" }
  | { kind: "playing"; behind_s: number }
  | { kind: "camera"; state: CameraState; error: string | null }
  | { kind: "broken"; sentence: string };

/** No frame for this long, and the picture is called stalled instead of live. */
const SILENT_AFTER_S = 6;
const KEEP_BEHIND_S = 8;

/** Cameras whose own codec this browser turned out not to play. */
const transcoded = new Set<string>();

export class LivePlayer {
  private socket: WebSocket | null = null;
  private buffer: MediaBuffer | null = null;
  private edge = new LiveEdge();
  private attempt = 0;
  private retry: number | undefined;
  private ticker: number | undefined;
  private running = false;
  private lastArrival = 0;
  private lastTrim = 0;
  private cameraTrouble: { state: CameraState; error: string | null } | null = null;
  private readonly onWaiting = () => this.edge.ranDry();

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly cameraId: string,
    private readonly viewId: string,
    private readonly tell: (report: LiveReport) => void,
  ) {
    video.muted = true;
    video.playsInline = true;
    video.addEventListener("waiting", this.onWaiting);
  }

  start(): void {
    if (this.running) return;
    this.running = true;
    this.attempt = 0;
    this.connect();
    this.ticker = window.setInterval(() => this.tick(), 250);
  }

  pause(): void {
    if (!this.running) return;
    this.running = false;
    window.clearInterval(this.ticker);
    window.clearTimeout(this.retry);
    this.hangUp();
    this.tell({ kind: "paused" });
  }

  destroy(): void {
    this.pause();
    this.video.removeEventListener("waiting", this.onWaiting);
  }

  private hangUp(): void {
    const { socket, buffer } = this;
    this.socket = null;
    this.buffer = null;
    if (socket) {
      socket.onmessage = socket.onclose = socket.onerror = null;
      socket.close();
    }
    buffer?.close();
    this.edge = new LiveEdge();
  }

  private connect(): void {
    this.hangUp();
    this.tell({ kind: "opening" });
    const codec = transcoded.has(this.cameraId) ? "h264" : undefined;
    const address = new URL(path.camera(this.cameraId, "live", { view: this.viewId, codec }), location.href);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(address);
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    this.lastArrival = performance.now() / 1000;
    this.cameraTrouble = null;
    const cutter = new PieceCutter();
    socket.onmessage = (event: MessageEvent<string | ArrayBuffer>) => {
      if (socket !== this.socket) return;
      if (typeof event.data === "string") this.hear(JSON.parse(event.data) as LiveMessage);
      else this.take(cutter, new Uint8Array(event.data));
    };
    socket.onclose = () => {
      if (socket === this.socket) this.broken("The live connection broke.");
    };
  }

  private broken(sentence: string): void {
    this.hangUp();
    if (!this.running) return;
    this.tell({ kind: "broken", sentence });
    window.clearTimeout(this.retry);
    this.retry = window.setTimeout(() => this.connect(), backoff(this.attempt++, Math.random()) * 1000);
  }

  private hear(message: LiveMessage): void {
    if (message.type === "state") {
      this.cameraTrouble = message.state === "recording" ? null : { state: message.state, error: message.error };
      if (this.cameraTrouble) this.tell({ kind: "camera", ...this.cameraTrouble });
      return;
    }
    if (!plays(message.mime)) {
      if (transcoded.has(this.cameraId)) return this.broken("This browser can play neither the camera's video nor H.264.");
      transcoded.add(this.cameraId);
      return this.connect();
    }
    this.buffer ??= new MediaBuffer(this.video, "live");
    this.buffer.expect(message.mime).catch(() => this.broken("This browser refused the camera's video."));
  }

  private take(cutter: PieceCutter, bytes: Uint8Array): void {
    const { buffer } = this;
    if (!buffer) return;
    const at = performance.now() / 1000;
    for (const piece of cutter.push(bytes)) {
      if (piece.kind === "fragment") {
        const { frames, end } = fragmentTimes(piece.bytes);
        if (frames[0] !== undefined) this.edge.arrived(at, end, end - frames[0]);
        this.lastArrival = at;
        this.cameraTrouble = null;
      }
      buffer.append(piece.bytes).catch(() => {
        if (buffer !== this.buffer) return;
        if (this.video.error?.code === MediaError.MEDIA_ERR_DECODE) transcoded.add(this.cameraId);
        this.broken("The picture could not be decoded.");
      });
    }
  }

  private tick(): void {
    const { buffer, video } = this;
    if (!buffer) return;
    const now = performance.now() / 1000;
    if (video.error) return this.broken("The picture could not be decoded.");
    const ranges = buffer.ranges();
    const newest = ranges.at(-1);
    if (newest) {
      if (video.currentTime < newest.from || video.currentTime > newest.to + 0.5) {
        video.currentTime = Math.max(newest.from, newest.to - this.edge.target());
      }
      const steering = this.edge.steer(now, video.currentTime);
      if (steering.kind === "jump") {
        video.currentTime = Math.min(newest.to - 0.05, Math.max(newest.from, steering.to));
      } else if (Math.abs(video.playbackRate - steering.rate) > 0.005) {
        video.playbackRate = steering.rate;
      }
      if (video.paused) video.play().catch(() => undefined);
      if (now - this.lastTrim > 3) {
        this.lastTrim = now;
        buffer.remove(0, video.currentTime - KEEP_BEHIND_S).catch(() => undefined);
      }
    }
    if (this.cameraTrouble) return;
    if (now - this.lastArrival > SILENT_AFTER_S) this.tell({ kind: "camera", state: "stalled", error: null });
    else if (newest && video.readyState >= 2 && video.currentTime >= newest.from) {
      this.attempt = 0;
      this.tell({ kind: "playing", behind_s: Math.max(0, boxNow() - video.currentTime) });
    }
  }
}
