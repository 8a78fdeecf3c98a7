import { byId } from './dom.js';

/** Elements that the space bar means something to. */
const OWN_SPACE = 'input, textarea, select, button, summary, a, [contenteditable]';

/** Push-to-talk: a button that is held, or the space bar wherever it means nothing else. */
export class TalkKey {
  readonly #button = byId('mic-talk', HTMLButtonElement);
  readonly #tell: (isTalking: boolean) => void;
  /** What holds it now: a pointer's id, or a key. */
  #heldBy: string | undefined;
  #isWanted = false;

  constructor(tell: (isTalking: boolean) => void) {
    this.#tell = tell;
    const button = this.#button;
    button.addEventListener('pointerdown', ({ pointerId }) => this.#hold(`pointer ${pointerId}`));
    for (const name of ['pointerup', 'pointercancel'] as const)
      addEventListener(name, ({ pointerId }) => this.#letGo(`pointer ${pointerId}`));
    button.addEventListener('contextmenu', (event) => event.preventDefault());
    addEventListener('keydown', (event) => this.#down(event));
    addEventListener('keyup', ({ code }) => this.#letGo(code));
    // A key that is let go elsewhere is never told.
    addEventListener('blur', () => this.#release());
    document.addEventListener('visibilitychange', () => this.#release());
  }

  /** Whether there is anything to talk into. */
  set isWanted(isWanted: boolean) {
    this.#isWanted = isWanted;
    this.#button.hidden = !isWanted;
    if (!isWanted) this.#release();
  }

  #down(event: KeyboardEvent): void {
    if (!this.#isWanted || event.repeat || event.ctrlKey || event.metaKey || event.altKey) {
      if (this.#heldBy === event.code) event.preventDefault();
      return;
    }
    const { target, code } = event;
    const isOwn = target === this.#button;
    if (code !== 'Space' && !(isOwn && code === 'Enter')) return;
    if (!isOwn && target instanceof Element && target.closest(OWN_SPACE) !== null) return;
    // The page would scroll.
    event.preventDefault();
    this.#hold(code);
  }

  #hold(by: string): void {
    if (this.#heldBy !== undefined) return;
    this.#heldBy = by;
    this.#button.setAttribute('aria-pressed', 'true');
    this.#tell(true);
  }

  #letGo(by: string): void {
    if (by === this.#heldBy) this.#release();
  }

  #release(): void {
    if (this.#heldBy === undefined) return;
    this.#heldBy = undefined;
    this.#button.setAttribute('aria-pressed', 'false');
    this.#tell(false);
  }
}
