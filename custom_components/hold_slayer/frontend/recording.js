/** Playing what was recorded of a call, with its words going along. */

import { html, nothing } from "./vendor/lit-html.js";
import { text } from "./texts.js";

/** How long after its end a call's recording may still be being finished, s, and how often to look, ms. */
const FINISHING_S = 60;
const LOOK_AGAIN_MS = 2000;

/**
 * Find the recording of a call; gives {url, started} (epoch seconds), or null when there is none.
 * `clock.now()` is Home Assistant's time.
 */
export async function findRecording(hass, call, clock) {
  let recording;
  for (;;) {
    const found = await hass.callWS({ type: "hold_slayer/history/get", call_id: call.id });
    [recording] = found.recordings ?? [];
    if (recording || clock.now() - call.ended > FINISHING_S) break;
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
  if (!recording) return null;
  const { url } = await hass.callWS({
    type: "media_source/resolve_media",
    media_content_id: recording.media_content_id,
  });
  return { url: hass.hassUrl ? hass.hassUrl(url) : url, started: Date.parse(recording.started) / 1000 };
}

/**
 * Draw what there is to play: a button, then the player. `playing` is null, or has `call` (id) and,
 * once it was found, `recording`; `orders.play` finds it, `orders.played` gets the position in seconds.
 */
export function recordingView(hass, call, playing, orders) {
  if (!call.recorded) return nothing;
  if (playing?.call !== call.id) {
    return html`<div class="buttons">
      <button type="button" @click=${() => orders.play(call)}>${text(hass, "play_recording")}</button>
    </div>`;
  }
  if (playing.recording === undefined) return html`<p class="idle">${text(hass, "loading")}</p>`;
  if (playing.recording === null) return html`<p class="idle">${text(hass, "no_recording")}</p>`;
  return html`<audio
    controls
    autoplay
    src=${playing.recording.url}
    aria-label=${text(hass, "play_recording")}
    @timeupdate=${(event) => orders.played(event.target.currentTime)}
  ></audio>`;
}

/** A player stands near where it was sent, not there to the microsecond: it is still there, s. */
const NEAR_S = 0.25;

/**
 * Index of the line that is being said at a moment of the recording; -1 before the first. The line
 * somebody went to (`playing.sought`) stays it until the player has gone on.
 */
export function lineAt(words, playing) {
  if (!playing?.recording) return -1;
  const moment = playing.recording.started + (playing.position ?? 0);
  const { sought } = playing;
  if (sought && Math.abs(sought.time - moment) < NEAR_S) return words.indexOf(sought);
  return words.findLastIndex((line) => line.time <= moment);
}
