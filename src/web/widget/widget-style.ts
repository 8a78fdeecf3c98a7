const LIGHT = `
  --paper: #ffffff;
  --well: #f1f1ee;
  --ink: #262a33;
  --soft: #5b6270;
  --line: #dcdad3;
  --bad: #a63d46;
  --shade: 0 2px 6px rgb(0 0 0 / 12%), 0 12px 40px -8px rgb(0 0 0 / 28%);
  color-scheme: light;
`;
const DARK = `
  --paper: #1d2027;
  --well: #2b303a;
  --ink: #eceae5;
  --soft: #aab1be;
  --line: #3a3f4a;
  --bad: #f0a0a5;
  --shade: 0 2px 6px rgb(0 0 0 / 40%), 0 12px 40px -8px rgb(0 0 0 / 70%);
  color-scheme: dark;
`;

/** Of the shadow tree: nothing here is seen by the page around it. */
export const WIDGET_STYLE = `
* { box-sizing: border-box; }
[hidden] { display: none !important; }
.panel, .launcher {
  ${LIGHT}
  --accent: #3f5f8a;
  --on-accent: #ffffff;
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "Hiragino Sans", "Noto Sans JP", Meiryo, sans-serif;
  color: var(--ink);
  position: fixed;
  right: 20px;
}
:host([data-position="left"]) .panel, :host([data-position="left"]) .launcher { right: auto; left: 20px; }
:host([data-theme="dark"]) .panel, :host([data-theme="dark"]) .launcher { ${DARK} }
@media (prefers-color-scheme: dark) {
  :host([data-theme="auto"]) .panel, :host([data-theme="auto"]) .launcher { ${DARK} }
  :host([data-theme="auto"]:not([data-color])) .panel, :host([data-theme="auto"]:not([data-color])) .launcher {
    --accent: #8fb1dc; --on-accent: #14202f;
  }
}
:host([data-theme="dark"]:not([data-color])) .panel, :host([data-theme="dark"]:not([data-color])) .launcher {
  --accent: #8fb1dc; --on-accent: #14202f;
}
svg { width: 22px; height: 22px; display: block; fill: none; stroke: currentColor; stroke-width: 1.8;
  stroke-linecap: round; stroke-linejoin: round; }
button { font: inherit; color: inherit; cursor: pointer; border: 0; background: none; padding: 0; }
button:disabled { cursor: default; opacity: .45; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.launcher { bottom: 20px; width: 58px; height: 58px; border-radius: 50%; display: grid; place-items: center;
  background: var(--accent); color: var(--on-accent); box-shadow: var(--shade); }
.launcher:focus-visible { outline-offset: 3px; }
.launcher svg { width: 28px; height: 28px; }
:host([data-open="true"]) .launcher { visibility: hidden; }
.panel { bottom: 20px; width: 372px; height: min(580px, calc(100vh - 40px)); height: min(580px, calc(100dvh - 40px));
  display: flex; flex-direction: column; overflow: hidden; background: var(--paper); border: 1px solid var(--line);
  border-radius: 16px; box-shadow: var(--shade); }
.head { display: flex; align-items: center; gap: 4px; padding: 8px 8px 8px 14px; border-bottom: 1px solid var(--line); }
.face { font-size: 22px; line-height: 1; margin-right: 6px; }
.title { flex: 1; min-width: 0; margin: 0; font-size: 16px; font-weight: 600; overflow: hidden; text-overflow: ellipsis;
  white-space: nowrap; }
.icon { flex: none; width: 40px; height: 40px; display: grid; place-items: center; border-radius: 10px; color: var(--soft); }
.icon:hover:not(:disabled) { background: var(--well); color: var(--ink); }
.icon[aria-pressed="true"] { color: var(--ink); }
.log { flex: 1; min-height: 0; overflow-y: auto; overscroll-behavior: contain; padding: 14px; display: flex;
  flex-direction: column; gap: 10px; }
.log:focus-visible { outline-offset: -3px; }
.row { max-width: 86%; align-self: flex-start; }
.row.user { align-self: flex-end; }
.row.empty:not(.thinking) .bubble { display: none; }
.bubble { padding: 8px 13px; border-radius: 16px 16px 16px 4px; background: var(--well); white-space: pre-wrap;
  overflow-wrap: anywhere; width: fit-content; }
.user .bubble { margin-left: auto; border-radius: 16px 16px 4px 16px; background: var(--accent); color: var(--on-accent); }
.note { margin: 4px 6px 0; font-size: 13px; color: var(--soft); overflow-wrap: anywhere; }
.user .note { text-align: right; }
.row.failed .note { color: var(--bad); }
.dots { display: none; gap: 4px; padding: 7px 0; }
.thinking.empty .dots { display: inline-flex; }
.dots i { width: 7px; height: 7px; border-radius: 50%; background: var(--soft); animation: breathe 1.2s infinite; }
.dots i:nth-child(2) { animation-delay: .2s; }
.dots i:nth-child(3) { animation-delay: .4s; }
.heard { display: inline-flex; align-items: center; gap: 8px; min-height: 28px; }
.heard svg { width: 18px; height: 18px; fill: currentColor; }
.user .heard:focus-visible { outline-color: currentColor; }
.status { margin: 0; padding: 6px 14px; font-size: 13px; color: var(--soft); border-top: 1px solid var(--line); }
.entry, .recording { display: flex; align-items: flex-end; gap: 4px; padding: 8px; border-top: 1px solid var(--line); }
.field { flex: 1; min-width: 0; font: inherit; font-size: 16px; color: var(--ink); background: var(--well); border: 1px solid transparent;
  border-radius: 12px; padding: 7px 12px; min-height: 40px; max-height: 120px; resize: none; field-sizing: content; }
.field::placeholder { color: var(--soft); opacity: 1; }
.field:focus-visible { outline-offset: 0; }
.field:disabled { opacity: .6; }
.send { background: var(--accent); color: var(--on-accent); }
.send:hover:not(:disabled) { background: var(--accent); color: var(--on-accent); filter: brightness(1.1); }
.stop { flex: none; width: 40px; height: 40px; display: grid; place-items: center; border-radius: 10px;
  background: var(--ink); color: var(--paper); }
.stop svg { fill: currentColor; }
.recording { align-items: center; padding-left: 16px; gap: 12px; }
.recording-text { flex: 1; font-variant-numeric: tabular-nums; }
.pulse { width: 12px; height: 12px; border-radius: 50%; background: #d33c48; animation: breathe 1.2s infinite; }
.unseen { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@keyframes breathe { 0%, 60%, 100% { opacity: .35; } 30% { opacity: 1; } }
@media (prefers-reduced-motion: reduce) { .dots i, .pulse { animation: none; opacity: 1; } }
@media (max-width: 480px) {
  .panel, :host([data-position="left"]) .panel { inset: 0; width: 100%; height: 100vh; height: 100dvh; border: 0; border-radius: 0; }
}
@media (forced-colors: active) { .panel, .launcher, .bubble, .field, .stop, .send { border: 1px solid; } }
`;
