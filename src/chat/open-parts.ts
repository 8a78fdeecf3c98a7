import { orAborted } from '../runtime/index.js';

/**
 * What has been opened so far, to be closed again in the reverse order: at the end, or when a later part cannot be opened.
 *
 * Nobody waits for a part whose opening was given up: should it come all the same, it is closed then.
 */
export class OpenParts {
  readonly #signal: AbortSignal | undefined;
  readonly #closers: (() => unknown)[] = [];
  #closed: Promise<void> | undefined;

  /** @param signal - gives up opening; later it has no effect. */
  constructor(signal?: AbortSignal) {
    this.#signal = signal;
  }

  /** @throws what `begin` throws; the signal's reason. */
  async open<T>(begin: () => T | Promise<T>, close: (part: T) => unknown): Promise<T> {
    this.#signal?.throwIfAborted();
    const opening = Promise.resolve(begin());
    let part: T;
    try {
      part = await orAborted(opening, this.#signal);
    } catch (error) {
      // Rejected, it was never open.
      opening.then((late) => quietly(() => close(late))).catch(() => {});
      throw error;
    }
    this.add(() => close(part));
    return part;
  }

  /** Something that is open already. */
  add(close: () => unknown): void {
    this.#closers.push(close);
  }

  /** Last opened, first closed; one that fails keeps no other from being closed. Never rejects; idempotent. */
  close(): Promise<void> {
    this.#closed ??= this.#closeAll();
    return this.#closed;
  }

  async #closeAll(): Promise<void> {
    for (const close of this.#closers.splice(0).reverse()) await quietly(close);
  }
}

/** All parts of something, or none: what was opened is closed again when `compose` fails. @throws what `compose` throws. */
export async function openWhole<T>(
  signal: AbortSignal | undefined,
  compose: (parts: OpenParts) => Promise<T>,
): Promise<T> {
  const parts = new OpenParts(signal);
  try {
    return await compose(parts);
  } catch (error) {
    await parts.close();
    throw error;
  }
}

/** How most parts are closed. */
export function closing(part: { close(): unknown }): unknown {
  return part.close();
}

async function quietly(close: () => unknown): Promise<void> {
  try {
    await close();
  } catch {
    // Who closes wants it gone; there is nothing left to do about it.
  }
}
