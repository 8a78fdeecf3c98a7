import type { Clock, Timer } from '../runtime/index.js';
import type { Session, SessionPiece, SessionTool, SessionTurn, SessionTurnEnd } from '../sessions/index.js';

/** What is told of one turn, in order; `given` and `ended`, and `vision` to who can show a picture, are the last of it. */
export type TurnNews =
  | { readonly kind: 'turn'; readonly turn: SessionTurn }
  | { readonly kind: 'piece'; readonly piece: SessionPiece }
  | { readonly kind: 'tool'; readonly news: SessionTool }
  | { readonly kind: 'vision'; readonly turn: number; readonly id: string; readonly source: string }
  | { readonly kind: 'given'; readonly turn: number; readonly raw: string; readonly text: string }
  | { readonly kind: 'ended'; readonly end: SessionTurnEnd };

export interface FollowOptions {
  readonly session: Session;
  /** Begins the turn, or goes on with one; resolves with its number. May reject: so does `followTurn`, and nothing was told. */
  readonly begin: () => Promise<number>;
  readonly tell: (news: TurnNews) => void;
  /** For clients that can show a picture, with their next request. Others hear of none. */
  readonly clock?: Clock | undefined;
  /** Nobody reads any more: the turn is cancelled. */
  readonly signal: AbortSignal;
  readonly cancel: (turn: number) => void;
}

/**
 * Tells of one turn until all of its reply was given, it ended, or it waits for a picture: then the client asks anew. A turn of which
 * nobody reads the rest is cancelled; a reply that was given whole goes on being heard.
 */
export async function followTurn(options: FollowOptions): Promise<void> {
  const { session, begin, signal, cancel } = options;
  signal.throwIfAborted();
  const follower = new Follower(options);
  const leave = listen(session, follower);
  const giveUp = (): void => {
    // Of a turn that only begins nothing is known yet.
    if (follower.turn === undefined || follower.isOver) return;
    cancel(follower.turn);
    follower.end();
  };
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    const turn = await begin();
    follower.follow(turn);
    if (signal.aborted) giveUp();
    await follower.finished;
  } finally {
    signal.removeEventListener('abort', giveUp);
    leave();
    follower.end();
  }
}

/** What may come before it is known which turn it is; of one session, so little. */
const MAX_EARLY = 1000;
/** The model asks for a picture before the words in front of it are ready: they are waited for so long, each, and in all. */
const WORDS_MS = 300;
const ALL_WORDS_MS = 2000;

class Follower {
  readonly finished: Promise<void>;
  turn: number | undefined;
  isOver = false;
  readonly #options: FollowOptions;
  readonly #early: TurnNews[] = [];
  #finish: () => void = () => {};
  #vision: { readonly news: Extract<TurnNews, { kind: 'vision' }>; readonly sinceMs: number } | undefined;
  #timer: Timer | undefined;

  constructor(options: FollowOptions) {
    this.#options = options;
    this.finished = new Promise((resolve) => {
      this.#finish = resolve;
    });
  }

  follow(turn: number): void {
    this.turn = turn;
    for (const news of this.#early.splice(0)) this.take(news);
  }

  take(news: TurnNews): void {
    if (this.turn === undefined) {
      if (this.#early.length < MAX_EARLY) this.#early.push(news);
      return;
    }
    if (this.isOver || turnOf(news) !== this.turn) return;
    if (news.kind === 'vision') {
      this.#see(news);
      return;
    }
    this.#options.tell(news);
    if (news.kind === 'given' || news.kind === 'ended') this.end();
    else this.#waitForWords();
  }

  /** That picture is not waited for any more. */
  looked(id: string): void {
    const early = this.#early.findIndex((news) => news.kind === 'vision' && news.id === id);
    if (early >= 0) this.#early.splice(early, 1);
    if (this.#vision?.news.id !== id) return;
    this.#vision = undefined;
    this.#timer?.cancel();
  }

  /** Nothing more is told. */
  end(): void {
    this.#timer?.cancel();
    this.isOver = true;
    this.#finish();
  }

  #see(news: Extract<TurnNews, { kind: 'vision' }>): void {
    const { clock } = this.#options;
    if (clock === undefined) return;
    this.#vision = { news, sinceMs: clock.nowMs() };
    this.#waitForWords();
  }

  #waitForWords(): void {
    const { clock, tell } = this.#options;
    if (this.#vision === undefined || clock === undefined) return;
    const { news, sinceMs } = this.#vision;
    this.#timer?.cancel();
    const leftMs = Math.max(0, sinceMs + ALL_WORDS_MS - clock.nowMs());
    this.#timer = clock.after(Math.min(WORDS_MS, leftMs), () => {
      tell(news);
      this.end();
    });
  }
}

function listen({ events }: Session, follower: Follower): () => void {
  const take = (news: TurnNews): void => follower.take(news);
  const offs = [
    events.on('turn', (turn) => take({ kind: 'turn', turn })),
    events.on('piece', (piece) => take({ kind: 'piece', piece })),
    events.on('tool', (news) => take({ kind: 'tool', news })),
    events.on('vision', ({ turn, id, source }) => take({ kind: 'vision', turn, id, source })),
    events.on('looked', (id) => follower.looked(id)),
    events.on('given', (turn, raw, text) => take({ kind: 'given', turn, raw, text })),
    events.on('ended', (end) => take({ kind: 'ended', end })),
  ];
  return () => {
    for (const off of offs) off();
  };
}

function turnOf(news: TurnNews): number {
  switch (news.kind) {
    case 'turn':
      return news.turn.turn;
    case 'piece':
      return news.piece.turn;
    case 'tool':
      return news.news.turn;
    case 'vision':
    case 'given':
      return news.turn;
    case 'ended':
      return news.end.turn;
  }
}
