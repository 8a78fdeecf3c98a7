import {
  type ControlErrorBody,
  type Events,
  encodeSoundPart,
  MAX_SOUND_PART_BYTES,
  type TieParams,
} from '../control/index.js';
import { type BridgeError, Emitter, RequestError } from '../runtime/index.js';

/** How an utterance ended; `heardMs` of its own sound were (or still will be) heard. */
export interface SpeechEnd {
  readonly reason: 'completed' | 'interrupted' | 'failed';
  readonly heardMs: number;
  readonly error?: BridgeError;
}

export interface SpeechEvents {
  /** The first sample is heard at this wall-clock time, milliseconds. */
  started: [heardAtMs: number];
  /** About ten times a second while it is heard. */
  position: [heardMs: number];
  tied: [tie: number, atMs: number];
  ended: [end: SpeechEnd];
}

/** @internal What a handle needs of its client. */
export interface SpeechCarrier {
  sendSound(bytes: Uint8Array): void;
  request(name: 'end' | 'interrupt', params: { stream: number }): Promise<unknown>;
  request(name: 'tie', params: TieParams): Promise<{ readonly tie: number }>;
}

/** Of s16le mono 16 kHz, as all sound that is sent to the daemon. */
export const BYTES_PER_MS = 32;
/** Live sound that waits for a lost carrier: two seconds in the usual parts of 20 ms; older is worthless. */
const MAX_KEPT_LIVE_PARTS = 100;

interface Sent {
  offset: number;
  readonly pcm: Uint8Array;
}

/**
 * One stream of sound into an avatar, from the client's side. Made by `BridgeClient.open`.
 *
 * `write` waits for the daemon's credit, so that a file is read as fast as it is spoken; what may have been lost with a carrier is
 * kept and sent again after a reconnect.
 */
export class SpeechHandle {
  readonly stream: number;
  readonly lane: string;
  readonly events = new Emitter<SpeechEvents>();
  /** Settles once, never rejects: a failure is `{reason: 'failed', error}`. */
  readonly ended: Promise<SpeechEnd>;
  readonly #carrier: SpeechCarrier;
  readonly #aheadBytes: number;
  readonly #sent: Sent[] = [];
  #acceptedBytes: number;
  #sentBytes = 0;
  #end: SpeechEnd | undefined;
  #resolveEnded: (end: SpeechEnd) => void = () => {};
  #wakeWriter: () => void = () => {};
  #started: number | undefined;

  constructor(
    carrier: SpeechCarrier,
    opened: { stream: number; lane: string; acceptedBytes: number },
    aheadMs: number,
  ) {
    this.#carrier = carrier;
    this.stream = opened.stream;
    this.lane = opened.lane;
    this.#acceptedBytes = opened.acceptedBytes;
    this.#aheadBytes = aheadMs * BYTES_PER_MS;
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
  }

  /** Bytes given to the daemon so far. */
  get sentBytes(): number {
    return this.#sentBytes;
  }

  get isEnded(): boolean {
    return this.#end !== undefined;
  }

