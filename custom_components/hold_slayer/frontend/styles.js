/** The card's looks: Home Assistant's theme variables only, logical sides for right-to-left. */

export const STYLES = `
  :host {
    display: block;
    container-type: inline-size;
    /* theme colours are made for areas: as text they need more contrast (WCAG 2.2, 1.4.3) */
    --good-text: color-mix(in srgb, var(--success-color, #43a047) 60%, var(--primary-text-color));
    --bad-text: color-mix(in srgb, var(--error-color, #db4437) 70%, var(--primary-text-color));
    --link-text: color-mix(in srgb, var(--primary-color) 60%, var(--primary-text-color));
    --main-area: color-mix(in srgb, var(--primary-color) 75%, #000);
  }
  ha-card { padding: 16px; display: flex; flex-direction: column; gap: 12px; height: 100%; box-sizing: border-box; overflow: auto; }
  h2 { margin: 0; font-size: 1.25rem; font-weight: 500; }
  p { margin: 0; }
  small { color: var(--secondary-text-color); display: block; }
  .line { display: flex; flex-direction: column; gap: 10px; }
  .line:empty { display: none; }
  .line + .line:not(:empty) { border-block-start: 1px solid var(--divider-color); padding-block-start: 12px; }
  .head { display: flex; align-items: center; gap: 12px; }
  .head ha-icon { --mdc-icon-size: 28px; color: var(--primary-color); flex: none; }
  .who { flex: 1; min-width: 0; overflow-wrap: anywhere; }
  .clock { text-align: end; }
  .timer { font-size: 1.5rem; font-variant-numeric: tabular-nums; }
  .state { font-weight: 500; }
  .heard { color: var(--secondary-text-color); font-weight: 400; }
  .line.person_detected .state, .line.ringing_you .state, .line.connected .state { color: var(--good-text); }
  .line.failed .state, .problem { color: var(--bad-text); }
  .recording { color: var(--bad-text); font-weight: 400; margin-inline-start: 8px; }
  .recording::before { content: "● "; }
  audio { width: 100%; }
  .idle, .queue, .phones { color: var(--secondary-text-color); }
  .strip { position: relative; height: 14px; border-radius: 7px; overflow: hidden; background: var(--divider-color); }
  .strip .part { position: absolute; inset-block: 0; min-width: 2px; }
  .part { background: var(--disabled-color, #9e9e9e); }
  .part.ringing, .part.tone { background: #90a4ae; }
  .part.menu { background: #7e57c2; }
  .part.music { background: #42a5f5; }
  .part.announcement { background: #ffa726; }
  .part.announcement.repeat { background: repeating-linear-gradient(45deg, #ffa726 0 4px, #ffcc80 4px 8px); }
  .part.silence { background: #cfd8dc; }
  .part.person { background: #43a047; }
  .part.you { background: #8d6e63; }
  .part.connected { background: #1b5e20; }
  .legend { display: flex; flex-wrap: wrap; gap: 4px 12px; font-size: 0.75rem; color: var(--secondary-text-color); }
  .legend i { display: inline-block; width: 10px; height: 10px; border-radius: 5px; margin-inline-end: 4px; }
  .verdict { display: grid; grid-template-columns: auto 1fr; gap: 4px 12px; align-items: center; }
  .verdict meter { width: 100%; }
  .verdict ul { grid-column: 1 / -1; display: flex; flex-wrap: wrap; gap: 6px; margin: 0; padding: 0; list-style: none; }
  .verdict li { border: 1px solid var(--divider-color); border-radius: 12px; padding: 2px 10px; font-size: 0.8rem; }
  .verdict li.for::before { content: "+ "; }
  .verdict li.against::before { content: "− "; }
  .buttons, form { display: flex; flex-wrap: wrap; gap: 8px; }
  button { font: inherit; min-height: 40px; padding: 8px 14px; border-radius: 20px; border: 1px solid var(--primary-color); background: transparent; color: var(--primary-text-color); cursor: pointer; }
  button.main { background: var(--main-area); border-color: var(--main-area); color: var(--text-primary-color, #fff); }
  button.danger { border-color: var(--error-color, #b71c1c); }
  button:focus-visible, summary:focus-visible, input:focus-visible, select:focus-visible, .words:focus-visible { outline: 2px solid var(--primary-color); outline-offset: 2px; }
  .keypad { display: grid; grid-template-columns: repeat(3, minmax(48px, 72px)); gap: 8px; justify-content: center; direction: ltr; }
  summary { cursor: pointer; padding-block: 8px; font-weight: 500; }
  .words { max-height: 220px; overflow-y: auto; display: flex; flex-direction: column; gap: 4px; }
  .words p { display: flex; gap: 8px; align-items: baseline; font-size: 0.9rem; }
  .words time { white-space: nowrap; color: var(--secondary-text-color); font-variant-numeric: tabular-nums; font-size: 0.75rem; }
  .words b { white-space: nowrap; }
  .words .partial, .words .note { font-style: italic; }
  .words .now { background: var(--secondary-background-color); border-radius: 4px; }
  button.seek { min-height: 24px; padding: 0 4px; border: 0; border-radius: 4px; }
  button.seek time { color: var(--link-text); text-decoration: underline; }
  form { flex-direction: column; align-items: stretch; }
  label { display: flex; flex-direction: column; gap: 4px; color: var(--secondary-text-color); font-size: 0.85rem; }
  input, select { font: inherit; font-size: 1rem; color: var(--primary-text-color); background: var(--secondary-background-color); border: 1px solid var(--outline-color, var(--divider-color)); border-radius: 6px; padding: 10px; min-width: 0; }
  @container (min-width: 560px) {
    form { flex-direction: row; align-items: end; }
    form label { flex: 1; }
    .timer { font-size: 2rem; }
  }
`;
