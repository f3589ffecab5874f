// What a video element really shows: the media time (unix seconds) of each frame put on the screen,
// collected in the page by requestVideoFrameCallback.
import type { Page } from "@playwright/test";

export interface ShownFrame {
  /** Unix seconds at which it was shown, and its own time. */
  at: number;
  time: number;
}

/** Starts to collect in every video of the page; videos that come later are taken up too. */
export async function watchFrames(page: Page): Promise<void> {
  await page.evaluate(() => {
    type Watched = HTMLVideoElement & { shown?: { at: number; time: number }[] };
    const watch = (video: Watched) => {
      if (video.shown) return;
      const shown: { at: number; time: number }[] = [];
      video.shown = shown;
      const each = (_now: number, frame: VideoFrameCallbackMetadata) => {
        shown.push({ at: (performance.timeOrigin + frame.presentationTime) / 1000, time: frame.mediaTime });
        if (shown.length > 2000) shown.shift();
        video.requestVideoFrameCallback(each);
      };
      video.requestVideoFrameCallback(each);
    };
    const all = () => document.querySelectorAll("video").forEach(watch);
    new MutationObserver(all).observe(document.body, { childList: true, subtree: true });
    all();
  });
}

/** The frames shown by each video in the last `seconds`. */
export function framesOf(page: Page, seconds: number): Promise<ShownFrame[][]> {
  return page.evaluate((seconds) => {
    type Watched = HTMLVideoElement & { shown?: { at: number; time: number }[] };
    const since = Date.now() / 1000 - seconds;
    return [...document.querySelectorAll<Watched>("video")].map((video) => (video.shown ?? []).filter((frame) => frame.at >= since));
  }, seconds);
}

/** The time of the frame now on screen in the page's only video. */
export async function frameOnScreen(page: Page): Promise<number> {
  const [frames] = await framesOf(page, 3600);
  return frames?.at(-1)?.time ?? NaN;
}
