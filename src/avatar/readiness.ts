import type { PeerMessage } from '../protocol/index.js';

/** What is known of one model in the peer. */
export type ModelState = 'unknown' | 'missing' | 'present';

interface Probing {
  state: ModelState;
  /** When the oldest unanswered probe's echo came; its event should have followed within a second. */
  echoedAtMs: number | undefined;
  /** Echoes of probes whose events may still come, and are then to be hidden. The echo always comes first. */
  readonly echoesAtMs: number[];
  hiddenStops: number;
}

/** The peer drops part of the sound that comes sooner after the connect. */
const SOUND_AFTER_CONNECT_MS = 1000;
/**
 * While the first model loads the peer opens its sound device too. Sound that comes sooner piles up in it and is heard up
 * to half a second late, by which an interruption is late as well (measured: 600 ms instead of 145).
 */
const SOUND_AFTER_LOADING_MS = 1000;
const EVENT_AFTER_ECHO_MS = 1000;
/** Probes sent while a model loaded are answered all at once. */
const MAX_ECHOES = 600;

/**
 * Knows, rather than guesses, whether the peer can take sound for a model. Pure: lines and times in, state out.
 *
 * A model is present when `MODEL_EVENT_ADD|alias` was seen, or when the probe (a turn by nothing) was answered by its
 * event; it is missing when the program echoed the probe and no event followed within a second, and after
 * `MODEL_EVENT_DELETE`. While a model loads the program answers nothing: it stays unknown.
 */
export class Readiness {
  #soundFromMs: number;
  #hasLoaded = false;
  readonly #models = new Map<string, Probing>();
  #isAlive = false;

  constructor(connectedAtMs: number) {
    this.#soundFromMs = connectedAtMs + SOUND_AFTER_CONNECT_MS;
  }

  /** Whether the program has said anything on this connection. */
  get isAlive(): boolean {
    return this.#isAlive;
  }

  /** When sound may come at the earliest; may move on when the first model appears. */
  get soundFromMs(): number {
    return this.#soundFromMs;
  }

  modelState(alias: string, nowMs: number): ModelState {
    const model = this.#models.get(alias);
    if (model === undefined) return 'unknown';
    if (
      model.state !== 'present' &&
      model.echoedAtMs !== undefined &&
      nowMs - model.echoedAtMs >= EVENT_AFTER_ECHO_MS
    ) {
      model.state = 'missing';
    }
    return model.state;
  }

  canTakeSound(alias: string, nowMs: number): boolean {
    return nowMs >= this.soundFromMs && this.modelState(alias, nowMs) === 'present';
  }

  probeEchoed(alias: string, nowMs: number): void {
    this.#isAlive = true;
    const model = this.#model(alias);
    model.echoedAtMs ??= nowMs;
    model.echoesAtMs.push(nowMs);
    if (model.echoesAtMs.length > MAX_ECHOES) model.echoesAtMs.shift();
  }

  /** Nobody wants to know of `alias` any more. */
  forget(alias: string): void {
    if (this.#models.get(alias)?.state !== 'present') this.#models.delete(alias);
  }

  /** Takes note of a message; true when it answers a probe of ours and is not for users' eyes. */
  received(message: PeerMessage, nowMs: number): boolean {
    this.#isAlive = true;
    const alias = message.args[0];
    if (alias === undefined) return false;
    switch (message.type) {
      case 'MODEL_EVENT_ADD': {
        if (!this.#hasLoaded && !this.#isAnyPresent()) {
          this.#soundFromMs = Math.max(this.#soundFromMs, nowMs + SOUND_AFTER_LOADING_MS);
        }
        this.#hasLoaded = true;
        const model = this.#model(alias);
        model.state = 'present';
        model.echoedAtMs = undefined;
        return false;
      }
      case 'MODEL_EVENT_DELETE':
        this.#models.set(alias, { state: 'missing', echoedAtMs: undefined, echoesAtMs: [], hiddenStops: 0 });
        return false;
      case 'ROTATE_EVENT_START': {
        const model = this.#models.get(alias);
        if (model === undefined || !takeRecent(model.echoesAtMs, nowMs)) return false;
        model.hiddenStops++;
        model.state = 'present';
        model.echoedAtMs = undefined;
        return true;
      }
      case 'ROTATE_EVENT_STOP': {
        const model = this.#models.get(alias);
        if (model === undefined || model.hiddenStops === 0) return false;
        model.hiddenStops--;
        return true;
      }
      default:
        return false;
    }
  }

  #isAnyPresent(): boolean {
    for (const { state } of this.#models.values()) if (state === 'present') return true;
    return false;
  }

  #model(alias: string): Probing {
    let model = this.#models.get(alias);
    if (model === undefined) {
      model = { state: 'unknown', echoedAtMs: undefined, echoesAtMs: [], hiddenStops: 0 };
      this.#models.set(alias, model);
    }
    return model;
  }
}

/** Takes the oldest echo that an event of now can belong to; false when there is none: the event is somebody else's. */
function takeRecent(echoesAtMs: number[], nowMs: number): boolean {
  while (nowMs - (echoesAtMs[0] ?? nowMs) > EVENT_AFTER_ECHO_MS) echoesAtMs.shift();
  return echoesAtMs.shift() !== undefined;
}
