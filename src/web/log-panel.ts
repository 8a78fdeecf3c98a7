import type { Events } from '../control/messages.js';
import type { BridgeView } from './bridge-view.js';
import { byId, make } from './dom.js';
import type { Words } from './words.js';

interface Entry {
  readonly way: 'sent' | 'received' | 'note';
  readonly lane: string;
  readonly text: string;
  readonly atMs: number;
  readonly isEcho: boolean;
}

const MAX_ROWS = 500;
/** Longer ones are cut when shown: a message is at most about this long. */
const MAX_SHOWN_CHARS = 2000;
const WAYS = { sent: '→', received: '←', note: '·' } as const;

/** The messages from and to MMDAgent-EX as they pass, the newest last, and a line to send one. */
export class LogPanel {
  readonly #words: Words;
  readonly #list = byId('log');
  readonly #empty = byId('log-empty');
  readonly #filter = byId('log-filter', HTMLInputElement);
  readonly #echoes = byId('log-echoes', HTMLInputElement);
  readonly #pauseButton = byId('log-pause', HTMLButtonElement);
  readonly #rows: { readonly entry: Entry; readonly row: HTMLElement }[] = [];
  /** What came and was not drawn yet: the rest of this frame, or all since the pause. */
  #coming: Entry[] = [];
  #isPaused = false;
  #isDrawing = false;

  constructor(words: Words, bridge: BridgeView, laneToSend: () => string | undefined) {
    this.#words = words;
    bridge.events.on('message', (message) => this.#received(message));
    bridge.events.on('sent', ({ lane, text, atMs }) =>
      this.#add({ way: 'sent', lane, text, atMs, isEcho: false }),
    );
    bridge.events.on('warning', ({ lane, text }) => this.#note(lane, text));
    bridge.events.on('lagged', (count) => this.#note('', words.say('lagged', { count })));
    this.#filter.addEventListener('input', () => this.#refilter());
    this.#echoes.addEventListener('change', () => this.#refilter());
    this.#pauseButton.addEventListener('click', () => this.#togglePause());
    byId('log-clear').addEventListener('click', () => this.#clear());
    words.events.on('changed', () => this.#showPause());
    this.#enableSend(bridge, laneToSend);
  }

  #received({ lane, type, args, isEcho, isTruncated, atMs }: Events['message']): void {
    const text = [type, ...args].join('|') + (isTruncated ? '…' : '');
    this.#add({ way: 'received', lane, text, atMs, isEcho });
  }

  #note(lane: string, text: string): void {
    this.#add({ way: 'note', lane, text, atMs: Date.now(), isEcho: false });
  }

  #add(entry: Entry): void {
    this.#coming.push(entry);
    if (this.#coming.length > MAX_ROWS) this.#coming.shift();
    if (this.#isPaused) this.#showPause();
    else this.#drawSoon();
  }

  #drawSoon(): void {
    if (this.#isDrawing) return;
    this.#isDrawing = true;
    requestAnimationFrame(() => {
      this.#isDrawing = false;
      if (!this.#isPaused) this.#draw();
    });
  }

  #draw(): void {
    const list = this.#list;
    const isAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 30;
    const fresh = this.#coming.map((entry) => ({ entry, row: rowOf(entry) }));
    this.#coming = [];
    for (const { entry, row } of fresh) row.hidden = !this.#isShown(entry);
    list.append(...fresh.map(({ row }) => row));
    this.#rows.push(...fresh);
    for (const { row } of this.#rows.splice(0, Math.max(0, this.#rows.length - MAX_ROWS))) row.remove();
    this.#empty.hidden = this.#rows.length > 0;
    if (isAtEnd) list.scrollTop = list.scrollHeight;
  }

  #isShown({ isEcho, lane, text }: Entry): boolean {
    if (isEcho && !this.#echoes.checked) return false;
    const wanted = this.#filter.value.trim().toLowerCase();
    return wanted === '' || `${lane} ${text}`.toLowerCase().includes(wanted);
  }

  #refilter(): void {
    for (const { entry, row } of this.#rows) row.hidden = !this.#isShown(entry);
    this.#list.scrollTop = this.#list.scrollHeight;
  }

  #togglePause(): void {
    this.#isPaused = !this.#isPaused;
    this.#pauseButton.setAttribute('aria-pressed', String(this.#isPaused));
    this.#showPause();
    if (!this.#isPaused) this.#drawSoon();
  }

  #showPause(): void {
    this.#pauseButton.textContent = this.#isPaused
      ? this.#words.say('resume', { count: this.#coming.length })
      : this.#words.say('pause');
  }

  #clear(): void {
    for (const { row } of this.#rows.splice(0)) row.remove();
    this.#coming = [];
    this.#empty.hidden = false;
    this.#showPause();
  }

  #enableSend(bridge: BridgeView, laneToSend: () => string | undefined): void {
    const text = byId('send-text', HTMLInputElement);
    const result = byId('send-result');
    byId('send', HTMLFormElement).addEventListener('submit', (event) => {
      event.preventDefault();
      const message = text.value.trim();
      if (message === '') return;
      result.hidden = true;
      text.value = '';
      bridge.send(message, laneToSend()).catch((error: unknown) => {
        result.replaceChildren(...this.#words.sayError(codedError(error)));
        result.hidden = false;
        if (text.value === '') text.value = message;
      });
    });
    text.addEventListener('input', () => {
      result.hidden = true;
    });
  }
}

function rowOf({ way, lane, text, atMs, isEcho }: Entry): HTMLElement {
  const at = new Date(atMs);
  const time = make('time', '', at.toTimeString().slice(0, 8));
  time.dateTime = at.toISOString();
  const shown = text.slice(0, MAX_SHOWN_CHARS);
  const words = make('span', 'words');
  const typeChars = way === 'note' ? 0 : `${shown}|`.indexOf('|');
  words.append(make('b', '', shown.slice(0, typeChars)), shown.slice(typeChars));
  const row = make('div', 'row', time, make('span', 'way', WAYS[way]), make('span', 'lane-tag', lane), words);
  row.dataset['way'] = way;
  row.dataset['echo'] = String(isEcho);
  return row;
}

function codedError(error: unknown): { code: string; message: string } {
  const message = error instanceof Error ? error.message : String(error);
  const code =
    error instanceof Error && 'code' in error ? String(error.code) : 'BRIDGE_ERR_DAEMON_UNREACHABLE';
  return { code, message };
}