  get #isLive(): boolean {
    return this.#acceptedBytes === Number.MAX_SAFE_INTEGER;
  }

  /** Wall-clock time at which the first sample was or will be heard, milliseconds; undefined before that is known. */
  get startedAtMs(): number | undefined {
    return this.#started;
  }

  /**
   * @param pcm - s16le mono 16 kHz, whole samples, any length; copied.
   * @returns When the daemon has room for more. Nothing happens after the end.
   * @throws {RequestError} BRIDGE_ERR_SOUND_SIZE
   */
  async write(pcm: Uint8Array, signal?: AbortSignal): Promise<void> {
    if (pcm.byteLength % 2 !== 0) {
      throw new RequestError(
        'BRIDGE_ERR_SOUND_SIZE',
        `Expected whole 16-bit samples, got ${pcm.byteLength} bytes`,
      );
    }
    let at = 0;
    while (at < pcm.byteLength && this.#end === undefined) {
      signal?.throwIfAborted();
      const roomBytes = this.#acceptedBytes - this.#sentBytes;
      if (roomBytes < 2) {
        await this.#credit(signal);
        continue;
      }
      const size = Math.min(pcm.byteLength - at, roomBytes, MAX_SOUND_PART_BYTES);
      this.#send(pcm.slice(at, at + size - (size % 2)));
      at += size - (size % 2);
    }
  }

  /** No more sound will come: the avatar speaks what it has to the end. */
  async end(): Promise<void> {
    if (this.#end === undefined) await this.#carrier.request('end', { stream: this.stream });
  }

  /** Stops it at once; what MMDAgent-EX already holds (the lead) is still heard. */
  async interrupt(): Promise<void> {
    if (this.#end === undefined) await this.#carrier.request('interrupt', { stream: this.stream });
  }

  /** Ties a message to a position of this stream: it acts when that position is heard. */
  async tie(tie: Omit<TieParams, 'stream'>): Promise<number> {
    return (await this.#carrier.request('tie', { ...tie, stream: this.stream })).tie;
  }

  /** @internal */
  received(event: string, fields: Events[keyof Events]): void {
    switch (event) {
      case 'streamCredit':
        this.#acceptedBytes = Math.max(this.#acceptedBytes, (fields as Events['streamCredit']).acceptedBytes);
        this.#forgetReceived();
        this.#wakeWriter();
        break;
      case 'streamStarted':
        this.#started = (fields as Events['streamStarted']).heardAtMs;
        this.events.emit('started', this.#started);
        break;
      case 'streamPosition':
        this.events.emit('position', (fields as Events['streamPosition']).heardMs);
        break;
      case 'tied':
        this.events.emit('tied', (fields as Events['tied']).tie, (fields as Events['tied']).atMs);
        break;
      case 'streamEnded': {
        const { reason, heardMs, error } = fields as Events['streamEnded'];
        this.finish({ reason, heardMs, ...(error === undefined ? {} : { error: asBridgeError(error) }) });
        break;
      }
    }
  }

  /** @internal The daemon knows the stream and has so many bytes of it: the rest goes again. */
  resumed(receivedBytes: number): void {
    this.#closeGap(receivedBytes);
    for (const part of this.#sent) {
      if (part.offset + part.pcm.byteLength > receivedBytes) {
        this.#carrier.sendSound(encodeSoundPart({ stream: this.stream, offset: part.offset, pcm: part.pcm }));
      }
    }
  }

  /** @internal */
  finish(end: SpeechEnd): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    this.#sent.length = 0;
    this.#wakeWriter();
    this.#resolveEnded(end);
    this.events.emit('ended', end);
  }

  #send(pcm: Uint8Array): void {
    this.#sent.push({ offset: this.#sentBytes, pcm });
    this.#carrier.sendSound(encodeSoundPart({ stream: this.stream, offset: this.#sentBytes, pcm }));
    this.#sentBytes += pcm.byteLength;
    if (this.#isLive && this.#sent.length > MAX_KEPT_LIVE_PARTS) this.#sent.shift();
  }

  /** Live sound that was too old to be kept is left out: the rest moves up to what the daemon has. */
  #closeGap(receivedBytes: number): void {
    const gapBytes = (this.#sent[0]?.offset ?? this.#sentBytes) - receivedBytes;
    if (!this.#isLive || gapBytes <= 0) return;
    for (const part of this.#sent) part.offset -= gapBytes;
    this.#sentBytes -= gapBytes;
  }

  /** The daemon never gives credit beyond what it has received plus what it can hold. */
  #forgetReceived(): void {
    const receivedBytes = this.#acceptedBytes - this.#aheadBytes;
    for (;;) {
      const first = this.#sent[0];
      if (first === undefined || first.offset + first.pcm.byteLength > receivedBytes) return;
      this.#sent.shift();
    }
  }

  #credit(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => reject(signal?.reason);
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#wakeWriter = () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      };
    });
  }
}

/** An error as the daemon told it, as one of ours. */
export function asBridgeError(body: ControlErrorBody): BridgeError {
  return new RequestError(body.code, body.message, { retryable: body.retryable });
}
