import { Emitter } from '../runtime/emitter.js';
import { socketUrl } from './browser-channel.js';
import type { TalkEvent } from './talk-request.js';

export interface TalkFeedEvents {
  told: [event: TalkEvent];
  /** The way to the server came or went. */
  changed: [];
}

const RETRY_FIRST_MS = 250;
const RETRY_MAX_MS = 4000;
/** Tabs of one browser share their conversations, and tell each other when one got a new session. */
const TABS = 'mmdagent-bridge.talk';

type Told = TalkEvent | { readonly event: 'watching'; readonly isNew: boolean };

/** What happens in the conversation with one avatar, whoever begins a turn: kept open, whatever restarts, from the first `open` on. */
export class TalkFeed {
  readonly events = new Emitter<TalkFeedEvents>();
  readonly #tabs = new BroadcastChannel(TABS);
  #socket: WebSocket | undefined;
  #lane: string | undefined;
  #talk: string | undefined;
  #isTold = false;
  #retryMs = RETRY_FIRST_MS;
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    this.#tabs.addEventListener('message', () => {
      if (this.#socket !== undefined) this.#connect(false);
    });
  }

  /** How things stand is known, and what changes is told. */
  get isOpen(): boolean {
    return this.#isTold;
  }

  /** The conversation that it tells of. */
  get talk(): string | undefined {
    return this.#talk;
  }

  /** Nothing when it is open for this avatar. */
  open(lane: string | undefined): void {
    if (this.#socket !== undefined && lane === this.#lane) return;
    this.#lane = lane;
    this.#talk = undefined;
    this.#connect(true);
  }

  /** Resolves when it is open, or after this time. */
  async ready(withinMs: number): Promise<void> {
    if (this.#isTold) return;
    await new Promise<void>((resolve) => {
      const off = this.events.on('changed', () => resolve());
      setTimeout(() => {
        off();
        resolve();
      }, withinMs);
    });
  }

  /** Comes back and asks how things stand: the browser's session may be another. */
  reopen(): void {
    if (this.#socket !== undefined) this.#connect(false);
  }

  /** @param isTelling - whether other tabs are told of a new session: one that came back because it was told says nothing. */
  #connect(isTelling: boolean): void {
    clearTimeout(this.#retry);
    const before = this.#socket;
    const socket = new WebSocket(this.#url());
    this.#socket = socket;
    before?.close();
    this.#setTold(false);
    socket.addEventListener('message', ({ data }: MessageEvent<string>) => {
      if (socket === this.#socket) this.#take(JSON.parse(data) as Told, isTelling);
    });
    socket.addEventListener('close', () => {
      if (socket !== this.#socket) return;
      this.#setTold(false);
      this.#retry = setTimeout(() => this.#connect(true), this.#retryMs);
      this.#retryMs = Math.min(RETRY_MAX_MS, this.#retryMs * 1.6);
    });
  }

  #take(event: Told, isTelling: boolean): void {
    switch (event.event) {
      case 'watching':
        this.#retryMs = RETRY_FIRST_MS;
        if (event.isNew && isTelling) this.#tabs.postMessage('');
        return;
      case 'state':
      case 'opened':
        this.#talk = event.talk;
        this.events.emit('told', event);
        this.#setTold(true);
        return;
      default:
        this.events.emit('told', event);
    }
  }

  #setTold(isTold: boolean): void {
    if (isTold === this.#isTold) return;
    this.#isTold = isTold;
    this.events.emit('changed');
  }

  #url(): URL {
    const query = this.#lane === undefined ? '' : `?${new URLSearchParams({ lane: this.#lane })}`;
    return socketUrl(`api/talk/live${query}`);
  }
}
