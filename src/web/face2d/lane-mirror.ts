// Only files that a browser can run: the index files of these rooms also bring sockets and processes.
import { BridgeClient } from '../../client/bridge-client.js';
import type { Events } from '../../control/messages.js';
import type { SoundPart } from '../../control/sound-frame.js';
import { EMOTIONS } from '../../expression/emotions.js';
import { type Clock, sleep } from '../../runtime/clock.js';
import { Emitter } from '../../runtime/emitter.js';
import { openBrowserChannel } from '../browser-channel.js';

export interface LaneMirrorEvents {
  /** An avatar is there to be followed, or not. */
  link: [isThere: boolean];
  mouth: [mouth: Events['tapMouth']];
  sound: [part: SoundPart];
  /** An emotion of the ChatGPT document was played on it. */
  face: [face: string];
  speaking: [isSpeaking: boolean];
}

const LOOK_EVERY_MS = 1000;
const RETRY_FIRST_MS = 500;
const RETRY_MAX_MS = 20_000;

/**
 * What an avatar of the bridge does, for a face that does the same: connected for ever.
 *
 * Mouth and sound are those of a simulator: a real MMDAgent-EX moves its own mouth and tells nobody.
 */
export class LaneMirror {
  readonly events = new Emitter<LaneMirrorEvents>();
  readonly #clock: Clock;
  readonly #lane: string | undefined;
  readonly #taps = new Set<number>();
  readonly #tapped = new Set<string>();
  #retryMs = RETRY_FIRST_MS;

  /** @param lane - undefined: whichever speaks. */
  constructor(clock: Clock, lane: string | undefined) {
    this.#clock = clock;
    this.#lane = lane;
  }

  /** Never returns, never rejects. */
  async run(): Promise<never> {
    for (;;) {
      await this.#session().catch(() => {});
      this.events.emit('link', false);
      await sleep(this.#clock, this.#retryMs);
      this.#retryMs = Math.min(RETRY_MAX_MS, 1.6 * this.#retryMs);
    }
  }

  /** One connection's life: what was tapped ends with it, so it is not resumed. */
  async #session(): Promise<void> {
    this.#taps.clear();
    this.#tapped.clear();
    const client = await BridgeClient.connect({
      open: openBrowserChannel,
      client: 'face',
      clock: this.#clock,
      reconnectMs: 0,
    });
    const closed = new Promise<void>((resolve) => client.events.on('closed', () => resolve()));
    client.events.on('tapMouth', (mouth) => {
      if (this.#taps.has(mouth.tap)) this.events.emit('mouth', mouth);
    });
    client.events.on('tapSound', (part) => this.events.emit('sound', part));
    client.events.on('sent', ({ lane, text }) => {
      const face = this.#isMeant(lane) ? emotionIn(text) : undefined;
      if (face !== undefined) this.events.emit('face', face);
    });
    await client.request('subscribe', { topics: ['messages'] });
    this.#retryMs = RETRY_FIRST_MS;
    await this.#look(client);
    await closed;
  }

  async #look(client: BridgeClient): Promise<void> {
    if (client.isClosed) return;
    const { lanes } = await client.request('status', {});
    const meant = lanes.filter(({ lane, isSimulator }) => isSimulator && this.#isMeant(lane));
    for (const { lane } of meant) if (!this.#tapped.has(lane)) await this.#tap(client, lane);
    this.events.emit('link', meant.length > 0);
    this.events.emit(
      'speaking',
      meant.some(({ isSpeaking }) => isSpeaking),
    );
    this.#clock.after(LOOK_EVERY_MS, () => void this.#look(client).catch(() => {}));
  }

  async #tap(client: BridgeClient, lane: string): Promise<void> {
    this.#tapped.add(lane);
    try {
      this.#taps.add((await client.request('tap', { lane })).tap);
    } catch {
      // It went away; the next look finds it again.
      this.#tapped.delete(lane);
    }
  }

  #isMeant(lane: string): boolean {
    return this.#lane === undefined || lane === this.#lane;
  }
}

/** The emotion whose motion a message starts. Pure. */
export function emotionIn(message: string): string | undefined {
  const file = /^MOTION_(?:ADD|CHANGE)\|.*?([^|/\\]+\.vmd)(?:\||$)/.exec(message)?.[1];
  return file === undefined ? undefined : EMOTIONS.find(({ vmd }) => vmd === file)?.faces[0];
}
