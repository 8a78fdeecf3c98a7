import { UpwardSound } from '../upward-sound.js';
import { appendSound } from './client-event.js';
import type { RealtimeConnection } from './connection.js';

/** The microphone without end, for hearing of the server. What comes while there is no connection is lost, as it is with a telephone. */
export class OpenMicrophone {
  readonly #connection: () => RealtimeConnection | undefined;
  #upward: UpwardSound | undefined;
  #opening: Promise<void> | undefined;
  #isClosed = false;

  constructor(connection: () => RealtimeConnection | undefined) {
    this.#connection = connection;
  }

  /** @param pcm - s16le mono 16 kHz; not kept. */
  hear(pcm: Uint8Array): void {
    if (this.#isClosed) return;
    if (this.#upward === undefined) {
      this.#opening ??= this.#open().catch(() => {});
      return;
    }
    const chunk = this.#upward.push(pcm);
    if (chunk.byteLength > 0) this.#connection()?.send(appendSound(chunk), 'session.append');
  }

  /** Idempotent. */
  close(): void {
    this.#isClosed = true;
    this.#upward?.free();
    this.#upward = undefined;
  }

  async #open(): Promise<void> {
    const upward = await UpwardSound.create();
    if (this.#isClosed) upward.free();
    else this.#upward = upward;
  }
}
