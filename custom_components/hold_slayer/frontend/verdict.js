/** Who is there, how sure that is, and why. */

import { html, nothing } from "./vendor/lit-html.js";
import { text } from "./texts.js";

/** Draw the verdict of a call with its strongest reasons, or nothing where there is none. */
export function verdict(hass, call) {
  if (call.probability === null || call.probability === undefined) return nothing;
  // several lines may have a verdict at once
  const label = `verdict-${call.id}`;
  const percent = Math.round(100 * call.probability);
  const reasons = (call.reasons ?? [])
    .slice()
    .sort((one, other) => Math.abs(other.weight) - Math.abs(one.weight))
    .slice(0, 4);
  return html`
    <div class="verdict">
      <span id=${label}>${text(hass, "person_probability", { percent })}</span>
      <meter min="0" max="100" value=${percent} aria-labelledby=${label}></meter>
      <ul>
        ${reasons.map(
          ({ cue, weight }) => html`<li class=${weight < 0 ? "against" : "for"}>
            ${text(hass, `cue.${cue}`)}
          </li>`,
        )}
      </ul>
    </div>
  `;
}
