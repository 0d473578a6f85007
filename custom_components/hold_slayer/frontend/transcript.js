/** The words of a call as they come. */

import { html, nothing } from "./vendor/lit-html.js";
import { timeOfDay } from "./format.js";
import { text } from "./texts.js";

const SHOWN = 40;

/** Draw the last words of a call, newest at the bottom. */
export function transcript(hass, call) {
  const words = call.words.filter(Boolean).slice(-SHOWN);
  if (!words.length) return nothing;
  return html`
    <details class="transcript" ?open=${!["ended", "failed"].includes(call.state)}>
      <summary>${text(hass, "transcript")}</summary>
      <div class="words" role="log" aria-live="polite" tabindex="0">
        ${words.map(
          (line) => html`<p class="${line.who} ${line.final ? "" : "partial"}">
            <time datetime=${new Date(line.time * 1000).toISOString()}
              >${timeOfDay(line.time, hass.language)}</time
            >
            <b>${text(hass, `who.${line.who}`)}</b>
            <span><bdi>${line.text}</bdi></span>
          </p>`,
        )}
      </div>
    </details>
  `;
}
