import type { KeptConversations, SessionSummary } from '../../kept/index.js';
import { ConfigError } from '../../runtime/index.js';
import { type CommandContext, textArg, textListArg } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { digitsToTell, findSession } from '../find-session.js';
import { type KeptHere, openKeptHere } from '../kept-here.js';
import { openMemoryHere } from '../memory-here.js';
import { numberArg } from '../numbers.js';
import { printableJson } from '../printable.js';
import { sessionLine, sessionText } from '../session-text.js';

const USUAL_LIMIT = 20;
const ALL = { limit: Number.POSITIVE_INFINITY } as const;

/** `sessions list`: kept conversations, newest first. */
export function sessionsList(context: CommandContext): Promise<number> {
  return withKept(context, async ({ kept, folder, isOff }) => {
    const { args } = context;
    const limit = numberArg(args, 'limit', { min: 1, max: 1e6, unit: 'sessions' }) ?? USUAL_LIMIT;
    const user = textArg(args, 'user');
    const all = await kept.list(ALL);
    const fitting = user === undefined ? all : all.filter((session) => session.user === user);
    const shown = fitting.slice(0, limit);
    if (args['json'] === true) {
      context.print(printableJson({ folder, store: kept.store, count: fitting.length, sessions: shown }));
      return EXIT.ok;
    }
    if (isOff) context.say(`Nothing is kept by these settings (section keep). From before, in ${folder}:`);
    if (fitting.length === 0) context.say(nothingText(folder, user));
    const digits = digitsToTell(all.map(({ id }) => id));
    for (const session of shown) context.print(sessionLine(session, digits));
    const more = fitting.length - shown.length;
    if (more > 0) context.say(`and ${more} older: sessions list --limit ${fitting.length}`);
    return EXIT.ok;
  });
}

/** `sessions show ID`: what was said in it. */
export function sessionsShow(context: CommandContext): Promise<number> {
  return withKept(context, async ({ kept }) => {
    const session = await findSession(kept, textArg(context.args, 'id') ?? '');
    if (context.args['json'] === true) context.print(printableJson(session));
    else
      for (const line of sessionText(session, { hasTimings: context.args['timings'] === true }))
        context.print(line);
    return EXIT.ok;
  });
}

/** `sessions forget`: removes words and recordings, and what long-term memory has of them. */
export function sessionsForget(context: CommandContext): Promise<number> {
  const what = whatToForget(context);
  return withKept(context, async ({ kept }) => {
    const sessions = await meant(kept, what);
    if (what.all && context.args['yes'] !== true)
      throw new ConfigError(
        'BRIDGE_ERR_USAGE',
        `Expected --yes with --all: ${sessions.length} sessions would be removed for good`,
      );
    const memory = await openMemoryHere(context);
    try {
      // Memory first: should it not answer, the session still says whose it was.
      for (const { id, user } of sessions) {
        await memory?.forget(user, id);
        await kept.forget(id);
      }
      if (what.user !== undefined) await memory?.forget(what.user);
    } finally {
      await memory?.close();
    }
    report(context, sessions, memory !== undefined);
    return EXIT.ok;
  });
}

interface WhatToForget {
  readonly ids: readonly string[];
  readonly user: string | undefined;
  readonly all: boolean;
}

function whatToForget({ args }: CommandContext): WhatToForget {
  const what = { ids: textListArg(args, 'ids'), user: textArg(args, 'user'), all: args['all'] === true };
  const ways = [what.ids.length > 0, what.user !== undefined, what.all].filter((isSaid) => isSaid);
  if (ways.length === 1) return what;
  throw new ConfigError(
    'BRIDGE_ERR_USAGE',
    `Expected one of: ids of sessions, --user NAME, --all; got ${ways.length === 0 ? 'none' : 'several'}`,
  );
}

/** Before anything is removed: one id that is wrong keeps all. */
async function meant(
  kept: KeptConversations,
  { ids, user, all }: WhatToForget,
): Promise<readonly Pick<SessionSummary, 'id' | 'user'>[]> {
  if (all) return await kept.list(ALL);
  if (user !== undefined) return await kept.list({ ...ALL, user });
  const found = new Map<string, Pick<SessionSummary, 'id' | 'user'>>();
  for (const given of ids) {
    const session = await findSession(kept, given);
    found.set(session.id, session);
  }
  return [...found.values()];
}

function report(
  context: CommandContext,
  sessions: readonly { readonly id: string }[],
  hasMemory: boolean,
): void {
  const ids = sessions.map(({ id }) => id);
  if (context.args['json'] === true) context.print(printableJson({ forgotten: ids, memory: hasMemory }));
  const count = ids.length === 1 ? '1 session' : `${ids.length} sessions`;
  context.say(`Forgotten: ${count}${hasMemory ? ', in long-term memory too' : ''}`);
}

function nothingText(folder: string, user: string | undefined): string {
  const of = user === undefined ? '' : ' of this user';
  return `No conversations${of} are kept in ${folder}; keep.store: jsonl in the settings file keeps them`;
}

async function withKept(context: CommandContext, run: (here: KeptHere) => Promise<number>): Promise<number> {
  const here = await openKeptHere(context);
  try {
    return await run(here);
  } finally {
    await here.kept.close();
  }
}
