import { OUTPUT_BYTES_PER_MS } from '../audio/index.js';
import type { BridgeClient, SpeechEnd, SpeechHandle } from '../client/index.js';
import { closingMessage, type LipTable } from '../lipsync/index.js';
import type { Clock, Timer } from '../runtime/index.js';
import { HeardPosition } from './heard-position.js';

export interface PeerMouthOptions {
  readonly client: BridgeClient;
  readonly clock: Clock;
  /** The sound by which MMDAgent-EX moves the mouth. */
  readonly handle: SpeechHandle;
  readonly model: string;
  readonly table: LipTable;
}

const LOOK_EVERY_MS = 80;
/** Sound that is given away and not heard may be a part of a unit and of a block, which wait for more. */
const DRY_MS = 40;
const DRY_LOOKS = 2;
/** MMDAgent-EX's own lips take a third of a second to settle, and win over messages until then. */
const SETTLED_MS = 400;

/**
 * Closes a mouth that MMDAgent-EX moves by the sound it hears: its own lips stay open for ever where the sound runs out in the middle
 * of a vowel, in a gap or at the end. What closes it is given to the daemon at once, with the time at which it shall act, so it comes
 * also when this side is gone by then. An interruption closes it by itself.
 *
 * Lives until the stream has ended.
 */
export class PeerMouth {
  readonly #options: PeerMouthOptions;
  readonly #heard: HeardPosition;
  #timer: Timer | undefined;
  /** Times in a row that the sound was found to stand still. */
  #dryLooks = 0;
  /** How much sound there was when it was last told to close. */
  #closedBytes = 0;

  constructor(options: PeerMouthOptions) {
    this.#options = options;
    const { client, clock, handle } = options;
    this.#heard = new HeardPosition(client, handle.stream, clock);
    handle.events.on('started', () => this.#lookLater());
    void handle.ended.then((end) => this.#ended(end));
  }

  #lookLater(): void {
    this.#timer?.cancel();
    this.#timer = this.#options.clock.after(LOOK_EVERY_MS, () => {
      this.#look();
      this.#lookLater();
    });
  }

  #look(): void {
    const { nowMs } = this.#heard;
    const isDry =
      nowMs !== undefined && nowMs >= this.#options.handle.sentBytes / OUTPUT_BYTES_PER_MS - DRY_MS;
    this.#dryLooks = isDry ? this.#dryLooks + 1 : 0;
    if (this.#dryLooks === DRY_LOOKS) this.#close();
  }

  #ended({ reason }: SpeechEnd): void {
    this.#timer?.cancel();
    // The end may have been told so late that the last of the sound ran out before it.
    if (reason === 'completed') this.#close();
    this.#heard.close();
  }

  /** A mouth that cannot be closed now is gone. */
  #close(): void {
    const { client, handle, model, table } = this.#options;
    const nowMs = this.#heard.daemonNowMs;
    // Where nothing was heard, nothing is open; where it was told already, it is closed.
    if (nowMs === undefined || handle.sentBytes === this.#closedBytes) return;
    this.#closedBytes = handle.sentBytes;
    const message = closingMessage(model, table);
    client.request('send', { lane: handle.lane, message, actAtMs: nowMs + SETTLED_MS }).catch(() => {});
  }
}
