import type { Outlet } from '../speaking/index.js';

/** A way that was opened before it is needed: what takes long is over when sound shall go on. */
export class ReadyOutlet {
  readonly #opening = new AbortController();
  /** Undefined: it could not be opened, which whoever needs one finds out. */
  readonly #outlet: Promise<Outlet | undefined>;
  #isOver = false;
  #isTaken = false;

  constructor(open: (signal: AbortSignal) => Promise<Outlet>) {
    this.#outlet = open(this.#opening.signal).then(
      (outlet) => {
        void outlet.ended.then(() => {
          this.#isOver = true;
        });
        return outlet;
      },
      () => undefined,
    );
  }

  /** @returns undefined: it is not there, or was lost meanwhile. Once; it is the caller's then. */
  async take(): Promise<Outlet | undefined> {
    this.#isTaken = true;
    const outlet = await this.#outlet;
    if (!this.#isOver) return outlet;
    outlet?.close();
    return undefined;
  }

  /** It is not needed after all; nothing where it was taken. Resolves when it is gone, never rejects. */
  async drop(): Promise<void> {
    if (this.#isTaken) return;
    this.#isTaken = true;
    this.#opening.abort();
    const outlet = await this.#outlet;
    await outlet?.interrupt();
    outlet?.close();
  }
}
