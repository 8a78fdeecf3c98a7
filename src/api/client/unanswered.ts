import type { Clock, Timer } from '../../runtime/index.js';
import { encodeSoundFrame, type SoundFrame } from '../sound-frame.js';
import { type ApiError, lostError } from './api-error.js';

/** A request on its way. */
export interface OpenRequest {
  readonly id: number;
  readonly type: string;
  /** Read when it is sent: a channel may be another on a new connection. */
  readonly params: () => object;
  readonly resolve: (result: Readonly<Record<string, unknown>>) => void;
  readonly reject: (error: ApiError) => void;
  readonly timer: Timer;
  /** Goes before those that wait for a new connection to be set up. */
  readonly isFirst: boolean;
  wasSent: boolean;
}

/** One thing that may have to be sent again. */
export type Repeatable = { readonly request: OpenRequest } | { readonly sound: SoundFrame };

/** Five seconds of the microphone. */
const MAX_SOUND_BYTES = 5 * 32_000;

/**
 * Everything that was sent and may not have arrived, in its order: requests until they are answered, and the last five seconds of
 * sound.
 */
export class Unanswered {
  readonly #clock: Clock;
  readonly #requests = new Map<number, OpenRequest>();
  #order: Repeatable[] = [];
  #soundBytes = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get requestCount(): number {
    return this.#requests.size;
  }

  /** @param timeoutMs - until it is rejected, whatever becomes of it. */
  add(request: Omit<OpenRequest, 'timer' | 'wasSent'>, timeoutMs: number): OpenRequest {
    const timer = this.#clock.after(timeoutMs, () => {
      this.#take(request.id)?.reject(
        lostError(`Expected an answer to ${request.type} within ${timeoutMs} ms`),
      );
    });
    const open: OpenRequest = { ...request, timer, wasSent: false };
    this.#requests.set(open.id, open);
    this.#order.push({ request: open });
    return open;
  }

  resolve(id: number, result: Readonly<Record<string, unknown>>): void {
    this.#take(id)?.resolve(result);
  }

  reject(id: number, error: ApiError): void {
    this.#take(id)?.reject(error);
  }

  addSound(sound: SoundFrame): void {
    this.#order.push({ sound });
    this.#soundBytes += sound.pcm.byteLength;
    if (this.#soundBytes > MAX_SOUND_BYTES) this.#dropOldSound();
  }

  /** What the server does not have, in order. @param soundSeq - of the last sound that it has. */
  after(soundSeq: number): readonly Repeatable[] {
    return this.#order.filter((one) => 'request' in one || one.sound.seq > soundSeq);
  }

  /** Of a connection that is gone: what was sent may have been done or not. */
  failSent(error: ApiError): void {
    for (const request of [...this.#requests.values()]) {
      if (request.wasSent) this.#take(request.id)?.reject(error);
    }
    this.#order = this.#order.filter((one) => 'request' in one);
    this.#soundBytes = 0;
  }

  failAll(error: ApiError): void {
    for (const id of [...this.#requests.keys()]) this.#take(id)?.reject(error);
    this.#order = [];
    this.#soundBytes = 0;
  }

  #take(id: number): OpenRequest | undefined {
    const request = this.#requests.get(id);
    if (request === undefined) return undefined;
    this.#requests.delete(id);
    request.timer.cancel();
    this.#order = this.#order.filter((one) => !('request' in one) || one.request.id !== id);
    return request;
  }

  #dropOldSound(): void {
    // Half of it at once: a frame comes fifty times a second.
    let left = this.#soundBytes;
    this.#order = this.#order.filter((one) => {
      if ('request' in one || left <= MAX_SOUND_BYTES / 2) return true;
      left -= one.sound.pcm.byteLength;
      return false;
    });
    this.#soundBytes = left;
  }
}

/** The frame of one thing, as it is sent now. */
export function frameOf(one: Repeatable): string | Uint8Array {
  if ('sound' in one) return encodeSoundFrame(one.sound);
  const { id, type, params } = one.request;
  return JSON.stringify({ ...params(), type, id });
}
