import { afterEach, describe, expect, it } from 'vitest';
import { LOCAL } from '../../../src/access/index.js';
import { openStreamComments } from '../../../src/app/stream-comments.js';
import type { Comment, Comments } from '../../../src/comments/index.js';
import { defaultConfig, type ResolvedConfig } from '../../../src/config/index.js';
import { Emitter, FakeClock, SILENT_LOGGER } from '../../../src/runtime/index.js';
import type {
  Session,
  SessionBook,
  SessionEvents,
  SessionQuestion,
  SessionTurnEnd,
  SessionWish,
} from '../../../src/sessions/index.js';
import { HOSTILE_TEXTS } from '../../support/hostile-texts.js';

const HOOK = 'http://moderation.example/look?token=secret-of-the-hook';

type Outcome = SessionTurnEnd['outcome'];

/** One that answers when it is told to. */
class StageSession {
  readonly events = new Emitter<SessionEvents>();
  readonly asked: SessionQuestion[] = [];
  phase: Session['phase'] = 'idle';
  isBusy = false;
  #end: (outcome: Outcome) => void = () => {};

  async ask(question: SessionQuestion) {
    this.asked.push(question);
    this.isBusy = true;
    this.phase = 'thinking';
    const ended = new Promise<object>((resolve) => {
      this.#end = (outcome) => resolve({ outcome, error: undefined });
    });
    return { turn: this.asked.length, ended, cancel: () => {} };
  }

  end(outcome: Outcome = 'completed'): void {
    this.isBusy = false;
    this.phase = 'idle';
    this.#end(outcome);
    this.events.emit('phase', 'idle');
  }
}

/** The sessions of the server, as far as comments need them. */
class Stage {
  readonly wishes: SessionWish[] = [];
  session = new StageSession();

  readonly book = {
    open: (wish: SessionWish) => {
      this.wishes.push(wish);
      return this.session;
    },
  } as unknown as SessionBook;
}

interface Asked {
  readonly url: string;
  readonly init: RequestInit;
}

/** A program that looks at comments. */
function hook(answer: (comment: Comment, init: RequestInit) => Response | Promise<Response>) {
  const asked: Asked[] = [];
  const fetch = (async (url: string, init: RequestInit) => {
    asked.push({ url, init });
    return answer(JSON.parse(String(init.body)) as Comment, init);
  }) as unknown as typeof globalThis.fetch;
  return { asked, fetch };
}

