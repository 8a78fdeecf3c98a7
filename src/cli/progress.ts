import type { SpeechHandle } from '../client/index.js';
import type { CommandContext } from './context.js';

/** How far an utterance is heard: one line on a terminal, two lines elsewhere, nothing with --json. */
export class Progress {
  readonly #context: CommandContext;
  readonly #label: string;
  readonly #offs: (() => void)[];
  #hasLine = false;

  constructor(context: CommandContext, label: string, handle: Pick<SpeechHandle, 'lane' | 'events'>) {
    this.#context = context;
    this.#label = label;
    this.#offs = [
      handle.events.on('started', () => {
        if (!context.io.isTerminal) context.say(`${label}: speaking on lane ${handle.lane}`);
      }),
      handle.events.on('position', (heardMs) =>
        this.#show(`${label}: ${seconds(heardMs)} s heard on lane ${handle.lane}`),
      ),
      handle.events.on('ended', ({ reason, heardMs }) => this.#done(reason, heardMs)),
    ];
  }

  close(): void {
    for (const off of this.#offs) off();
    if (this.#hasLine) this.#context.io.stderr.write('\n');
    this.#hasLine = false;
  }

  #show(text: string): void {
    if (!this.#context.io.isTerminal || this.#context.args['json'] === true) return;
    this.#context.io.stderr.write(`\r\u001b[2K${text}`);
    this.#hasLine = true;
  }

  #done(reason: string, heardMs: number): void {
    if (reason === 'failed') return;
    const text = `${this.#label}: ${reason === 'completed' ? 'spoken' : reason}, ${seconds(heardMs)} s`;
    if (this.#context.io.isTerminal) this.#show(text);
    else this.#context.say(text);
  }
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(1);
}
