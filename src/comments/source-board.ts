import { Emitter, type Logger } from '../runtime/index.js';
import type { EngineEntry } from '../vendor/index.js';
import type { Comment } from './comment.js';
import type { Removal } from './comment-queue.js';
import type { SourceListener } from './source.js';
import { openSource } from './source-kinds.js';
import type { SourcePorts } from './sources/source-ports.js';

/** `failed`: given up, or not set up; see `reason`. */
export type SourceState = 'connecting' | 'connected' | 'lost' | 'failed' | 'closed';

export interface SourceStatus {
  readonly name: string;
  readonly type: string;
  readonly state: SourceState;
  /** Why it is lost or failed, and what to do. */
  readonly reason: string | undefined;
  /** Comments that it brought. */
  readonly comments: number;
  /** Messages that were nothing that is known. */
  readonly malformed: number;
}

export interface SourceBoardEvents {
  comment: [comment: Comment];
  removed: [source: string, removal: Removal];
  /** A source is in another state. */
  changed: [status: SourceStatus];
}

interface Line {
  name: string;
  type: string;
  state: SourceState;
  reason: string | undefined;
  comments: number;
  malformed: number;
}

/** Runs the sources, and knows how each is. */
export class SourceBoard {
  readonly events = new Emitter<SourceBoardEvents>();
  readonly #entries: readonly EngineEntry[];
  readonly #ports: SourcePorts;
  readonly #logger: Logger;
  readonly #lines: readonly Line[];
  readonly #closing = new AbortController();
  #running: Promise<unknown> | undefined;

  constructor(entries: readonly EngineEntry[], ports: SourcePorts, logger: Logger) {
    this.#entries = entries;
    this.#ports = ports;
    this.#logger = logger;
    this.#lines = entries.map(({ name, type }) => ({
      ...{ name, type, reason: undefined, comments: 0, malformed: 0 },
      state: 'connecting',
    }));
  }

  get status(): readonly SourceStatus[] {
    return this.#lines.map((line) => ({ ...line }));
  }

  /** Idempotent. */
  start(): void {
    this.#running ??= Promise.all(this.#entries.map((entry, index) => this.#run(entry, this.#lines[index])));
  }

  /** Resolves when no source holds anything any more; idempotent. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
    for (const line of this.#lines) line.state = 'closed';
  }

  async #run(entry: EngineEntry, line: Line | undefined): Promise<void> {
    const { signal } = this.#closing;
    if (line === undefined || signal.aborted) return;
    if (entry.missing !== undefined) return this.#change(line, 'failed', entry.missing);
    await openSource(entry, this.#ports).start(this.#listener(line), signal);
  }

  #listener(line: Line): SourceListener {
    const isOver = (): boolean => this.#closing.signal.aborted;
    return {
      onComment: (comment) => {
        if (isOver()) return;
        line.comments += 1;
        this.events.emit('comment', comment);
      },
      onRemoved: (removal) => {
        if (!isOver()) this.events.emit('removed', line.name, removal);
      },
      onConnected: () => this.#change(line, 'connected', undefined),
      onLost: (reason) => this.#change(line, 'lost', reason),
      onFailed: (reason) => this.#change(line, 'failed', reason),
      onMalformed: (reason) => {
        line.malformed += 1;
        // What sends one sends thousands: the first is told, all are counted.
        if (line.malformed === 1)
          this.#logger.warn({ source: line.name, reason }, 'A source of comments sent something else');
      },
    };
  }

  #change(line: Line, state: SourceState, reason: string | undefined): void {
    if (this.#closing.signal.aborted) return;
    const fields = { source: line.name, type: line.type, ...(reason === undefined ? {} : { reason }) };
    if (state === 'connected') this.#logger.info(fields, 'Comments come');
    else if (state === 'lost') this.#logger.warn(fields, 'No comments come: the source is tried again');
    else this.#logger.error(fields, 'No comments come: the source has failed');
    line.state = state;
    line.reason = reason;
    this.events.emit('changed', { ...line });
  }
}
