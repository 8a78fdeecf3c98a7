import { type Clock, Emitter, type Logger, type Random } from '../runtime/index.js';
import type { Comment } from './comment.js';
import { type AskPort, type CommentDrop, CommentFeed, type FeedEvents } from './comment-feed.js';
import { commentParser, type ParseComments } from './comment-parser.js';
import { type Moderate, Moderator } from './moderator.js';
import { readCommentSettings } from './read-settings.js';
import type { CommentSettings } from './settings.js';
import { SourceBoard, type SourceStatus } from './source-board.js';
import { readSources } from './source-kinds.js';
import type { OpenSocket } from './sources/chat-socket.js';
import { factsOf, type SourcePorts } from './sources/source-ports.js';
import { type CommentLanguage, turnText } from './turn-text.js';

export interface CommentsPorts {
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly logger: Logger;
  /** Who answers. */
  readonly port: AskPort;
  /** @default nobody looks but the rules of the settings */
  readonly moderate?: Moderate | undefined;
  /** Of the sentence around a comment, where the section names none. @default 'en' */
  readonly language?: CommentLanguage | undefined;
  /** @default the platform's */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** @default the package ws */
  readonly openSocket?: OpenSocket | undefined;
  /** @default Math.random */
  readonly random?: Random | undefined;
}

export interface CommentsEvents extends FeedEvents {
  source: [status: SourceStatus];
}

export interface CommentsStatus {
  readonly isPaused: boolean;
  readonly waiting: number;
  readonly asking: Comment | undefined;
  readonly sources: readonly SourceStatus[];
  /** Since the start; `accepted` were put to wait, `asked` counts turns. */
  readonly counts: {
    readonly accepted: number;
    readonly asked: number;
    readonly answered: number;
    readonly dropped: Readonly<Partial<Record<CommentDrop, number>>>;
  };
}

/** The chat of live streams, running: sources, moderation, queue and turns. */
export interface Comments {
  readonly events: Emitter<CommentsEvents>;
  /** Connects the sources. Idempotent; `submit` works without. */
  start(): void;
  /**
   * Takes comments that came by a request, as `commentSchema` describes them: one or a list of at most 200.
   *
   * @param source - who sent them, for metrics and messages. @default 'api'
   * @returns the comments as they were taken; what becomes of each the events tell.
   * @throws {RequestError} BRIDGE_ERR_COMMENTS - one of them is none; then none is taken.
   */
  submit(body: unknown, source?: string): readonly Comment[];
  /** While paused, comments are collected and none is asked. */
  setPaused(isPaused: boolean): void;
  readonly status: CommentsStatus;
  /** Ends everything: sources, what is moderated, what waits. A turn that runs is left to the conversation. Idempotent. */
  close(): Promise<void>;
}

/** So many comments are before the hook at once. */
const MAX_CHECKING = 32;
const FAULT_LINE_MS = 60_000;
/** After an outage some are too old; so many one after the other are no outage. */
const LATE_IN_ROW = 10;

/**
 * Makes what the section `comments` of the settings describes. Nothing is connected before `start`.
 *
 * @throws {ConfigError} BRIDGE_ERR_CONFIG_INVALID - one line for each fault, with its path.
 */
export async function openComments(section: unknown, ports: CommentsPorts): Promise<Comments> {
  const { z: zod } = await import('zod');
  const settings = readCommentSettings(section, zod, ports.language);
  const sources = await readSources(
    (section as { sources?: unknown } | null | undefined)?.sources,
    ports.env,
  );
  const parse = commentParser(zod);
  const sourcePorts: SourcePorts = {
    clock: ports.clock,
    random: ports.random ?? Math.random,
    fetch: ports.fetch,
    openSocket: ports.openSocket,
    parse,
    maxLetters: settings.maxLetters,
  };
  const board = new SourceBoard(sources, sourcePorts, ports.logger);
  const feed = openFeed(settings, ports);
  tellLate(feed, ports.logger);
  return new RunningComments({ feed, board, parse, facts: factsOf('api', sourcePorts) });
}

