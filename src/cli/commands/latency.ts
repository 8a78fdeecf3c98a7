import { type KeptConversations, type SessionRecord, TraceBook, type TurnRecord } from '../../kept/index.js';
import { ConfigError } from '../../runtime/index.js';
import { stageLine } from '../chat-trace.js';
import { type CommandContext, textArg, textListArg } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { digitsToTell, findSession } from '../find-session.js';
import { openKeptHere } from '../kept-here.js';
import { hasTimes, type TurnTime, waterfallLines } from '../latency-lines.js';
import { printableJson } from '../printable.js';
import { turnsText } from '../session-text.js';

/** Of the part of a line that draws. */
const DRAWN_COLUMNS = 40;

/** `latency [ID…]`: how long turns took, stage by stage, over kept sessions. */
export async function latency(context: CommandContext): Promise<number> {
  const { kept } = await openKeptHere(context);
  try {
    const sessions = await meant(kept, context);
    const turns = turnsOf(sessions, textArg(context.args, 'by'));
    const book = new TraceBook(Math.max(1, turns.length));
    for (const { trace } of turns) book.add(trace);
    print(context, book, { turns, sessions });
    return EXIT.ok;
  } finally {
    await kept.close();
  }
}

/** Oldest first, as turns were held. */
async function meant(kept: KeptConversations, { args }: CommandContext): Promise<readonly SessionRecord[]> {
  const given = textListArg(args, 'ids');
  const user = textArg(args, 'user');
  if (given.length > 0 && user !== undefined)
    throw new ConfigError('BRIDGE_ERR_USAGE', 'Expected ids of sessions or --user, got both');
  const found = new Map<string, SessionRecord>();
  for (const id of given) {
    const session = await findSession(kept, id);
    found.set(session.id, session);
  }
  if (given.length === 0) {
    const all = await kept.list({ limit: Number.POSITIVE_INFINITY, ...(user === undefined ? {} : { user }) });
    for (const { id } of all) {
      const session = await kept.read(id);
      if (session !== undefined) found.set(id, session);
    }
  }
  return [...found.values()].sort((a, b) => a.startedAtMs - b.startedAtMs);
}

function turnsOf(sessions: readonly SessionRecord[], by: string | undefined): readonly TurnTime[] {
  const isMeant = (record: TurnRecord): boolean => (by === undefined || record.by === by) && hasTimes(record);
  return sessions.flatMap(({ id, records }) =>
    records.filter(isMeant).map(({ turn, by: who, outcome, startedAtMs, trace }) => {
      return { session: id, turn, by: who, outcome, startedAtMs, trace };
    }),
  );
}

function print(
  context: CommandContext,
  book: TraceBook,
  { turns, sessions }: { readonly turns: readonly TurnTime[]; readonly sessions: readonly SessionRecord[] },
): void {
  const hasTurns = context.args['turns'] === true;
  if (context.args['json'] === true) {
    const counts = { sessions: sessions.length, turns: turns.length, stages: book.stages() };
    context.print(printableJson(hasTurns ? { ...counts, each: turns } : counts));
    return;
  }
  if (turns.length === 0) {
    context.say('No turn with times is kept; keep.store: jsonl in the settings file keeps them');
    return;
  }
  const of = sessions.length === 1 ? '1 session' : `${sessions.length} sessions`;
  context.print(`${turnsText(turns.length)} of ${of}, after the end of speech:`);
  for (const figures of book.stages()) context.print(stageLine(figures));
  if (!hasTurns) return;
  const digits = digitsToTell(sessions.map(({ id }) => id));
  for (const line of waterfallLines(turns, digits, DRAWN_COLUMNS)) context.print(line);
}
