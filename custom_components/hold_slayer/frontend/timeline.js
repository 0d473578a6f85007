/** The strip that shows what a call was made of: menu, music, announcements, the person. */

import { html, nothing } from "./vendor/lit-html.js";
import { clock } from "./format.js";
import { text } from "./texts.js";

/** Share of the strip (0 to 100) that each segment takes, `now` in epoch seconds ending the last. */
export function shares(segments, now) {
  const present = segments.filter(Boolean);
  if (!present.length) return [];
  const start = present[0].start;
  const end = Math.max(now, ...present.map((segment) => segment.end ?? now));
  const whole = Math.max(end - start, 1);
  return present.map((segment) => ({
    segment,
    left: (100 * (segment.start - start)) / whole,
    width: (100 * Math.max((segment.end ?? end) - segment.start, 0)) / whole,
  }));
}

/** Draw the strip with its legend; `now` in epoch seconds. */
export function timeline(hass, call, now) {
  const parts = shares(call.segments, call.ended ?? now);
  if (!parts.length) return nothing;
  const kinds = [...new Set(parts.map(({ segment }) => segment.kind))];
  const spoken = parts
    .map(({ segment }) => {
      const seconds = (segment.end ?? call.ended ?? now) - segment.start;
      return `${text(hass, `segment.${segment.kind}`)} ${clock(seconds)}`;
    })
    .join(", ");
  return html`
    <div class="strip" role="img" aria-label=${`${text(hass, "timeline")}: ${spoken}`}>
      ${parts.map(
        ({ segment, left, width }) => html`<span
          class="part ${segment.kind} ${segment.repeat ? "repeat" : ""}"
          style="inset-inline-start:${left.toFixed(2)}%;width:${width.toFixed(2)}%"
          title=${text(hass, `segment.${segment.kind}`)}
        ></span>`,
      )}
    </div>
    <div class="legend" aria-hidden="true">
      ${kinds.map(
        (kind) => html`<span><i class="part ${kind}"></i>${text(hass, `segment.${kind}`)}</span>`,
      )}
    </div>
  `;
}
