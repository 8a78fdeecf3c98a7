import { type Asked, answerJson, EventStream } from '../../server/index.js';
import type { AskedTurn, Session, SessionEvents } from '../../sessions/index.js';
import { EVENT_FIELDS } from '../event-fields.js';

export interface FollowOptions {
  readonly session: Session;
  readonly ask: (session: Session) => Promise<AskedTurn>;
  /** Sound too, as base64. */
  readonly hasSound: boolean;
}

/** What is told of one turn, and of the session meanwhile. */
const TOLD = [
  'phase',
  'turn',
  'cut',
  'resumed',
  'piece',
  'given',
  'heard',
  'tool',
  'vision',
  'looked',
  'face',
  'credit',
  'notice',
  'fault',
] as const;

/**
 * One turn to its end: as one JSON answer, or as server-sent events where these are asked for.
 *
 * Who goes away ends the turn. @throws what `ask` throws: nothing was answered then.
 */
export async function followTurn(asked: Asked, { session, ask, hasSound }: FollowOptions): Promise<void> {
  const { request, response, signal } = asked;
  const isStream = request.headers.accept?.includes('text/event-stream') === true;
  const stream = isStream ? new EventStream(response) : undefined;
  // What happens before the turn has a number is told when it has one: a refused turn is an answer of its own.
  const early: (() => void)[] = [];
  let number: number | undefined;
  const release = session.hold();
  const offs =
    stream === undefined
      ? []
      : listen(session, hasSound, (turn, name, fields) => {
          const tell = (): void => {
            if (turn === undefined || turn === number) stream.send(fields, name);
          };
          if (number === undefined) early.push(tell);
          else tell();
        });
  try {
    const turn = await ask(session);
    number = turn.turn;
    for (const tell of early.splice(0)) tell();
    const onAbort = (): void => turn.cancel();
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    const end = await turn.ended;
    signal.removeEventListener('abort', onAbort);
    const fields = EVENT_FIELDS.ended(end);
    if (stream === undefined) answerJson(response, 200, fields);
    else stream.send(fields, 'ended');
    stream?.end();
  } finally {
    for (const off of offs) off();
    release();
  }
}

type Tell = (turn: number | undefined, name: string, fields: object) => void;

function listen(session: Session, hasSound: boolean, tell: Tell): (() => void)[] {
  const offs = TOLD.map((name) => {
    const fieldsOf = EVENT_FIELDS[name] as (...args: unknown[]) => { readonly turn?: number };
    const event: keyof SessionEvents = name === 'fault' ? 'error' : name;
    return session.events.on(event, (...args: unknown[]) => {
      const fields = fieldsOf(...args);
      tell(fields.turn, name, fields);
    });
  });
  if (!hasSound) return offs;
  const offSound = session.events.on('sound', ({ turn, fromMs, pcm, sampleRateHz }) => {
    const sound = Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength).toString('base64');
    tell(turn, 'sound', { turn, fromMs, sampleRateHz, pcm: sound });
  });
  return [...offs, offSound];
}
