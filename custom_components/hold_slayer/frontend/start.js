/** The form that starts a call. */

import { html, nothing } from "./vendor/lit-html.js";
import { text } from "./texts.js";

/** Draw the form; `submit` gets {contact|number, intent, phone} without empty fields. */
export function startForm(hass, state, submit) {
  const send = (event) => {
    event.preventDefault();
    const form = event.currentTarget;
    const data = new FormData(form);
    const call = {};
    for (const field of ["contact", "number", "intent", "phone"]) {
      const value = String(data.get(field) ?? "").trim();
      if (value) call[field] = value;
    }
    if (call.number) delete call.contact;
    submit(call);
  };
  return html`
    <details class="start">
      <summary>${text(hass, "start_call")}</summary>
      <form @submit=${send}>
        ${state.contacts.length
          ? html`<label>
              ${text(hass, "contact")}
              <select name="contact">
                ${state.contacts.map(
                  (contact) => html`<option value=${contact.name}>${contact.name}</option>`,
                )}
              </select>
            </label>`
          : nothing}
        <label>
          ${text(hass, "number")}
          <input name="number" type="tel" autocomplete="off" maxlength="64" dir="ltr" />
        </label>
        <label>
          ${text(hass, "intent")}
          <input name="intent" type="text" autocomplete="off" maxlength="255" dir="auto" />
        </label>
        ${state.phones.length > 1
          ? html`<label>
              ${text(hass, "phone")}
              <select name="phone">
                <option value="">${text(hass, "all_phones")}</option>
                ${state.phones.map(
                  (phone) => html`<option value=${phone.name}>${phone.name}</option>`,
                )}
              </select>
            </label>`
          : nothing}
        <button class="main" type="submit">${text(hass, "call_and_hold")}</button>
      </form>
    </details>
  `;
}
