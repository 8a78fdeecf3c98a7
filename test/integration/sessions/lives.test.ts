import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openKept, readKeep, type SessionSummary } from '../../../src/kept/index.js';
import { FakeClock, SILENT_LOGGER, SystemClock } from '../../../src/runtime/index.js';
import type { Session } from '../../../src/sessions/index.js';
import { recorded, type SessionRig, sessionRig } from '../../support/sessions/session-rig.js';

type Sleeper = Session & { sleep(): Promise<void> };

async function answer(session: Session, text: string, context?: string): Promise<string> {
  const asked = await session.ask({ text, ...(context === undefined ? {} : { context }) });
  return (await asked.ended).heard;
}

describe('A session over its sleeps, changes and contexts', () => {
  const rigs: SessionRig[] = [];
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sessions-'));
  });
  afterEach(async () => {
    await Promise.all(rigs.splice(0).map(({ sessions }) => sessions.close()));
    await rm(folder, { recursive: true });
  });
  function rig(...options: Parameters<typeof sessionRig>): SessionRig {
    const made = sessionRig(...options);
    rigs.push(made);
    return made;
  }
  async function onDisk(): Promise<readonly SessionSummary[]> {
    const clock = new SystemClock();
    const settings = await readKeep({ store: 'jsonl', folder });
    const kept = await openKept(settings, {
      clock,
      logger: SILENT_LOGGER,
      defaultFolder: folder,
      sweeps: false,
    });
    const all = await kept.list();
    await kept.close();
    return all;
  }
  const keep = () => ({ store: 'jsonl', folder });

  it('forgets what was kept before it slept too', async () => {
    const session = rig({}, { keep: keep() }).open() as Sleeper;
    await answer(session, 'first');
    await session.sleep();
    await answer(session, 'second');
    await session.sleep();
    expect((await onDisk()).length).toBe(2);
    await session.forget();
    expect(await onDisk()).toEqual([]);
    expect(await answer(session, 'third')).toContain('There were 1 messages');
    await session.sleep();
    expect((await onDisk()).map(({ turns }) => turns)).toEqual([1]);
  });

  it('forgets what another session of its caller said under the same context, which then goes on anew', async () => {
    const { open } = rig({}, { keep: keep() });
    const one = open();
    await answer(one, 'first');
    const two = open({ name: 'two', user: 'ann' }) as Sleeper;
    await answer(two, 'second', one.context);
    await one.forget();
    expect(await onDisk()).toEqual([]);
    expect(two.context).toBe(one.context);
    expect(await answer(two, 'third')).toContain('There were 1 messages');
    await two.sleep();
    // What comes after is kept: it was not said before.
    expect((await onDisk()).map(({ turns }) => turns)).toEqual([1]);
  });

  it('goes on with what was said for as long as it lives, however long the talk or the pause', async () => {
    const clock = new FakeClock();
    const { open } = rig({ clock, limits: { contextMs: 60_000, sleepMs: 5000, idleMs: 20_000 } });
    const session = open() as Sleeper;
    const letGo = session.hold();
    await answer(session, 'first');
    clock.advance(50_000);
    await answer(session, 'second');
    clock.advance(50_000);
    await session.sleep();
    expect(await answer(session, 'third')).toContain('There were 5 messages');
    await session.sleep();
    clock.advance(600_000);
    expect(session.messages().length).toBe(6);
    letGo();
  });

  it('is found by its context for a while after its end, counted from then', async () => {
    const clock = new FakeClock();
    const { open } = rig({ clock, limits: { contextMs: 60_000 } });
    const session = open();
    await answer(session, 'first');
    clock.advance(50_000);
    await session.close();
    clock.advance(50_000);
    expect(await answer(open({ name: 'two' }), 'second', session.context)).toContain('There were 3 messages');
  });

  it('answers a question that comes while it falls asleep', async () => {
    const session = rig().open() as Sleeper;
    await answer(session, 'first');
    const asleep = session.sleep();
    expect(await answer(session, 'second')).toContain('There were 3 messages');
    await asleep;
  });

  it('refuses a question of another context that may not interrupt, and lets the reply go on', async () => {
    const session = rig().open();
    const first = await session.ask({ text: 'slowly one' });
    await expect(session.ask({ text: 'two', context: 'other', ifBusy: 'refuse' })).rejects.toThrow(
      /turn of another context is under way/,
    );
    expect((await first.ended).outcome).toBe('completed');
  });

  it('lets a question of another context wait for its turn', async () => {
    const session = rig().open();
    const first = await session.ask({ text: 'slowly one' });
    const second = await session.ask({ text: 'two', context: 'other', ifBusy: 'queue' });
    expect((await first.ended).outcome).toBe('completed');
    expect((await second.ended).heard).toContain('There were 1 messages');
  });

  it('hears what was said at once and ended before it was open', async () => {
    const session = rig().open();
    const told = recorded(session);
    const { voiceOf } = await import('../../support/sessions/voice-blocks.js');
    const heard = new Promise((done) => void session.events.on('turn', done));
    // A client with a key to press sends all of it in one block, and says that it ends.
    session.hear((await voiceOf()).subarray(0, 2900 * 32));
    session.endOfSpeech();
    expect(await heard).toMatchObject({ by: 'voice', text: 'about 3 seconds' });
    expect(told.map(({ name }) => name)).toContain('accepted');
  });

  it('moves to changed settings between two turns of a voice, without being asked', async () => {
    const { open, model, sessions } = rig();
    const session = open();
    await answer(session, 'first');
    const slow = await session.ask({ text: 'slowly second' });
    sessions.replacePersonas(
      { default: { llm: { custom: { echo: model } }, systemPrompt: 'Meow.' } },
      'default',
    );
    expect((await slow.ended).outcome).toBe('completed');
    await new Promise((resolve) => setTimeout(resolve, 20));
    const turn = new Promise((done) => void session.events.on('turn', done));
    const ended = new Promise((done) => void session.events.on('ended', done));
    const { voiceOf } = await import('../../support/sessions/voice-blocks.js');
    session.hear((await voiceOf()).subarray(0, 2900 * 32));
    session.endOfSpeech();
    expect(await turn).toMatchObject({ by: 'voice' });
    await ended;
    expect(JSON.stringify(model.requests.at(-1))).toContain('Meow.');
    expect(session.messages().length).toBe(6);
  });

  it('tells nothing after its end', async () => {
    const session = rig().open();
    await answer(session, 'first');
    await session.close();
    const told = recorded(session);
    await expect(session.forget()).rejects.toThrow(/has ended/);
    session.press();
    session.endOfSpeech();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(told).toEqual([]);
  });
});
