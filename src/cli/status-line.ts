import type { Clock, Timer } from '../runtime/index.js';
import type { CommandContext } from './context.js';

export interface StatusLineOptions {
  readonly context: CommandContext;
  readonly clock: Clock;
  /** The line for a terminal that is so wide; asked ten times a second. */
  readonly draw: (columns: number) => string;
  /** The line for everything else; asked every ten seconds. */
  readonly summary: () => string;
}

const DRAW_EVERY_MS = 100;
const TELL_EVERY_MS = 10_000;
const USUAL_COLUMNS = 80;

/** A line on stderr that is always up to date on a terminal, and now and then a new one elsewhere. Nothing with --json. */
export class StatusLine {
  readonly #options: StatusLineOptions;
  #timer: Timer | undefined;
  #isDrawn = false;

  constructor(options: StatusLineOptions) {
    this.#options = options;
  }

  /** A terminal gets the first line at once. */
  start(): void {
    if (this.#options.context.args['json'] === true || this.#timer !== undefined) return;
    if (this.#isTerminal) this.#draw();
    this.#wait();
  }

  /** Says something of its own line, above this one. */
  say(text: string): void {
    this.#wipe();
    this.#options.context.say(text);
  }

  /** Wipes the line; nothing is drawn any more. */
  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#wipe();
  }

  get #isTerminal(): boolean {
    return this.#options.context.io.isTerminal;
  }

  #wait(): void {
    const everyMs = this.#isTerminal ? DRAW_EVERY_MS : TELL_EVERY_MS;
    this.#timer = this.#options.clock.after(everyMs, () => {
      if (this.#isTerminal) this.#draw();
      else this.#options.context.say(this.#options.summary());
      this.#wait();
    });
  }

  #draw(): void {
    const { stderr } = this.#options.context.io;
    const known = 'columns' in stderr ? Number(stderr.columns) : 0;
    // A terminal without a size says 0.
    const columns = known > 0 ? known : USUAL_COLUMNS;
    stderr.write(`\r\u001b[2K${this.#options.draw(columns)}`);
    this.#isDrawn = true;
  }

  #wipe(): void {
    if (this.#isDrawn) this.#options.context.io.stderr.write('\r\u001b[2K');
    this.#isDrawn = false;
  }
}
