/** The words of a call as they come, or going along with its recording. */

import { html, nothing } from "./vendor/lit-html.js";
import { isOver, timeOfDay } from "./format.js";
import { lineAt } from "./recording.js";
import { noteText, text } from "./texts.js";

/** Lines shown of a call that goes on; one that is over is shown as a whole. */
const SHOWN = 40;

/** Draw the words of a call, newest at the bottom; `playing` as in recording.js. */
export function transcript(hass, call, playing, orders) {
  const over = isOver(call);
  const words = call.words
    .filter(Boolean)
    // what was only half read is of interest while it is the last; its whole text follows later
    .filter((line, index, all) => line.final || (!over && index === all.length - 1))
    // by when it was said: words are read later than what is said here is noted
    .sort((one, other) => one.time - other.time)
    .slice(over ? 0 : -SHOWN);
  if (!words.length) return nothing;
  const heard = playing?.call === call.id ? playing : null;
  const now = lineAt(words, heard);
  return html`
    <details class="transcript" ?open=${!over || heard !== null}>
      <summary>${text(hass, "transcript")}</summary>
      <div class="words" role="log" aria-live=${over ? "off" : "polite"} tabindex="0">
        ${words.map(
          (line, index) => html`<p
            class="${line.who} ${line.final ? "" : "partial"} ${index === now ? "now" : ""}"
            aria-current=${index === now ? "true" : nothing}
          >
            ${time(hass, line, heard, orders)}
            <b>${text(hass, `who.${line.who}`)}</b>
            <span><bdi>${line.who === "note" ? noteText(hass, line.text) : line.text}</bdi></span>
          </p>`,
        )}
      </div>
    </details>
  `;
}

/** The time of a line; while its recording plays, a button that goes there. */
function time(hass, line, heard, orders) {
  const shown = html`<time datetime=${new Date(line.time * 1000).toISOString()}
    >${timeOfDay(line.time, hass.language)}</time
  >`;
  const offset = heard?.recording ? line.time - heard.recording.started : -1;
  if (offset < 0) return shown;
  return html`<button type="button" class="seek" @click=${() => orders.seek(line, offset)}>${shown}</button>`;
}
