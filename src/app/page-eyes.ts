import { randomUUID } from 'node:crypto';
import { DeviceError, RequestError } from '../runtime/index.js';
import type { TalkPicture, TellTalk } from '../server/index.js';

interface Waiting {
  readonly resolve: (image: string) => void;
  readonly reject: (error: Error) => void;
}

/** What a page can show: its user's camera and screen. Other sources are those of the settings. */
const PAGE_SOURCES: readonly string[] = ['camera', 'screenshot'];
/** A model that asks for more at a time means nothing by it. */
const MAX_WAITING = 4;

/**
 * The eyes of a conversation whose user sits before a page.
 *
 * Only the page is asked, never the camera or screen of the machine that the bridge runs on: its user may be somebody else, and whoever
 * refuses a picture must not be seen in another way.
 */
export class PageEyes {
  readonly #waiting = new Map<string, Waiting>();
  readonly #onOver: (id: string) => void;

  /** @param onOver - a picture that was asked for is not waited for any more. */
  constructor(onOver: (id: string) => void = () => {}) {
    this.#onOver = onOver;
  }

  /**
   * @param tell - asks the page that holds the turn, else those that watch.
   * @returns undefined for a source that is none of the page's.
   * @throws {DeviceError} BRIDGE_ERR_VISION - nobody is there, or the user refuses; the reason of the signal.
   */
  async look(source: string, tell: TellTalk, signal: AbortSignal): Promise<string | undefined> {
    if (!PAGE_SOURCES.includes(source)) return undefined;
    signal.throwIfAborted();
    const id = randomUUID();
    if (this.#waiting.size >= MAX_WAITING)
      throw new DeviceError('BRIDGE_ERR_VISION', 'Several pictures are waited for already.');
    if (!tell({ event: 'vision', id, source }))
      throw new DeviceError('BRIDGE_ERR_VISION', 'No page is open that could show a picture. Open it again.');
    return new Promise<string>((resolve, reject) => {
      const onAbort = (): void => {
        this.#forget(id);
        reject(signal.reason);
      };
      const leave = (): void => signal.removeEventListener('abort', onAbort);
      this.#waiting.set(id, {
        resolve: (image) => {
          leave();
          resolve(image);
        },
        reject: (error) => {
          leave();
          reject(error);
        },
      });
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** @throws {RequestError} BRIDGE_ERR_VISION */
  give(picture: TalkPicture): void {
    const waiting = this.#waiting.get(picture.id);
    if (waiting === undefined)
      throw new RequestError(
        'BRIDGE_ERR_VISION',
        'Nobody waits for this picture any more: it came too late, or the turn has ended.',
      );
    this.#forget(picture.id);
    if ('image' in picture) waiting.resolve(picture.image);
    else waiting.reject(refusal(picture.refused));
  }

  #forget(id: string): void {
    this.#waiting.delete(id);
    this.#onOver(id);
  }
}

function refusal(why: string): DeviceError {
  return new DeviceError('BRIDGE_ERR_VISION', `The user gave no picture: ${why || 'no reason was told'}`);
}
