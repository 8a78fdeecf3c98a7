import { randomUUID } from 'node:crypto';
import { DeviceError, RequestError } from '../runtime/index.js';

interface Waiting {
  readonly resolve: (image: string) => void;
  readonly reject: (error: Error) => void;
}

export interface SessionEyesOptions {
  /** Asks the client. @returns whether anybody is there. */
  readonly ask: (picture: { readonly id: string; readonly source: string }) => boolean;
  /** It is not waited for any more. */
  readonly onOver: (id: string) => void;
}

/** A client's own: other sources are those of the settings. */
const CLIENT_SOURCES: readonly string[] = ['camera', 'screenshot'];
const MAX_WAITING = 4;

/** The eyes of a session: its client is asked, never a camera or screen of the machine that the bridge runs on. */
export class SessionEyes {
  readonly #options: SessionEyesOptions;
  readonly #waiting = new Map<string, Waiting>();

  constructor(options: SessionEyesOptions) {
    this.#options = options;
  }

  /**
   * @returns undefined for a source that is none of a client's.
   * @throws {DeviceError} BRIDGE_ERR_VISION - nobody is there, or the client refuses; the reason of the signal.
   */
  async look(source: string, signal: AbortSignal): Promise<string | undefined> {
    if (!CLIENT_SOURCES.includes(source)) return undefined;
    signal.throwIfAborted();
    if (this.#waiting.size >= MAX_WAITING)
      throw new DeviceError('BRIDGE_ERR_VISION', 'Several pictures are waited for already.');
    const id = randomUUID();
    const given = new Promise<string>((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    const onAbort = (): void => this.#waiting.get(id)?.reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      if (!this.#options.ask({ id, source })) {
        given.catch(() => {});
        throw new DeviceError('BRIDGE_ERR_VISION', 'No client is connected that could show a picture.');
      }
      return await given;
    } finally {
      signal.removeEventListener('abort', onAbort);
      this.#waiting.delete(id);
      this.#options.onOver(id);
    }
  }

  /** @throws {RequestError} BRIDGE_ERR_VISION */
  give(id: string, picture: { readonly image: string } | { readonly refused: string }): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined)
      throw new RequestError(
        'BRIDGE_ERR_VISION',
        'Nobody waits for this picture any more: it came too late, or the turn has ended.',
      );
    if ('image' in picture) waiting.resolve(picture.image);
    else
      waiting.reject(
        new DeviceError(
          'BRIDGE_ERR_VISION',
          `The user gave no picture: ${picture.refused || 'no reason was told'}`,
        ),
      );
  }
}
