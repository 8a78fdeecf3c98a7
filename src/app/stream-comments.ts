import { LOCAL } from '../access/index.js';
import { type AskPort, type Comments, type Moderate, openComments } from '../comments/index.js';
import type { ResolvedConfig } from '../config/index.js';
import { type Clock, ConfigError, type Logger } from '../runtime/index.js';
import type { Session, SessionBook, SessionVoice } from '../sessions/index.js';

export interface StreamCommentsOptions {
  readonly resolved: ResolvedConfig;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** @default the platform's */
  readonly fetch?: typeof globalThis.fetch;
}

/** What of section `comments` says who answers; the rest is that of room `comments`. */
interface Answering {
  readonly persona: string | undefined;
  readonly voice: SessionVoice;
  readonly moderationUrl: string | undefined;
}

const NAME = 'comments';
const BY = 'comments';

/**
 * The chat of live streams, answered by a session of its own: by an avatar of the bridge (the only one, or `lane`), as `persona`.
 *
 * @throws {ConfigError} BRIDGE_ERR_CONFIG_INVALID - section `comments` is wrong.
 */
export async function openStreamComments(
  { resolved, clock, logger, env, fetch }: StreamCommentsOptions,
  sessions: SessionBook,
): Promise<Comments> {
  const { persona, lane, moderationUrl, ...section } = resolved.config.comments;
  const answering: Answering = {
    persona: textIn(persona, 'persona'),
    voice: { to: 'avatar', lane: textIn(lane, 'lane') ?? resolved.config.lane },
    moderationUrl: urlIn(moderationUrl),
  };
  const comments = await openComments(section, {
    clock,
    env,
    logger,
    port: portTo(() => sessionOf(sessions, answering)),
    language: resolved.config.language?.startsWith('ja') === true ? 'ja' : 'en',
    ...(answering.moderationUrl === undefined
      ? {}
      : { moderate: askedAt(answering.moderationUrl, fetch ?? globalThis.fetch) }),
    ...(fetch === undefined ? {} : { fetch }),
  });
  comments.start();
  return comments;
}

function sessionOf(sessions: SessionBook, { persona, voice }: Answering): Session {
  return sessions.open({
    ...{ caller: LOCAL, name: NAME, by: BY, voice },
    ...(persona === undefined ? {} : { persona }),
  });
}

/** The session as the feed needs it. One that has expired is opened again with the next comment. */
function portTo(open: () => Session): AskPort {
  let session: Session | undefined;
  const listeners = new Set<() => void>();
  const current = (): Session => {
    const now = open();
    if (now !== session) {
      session = now;
      now.events.on('phase', (phase) => {
        if (phase === 'idle') for (const listener of listeners) listener();
      });
      now.events.on('ended', () => {
        for (const listener of listeners) listener();
      });
    }
    return now;
  };
  return {
    isIdle: () => session === undefined || (session.phase === 'idle' && !session.isBusy),
    onIdle: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    ask: async ({ text, metadata: { comment }, ifBusy }) => {
      const { id, source, author, kind } = comment;
      const asked = await current().ask({
        text,
        metadata: { comment: { id, source, author: author.name, kind } },
        ifBusy,
      });
      const { outcome, error } = await asked.ended;
      if (outcome === 'failed') throw new Error(error?.message ?? 'the turn failed');
    },
  };
}

/** A program of the user's decides: it is sent the comment, and answers `pass`, `drop` or `{"text": "…"}` in JSON. */
function askedAt(url: string, fetch: typeof globalThis.fetch): Moderate {
  return async (comment, signal) => {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(comment),
      redirect: 'error',
      signal,
    });
    if (!answer.ok) throw new Error(`${new URL(url).host} answered ${answer.status}`);
    const verdict: unknown = await answer.json();
    if (verdict === 'pass' || verdict === 'drop') return verdict;
    if (
      typeof verdict === 'object' &&
      verdict !== null &&
      'text' in verdict &&
      typeof verdict.text === 'string'
    )
      return { text: verdict.text };
    throw new Error('Expected "pass", "drop" or {"text": "…"} in JSON');
  };
}

/** @throws {ConfigError} BRIDGE_ERR_CONFIG_INVALID */
function textIn(value: unknown, name: string): string | undefined {
  if (value === undefined || (typeof value === 'string' && value !== '' && value.length <= 80)) return value;
  throw wrong(name, 'a name');
}

/** @throws {ConfigError} BRIDGE_ERR_CONFIG_INVALID */
function urlIn(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string' && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol))
    return value;
  throw wrong('moderationUrl', 'an http: or https: address');
}

function wrong(name: string, expected: string): ConfigError {
  return new ConfigError(
    'BRIDGE_ERR_CONFIG_INVALID',
    `comments.${name}: expected ${expected}. Change or remove it.`,
  );
}
