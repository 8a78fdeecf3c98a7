// Only files that a browser can run: the index files of these rooms also bring sockets and processes.
import { BridgeClient } from '../../client/bridge-client.js';
import type { Events } from '../../control/messages.js';
import type { SoundPart } from '../../control/sound-frame.js';
import { EMOTIONS } from '../../expression/emotions.js';
import type { TimedPhoneme } from '../../lipsync/timed-phoneme.js';
import { type Clock, sleep } from '../../runtime/clock.js';
import { Emitter } from '../../runtime/emitter.js';
import { openBrowserChannel } from '../browser-channel.js';
import { lipsIn } from './lane-lips.js';

export interface LaneMirrorEvents {
  /** An avatar is there to be followed, or not. */
  link: [isThere: boolean];
  mouth: [mouth: Events['tapMouth']];
  /** Mouths that were sent to an avatar which tells nobody of its own; none: it closes. */
  lips: [phonemes: readonly TimedPhoneme[]];
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
 * Of a simulator they are what it plays and shows. A real MMDAgent-EX tells nobody how its mouth stands: the face makes the mouths that the
 * bridge sends it, which are those of everything spoken; where MMDAgent-EX finds the mouth itself (sound that was given), the face's rests.
 */
export class LaneMirror {
  readonly events = new Emitter<LaneMirrorEvents>();
  readonly #clock: Clock;
  readonly #lane: string | undefined;
  readonly #taps = new Set<number>();
  readonly #tapped = new Set<string>();
  /** Those that are no simulators. */
  #real: ReadonlySet<string> = new Set();
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
      if (this.#isMeant(lane)) this.#sent(text, this.#real.has(lane));
    });
    await client.request('subscribe', { topics: ['messages'] });
    this.#retryMs = RETRY_FIRST_MS;
    await this.#look(client);
    await closed;
  }

  async #look(client: BridgeClient): Promise<void> {
    if (client.isClosed) return;
    const { lanes } = await client.request('status', {});
    const meant = lanes.filter(({ lane }) => this.#isMeant(lane));
    this.#real = new Set(meant.filter(({ isSimulator }) => !isSimulator).map(({ lane }) => lane));
    for (const { lane, isSimulator } of meant)
      if (isSimulator && !this.#tapped.has(lane)) await this.#tap(client, lane);
    this.events.emit(
      'link',
      meant.some(({ isSimulator, state }) => isSimulator || state === 'ready'),
    );
    this.events.emit(
      'speaking',
      meant.some(({ isSpeaking }) => isSpeaking),
    );
    this.#clock.after(LOOK_EVERY_MS, () => void this.#look(client).catch(() => {}));
  }

  #sent(text: string, isReal: boolean): void {
    const face = emotionIn(text);
    if (face !== undefined) this.events.emit('face', face);
    const phonemes = isReal ? lipsIn(text) : undefined;
    if (phonemes !== undefined) this.events.emit('lips', phonemes);
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
