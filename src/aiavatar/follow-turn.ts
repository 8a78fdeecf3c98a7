import type { Session, SessionPiece, SessionTool, SessionTurn, SessionTurnEnd } from '../sessions/index.js';

/** What is told of one turn, in order; `given` and `ended`, and `vision` to who can show a picture, are the last of it. */
export type TurnNews =
  | { readonly kind: 'turn'; readonly turn: SessionTurn }
  | { readonly kind: 'piece'; readonly piece: SessionPiece }
  | { readonly kind: 'tool'; readonly news: SessionTool }
  | { readonly kind: 'vision'; readonly turn: number; readonly source: string }
  | { readonly kind: 'given'; readonly turn: number; readonly raw: string; readonly text: string }
  | { readonly kind: 'ended'; readonly end: SessionTurnEnd };

export interface FollowOptions {
  readonly session: Session;
  /** Begins the turn, or goes on with one; resolves with its number. May reject: so does `followTurn`, and nothing was told. */
  readonly begin: () => Promise<number>;
  readonly tell: (news: TurnNews) => void;
  /** Whether the client can show a picture, with its next request. Others hear of none. */
  readonly canShow: boolean;
  /** Nobody reads any more: the turn is cancelled. */
  readonly signal: AbortSignal;
  readonly cancel: (turn: number) => void;
}

/** What may come before it is known which turn it is; of one session, so little. */
const MAX_EARLY = 1000;

/**
 * Tells of one turn until all of its reply was given, it ended, or it waits for a picture: then the client asks anew. A turn of which
 * nobody reads the rest is cancelled; a reply that was given whole goes on being heard.
 */
export async function followTurn({
  session,
  begin,
  tell,
  canShow,
  signal,
  cancel,
}: FollowOptions): Promise<void> {
  signal.throwIfAborted();
  let turn: number | undefined;
  const early: TurnNews[] = [];
  let finish: () => void = () => {};
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  let isOver = false;
  const take = (news: TurnNews): void => {
    if (turn === undefined) {
      if (early.length < MAX_EARLY) early.push(news);
      return;
    }
    if (isOver || turnOf(news) !== turn || (news.kind === 'vision' && !canShow)) return;
    isOver = news.kind === 'given' || news.kind === 'vision' || news.kind === 'ended';
    tell(news);
    if (isOver) finish();
  };
  const leave = listen(session, take);
  const giveUp = (): void => {
    if (turn !== undefined && !isOver) cancel(turn);
    finish();
  };
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    turn = await begin();
    for (const news of early.splice(0)) take(news);
    if (signal.aborted && !isOver) cancel(turn);
    if (!signal.aborted) await finished;
  } finally {
    signal.removeEventListener('abort', giveUp);
    leave();
  }
}

function listen({ events }: Session, take: (news: TurnNews) => void): () => void {
  const offs = [
    events.on('turn', (turn) => take({ kind: 'turn', turn })),
    events.on('piece', (piece) => take({ kind: 'piece', piece })),
    events.on('tool', (news) => take({ kind: 'tool', news })),
    events.on('vision', ({ turn, source }) => take({ kind: 'vision', turn, source })),
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