describe('Comments of streams', () => {
  const open: Comments[] = [];
  let clock: FakeClock;
  let log: string[];
  afterEach(async () => {
    for (const comments of open.splice(0)) await comments.close();
    expect(clock.pendingCount).toBe(0);
  });

  async function started(
    section: Readonly<Record<string, unknown>>,
    more: { fetch?: typeof globalThis.fetch; lane?: string; language?: string } = {},
  ): Promise<{ stage: Stage; comments: Comments; say: (text: string) => Promise<void> }> {
    clock = new FakeClock();
    log = [];
    const stage = new Stage();
    const { fetch, ...config } = more;
    const resolved = { config: { ...defaultConfig(), ...config, comments: section } };
    const comments = await openStreamComments(
      {
        ...{ resolved: resolved as unknown as ResolvedConfig, clock, env: {} },
        logger: {
          ...SILENT_LOGGER,
          error: (fields, text) => log.push(JSON.stringify([text, fields])),
          warn: (fields, text) => log.push(JSON.stringify([text, fields])),
        },
        ...(fetch === undefined ? {} : { fetch }),
      },
      stage.book,
    );
    open.push(comments);
    const say = async (text: string): Promise<void> => {
      comments.submit({ text, name: 'Aki', userId: 'u1' });
      for (let turn = 0; turn < 10; turn++) await clock.advanceAsync(0);
    };
    return { stage, comments, say };
  }

  it('are answered by an avatar, in a session of their own that nobody else is given', async () => {
    const { stage, say } = await started({});
    expect(stage.wishes).toEqual([]);
    await say('Hello');
    const wish = {
      caller: LOCAL,
      name: 'comments',
      by: 'comments',
      voice: { to: 'avatar', lane: undefined },
    };
    expect(stage.wishes).toEqual([wish]);
    expect(stage.session.asked).toMatchObject([
      {
        text: 'Aki says in the live chat: Hello',
        ifBusy: 'refuse',
        metadata: { comment: { author: 'Aki' } },
      },
    ]);
  });

  it('are answered as the persona and by the avatar that the section names, else by that of the settings', async () => {
    const named = await started({ persona: 'hana', lane: 'stage' }, { lane: 'main' });
    await named.say('Hello');
    expect(named.stage.wishes).toMatchObject([{ persona: 'hana', voice: { to: 'avatar', lane: 'stage' } }]);
    const other = await started({}, { lane: 'main', language: 'ja-JP' });
    await other.say('こんにちは');
    expect(other.stage.wishes[0]).not.toHaveProperty('persona');
    expect(other.stage.wishes).toMatchObject([{ voice: { lane: 'main' } }]);
    expect(other.stage.session.asked[0]?.text).toBe('Akiさんが配信のコメントで言いました：こんにちは');
  });

  it.each([
    [{ persona: '' }, 'comments.persona: expected a name'],
    [{ persona: 7 }, 'comments.persona: expected a name'],
    [{ persona: 'x'.repeat(81) }, 'comments.persona: expected a name'],
    [{ lane: ['stage'] }, 'comments.lane: expected a name'],
    [{ moderationUrl: 'moderation.example' }, 'comments.moderationUrl: expected an http: or https: address'],
    [{ moderationUrl: 'file:///etc/passwd' }, 'comments.moderationUrl: expected an http: or https: address'],
    [{ moderationUrl: 5 }, 'comments.moderationUrl: expected an http: or https: address'],
    [{ personna: 'hana' }, 'personna'],
  ])('are refused with settings that are wrong: %j', async (section, said) => {
    await expect(started(section)).rejects.toMatchObject({
      code: 'BRIDGE_ERR_CONFIG_INVALID',
      message: expect.stringContaining(said),
    });
  });

  it('are answered one after the other, each when the turn before has ended', async () => {
    const { stage, comments, say } = await started({});
    await say('one');
    await say('two');
    expect(stage.session.asked).toHaveLength(1);
    stage.session.end();
    for (let turn = 0; turn < 10; turn++) await clock.advanceAsync(0);
    expect(stage.session.asked.map(({ text }) => text.slice(-3))).toEqual(['one', 'two']);
    stage.session.end();
    for (let turn = 0; turn < 10; turn++) await clock.advanceAsync(0);
    expect(comments.status.counts).toMatchObject({ asked: 2, answered: 2, dropped: {} });
  });

  it('go on in another session where that of before has expired', async () => {
    const { stage, say } = await started({});
    await say('one');
    stage.session.end();
    await clock.advanceAsync(0);
    const first = stage.session;
    stage.session = new StageSession();
    await say('two');
    expect(first.asked).toHaveLength(1);
    expect(stage.session.asked).toHaveLength(1);
    stage.session.end();
    await say('three');
    expect(stage.session.asked).toHaveLength(2);
  });

  it('are asked once more when their turn failed, and then given up', async () => {
    const { stage, comments, say } = await started({});
    await say('one');
    stage.session.end('failed');
    await clock.advanceAsync(5000);
    expect(stage.session.asked).toHaveLength(2);
    stage.session.end('failed');
    for (let turn = 0; turn < 10; turn++) await clock.advanceAsync(0);
    expect(comments.status.counts.dropped).toEqual({ failed: 1 });
  });

  describe('with a program that looks at them', () => {
    it.each([
      ['pass', 'Aki says in the live chat: Hello'],
      [{ text: 'A kind word' }, 'Aki says in the live chat: A kind word'],
    ])('are asked as it says: %j', async (verdict, text) => {
      const { fetch, asked } = hook(() => Response.json(verdict));
      const { stage, say } = await started({ moderationUrl: HOOK }, { fetch });
      await say('Hello');
      expect(stage.session.asked.map((question) => question.text)).toEqual([text]);
      expect(asked).toMatchObject([
        { url: HOOK, init: { method: 'POST', headers: { 'content-type': 'application/json' } } },
      ]);
      expect(JSON.parse(String(asked[0]?.init.body))).toMatchObject({
        ...{ source: 'api', text: 'Hello', kind: 'comment' },
        author: { id: 'u1', name: 'Aki' },
      });
    });

    it('are dropped when it says so', async () => {
      const { fetch } = hook(() => Response.json('drop'));
      const { stage, comments, say } = await started({ moderationUrl: HOOK }, { fetch });
      await say('Hello');
      expect(stage.session.asked).toEqual([]);
      expect(comments.status.counts.dropped).toEqual({ moderated: 1 });
    });

    it.each([
      ['cannot be reached', () => Promise.reject(new TypeError('fetch failed'))],
      ['is broken', () => new Response('no', { status: 500 })],
      ['says neither', () => Response.json({ verdict: 'pass' })],
      ['says no JSON', () => new Response('pass')],
      ['says a text that is none', () => Response.json({ text: 5 })],
    ])('are dropped when it %s', async (_, answer) => {
      const { fetch } = hook(answer);
      const { stage, comments, say } = await started({ moderationUrl: HOOK }, { fetch });
      await say('Hello');
      expect(stage.session.asked).toEqual([]);
      expect(comments.status.counts.dropped).toEqual({ moderationFailed: 1 });
      expect(log).toHaveLength(1);
      expect(log.join()).not.toContain('secret-of-the-hook');
    });

    it('are dropped when it takes too long, and it is told that nobody waits', async () => {
      let signal: AbortSignal | null | undefined;
      const { fetch } = hook((_, init) => {
        signal = init.signal;
        return new Promise(() => {});
      });
      const section = { moderationUrl: HOOK, moderation: { hookMs: 700 } };
      const { comments, say } = await started(section, { fetch });
      await say('Hello');
      expect(comments.status.counts.dropped).toEqual({});
      await clock.advanceAsync(701);
      expect(comments.status.counts.dropped).toEqual({ moderationFailed: 1 });
      expect(signal?.aborted).toBe(true);
    });

    it('are sent nowhere else: it may not redirect', async () => {
      const { fetch, asked } = hook(() => Response.json('pass'));
      const { say } = await started({ moderationUrl: HOOK }, { fetch });
      await say('Hello');
      expect(asked[0]?.init.redirect).toBe('error');
    });

    it.each(Object.entries(HOSTILE_TEXTS))('are one plain line, whatever it writes (%s)', async (_, text) => {
      const { fetch } = hook(() => Response.json({ text: `a ${text} b` }));
      const { stage, say } = await started({ moderationUrl: HOOK }, { fetch });
      await say('Hello');
      const asked = stage.session.asked[0]?.text ?? '';
      expect(asked).toMatch(/^Aki says in the live chat: /);
      expect(asked.split(/[\n\r\u2028\u2029\u0085]/)).toHaveLength(1);
    });
  });
});
