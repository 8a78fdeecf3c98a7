import type { SpeechEnd } from '../client/index.js';
import type { TimedPhoneme } from '../lipsync/index.js';
import type { Clock, Timer } from '../runtime/index.js';
import type { LipsReport, Outlet } from '../speaking/index.js';
import type { ClientPieces } from './client-pieces.js';
import type { ClientPlayer, ClientTake } from './client-player.js';
import { Playhead } from './playhead.js';

export interface ClientOutletOptions {
  readonly clock: Clock;
  readonly player: ClientPlayer;
  readonly pieces: ClientPieces;
  readonly take: ClientTake;
  readonly sampleRateHz: number;
  readonly latencyMs: number;
  readonly aheadMs: number;
}

/** The client moves the mouth. */
const NO_LIPS: LipsReport = { parts: 0, lateParts: 0, reanchors: 0 };
/** What a client tells may move what is heard: looked at so often while something waits for it. */
const LOOK_EVERY_MS = 100;
/** Less is nobody's waiting. */
const SOON_MS = 1;

/**
 * One take of a reply that a client plays: sound passes at once, up to `aheadMs` ahead of what is heard.
 *
 * silent –first phonemes, sound or end→ begun; begun –end, all heard→ completed; any –interrupt→ interrupted. Only what was begun is
 * cut. There is a timer only while somebody waits for room or for the end.
 */
export class ClientOutlet implements Outlet {
  readonly lane = '';
  readonly sampleRateHz: number;
  readonly movesLips = true;
  readonly report = NO_LIPS;
  readonly ended: Promise<SpeechEnd>;
  readonly #options: ClientOutletOptions;
  readonly #playhead: Playhead;
  #writtenBytes = 0;
  #hasBegun = false;
  /** What was heard when it was over. */
  #over: { readonly positionMs: number | undefined } | undefined;
  #timer: Timer | undefined;
  #wake: () => void = () => {};
  #resolve: (end: SpeechEnd) => void = () => {};

  constructor(options: ClientOutletOptions) {
    this.#options = options;
    this.sampleRateHz = options.sampleRateHz;
    const { clock, latencyMs, player, take } = options;
    const { fromMs } = take;
    this.#playhead = new Playhead({ clock, latencyMs, fromMs, told: () => player.position() });
    this.ended = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** Whether anything was sent. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  get heardMs(): number | undefined {
    return this.#over === undefined ? this.#playhead.positionMs : this.#over.positionMs;
  }

  async begin(): Promise<void> {}

  async write(pcm: Uint8Array): Promise<void> {
    if (this.#over !== undefined) return;
    this.#begin();
    const { player, pieces, aheadMs } = this.#options;
    const fromMs = this.#givenMs;
    this.#writtenBytes += pcm.byteLength;
    const ms = this.#givenMs - fromMs;
    this.#playhead.give(ms);
    player.sound(pcm, fromMs);
    pieces.tell(this.#givenMs);
    // The next is about as long.
    await this.#until(() => this.#playhead.aheadMs + ms - aheadMs);
  }

  phonemes(phonemes: readonly TimedPhoneme[]): void {
    if (this.#over !== undefined) return;
    this.#begin();
    const { player, take } = this.#options;
    const { fromMs } = take;
    player.lips(
      fromMs === 0
        ? phonemes
        : phonemes.map(({ phoneme, startMs, endMs }) => ({
            phoneme,
            startMs: startMs + fromMs,
            endMs: endMs + fromMs,
          })),
    );
  }

  lipsEnd(): void {}

  /** More is known of what is where. */
  known(): void {
    if (this.#over === undefined && this.#hasBegun) this.#options.pieces.tell();
  }

  async end(): Promise<void> {
    if (this.#over !== undefined) return;
    this.#begin();
    this.#options.pieces.end();
    this.#options.player.given();
    await this.#until(() => this.#playhead.aheadMs);
    this.#finish('completed', this.#playhead.givenMs);
  }

  async interrupt(): Promise<void> {
    if (this.#over !== undefined) return;
    this.#finish('interrupted', this.#playhead.positionMs);
    if (this.#hasBegun) this.#options.player.cut();
  }

  close(): void {
    this.#timer?.cancel();
  }

  /** On the reply's timeline. */
  get #givenMs(): number {
    const { take, sampleRateHz } = this.#options;
    return take.fromMs + (this.#writtenBytes * 500) / sampleRateHz;
  }

  #begin(): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    const { player, pieces, take } = this.#options;
    player.begin(take);
    pieces.begin(take.fromMs);
    pieces.tell();
  }

  /** @param leftMs - how long it takes as things are; 0 or less: now. @returns Also when it is over. */
  async #until(leftMs: () => number): Promise<void> {
    while (this.#over === undefined) {
      const ms = leftMs();
      if (ms <= 0) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        this.#timer = this.#options.clock.after(Math.max(SOON_MS, Math.min(ms, LOOK_EVERY_MS)), resolve);
      });
    }
  }

  #finish(reason: 'completed' | 'interrupted', positionMs: number | undefined): void {
    if (this.#over !== undefined) return;
    this.#over = { positionMs };
    this.#timer?.cancel();
    this.#wake();
    this.#resolve({ reason, heardMs: Math.max(0, positionMs ?? 0) });
  }
}
