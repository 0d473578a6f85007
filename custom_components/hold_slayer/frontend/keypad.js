/** The telephone keypad. */

import { html } from "./vendor/lit-html.js";
import { text } from "./texts.js";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];

/** Draw the keypad; `press` is called with one key, whether tapped or typed. */
export function keypad(hass, press) {
  const typed = (event) => {
    if (KEYS.includes(event.key) && !event.repeat) press(event.key);
  };
  return html`
    <div class="keypad" role="group" aria-label=${text(hass, "keypad")} @keydown=${typed}>
      ${KEYS.map(
        (key) => html`<button type="button" @click=${() => press(key)}>${key}</button>`,
      )}
    </div>
  `;
}