function openFeed(settings: CommentSettings, { clock, logger, port, moderate }: CommentsPorts): CommentFeed {
  const { language, maxLetters, queue, moderation, templates } = settings;
  const moderator = new Moderator({
    rules: moderation,
    hook: moderate,
    hookMs: moderation.hookMs,
    maxChecking: MAX_CHECKING,
    maxLetters,
    clock,
    onFault: hookFaults(clock, logger),
  });
  const asText = (comment: Comment): string => turnText(comment, templates, language);
  return new CommentFeed({ settings: queue, moderator, port, turnText: asText, clock, logger });
}

/** Tells of a hook that fails: what is broken fails for every comment, and one line in a minute says as much as thousands. */
function hookFaults(clock: Clock, logger: Logger): (comment: Comment, reason: string) => void {
  let toldMs = Number.NEGATIVE_INFINITY;
  let untold = 0;
  return ({ id, source }, reason) => {
    untold += 1;
    if (clock.nowMs() - toldMs < FAULT_LINE_MS) return;
    logger.error({ id, source, reason, dropped: untold }, 'The moderation hook failed: comments are dropped');
    toldMs = clock.nowMs();
    untold = 0;
  };
}

/** Tells of a source all of whose comments come too late: it is the clock of a machine, and nothing else would tell. */
function tellLate(feed: CommentFeed, logger: Logger): void {
  const lateInRow = new Map<string, number>();
  feed.events.on('accepted', ({ source }) => lateInRow.set(source, 0));
  feed.events.on('dropped', ({ source }, reason) => {
    const count = (lateInRow.get(source) ?? 0) + 1;
    if (reason !== 'late' || count > LATE_IN_ROW) return;
    lateInRow.set(source, count);
    if (count === LATE_IN_ROW)
      logger.warn(
        { source },
        'Comments arrive older than queue.staleMs and are not answered: check the clock of this machine',
      );
  });
}

interface RunningParts {
  readonly feed: CommentFeed;
  readonly board: SourceBoard;
  readonly parse: ParseComments;
  readonly facts: ReturnType<typeof factsOf>;
}

class RunningComments implements Comments {
  readonly events = new Emitter<CommentsEvents>();
  readonly #feed: CommentFeed;
  readonly #board: SourceBoard;
  readonly #parse: ParseComments;
  readonly #facts: ReturnType<typeof factsOf>;
  readonly #counts = { accepted: 0, asked: 0, answered: 0 };
  readonly #dropped: Partial<Record<CommentDrop, number>> = {};

  constructor({ feed, board, parse, facts }: RunningParts) {
    this.#feed = feed;
    this.#board = board;
    this.#parse = parse;
    this.#facts = facts;
    board.events.on('comment', (comment) => feed.offer(comment));
    board.events.on('removed', (source, removal) => feed.withdraw(source, removal));
    board.events.on('changed', (status) => this.events.emit('source', status));
    this.#relay();
  }

  get status(): CommentsStatus {
    const { isPaused, waiting, asking } = this.#feed;
    const counts = { ...this.#counts, dropped: { ...this.#dropped } };
    return { isPaused, waiting, asking, sources: this.#board.status, counts };
  }

  start(): void {
    this.#board.start();
  }

  submit(body: unknown, source = 'api'): readonly Comment[] {
    const comments = this.#parse(body, { ...this.#facts(), source });
    for (const comment of comments) this.#feed.offer(comment);
    return comments;
  }

  setPaused(isPaused: boolean): void {
    this.#feed.setPaused(isPaused);
  }

  async close(): Promise<void> {
    this.#feed.close();
    await this.#board.close();
  }

  #relay(): void {
    for (const name of ['accepted', 'asked', 'answered'] as const)
      this.#feed.events.on(name, (comment) => {
        this.#counts[name] += 1;
        this.events.emit(name, comment);
      });
    this.#feed.events.on('dropped', (comment, reason) => {
      this.#dropped[reason] = (this.#dropped[reason] ?? 0) + 1;
      this.events.emit('dropped', comment, reason);
    });
  }
}
